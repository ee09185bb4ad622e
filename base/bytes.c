#include "base/bytes.h"

#include <string.h>

struct bytes bytes_of(const void *p, size_t n)
{
	return (struct bytes){ .p = p, .n = n };
}

struct bytes bytes_of_text(const char *text)
{
	return bytes_of(text, strlen(text));
}

bool bytes_equal(struct bytes a, struct bytes b)
{
	return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

struct bytes rd_take(struct reader *r, size_t n)
{
	struct bytes out = { .p = r->rest.p, .n = n };

	if (r->bad || n > r->rest.n) {
		r->bad = true;
		return (struct bytes){ .p = NULL, .n = 0 };
	}
	if (n > 0)
		r->rest.p += n;
	r->rest.n -= n;
	return out;
}

uint64_t rd_uint(struct reader *r, unsigned width)
{
	struct bytes in = rd_take(r, width);
	uint64_t value = 0;

	for (size_t i = 0; i < in.n; i++)
		value = value << 8 | in.p[i];
	return value;
}

void wr_bytes(struct writer *w, struct bytes in)
{
	if (w->bad || in.n > w->cap - w->n) {
		w->bad = true;
		return;
	}
	if (in.n > 0)
		memcpy(w->p + w->n, in.p, in.n);
	w->n += in.n;
}

void wr_uint(struct writer *w, uint64_t value, unsigned width)
{
	uint8_t out[8];

	for (unsigned i = 0; i < width; i++)
		out[i] = (uint8_t)(value >> 8 * (width - 1 - i));
	wr_bytes(w, bytes_of(out, width));
}

void wr_patch16(struct writer *w, size_t at, uint16_t value)
{
	if (w->bad || w->n < 2 || at > w->n - 2) {
		w->bad = true;
		return;
	}
	w->p[at] = (uint8_t)(value >> 8);
	w->p[at + 1] = (uint8_t)value;
}

struct bytes wr_done(const struct writer *w)
{
	return bytes_of(w->p, w->bad ? 0 : w->n);
}
