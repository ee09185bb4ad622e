/* The happy path: a signature of the zone, current, by a key with its tag and algorithm,
 * and getdns says that it holds. Every limit is looked at before getdns is. */
#include "dnssec/sets.h"

#include <stdlib.h>

#include "base/clock.h"
#include "dnssec/names.h"
#include "dnssec/signature.h"
#include "dnssec/verify.h"

static bool may_sign(const struct rrset *set, const struct name *signer)
{
	if (set->type == TYPE_DS)
		return names_below(&set->owner, signer);
	return name_within(&set->owner, signer);
}

const struct name *set_signer(const struct rrset *set)
{
	const struct name *best = NULL;

	for (const struct signature *s = set->signatures; s != NULL; s = s->next) {
		const struct name *signer = &s->rrsig.signer;

		if (may_sign(set, signer) && (best == NULL || signer->n > best->n))
			best = signer;
	}
	return best;
}

static bool is_denial(const struct rrset *set)
{
	return set->section == SECTION_AUTHORITY &&
	       (set->type == TYPE_NSEC || set->type == TYPE_NSEC3);
}

const struct name *denial_signer(
	const struct packet *packet, const struct name *name, bool parent)
{
	const struct name *best = NULL;

	for (size_t i = 0; i < packet->sets_n; i++) {
		const struct rrset *set = &packet->sets[i];
		const struct name *signer = is_denial(set) ? set_signer(set) : NULL;

		if (signer == NULL || (best != NULL && signer->n <= best->n))
			continue;
		if (parent ? names_below(name, signer) : name_within(name, signer))
			best = signer;
	}
	return best;
}

bool key_is_usable(const struct dnskey *key)
{
	return (key->flags & DNSKEY_ZONE) && !(key->flags & DNSKEY_REVOKE) &&
	       key->protocol == 3 && crypto_has_algorithm(key->algorithm) &&
	       crypto_key_is_cheap(key);
}

bool signature_is_current(
	struct validation *v, const struct rrset *set, const struct signature *signature)
{
	const struct rrsig *rrsig = &signature->rrsig;
	int64_t from_s = rrsig_time(rrsig->inception, v->now_s);
	int64_t until_s = rrsig_time(rrsig->expiration, v->now_s);
	char when[CLOCK_TEXT_MAX];

	if (until_s < v->now_s || until_s < from_s) {
		clock_format(until_s, when);
		bogus(v, EDE_SIGNATURE_EXPIRED,
			"signature over %s by key %u of %s expired %s",
			subject(&set->owner, set->type).text, rrsig->tag,
			subject_name(&rrsig->signer).text, when);
		return false;
	}
	if (from_s > v->now_s) {
		clock_format(from_s, when);
		bogus(v, EDE_SIGNATURE_NOT_YET_VALID,
			"signature over %s by key %u of %s is valid from %s",
			subject(&set->owner, set->type).text, rrsig->tag,
			subject_name(&rrsig->signer).text, when);
		return false;
	}
	return true;
}

bool check_allowed(struct validation *v, const struct rrset *set)
{
	if (v->checks == v->policy->limits.checks) {
		bogus(v, EDE_DNSSEC_BOGUS, "%s: more than %u signatures to check",
			subject(&set->owner, set->type).text, v->checks);
		return false;
	}
	v->checks++;
	return true;
}

static unsigned owner_labels(const struct rrset *set)
{
	return names_labels(&set->owner) - names_is_wildcard(&set->owner);
}

uint32_t set_ttl(const struct validation *v, const struct rrset *set)
{
	const struct rrsig *rrsig = &set->held->rrsig;
	int64_t left_s = rrsig_time(rrsig->expiration, v->now_s) - v->now_s;
	uint32_t ttl_s = rrsig->ttl_s;

	if (left_s < ttl_s)
		ttl_s = left_s < 0 ? 0 : (uint32_t)left_s;
	for (const struct member *m = set->records; m != NULL; m = m->next) {
		if (m->record.ttl_s < ttl_s)
			ttl_s = m->record.ttl_s;
	}
	return ttl_s;
}

void set_hold(struct rrset *set, const struct signature *signature, struct bytes key)
{
	set->held = signature;
	set->held_key = key;
}

/* What has an owner of its own kind is never made of a wildcard; for NSEC the wildcard's
 * own is no exception, its signature has as many labels as it (RFC 4035 §5.3.4). */
static bool may_expand(uint16_t type)
{
	return type != TYPE_NSEC && type != TYPE_NSEC3 && type != TYPE_DNSKEY &&
	       type != TYPE_DS && type != TYPE_SOA;
}

