/* However a stream is cut, the same messages come out. The first byte of the
 * input says how it is cut. */
#include <stdbool.h>
#include <stdlib.h>

#include "dns/framing.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool property)
{
	if (!property)
		abort();
}

/* The plain way, with all of the stream at hand. */
static bool next_in_whole(struct bytes *stream, struct bytes *message)
{
	struct reader r = { .rest = *stream };

	*message = rd_take(&r, (size_t)rd_uint(&r, 2));
	if (r.bad)
		return false;
	*stream = r.rest;
	return true;
}

/* Pieces of 1 to 256 bytes in a fixed order that `seed` begins. */
static size_t piece_size(uint32_t *seed, size_t left)
{
	size_t n;

	*seed = *seed * 1664525u + 1013904223u;
	n = 1 + (*seed >> 24 & (*seed >> 16 & 1 ? 0xff : 0x03));
	return n < left ? n : left;
}

static void feed(struct framing *f, struct bytes in, struct bytes *whole)
{
	struct bytes message, want;
	enum status status;

	while ((status = framing_next(f, &in, &message)) == STATUS_OK) {
		must(next_in_whole(whole, &want));
		must(bytes_equal(message, want));
	}
	must(status == STATUS_NOTFOUND && in.n == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct framing f;
	struct bytes whole, message;
	uint32_t seed;

	if (size == 0)
		return 0;
	seed = data[0];
	whole = bytes_of(data + 1, size - 1);
	framing_init(&f);
	for (size_t at = 1, n; at < size; at += n) {
		n = piece_size(&seed, size - at);
		feed(&f, bytes_of(data + at, n), &whole);
	}
	must(!next_in_whole(&whole, &message));
	must(framing_pending(&f) == (whole.n > 0));
	framing_deinit(&f);
	return 0;
}
