/* The happy path: the name asked for has the records asked for, signed by its zone, to
 * which a chain leads. */
#include "dnssec/judge.h"

#include "dnssec/names.h"
#include "dnssec/sets.h"
#include "dnssec/walk.h"

static enum trust worse(enum trust a, enum trust b)
{
	return a > b ? a : b;
}

/* Where it stands: a DS on the parent's side of a cut (RFC 4035 §3.1.4.1). */
static void place_of(const struct name *name, uint16_t type, struct name *out)
{
	unsigned labels = names_labels(name);

	names_suffix(name, type == TYPE_DS && labels > 0 ? labels - 1 : labels, out);
}

/* Without a signature: is that so because its zone is not signed? */
static enum trust judge_unsigned(struct validation *v, const struct name *name,
	uint16_t type, const struct zone **zone)
{
	struct name place;

	place_of(name, type, &place);
	return walk_to(v, &place, NULL, zone);
}

static enum trust judge_set_anew(struct validation *v, struct rrset *set)
{
	const struct name *signer = set_signer(set);
	const struct zone *zone;
	enum trust trust;

	if (dnssec_policy_exempts(v->policy, &set->owner))
		return TRUST_INSECURE;
	if (signer == NULL) {
		trust = judge_unsigned(v, &set->owner, set->type, &zone);
		if (trust != TRUST_SECURE)
			return trust;
		return bogus(v, EDE_RRSIGS_MISSING, "no signature over %s by %s",
			subject(&set->owner, set->type).text,
			subject_name(&zone->name).text);
	}
	trust = walk_to(v, &set->owner, signer, &zone);
	return trust == TRUST_SECURE ? set_check(v, v->answer, set, zone) : trust;
}

/* To look up the zone of a name takes 0.1 ms where that has 120 labels. */
static enum trust judge_set(struct validation *v, struct rrset *set)
{
	if (!set->judged) {
		set->judgement = judge_set_anew(v, set);
		set->judged = set->judgement < TRUST_UNKNOWN;
	}
	return set->judgement;
}

/* What the zone `signer` has signed is a proof for this rcode. */
static enum trust judge_proof(struct validation *v, const struct name *name,
	uint16_t type, const struct zone *zone)
{
	bool no_name = message_rcode(&v->answer->message) == RCODE_NXDOMAIN;
	struct denial d;
	enum trust trust = denial_gather(v, v->answer, zone, &d);
	enum proof proof;

	if (trust != TRUST_SECURE)
		return trust;
	proof = no_name ? denial_of_name(&d, name) : denial_of_type(&d, name, type);
	if (proof == PROOF_OPT_OUT)
		return TRUST_INSECURE;
	if (proof == PROOF_FULL)
		return TRUST_SECURE;
	return bogus(v, v->hashes_left == 0 ? EDE_DNSSEC_BOGUS : EDE_NSEC_MISSING,
		v->hashes_left == 0
			? "%s: too many hashes to compute for a proof by %s"
			: "no proof that there is no %s in what %s has signed",
		no_name ? subject_name(name).text : subject(name, type).text,
		subject_name(&zone->name).text);
}

/* The proofs may be those of an alias before, by a zone above; then `name` may lie in an
 * unsigned one below it. */
static enum trust judge_denial(
	struct validation *v, const struct name *name, uint16_t type)
{
	const struct name *signer =
		denial_signer(v->answer, name, type == TYPE_DS && name->n > 1);
	const struct zone *zone;
	enum trust trust = TRUST_BOGUS;
	enum trust below;
	struct ede why;

	if (dnssec_policy_exempts(v->policy, name))
		return TRUST_INSECURE;
	if (signer != NULL) {
		trust = walk_to(v, name, signer, &zone);
		if (trust == TRUST_SECURE)
			trust = judge_proof(v, name, type, zone);
		if (trust != TRUST_BOGUS)
			return trust;
		why = v->result.ede;
	}
	below = judge_unsigned(v, name, type, &zone);
	if (below == TRUST_SECURE && signer == NULL)
		return bogus(v, EDE_NSEC_MISSING, "no proof that there is no %s by %s",
			subject(name, type).text, subject_name(&zone->name).text);
	if (below == TRUST_SECURE || (below == TRUST_BOGUS && signer != NULL)) {
		v->result.ede = why;
		return TRUST_BOGUS;
	}
	return below;
}