static const struct dnskey *key_for(
	const struct zone *zone, const struct rrsig *rrsig, const struct dnskey *from)
{
	const struct dnskey *key = from == NULL ? zone->keys : from + 1;

	for (; key < zone->keys + zone->keys_n; key++) {
		if (key->tag == rrsig->tag && key->algorithm == rrsig->algorithm)
			return key;
	}
	return NULL;
}

static enum trust try_signature(struct validation *v, struct packet *packet,
	struct rrset *set, const struct signature *signature, const struct zone *zone,
	const struct rrset *proof)
{
	const struct rrsig *rrsig = &signature->rrsig;
	struct signed_set in = { packet->message.wire, set, signature };
	struct signed_set shown = { packet->message.wire, proof, NULL };
	const struct dnskey *key = key_for(zone, rrsig, NULL);

	if (proof != NULL)
		shown.signature = proof->held;
	if (key == NULL)
		return bogus(v, EDE_DNSKEY_MISSING,
			"signature over %s is by key %u, which %s does not have",
			subject(&set->owner, set->type).text, rrsig->tag,
			subject_name(&zone->name).text);
	for (; key != NULL; key = key_for(zone, rrsig, key)) {
		if (!check_allowed(v, set))
			return TRUST_BOGUS;
		if (verify_set(&in, &zone->name, key->rdata,
			    proof == NULL ? NULL : &shown,
			    proof == NULL ? key->rdata : proof->held_key, v->now_s)) {
			set_hold(set, signature, key->rdata);
			return TRUST_SECURE;
		}
	}
	return bogus(v, EDE_DNSSEC_BOGUS, "signature over %s by key %u of %s is wrong",
		subject(&set->owner, set->type).text, rrsig->tag,
		subject_name(&zone->name).text);
}

/* getdns will not look at a set made of a wildcard whose proof it may not see. */
static bool holds_alone(struct validation *v, struct packet *packet,
	const struct rrset *set, const struct signature *signature,
	const struct zone *zone)
{
	const struct rrsig *rrsig = &signature->rrsig;
	struct signed_set in = { packet->message.wire, set, signature };
	const struct dnskey *key = NULL;

	while ((key = key_for(zone, rrsig, key)) != NULL && check_allowed(v, set)) {
		if (signature_holds(&in, key->rdata))
			return true;
	}
	return false;
}

/* RFC 4035 §5.3.4: nothing closer is there that the wildcard would give way to. Where
 * that takes too many iterations to see, the records have to be the zone's all the same.
 */
static enum trust check_expanded(struct validation *v, struct packet *packet,
	struct rrset *set, const struct signature *signature, const struct zone *zone)
{
	struct denial d;
	const void *source;
	enum trust trust = denial_gather(v, packet, zone, &d);
	enum proof proof;

	if (trust == TRUST_INSECURE && !holds_alone(v, packet, set, signature, zone))
		return bogus(v, EDE_DNSSEC_BOGUS, "signature over %s by key %u is wrong",
			subject(&set->owner, set->type).text, signature->rrsig.tag);
	if (trust != TRUST_SECURE)
		return trust;
	proof = denial_of_closer(&d, &set->owner, signature->rrsig.labels, &source);
	if (proof == PROOF_NONE)
		return bogus(v, EDE_NSEC_MISSING,
			"%s is made of a wildcard, without proof that it may be",
			subject(&set->owner, set->type).text);
	trust = try_signature(v, packet, set, signature, zone, source);
	return trust == TRUST_SECURE && proof == PROOF_OPT_OUT ? TRUST_INSECURE : trust;
}

/* RFC 4035 §5.3.1. */
static enum trust check_signature(struct validation *v, struct packet *packet,
	struct rrset *set, const struct signature *signature, const struct zone *zone)
{
	unsigned labels = owner_labels(set);
	uint8_t signed_labels = signature->rrsig.labels;

	if (!signature_is_current(v, set, signature))
		return TRUST_BOGUS;
	if (signed_labels > labels || signed_labels < names_labels(&zone->name) ||
		(signed_labels < labels && !may_expand(set->type)))
		return bogus(v, EDE_DNSSEC_BOGUS,
			"signature over %s is not for a name of %u labels",
			subject(&set->owner, set->type).text, labels);
	if (signed_labels < labels)
		return check_expanded(v, packet, set, signature, zone);
	return try_signature(v, packet, set, signature, zone, NULL);
}

/* The best of its signatures decides; the reason of the last one tried is kept. */
static enum trust check_signatures(struct validation *v, struct packet *packet,
	struct rrset *set, const struct zone *zone)
{
	enum trust best = bogus(v, EDE_RRSIGS_MISSING, "no signature over %s by %s",
		subject(&set->owner, set->type).text, subject_name(&zone->name).text);

