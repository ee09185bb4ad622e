/* The happy path: the deepest zone known is the one wanted. If not, one more zone is
 * proven (delegation.h), and it is looked again. */
#include "dnssec/walk.h"

#include "dnssec/anchors.h"
#include "dnssec/delegation.h"
#include "dnssec/keys.h"
#include "dnssec/keyset.h"
#include "dnssec/names.h"

/* What this validation has proven or taken over; the memory only from the loop's
 * thread. */
static const struct zone *deepest(struct validation *v, const struct name *name)
{
	const struct zone *best = NULL;
	const struct zone *known;
	struct zone *copy;

	list_for_each (it, &v->zones) {
		const struct zone *zone = list_entry(it, struct zone, link);

		if (name_within(name, &zone->name) &&
			(best == NULL || zone->name.n > best->name.n))
			best = zone;
	}
	if (v->may_work)
		return best;
	known = keys_find(v->keys, name, v->now_s);
	if (known == NULL || (best != NULL && best->name.n >= known->name.n))
		return best;
	copy = zone_copy(known);
	if (copy == NULL)
		return best;
	copy->remembered = true;
	list_append(&v->zones, &copy->link);
	return copy;
}

/* One label at a time, until there is a new zone or `target` is reached. */
static enum trust descend(struct validation *v, const struct zone *zone,
	const struct name *target, bool *found)
{
	unsigned end = names_labels(target);
	struct name child;

	*found = false;
	for (unsigned at = names_labels(&zone->name) + 1; at <= end; at++) {
		enum child kind;
		enum trust trust;

		names_suffix(target, at, &child);
		trust = delegation_prove(v, zone, &child, &kind);
		if (trust != TRUST_SECURE)
			return trust;
		if (kind == CHILD_NOTHING)
			break;
		*found = kind == CHILD_ZONE;
		if (*found)
			break;
	}
	return TRUST_SECURE;
}

/* Straight to the zone that is said to have signed. */
static enum trust jump(
	struct validation *v, const struct zone *zone, const struct name *signer)
{
	enum child kind;
	enum trust trust = delegation_prove(v, zone, signer, &kind);

	if (trust != TRUST_SECURE || kind == CHILD_ZONE)
		return trust;
	return bogus(v, EDE_DNSSEC_BOGUS, "%s, which a signature is by, is no zone",
		subject_name(signer).text);
}

static enum trust take_insecure(struct validation *v, const struct zone *zone)
{
	if (zone->ede.present)
		v->insecure = zone->ede;
	return TRUST_INSECURE;
}

enum trust walk_to(struct validation *v, const struct name *target,
	const struct name *signer, const struct zone **out)
{
	const struct name *goal = signer == NULL ? target : signer;

	for (;;) {
		const struct zone *zone;
		struct name anchor;
		enum trust trust;
		bool found = true;

		if (!anchors_zone(v->policy->anchors, goal, &anchor))
			return TRUST_INSECURE;
		/* What is known above the anchor says nothing. */
		zone = deepest(v, goal);
		if (zone != NULL && zone->name.n < anchor.n)
			zone = NULL;
		if (zone != NULL && zone->insecure)
			return take_insecure(v, zone);
		if (zone != NULL && name_equal(&zone->name, goal)) {
			*out = zone;
			return TRUST_SECURE;
		}
		if (zone == NULL)
			trust = keyset_by_anchor(v, &anchor);
		else if (signer != NULL)
			trust = jump(v, zone, signer);
		else
			trust = descend(v, zone, target, &found);
		if (trust != TRUST_SECURE)
			return trust;
		if (!found) {
			*out = zone;
			return TRUST_SECURE;
		}
	}
}
