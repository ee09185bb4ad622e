/* each name goes on in the question at most: steady.
 * if not: turn all TTLs over -> read each name in both -> turn them back. */
#include "dns/steady.h"

#include "dns/rdata.h"

#define TTL_BYTES   4
#define TARGET_MASK 0x3fffu

/* Past labels; returns what ends them: 0, or the first byte of a pointer. */
static unsigned skip_labels(struct reader *r)
{
	unsigned n = (unsigned)rd_uint(r, 1);

	while (n > 0 && n <= NAME_LABEL_MAX) {
		rd_take(r, n);
		n = (unsigned)rd_uint(r, 1);
	}
	return n;
}

/* Past a name that was read before, so that a pointer is one. */
static bool is_steady(const struct message *m, struct reader *r)
{
	unsigned end = skip_labels(r), target;
	struct reader rest;

	if (end == 0)
		return !r->bad;
	target = (end << 8 | (unsigned)rd_uint(r, 1)) & TARGET_MASK;
	if (r->bad || target >= m->question_end)
		return false;
	rest.rest = bytes_of(m->wire.p + target, m->question_end - target);
	rest.bad = false;
	return skip_labels(&rest) == 0 && !rest.bad;
}

bool steady_record(const struct message *m, const struct record *record)
{
	const struct rdata_names *names = rdata_names_of(record->type);
	struct reader owner = { .rest = bytes_of(m->wire.p + record->start,
					record->end - record->start) };
	struct reader rdata = { .rest = record->rdata };

	if (!is_steady(m, &owner))
		return false;
	if (names == NULL)
		return true;
	rdata_take_head(names, &rdata);
	for (unsigned i = 0; i < names->names; i++)
		if (!is_steady(m, &rdata))
			return false;
	return true;
}

/* No byte of a name stays what it was, nor the half of a pointer: a length becomes what
 * begins no label, and no letter the same one in another case. */
static void turn_ttls(uint8_t *wire, const uint16_t *ttl_at, size_t n)
{
	for (size_t i = 0; i < n; i++)
		for (size_t j = 0; j < TTL_BYTES; j++)
			wire[ttl_at[i] + j] ^= 0x55;
}

static bool same_rdata_names(const struct message *m, const struct record *a,
	struct bytes turned, const struct record *b)
{
	const struct rdata_names *names = rdata_names_of(a->type);
	struct reader from = { .rest = a->rdata }, to = { .rest = b->rdata };
	struct name one, other;

	/* Cut, or empty as in updates: there is nothing to become another. */
	if (names == NULL)
		return true;
	rdata_take_head(names, &from);
	rdata_take_head(names, &to);
	for (unsigned i = 0; i < names->names; i++)
		if (name_read(m->wire, &from, &one) == STATUS_OK &&
			(name_read(turned, &to, &other) != STATUS_OK ||
				!name_equal(&one, &other)))
			return false;
	return true;
}

bool steady_names(
	const struct message *m, struct writer *copy, const uint16_t *ttl_at, size_t n)
{
	struct message turned = *m;
	struct record_walk walk = record_walk(m), other = { .section = 0 };
	struct record a, b;
	bool same = true;

	turned.wire = bytes_of(copy->p, copy->n);
	other = record_walk(&turned);
	turn_ttls(copy->p, ttl_at, n);
	for (size_t i = 0; same && i < n; i++)
		same = record_next(&walk, &a) && record_next(&other, &b) &&
		       name_equal(&a.owner, &b.owner) &&
		       same_rdata_names(m, &a, turned.wire, &b);
	turn_ttls(copy->p, ttl_at, n);
	return same;
}
