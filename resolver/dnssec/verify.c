/* getdns is given exactly what has to be verified: one set, one signature, one key. So
 * one call is one check (two where a DS is involved), whatever a message is stuffed
 * with; which key and which signature are tried is decided before.
 *
 * Its anchors are keys that are validated already: below a DNSKEY of the set's own zone
 * it climbs no further. */
#include "dnssec/verify.h"

#include <getdns/getdns_extra.h>
#include <stdlib.h>

#include "dnssec/names.h"
#include "dnssec/signature.h"

/* Owner, type, class, TTL, length, RDATA. */
#define RECORD_MAX (NAME_WIRE_MAX + 10 + UINT16_MAX)

/* Types whose RDATA getdns takes apart on its way to canonical form, and puts together
 * right: measured. With the others of RFC 4034 §6.2 it may not. */
static bool is_known_form(uint16_t type)
{
	static const uint16_t known[] = { TYPE_NS, TYPE_CNAME, TYPE_SOA, TYPE_PTR,
		TYPE_MX, 17 /* RP */, 18 /* AFSDB */, 33 /* SRV */, 36 /* KX */,
		TYPE_DNAME, TYPE_NSEC };

	for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
		if (known[i] == type)
			return true;
	}
	return false;
}

/* RFC 4034 §6.2 has them too; their form is not known here. */
static bool is_strange(uint16_t type)
{
	return type == 13 /* HINFO */ || type == 38 /* A6 */;
}

bool verify_by_getdns(const struct rrset *set)
{
	if (names_is_wildcard(&set->owner) && set->type != TYPE_NSEC)
		return false;
	if (is_strange(set->type))
		return false;
	return !rdata_has_names(set->type) || is_known_form(set->type);
}

static bool append(getdns_list *list, getdns_dict *dict)
{
	size_t n;

	return getdns_list_get_length(list, &n) == GETDNS_RETURN_GOOD &&
	       getdns_list_set_dict(list, n, dict) == GETDNS_RETURN_GOOD;
}

/* Names of old types have to be taken apart by getdns. */
static bool add_parsed(getdns_list *list, struct bytes wire)
{
	getdns_dict *dict = NULL;
	bool done = getdns_wire2rr_dict(wire.p, wire.n, &dict) == GETDNS_RETURN_GOOD &&
		    append(list, dict);

	getdns_dict_destroy(dict);
	return done;
}

static bool set_bytes(getdns_dict *dict, const char *name, struct bytes in)
{
	getdns_bindata data = { in.n, (uint8_t *)(uintptr_t)in.p };

	return getdns_dict_set_bindata(dict, name, &data) == GETDNS_RETURN_GOOD;
}

/* RDATA as bytes: what is not taken apart cannot be put together wrong. */
static bool add_raw(
	getdns_list *list, const struct name *owner, uint16_t type, struct bytes rdata)
{
	getdns_dict *dict = getdns_dict_create();
	getdns_dict *inner = getdns_dict_create();
	bool done = dict != NULL && inner != NULL &&
		    set_bytes(dict, "name", name_bytes(owner)) &&
		    getdns_dict_set_int(dict, "type", type) == GETDNS_RETURN_GOOD &&
		    getdns_dict_set_int(dict, "class", CLASS_IN) == GETDNS_RETURN_GOOD &&
		    getdns_dict_set_int(dict, "ttl", 0) == GETDNS_RETURN_GOOD &&
		    set_bytes(inner, "rdata_raw", rdata) &&
		    getdns_dict_set_dict(dict, "rdata", inner) == GETDNS_RETURN_GOOD &&
		    append(list, dict);

	getdns_dict_destroy(inner);
	getdns_dict_destroy(dict);
	return done;
}

static bool is_compressible(uint16_t type)
{
	return type == TYPE_NS || type == TYPE_CNAME || type == TYPE_SOA ||
	       type == TYPE_PTR || type == TYPE_MX;
}

static bool add_record(getdns_list *list, struct bytes message,
	const struct record *record, uint8_t *room)
{
	struct writer w = { .p = room, .cap = RECORD_MAX };
	size_t rdata_at;

	wr_bytes(&w, name_bytes(&record->owner));
	wr_uint(&w, record->type, 2);
	wr_uint(&w, CLASS_IN, 2);
	wr_uint(&w, 0, 4);
	wr_uint(&w, 0, 2);
	rdata_at = w.n;
	if (rdata_expand(message, record, false, &w) != STATUS_OK ||
		w.n - rdata_at > UINT16_MAX)
		return false;
	if (!is_compressible(record->type))
		return add_raw(list, &record->owner, record->type,
			bytes_of(w.p + rdata_at, w.n - rdata_at));
	wr_patch16(&w, rdata_at - 2, (uint16_t)(w.n - rdata_at));
	return add_parsed(list, wr_done(&w));
}

static bool add_set(getdns_list *list, const struct signed_set *in, uint8_t *room)
{
	for (const struct member *m = in->set->records; m != NULL; m = m->next) {
		if (!add_record(list, in->message, &m->record, room))
			return false;
	}
	return add_record(list, in->message, in->signature->record, room);
}

/* getdns compares 32-bit times as signed numbers with one of 64 bits: it is given the
 * same 32 bits (RFC 4034 §3.1.5). */
static time_t getdns_time(int64_t now_s)
{
	return (time_t)(int32_t)(uint32_t)now_s;
}

/* It wants both ends to be further away than the skew allowed; with a second of that a
 * signature holds at its first and last one too (RFC 4035 §5.3.1). */
#define SKEW_S 1

static bool is_secure(const getdns_list *records, const getdns_list *support,
	const getdns_list *anchors, int64_t now_s)
{
	return (int)getdns_validate_dnssec2(records, support, anchors, getdns_time(now_s),
		       SKEW_S) == GETDNS_DNSSEC_SECURE;
}

static bool set_by_getdns(const struct signed_set *in, const struct name *zone,
	struct bytes key, const struct signed_set *proof, struct bytes proof_key,
	int64_t now_s)
{
	getdns_list *records = getdns_list_create();
	getdns_list *anchors = getdns_list_create();
	uint8_t *room = malloc(RECORD_MAX);
	bool secure = records != NULL && anchors != NULL && room != NULL &&
		      add_set(records, in, room) &&
		      add_raw(anchors, zone, TYPE_DNSKEY, key);

	if (secure && proof != NULL)
		secure = add_set(records, proof, room) &&
			 (bytes_equal(key, proof_key) ||
				 add_raw(anchors, zone, TYPE_DNSKEY, proof_key));
	secure = secure && is_secure(records, NULL, anchors, now_s);
	free(room);
	getdns_list_destroy(anchors);
	getdns_list_destroy(records);
	return secure;
}

bool verify_set(const struct signed_set *in, const struct name *zone, struct bytes key,
	const struct signed_set *proof, struct bytes proof_key, int64_t now_s)
{
	if (!verify_by_getdns(in->set))
		return signature_holds(in, key);
	return set_by_getdns(in, zone, key, proof, proof_key, now_s);
}

bool verify_keys(const struct signed_set *in, struct bytes ds, int64_t now_s)
{
	getdns_list *records = getdns_list_create();
	getdns_list *anchors = getdns_list_create();
	uint8_t *room = malloc(RECORD_MAX);
	bool secure = records != NULL && anchors != NULL && room != NULL &&
		      add_set(records, in, room) &&
		      add_raw(anchors, &in->set->owner, TYPE_DS, ds) &&
		      is_secure(records, records, anchors, now_s);

	free(room);
	getdns_list_destroy(anchors);
	getdns_list_destroy(records);
	return secure;
}