/* What is proven to be there cannot be said not to be: clients go by the rcode. */
static enum trust judge_rcode(
	struct validation *v, const struct name *name, enum trust trust)
{
	if (trust != TRUST_SECURE || message_rcode(&v->answer->message) == RCODE_NOERROR)
		return trust;
	return bogus(v, EDE_NSEC_MISSING, "%s is there, and said not to be",
		subject_name(name).text);
}

/* Whatever the name has. */
static enum trust judge_any(struct validation *v, const struct name *name, bool *found)
{
	enum trust worst = TRUST_SECURE;

	*found = false;
	for (size_t i = 0; i < v->answer->sets_n && worst < TRUST_BOGUS; i++) {
		struct rrset *set = &v->answer->sets[i];

		if (set->section != SECTION_ANSWER || !name_equal(&set->owner, name))
			continue;
		*found = true;
		worst = worse(worst, judge_set(v, set));
	}
	return worst;
}

/* From the name asked for to where its aliases end. */
static enum trust judge_chain(struct validation *v)
{
	const struct question *question = &v->answer->message.question;
	struct link link = { .name = question->name };
	enum trust worst = TRUST_SECURE;

	bool found = false;

	if (question->type == TYPE_RRSIG) /* nothing has signed these */
		return insecure(v, EDE_DNSSEC_INDETERMINATE,
			"signatures themselves cannot be validated");
	if (question->type == TYPE_ANY)
		worst = judge_any(v, &question->name, &found);
	if (found || worst >= TRUST_BOGUS)
		return judge_rcode(v, &question->name, worst);
	for (unsigned n = 0;; n++) {
		enum trust trust = link_next(v, &link);

		if (trust != TRUST_SECURE)
			return trust;
		trust = link.set == NULL ? judge_denial(v, &link.name, question->type)
					 : judge_set(v, link.set);
		if (link.set != NULL && link.last)
			trust = judge_rcode(v, &link.name, trust);
		worst = worse(worst, trust);
		if (worst >= TRUST_BOGUS || link.last)
			return worst;
		if (n == v->policy->limits.links)
			return bogus(v, EDE_DNSSEC_BOGUS, "more than %u aliases", n);
	}
}

/* AD covers all of the answer section (RFC 4035 §3.2.3). What the chain passed by counts
 * no less: a client would follow a CNAME beside the records asked for. */
static enum trust judge_answer(struct validation *v)
{
	enum trust worst = judge_chain(v);

	for (size_t i = 0; i < v->answer->sets_n && worst < TRUST_BOGUS; i++) {
		struct rrset *set = &v->answer->sets[i];

		if (set->section == SECTION_ANSWER && !set->implied)
			worst = worse(worst, judge_set(v, set));
	}
	return worst;
}

/* AD covers all of the authority section (RFC 4035 §3.2.3). */
static enum trust judge_authority(struct validation *v)
{
	enum trust worst = TRUST_SECURE;

	for (size_t i = 0; i < v->answer->sets_n && worst < TRUST_BOGUS; i++) {
		struct rrset *set = &v->answer->sets[i];

		if (set->section != SECTION_AUTHORITY)
			continue;
		if (set->type == TYPE_NS && set->signatures_n == 0)
			v->result.ns_unproven = true;
		else
			worst = worse(worst, judge_set(v, set));
	}
	return worst;
}

static void note_ttl(struct validation *v)
{
	for (size_t i = 0; i < v->answer->sets_n; i++) {
		const struct rrset *set = &v->answer->sets[i];
		uint32_t ttl_s;

		if (set->held == NULL)
			continue;
		ttl_s = set_ttl(v, set);
		if (ttl_s < v->result.ttl_max_s)
			v->result.ttl_max_s = ttl_s;
	}
}

enum trust judge(struct validation *v)
{
	unsigned sets_max = v->policy->limits.sets;
	enum trust trust;

	if (v->answer->sets_n > sets_max)
		return bogus(
			v, EDE_DNSSEC_BOGUS, "more than %u sets of records", sets_max);
	trust = judge_answer(v);
	v->result.ns_unproven = false;
	if (trust == TRUST_SECURE)
		trust = judge_authority(v);
	note_ttl(v);
	return trust;
}
