#include "dnssec/denial.h"

#include "dnssec/names.h"

bool types_end_here(struct bytes types)
{
	return types_have(types, TYPE_DNAME) ||
	       (types_have(types, TYPE_NS) && !types_have(types, TYPE_SOA));
}

bool types_deny(struct bytes types, const struct name *name, uint16_t type)
{
	bool ns = types_have(types, TYPE_NS);
	bool soa = types_have(types, TYPE_SOA);

	if (types_have(types, type) || types_have(types, TYPE_CNAME))
		return false;
	/* A DS stands in the parent, whose record of the cut has no SOA; all else in the
	 * child, whose record has one. The root has no parent. */
	if (type == TYPE_DS)
		return !soa || name->n == 1;
	return !ns || soa;
}

static bool admits(const struct denial *d, const struct record *record, bool nsec3)
{
	return d->n < DENIAL_FACTS_MAX && (d->n == 0 || d->nsec3 == nsec3) &&
	       name_within(&record->owner, d->zone);
}

bool denial_add_nsec(struct denial *d, struct bytes message, const struct record *record,
	const void *source)
{
	struct fact *fact = &d->facts[d->n];

	if (!admits(d, record, false) ||
		nsec_decode(message, record->rdata, &fact->nsec) != STATUS_OK ||
		!name_within(&fact->nsec.next, d->zone))
		return false;
	fact->owner = &record->owner;
	fact->source = source;
	d->nsec3 = false;
	d->n++;
	return true;
}

/* Base32 with the extended hex alphabet, in either case (RFC 4648 §7). */
static int base32hex_digit(uint8_t c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'v')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'V' ? c - 'A' + 10 : -1;
}

static bool hash_of_label(const struct name *owner, uint8_t hash[NSEC3_HASH_BYTES])
{
	uint32_t bits = 0;
	unsigned bits_n = 0;
	size_t n = 0;

	if (owner->wire[0] != NSEC3_HASH_BYTES * 8 / 5)
		return false;
	for (unsigned i = 1; i <= owner->wire[0]; i++) {
		int digit = base32hex_digit(owner->wire[i]);

		if (digit < 0)
			return false;
		bits = bits << 5 | (uint32_t)digit;
		bits_n += 5;
		if (bits_n < 8)
			continue;
		bits_n -= 8;
		hash[n++] = (uint8_t)(bits >> bits_n);
	}
	return true;
}

static bool same_parameters(const struct nsec3 *a, const struct nsec3 *b)
{
	return a->algorithm == b->algorithm && a->iterations == b->iterations &&
	       bytes_equal(a->salt, b->salt);
}

/* Hashed names stand right below the zone's own (RFC 5155 §3). */
bool denial_add_nsec3(struct denial *d, const struct record *record, const void *source)
{
	struct fact *fact = &d->facts[d->n];
	struct nsec3 *nsec3 = &fact->nsec3;

	if (!admits(d, record, true) ||
		names_labels(&record->owner) != names_labels(d->zone) + 1 ||
		nsec3_decode(record->rdata, nsec3) != STATUS_OK ||
		nsec3->algorithm != 1 || (nsec3->flags & ~NSEC3_OPT_OUT) ||
		nsec3->next.n != NSEC3_HASH_BYTES ||
		!hash_of_label(&record->owner, fact->hash))
		return false;
	if (d->n > 0 && !same_parameters(nsec3, &d->facts[0].nsec3))
		return false;
	fact->owner = &record->owner;
	fact->source = source;
	d->nsec3 = true;
	d->n++;
	return true;
}

static bool in_question(const struct denial *d, const struct name *name)
{
	return d->n > 0 && name_within(name, d->zone);
}

enum proof denial_of_name(struct denial *d, const struct name *name)
{
	if (!in_question(d, name))
		return PROOF_NONE;
	return d->nsec3 ? nsec3_denies_name(d, name) : nsec_denies_name(d, name);
}

enum proof denial_of_type(struct denial *d, const struct name *name, uint16_t type)
{
	if (!in_question(d, name))
		return PROOF_NONE;
	return d->nsec3 ? nsec3_denies_type(d, name, type)
			: nsec_denies_type(d, name, type);
}

enum proof denial_of_closer(
	struct denial *d, const struct name *name, unsigned labels, const void **source)
{
	struct name closer;

	if (!in_question(d, name) || labels >= names_labels(name))
		return PROOF_NONE;
	names_suffix(name, labels + 1, &closer);
	return d->nsec3 ? nsec3_denies_closer(d, &closer, source)
			: nsec_denies_closer(d, &closer, source);
}

enum cut denial_of_ds(struct denial *d, const struct name *name)
{
	struct bytes types;

	if (!in_question(d, name))
		return CUT_UNPROVEN;
	if (d->nsec3 ? nsec3_types_at(d, name, &types) : nsec_types_at(d, name, &types)) {
		/* A CNAME is no zone, and here it is not a denial of one either. */
		if (types_have(types, TYPE_DS) || types_have(types, TYPE_SOA))
			return CUT_UNPROVEN;
		return types_have(types, TYPE_NS) ? CUT_INSECURE : CUT_NONE;
	}
	switch (denial_of_name(d, name)) {
	case PROOF_FULL:
		return CUT_NOTHING;
	case PROOF_OPT_OUT:
		return CUT_INSECURE;
	default:
		break;
	}
	switch (denial_of_type(d, name, TYPE_DS)) {
	case PROOF_FULL:
		return CUT_NONE;
	case PROOF_OPT_OUT:
		return CUT_INSECURE;
	default:
		return CUT_UNPROVEN;
	}
}
