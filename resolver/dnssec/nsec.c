/* Proofs with NSEC (RFC 4035 §5.4). */
#include "dnssec/denial.h"
#include "dnssec/names.h"

bool nsec_types_at(const struct denial *d, const struct name *name, struct bytes *types)
{
	for (size_t i = 0; i < d->n; i++) {
		if (!name_equal(d->facts[i].owner, name))
			continue;
		*types = d->facts[i].nsec.types;
		return true;
	}
	return false;
}

/* The record in whose gap `name` lies. One of a name above it that ends there has no say
 * (RFC 6840 §4.1). */
static const struct fact *covering(const struct denial *d, const struct name *name)
{
	for (size_t i = 0; i < d->n; i++) {
		const struct fact *fact = &d->facts[i];

		if (!names_between(fact->owner, &fact->nsec.next, name))
			continue;
		if (!names_below(name, fact->owner) || !types_end_here(fact->nsec.types))
			return fact;
	}
	return NULL;
}

/* The gap ends below `name`, so that is there after all, without any type (RFC 4592
 * §2.2.2). */
static bool is_empty(const struct fact *fact, const struct name *name)
{
	return names_below(&fact->nsec.next, name);
}

/* The wildcard of the closest name above that is there: one end of the gap lies below
 * that name, or is it. */
static bool wildcard_of(
	const struct fact *fact, const struct name *name, struct name *wildcard)
{
	unsigned before = names_common(fact->owner, name);
	unsigned after = names_common(&fact->nsec.next, name);
	struct name encloser;

	names_suffix(name, before > after ? before : after, &encloser);
	return names_wildcard(&encloser, wildcard);
}

enum proof nsec_denies_name(const struct denial *d, const struct name *name)
{
	const struct fact *gap = covering(d, name);
	struct name wildcard;
	const struct fact *wildcard_gap;

	if (gap == NULL || is_empty(gap, name))
		return PROOF_NONE;
	if (!wildcard_of(gap, name, &wildcard))
		return PROOF_FULL;
	wildcard_gap = covering(d, &wildcard);
	return wildcard_gap != NULL && !is_empty(wildcard_gap, &wildcard) ? PROOF_FULL
									  : PROOF_NONE;
}

enum proof nsec_denies_type(
	const struct denial *d, const struct name *name, uint16_t type)
{
	struct bytes types;
	struct name wildcard;
	const struct fact *gap;

	if (nsec_types_at(d, name, &types))
		return types_deny(types, name, type) ? PROOF_FULL : PROOF_NONE;
	gap = covering(d, name);
	if (gap == NULL)
		return PROOF_NONE;
	if (is_empty(gap, name))
		return PROOF_FULL;
	/* A wildcard without that type (RFC 4035 §3.1.3.4). */
	return wildcard_of(gap, name, &wildcard) && nsec_types_at(d, &wildcard, &types) &&
			       types_deny(types, &wildcard, type)
		       ? PROOF_FULL
		       : PROOF_NONE;
}

enum proof nsec_denies_closer(
	const struct denial *d, const struct name *closer, const void **source)
{
	const struct fact *gap = covering(d, closer);

	if (gap == NULL || is_empty(gap, closer))
		return PROOF_NONE;
	*source = gap->source;
	return PROOF_FULL;
}
