#include "dnssec/delegation.h"

#include "dnssec/keyset.h"
#include "dnssec/names.h"
#include "dnssec/sets.h"
#include "dnssec/walk.h"

/* The parent's records are by a zone between: that comes first. It has to be shorter than
 * `child`, or this would not end: an alias may claim to be signed by its own name. */
static enum trust go_between(struct validation *v, const struct zone **zone,
	const struct name *child, const struct name *signer)
{
	if (signer == NULL)
		return TRUST_SECURE;
	if (name_equal(signer, &(*zone)->name))
		return TRUST_SECURE;
	if (!names_below(signer, &(*zone)->name) || !names_below(child, signer))
		return bogus(v, EDE_DNSSEC_BOGUS,
			"%s is signed by %s, which is not above",
			subject(child, TYPE_DS).text, subject_name(signer).text);
	return walk_to(v, signer, signer, zone);
}

static enum trust by_ds(struct validation *v, const struct zone *zone,
	struct packet *packet, struct rrset *set, enum child *out)
{
	enum trust trust;

	*out = CHILD_ZONE;
	if (set->records_n > v->policy->limits.ds)
		return bogus(v, EDE_DNSSEC_BOGUS, "%s has %u DS records",
			subject_name(&set->owner).text, set->records_n);
	trust = go_between(v, &zone, &set->owner, set_signer(set));
	if (trust == TRUST_SECURE)
		trust = set_check(v, packet, set, zone);
	return trust == TRUST_SECURE ? keyset_by_ds(v, set) : trust;
}

/* An alias is no zone: it is itself what `zone` has there. */
static enum trust by_alias(struct validation *v, const struct zone *zone,
	struct packet *packet, struct rrset *set, enum child *out)
{
	enum trust trust = go_between(v, &zone, &set->owner, set_signer(set));

	*out = CHILD_NONE;
	return trust == TRUST_SECURE ? set_check(v, packet, set, zone) : trust;
}

static enum trust by_memory(const struct packet *packet, enum child *out)
{
	*out = packet->denies_all ? CHILD_NOTHING : CHILD_NONE;
	return TRUST_SECURE;
}

static enum trust by_denial(struct validation *v, const struct zone *zone,
	struct packet *packet, const struct name *child, enum child *out)
{
	const struct name *signer = denial_signer(packet, child, true);
	enum trust trust = go_between(v, &zone, child, signer);
	struct denial d;

	if (signer == NULL)
		return bogus(v, EDE_NSEC_MISSING, "%s does not prove that there is no %s",
			subject_name(&zone->name).text, subject(child, TYPE_DS).text);
	if (trust == TRUST_SECURE)
		trust = denial_gather(v, packet, zone, &d);
	if (trust != TRUST_SECURE)
		return trust;
	switch (denial_of_ds(&d, child)) {
	case CUT_NONE:
		packet->denies_cut = true;
		return by_memory(packet, out);
	case CUT_NOTHING:
		packet->denies_cut = packet->denies_all = true;
		return by_memory(packet, out);
	case CUT_INSECURE:
		*out = CHILD_ZONE;
		return keyset_insecure(v, child, denial_ttl(v, &d), NULL);
	default:
		return bogus(v, EDE_NSEC_MISSING,
			"what %s has signed does not prove that there is no %s",
			subject_name(&zone->name).text, subject(child, TYPE_DS).text);
	}
}

/* A DNAME in the answer that stands above `name`. */
static struct rrset *dname_above(struct packet *packet, const struct name *name)
{
	for (size_t i = 0; i < packet->sets_n; i++) {
		struct rrset *set = &packet->sets[i];

		if (set->section == SECTION_ANSWER && set->type == TYPE_DNAME &&
			names_below(name, &set->owner))
			return set;
	}
	return NULL;
}

enum trust delegation_prove(struct validation *v, const struct zone *zone,
	const struct name *child, enum child *out)
{
	struct packet *packet;
	struct rrset *set;
	enum trust trust;

	trust = validation_fetch(v, child, TYPE_DS, &packet);
	if (trust != TRUST_SECURE)
		return trust;
	if (packet->denies_cut)
		return by_memory(packet, out);
	set = packet_find(packet, SECTION_ANSWER, child, TYPE_DS);
	if (set != NULL)
		return by_ds(v, zone, packet, set, out);
	set = dname_above(packet, child);
	if (set == NULL)
		set = packet_find(packet, SECTION_ANSWER, child, TYPE_CNAME);
	if (set != NULL)
		return by_alias(v, zone, packet, set, out);
	return by_denial(v, zone, packet, child, out);
}
