#include "tests/lab/gzip.h"

/* RFC 1952 §8, a bit at a time. */
static uint32_t crc32(struct bytes in)
{
	uint32_t crc = 0xffffffff;

	for (size_t i = 0; i < in.n; i++) {
		crc ^= in.p[i];
		for (int bit = 0; bit < 8; bit++)
			crc = crc >> 1 ^ ((crc & 1) != 0 ? 0xedb88320 : 0);
	}
	return ~crc;
}

static void add_little(struct outbox *out, uint32_t value, unsigned width)
{
	uint8_t bytes[4];

	for (unsigned i = 0; i < width; i++)
		bytes[i] = (uint8_t)(value >> 8 * i);
	outbox_add(out, bytes_of(bytes, width));
}

void gzip_store(struct outbox *out, struct bytes in)
{
	/* Deflate, no flags, no time, unknown system; then one block, stored. */
	static const uint8_t head[] = { 0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255, 1 };

	outbox_add(out, bytes_of(head, sizeof head));
	add_little(out, (uint32_t)in.n, 2);
	add_little(out, ~(uint32_t)in.n, 2);
	outbox_add(out, in);
	add_little(out, crc32(in), 4);
	add_little(out, (uint32_t)in.n, 4);
}
