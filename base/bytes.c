#include "base/bytes.h"

struct bytes bytes_of_text(const char *text)
{
	return bytes_of(text, strlen(text));
}

bool bytes_equal(struct bytes a, struct bytes b)
{
	return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

void wr_zeros(struct writer *w, size_t n)
{
	if (w->bad || n > w->cap - w->n) {
		w->bad = true;
		return;
	}
	if (n > 0)
		memset(w->p + w->n, 0, n);
	w->n += n;
}

void wr_patch16(struct writer *w, size_t at, uint16_t value)
{
	if (w->bad || w->n < 2 || at > w->n - 2) {
		w->bad = true;
		return;
	}
	put16(w->p + at, value);
}

struct bytes wr_done(const struct writer *w)
{
	return bytes_of(w->p, w->bad ? 0 : w->n);
}