	for (const struct signature *s = set->signatures; s != NULL; s = s->next) {
		enum trust trust;

		if (!name_equal(&s->rrsig.signer, &zone->name))
			continue;
		if (!crypto_has_algorithm(s->rrsig.algorithm))
			continue;
		trust = check_signature(v, packet, set, s, zone);
		if (trust < best)
			best = trust;
		if (best == TRUST_SECURE)
			break;
	}
	return best;
}

enum trust set_check(struct validation *v, struct packet *packet, struct rrset *set,
	const struct zone *zone)
{
	enum trust trust;

	if (set->checked)
		return set->trust;
	if (set->signatures_n > v->policy->limits.signatures)
		return bogus(v, EDE_DNSSEC_BOGUS, "more than %u signatures over %s",
			v->policy->limits.signatures,
			subject(&set->owner, set->type).text);
	if (!v->may_work)
		return TRUST_WORK;
	trust = check_signatures(v, packet, set, zone);
	set->checked = true;
	set->trust = trust;
	return trust;
}

static enum trust note_iterations(
	struct validation *v, const struct rrset *set, const struct nsec3 *nsec3)
{
	const struct dnssec_limits *limits = &v->policy->limits;
	unsigned iterations = nsec3->iterations;

	if (iterations > limits->iterations_max)
		return bogus(v, EDE_NSEC3_ITERATIONS, "%s with %u iterations",
			subject(&set->owner, TYPE_NSEC3).text, iterations);
	if (iterations > limits->iterations)
		return insecure(v, EDE_NSEC3_ITERATIONS,
			"%s with %u iterations, of which at most %u are computed",
			subject(&set->owner, TYPE_NSEC3).text, iterations,
			limits->iterations);
	return TRUST_SECURE;
}

/* A set of these is one record; another would be passed over. The number of iterations
 * comes to nothing before the signature is seen to hold: anybody could claim it. */
static enum trust gather_set(struct validation *v, struct packet *packet,
	struct rrset *set, const struct zone *zone, struct denial *out)
{
	const struct record *record = &set->records->record;
	enum trust trust = set_check(v, packet, set, zone);
	struct nsec3 nsec3;

	if (trust != TRUST_SECURE)
		return trust;
	if (set->type == TYPE_NSEC) {
		denial_add_nsec(out, packet->message.wire, record, set);
		return TRUST_SECURE;
	}
	if (nsec3_decode(record->rdata, &nsec3) == STATUS_OK)
		trust = note_iterations(v, set, &nsec3);
	if (trust == TRUST_SECURE)
		denial_add_nsec3(out, record, set);
	return trust;
}

enum trust denial_gather(struct validation *v, struct packet *packet,
	const struct zone *zone, struct denial *out)
{
	*out = (struct denial){ .zone = &zone->name, .hashes_left = &v->hashes_left };
	for (size_t i = 0; i < packet->sets_n; i++) {
		struct rrset *set = &packet->sets[i];
		const struct name *signer = is_denial(set) ? set_signer(set) : NULL;
		enum trust trust;

		if (signer == NULL || !name_equal(signer, &zone->name))
			continue;
		trust = gather_set(v, packet, set, zone, out);
		if (trust != TRUST_SECURE)
			return trust;
	}
	return TRUST_SECURE;
}

uint32_t denial_ttl(const struct validation *v, const struct denial *d)
{
	uint32_t ttl_s = UINT32_MAX;

	for (size_t i = 0; i < d->n; i++) {
		uint32_t set_s = set_ttl(v, d->facts[i].source);

		if (set_s < ttl_s)
			ttl_s = set_s;
	}
	return ttl_s;
}

static bool has_collisions(struct validation *v, const struct rrset *set,
	const struct dnskey *keys, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		unsigned same = 0;

		for (size_t j = 0; j < n; j++)
			same += keys[j].tag == keys[i].tag &&
				keys[j].algorithm == keys[i].algorithm;
		if (same <= v->policy->limits.same_tag)
			continue;
		bogus(v, EDE_DNSSEC_BOGUS, "%s has %u keys with tag %u",
			subject_name(&set->owner).text, same, keys[i].tag);
		return true;
	}
	return false;
}

struct dnskey *set_keys(struct validation *v, const struct rrset *set, size_t *n)
{
	struct dnskey *keys;

	*n = 0;
	if (set->records_n > v->policy->limits.keys) {
		bogus(v, EDE_DNSSEC_BOGUS, "%s has %u keys",
			subject_name(&set->owner).text, set->records_n);
		return NULL;
	}
	keys = calloc(set->records_n, sizeof *keys);
	if (keys == NULL) {
		bogus(v, EDE_OTHER, "out of memory");
		return NULL;
	}
	for (const struct member *m = set->records; m != NULL; m = m->next)
		*n += dnskey_decode(m->record.rdata, &keys[*n]) == STATUS_OK;
	if (has_collisions(v, set, keys, *n)) {
		free(keys);
		return NULL;
	}
	return keys;
}
