/* The happy path: a DS of a kind that is supported, the key it is of, and that key's
 * signature over the set of all keys. */
#include "dnssec/keyset.h"

#include <stdlib.h>

#include "dnssec/anchors.h"
#include "dnssec/sets.h"
#include "dnssec/verify.h"

/* A day; longer nothing is remembered, whatever its TTL. */
#define REMEMBER_MAX_S 86400

static enum trust add_zone(struct validation *v, struct zone *zone)
{
	if (zone == NULL)
		return unknown(v, EDE_OTHER, "out of memory");
	list_append(&v->zones, &zone->link);
	return TRUST_SECURE;
}

static int64_t until(const struct validation *v, uint32_t ttl_s)
{
	return v->now_s + (ttl_s < REMEMBER_MAX_S ? ttl_s : REMEMBER_MAX_S);
}

enum trust keyset_insecure(struct validation *v, const struct name *name, uint32_t ttl_s,
	const struct ede *ede)
{
	struct zone *zone = zone_new(name, NULL, 0, until(v, ttl_s));

	if (zone != NULL) {
		zone->insecure = true;
		if (ede != NULL)
			zone->ede = *ede;
	}
	return add_zone(v, zone);
}

/* The set of keys that is to be believed, and what it is believed by. */
struct keyset {
	struct packet *packet;
	struct rrset *set;
	const struct name *name;
	struct dnskey *keys; /* owned */
	size_t keys_n;
};

/* One key of the set under which the whole set holds. `ds` is NULL for a key that is an
 * anchor itself. */
static bool holds_by(struct validation *v, const struct keyset *k,
	const struct dnskey *key, const struct ds *ds)
{
	for (const struct signature *s = k->set->signatures; s != NULL; s = s->next) {
		struct signed_set in = { k->packet->message.wire, k->set, s };

		if (s->rrsig.tag != key->tag || s->rrsig.algorithm != key->algorithm ||
			!name_equal(&s->rrsig.signer, k->name) ||
			!signature_is_current(v, k->set, s))
			continue;
		if (!check_allowed(v, k->set))
			return false;
		if (ds == NULL ? verify_set(&in, k->name, key->rdata, NULL, key->rdata,
					 v->now_s)
			       : verify_keys(&in, ds->rdata, v->now_s)) {
			set_hold(k->set, s, key->rdata);
			return true;
		}
		bogus(v, EDE_DNSSEC_BOGUS, "signature over %s by key %u is wrong",
			subject(k->name, TYPE_DNSKEY).text, key->tag);
	}
	return false;
}

static bool holds_by_ds(struct validation *v, const struct keyset *k, const struct ds *ds)
{
	for (size_t i = 0; i < k->keys_n; i++) {
		const struct dnskey *key = &k->keys[i];

		if (key->tag != ds->tag || key->algorithm != ds->algorithm ||
			!crypto_ds_matches(ds, k->name, key))
			continue;
		if (!(key->flags & DNSKEY_ZONE)) {
			bogus(v, EDE_NO_ZONE_KEY, "key %u of %s is not for zones",
				key->tag, subject_name(k->name).text);
			continue;
		}
		bogus(v, EDE_RRSIGS_MISSING, "no signature over %s by key %u",
			subject(k->name, TYPE_DNSKEY).text, key->tag);
		if (key_is_usable(key) && holds_by(v, k, key, ds))
			return true;
	}
	return false;
}

/* DS records of a kind that is supported. Those with SHA-1 do not count beside better
 * ones (RFC 4509 §3). */
struct ds_list {
	struct ds *ds; /* owned */
	size_t n;
	bool algorithm; /* one has an algorithm that is supported */
};

static bool is_supported(const struct ds *ds)
{
	return crypto_has_algorithm(ds->algorithm) && crypto_has_digest(ds->digest_type);
}

static void add_ds(struct ds_list *list, struct bytes rdata)
{
	struct ds *ds = &list->ds[list->n];

	if (ds_decode(rdata, ds) != STATUS_OK)
		return;
	list->algorithm = list->algorithm || crypto_has_algorithm(ds->algorithm);
	list->n += is_supported(ds);
}

static void drop_sha1(struct ds_list *list)
{
	size_t kept = 0;

	for (size_t i = 0; i < list->n; i++) {
		if (list->ds[i].digest_type != 1)
			list->ds[kept++] = list->ds[i];
	}
	if (kept > 0)
		list->n = kept;
}

static enum trust no_ds(
	struct validation *v, const struct rrset *set, const struct ds_list *list)
{
	struct ede ede;

	note(&ede, list->algorithm ? EDE_DS_DIGEST : EDE_DNSKEY_ALGORITHM,
		"%s has no %s that is supported", subject(&set->owner, TYPE_DS).text,
		list->algorithm ? "digest" : "algorithm");
	return keyset_insecure(v, &set->owner, set_ttl(v, set), &ede);
}

/* The keys, as they came; not believed yet. */
static enum trust fetch_keys(
	struct validation *v, const struct name *name, struct keyset *out)
{
	enum trust trust = validation_fetch(v, name, TYPE_DNSKEY, &out->packet);

