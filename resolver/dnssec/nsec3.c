/* Proofs with NSEC3 (RFC 5155 §8). A name is looked for by its hash, and each hash is
 * counted: there are many names above a long one (CVE-2023-50868). */
#include <string.h>

#include "dnssec/denial.h"
#include "dnssec/names.h"

static bool hash(struct denial *d, const struct name *name, uint8_t out[NSEC3_HASH_BYTES])
{
	if (*d->hashes_left == 0)
		return false;
	--*d->hashes_left;
	return crypto_nsec3_hash(name, &d->facts[0].nsec3, out) == STATUS_OK;
}

static const struct fact *matching(const struct denial *d, const uint8_t *name_hash)
{
	for (size_t i = 0; i < d->n; i++) {
		if (memcmp(d->facts[i].hash, name_hash, NSEC3_HASH_BYTES) == 0)
			return &d->facts[i];
	}
	return NULL;
}

static bool in_gap(const struct fact *fact, const uint8_t *name_hash)
{
	bool after = memcmp(fact->hash, name_hash, NSEC3_HASH_BYTES) < 0;
	bool before = memcmp(name_hash, fact->nsec3.next.p, NSEC3_HASH_BYTES) < 0;

	/* The last one, whose next is the first. */
	if (memcmp(fact->hash, fact->nsec3.next.p, NSEC3_HASH_BYTES) >= 0)
		return after || before;
	return after && before;
}

static const struct fact *covering(const struct denial *d, const uint8_t *name_hash)
{
	for (size_t i = 0; i < d->n; i++) {
		if (in_gap(&d->facts[i], name_hash))
			return &d->facts[i];
	}
	return NULL;
}

static enum proof strength(const struct fact *fact)
{
	return fact->nsec3.flags & NSEC3_OPT_OUT ? PROOF_OPT_OUT : PROOF_FULL;
}

bool nsec3_types_at(struct denial *d, const struct name *name, struct bytes *types)
{
	uint8_t name_hash[NSEC3_HASH_BYTES];
	const struct fact *fact;

	if (!hash(d, name, name_hash))
		return false;
	fact = matching(d, name_hash);
	if (fact != NULL)
		*types = fact->nsec3.types;
	return fact != NULL;
}

enum proof nsec3_denies_closer(
	struct denial *d, const struct name *closer, const void **source)
{
	uint8_t name_hash[NSEC3_HASH_BYTES];
	const struct fact *gap;

	if (!hash(d, closer, name_hash) || matching(d, name_hash) != NULL)
		return PROOF_NONE;
	gap = covering(d, name_hash);
	if (gap == NULL)
		return PROOF_NONE;
	*source = gap->source;
	return strength(gap);
}

/* RFC 5155 §8.3: the longest name above that is there, and the proof that the one below
 * it, on the way to `name`, is not. */
static enum proof closest_encloser(
	struct denial *d, const struct name *name, struct name *encloser)
{
	unsigned labels = names_labels(name);
	unsigned top = names_labels(d->zone);

	while (labels > top) {
		struct bytes types;
		struct name closer;
		const void *source;

		names_suffix(name, --labels, encloser);
		if (!nsec3_types_at(d, encloser, &types))
			continue;
		if (types_end_here(types))
			return PROOF_NONE;
		names_suffix(name, labels + 1, &closer);
		return nsec3_denies_closer(d, &closer, &source);
	}
	return PROOF_NONE;
}

/* RFC 5155 §8.4. Under opt-out an unsigned delegation may hide what is asked for
 * (§9.2). */
enum proof nsec3_denies_name(struct denial *d, const struct name *name)
{
	struct name encloser;
	struct name wildcard;
	const void *source;
	enum proof proof = closest_encloser(d, name, &encloser);

	if (proof == PROOF_NONE || !names_wildcard(&encloser, &wildcard))
		return proof;
	return nsec3_denies_closer(d, &wildcard, &source) == PROOF_NONE ? PROOF_NONE
									: proof;
}

/* RFC 5155 §8.5 to §8.7. */
enum proof nsec3_denies_type(struct denial *d, const struct name *name, uint16_t type)
{
	struct bytes types;
	struct name encloser;
	struct name wildcard;
	enum proof proof;

	if (nsec3_types_at(d, name, &types))
		return types_deny(types, name, type) ? PROOF_FULL : PROOF_NONE;
	proof = closest_encloser(d, name, &encloser);
	if (proof == PROOF_NONE || !names_wildcard(&encloser, &wildcard))
		return PROOF_NONE;
	if (nsec3_types_at(d, &wildcard, &types))
		return types_deny(types, &wildcard, type) ? proof : PROOF_NONE;
	/* Empty names that are there for unsigned delegations alone have no record, and
	 * those delegations have none either. */
	return proof == PROOF_OPT_OUT ? proof : PROOF_NONE;
}
