/* turn all TTLs over -> read each name in both -> turn them back. */
#include "dns/steady.h"

#include "dns/rdata.h"

#define TTL_BYTES 4

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