	if (trust != TRUST_SECURE)
		return trust;
	out->name = name;
	out->set = packet_find(out->packet, SECTION_ANSWER, name, TYPE_DNSKEY);
	if (out->set == NULL)
		return bogus(v, EDE_DNSKEY_MISSING, "%s has none",
			subject(name, TYPE_DNSKEY).text);
	if (out->set->signatures_n > v->policy->limits.signatures)
		return bogus(v, EDE_DNSSEC_BOGUS, "more than %u signatures over %s",
			v->policy->limits.signatures, subject(name, TYPE_DNSKEY).text);
	if (!v->may_work)
		return TRUST_WORK;
	out->keys = set_keys(v, out->set, &out->keys_n);
	return out->keys == NULL ? TRUST_BOGUS : TRUST_SECURE;
}

/* Believed: what may sign the zone's data stays. */
static enum trust keep_keys(struct validation *v, struct keyset *k, uint32_t ttl_s)
{
	uint32_t keys_s = set_ttl(v, k->set);
	size_t kept = 0;

	for (size_t i = 0; i < k->keys_n; i++) {
		if (key_is_usable(&k->keys[i]))
			k->keys[kept++] = k->keys[i];
	}
	return add_zone(v, zone_new(k->name, k->keys, kept,
				   until(v, keys_s < ttl_s ? keys_s : ttl_s)));
}

static enum trust by_list(
	struct validation *v, const struct rrset *set, struct ds_list *list)
{
	struct keyset k = { .keys = NULL };
	enum trust trust = fetch_keys(v, &set->owner, &k);
	bool held = false;

	if (trust == TRUST_SECURE) {
		bogus(v, EDE_DNSKEY_MISSING, "no key of %s is one that its DS are of",
			subject_name(&set->owner).text);
		for (size_t i = 0; !held && i < list->n; i++)
			held = holds_by_ds(v, &k, &list->ds[i]);
		trust = held ? keep_keys(v, &k, set_ttl(v, set)) : TRUST_BOGUS;
	}
	free(k.keys);
	return trust;
}

enum trust keyset_by_ds(struct validation *v, const struct rrset *set)
{
	struct ds_list list = { .ds = calloc(set->records_n, sizeof *list.ds) };
	enum trust trust;

	if (list.ds == NULL)
		return unknown(v, EDE_OTHER, "out of memory");
	for (const struct member *m = set->records; m != NULL; m = m->next)
		add_ds(&list, m->record.rdata);
	drop_sha1(&list);
	trust = list.n > 0 ? by_list(v, set, &list) : no_ds(v, set, &list);
	free(list.ds);
	return trust;
}

static bool holds_by_anchor(
	struct validation *v, const struct keyset *k, const struct anchor *anchor)
{
	struct ds ds;

	if (anchor->type == TYPE_DS)
		return ds_decode(anchor->rdata, &ds) == STATUS_OK && is_supported(&ds) &&
		       holds_by_ds(v, k, &ds);
	for (size_t i = 0; i < k->keys_n; i++) {
		if (bytes_equal(k->keys[i].rdata, anchor->rdata) &&
			key_is_usable(&k->keys[i]) && holds_by(v, k, &k->keys[i], NULL))
			return true;
	}
	return false;
}

static bool anchor_is_supported(const struct anchor *anchor)
{
	struct dnskey key;
	struct ds ds;

	if (anchor->type == TYPE_DS)
		return ds_decode(anchor->rdata, &ds) == STATUS_OK && is_supported(&ds);
	return dnskey_decode(anchor->rdata, &key) == STATUS_OK && key_is_usable(&key);
}

/* An anchor that cannot be used is as none (RFC 4035 §5.2). */
static bool any_supported(const struct dnssec_anchors *anchors, const struct name *name)
{
	for (size_t i = 0; i < anchors->n; i++) {
		if (name_equal(&anchors->anchors[i].zone, name) &&
			anchor_is_supported(&anchors->anchors[i]))
			return true;
	}
	return false;
}

enum trust keyset_by_anchor(struct validation *v, const struct name *name)
{
	const struct dnssec_anchors *anchors = v->policy->anchors;
	struct keyset k = { .keys = NULL };
	enum trust trust;
	bool held = false;

	if (!any_supported(anchors, name))
		return insecure(v, EDE_DNSKEY_ALGORITHM, "no anchor of %s is supported",
			subject_name(name).text);
	trust = fetch_keys(v, name, &k);
	if (trust == TRUST_SECURE) {
		bogus(v, EDE_DNSKEY_MISSING, "no key of %s is an anchor",
			subject_name(name).text);
		for (size_t i = 0; !held && i < anchors->n; i++)
			held = name_equal(&anchors->anchors[i].zone, name) &&
			       holds_by_anchor(v, &k, &anchors->anchors[i]);
		trust = held ? keep_keys(v, &k, UINT32_MAX) : TRUST_BOGUS;
	}
	free(k.keys);
	return trust;
}
