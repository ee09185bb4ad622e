#include "dns/framing.h"

#include <stdlib.h>
#include <string.h>

#define LENGTH_BYTES 2
/* Grown as bytes arrive, not as the length promises: announcing 65535 bytes
 * costs a stranger nothing. */
#define CAP_FIRST_BYTES   512
#define MESSAGE_MAX_BYTES 65535
#define CAP_MAX_BYTES     (LENGTH_BYTES + MESSAGE_MAX_BYTES)

/* How many bytes to gather before the next look. */
static size_t wanted(const struct framing *f)
{
	if (f->have < LENGTH_BYTES)
		return LENGTH_BYTES;
	return LENGTH_BYTES + get16(f->partial);
}

static bool is_whole(const struct framing *f)
{
	return f->have >= LENGTH_BYTES && f->have == wanted(f);
}

void framing_init(struct framing *f)
{
	*f = (struct framing){ .limit = MESSAGE_MAX_BYTES };
}

static void forget(struct framing *f)
{
	free(f->partial);
	f->partial = NULL;
	f->have = f->cap = 0;
}

void framing_deinit(struct framing *f)
{
	forget(f);
}

/* Whether the length, if it is there already, promises too much. */
static bool is_too_long(const struct framing *f, struct bytes in)
{
	if (f->have >= LENGTH_BYTES)
		return get16(f->partial) > f->limit;
	return f->have == 0 && in.n >= LENGTH_BYTES && get16(in.p) > f->limit;
}

/* The usual case: the message lies in one piece, nothing is copied. */
static bool take_direct(struct bytes *in, struct bytes *message)
{
	size_t n;

	if (in->n < LENGTH_BYTES)
		return false;
	n = get16(in->p);
	if (in->n - LENGTH_BYTES < n)
		return false;
	*message = bytes_of(in->p + LENGTH_BYTES, n);
	*in = bytes_of(in->p + LENGTH_BYTES + n, in->n - LENGTH_BYTES - n);
	return true;
}

static enum status reserve(struct framing *f, size_t n)
{
	size_t cap = f->cap > 0 ? f->cap : CAP_FIRST_BYTES;
	uint8_t *p;

	if (n <= f->cap)
		return STATUS_OK;
	while (cap < n)
		cap *= 2;
	if (cap > CAP_MAX_BYTES)
		cap = CAP_MAX_BYTES;
	p = realloc(f->partial, cap);
	if (p == NULL)
		return STATUS_NOMEM;
	f->partial = p;
	f->cap = cap;
	return STATUS_OK;
}

/* Moves bytes over, up to wanted(). */
static enum status gather(struct framing *f, struct bytes *in)
{
	size_t n = wanted(f) - f->have;

	if (n > in->n)
		n = in->n;
	if (n == 0)
		return STATUS_OK;
	if (reserve(f, f->have + n) != STATUS_OK)
		return STATUS_NOMEM;
	memcpy(f->partial + f->have, in->p, n);
	f->have += n;
	*in = bytes_of(in->p + n, in->n - n);
	return STATUS_OK;
}

enum status framing_next(struct framing *f, struct bytes *in, struct bytes *message)
{
	if (is_whole(f))
		forget(f); /* handed out by the call before */
	if (is_too_long(f, *in))
		return STATUS_LIMIT;
	if (f->have == 0 && take_direct(in, message))
		return STATUS_OK;
	/* First what is missing of the length, then of the message. */
	for (int i = 0; i < 2; i++) {
		if (gather(f, in) != STATUS_OK)
			return STATUS_NOMEM;
		if (is_too_long(f, *in))
			return STATUS_LIMIT;
	}
	if (!is_whole(f))
		return STATUS_NOTFOUND;
	*message = bytes_of(f->partial + LENGTH_BYTES, f->have - LENGTH_BYTES);
	return STATUS_OK;
}

bool framing_pending(const struct framing *f)
{
	return f->have > 0 && !is_whole(f);
}
