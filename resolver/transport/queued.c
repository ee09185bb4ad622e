#include "transport/queued.h"

#include <stdlib.h>
#include <string.h>

#define CAP_MIN 1024

static bool reserve(struct queued *q, size_t n)
{
	size_t cap = q->cap > 0 ? q->cap : CAP_MIN;
	uint8_t *bigger;

	if (q->n + n <= q->cap)
		return true;
	while (cap < q->n + n)
		cap *= 2;
	bigger = realloc(q->p, cap);
	if (bigger == NULL)
		return false;
	q->p = bigger;
	q->cap = cap;
	return true;
}

bool queued_add(struct queued *q, struct bytes more)
{
	if (!reserve(q, more.n))
		return false;
	memcpy(q->p + q->n, more.p, more.n);
	q->n += more.n;
	return true;
}

struct bytes queued_bytes(const struct queued *q)
{
	return bytes_of(q->p, q->n);
}

void queued_deinit(struct queued *q)
{
	free(q->p);
	*q = (struct queued){ 0 };
}
