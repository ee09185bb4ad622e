/* getdns is given exactly what has to be verified: one set, one signature, one key. So
 * one call is one check (two where a DS is involved), whatever a message is stuffed
 * with; which key and which signature are tried is decided before.
 *
 * Its anchors are keys that are validated already: below a DNSKEY of the set's own zone
 * it climbs no further. */
#include "dnssec/verify.h"

#include <getdns/getdns_extra.h>
#include <stdlib.h>

/* Owner, type, class, TTL, length, RDATA. */
#define RECORD_MAX (NAME_WIRE_MAX + 10 + UINT16_MAX)

static bool add_wire(getdns_list *list, struct bytes wire)
{
	getdns_dict *dict = NULL;
	size_t n;
	bool done;

	if (getdns_wire2rr_dict(wire.p, wire.n, &dict) != GETDNS_RETURN_GOOD)
		return false;
	done = getdns_list_get_length(list, &n) == GETDNS_RETURN_GOOD &&
	       getdns_list_set_dict(list, n, dict) == GETDNS_RETURN_GOOD;
	getdns_dict_destroy(dict);
	return done;
}

static void write_head(struct writer *w, const struct name *owner, uint16_t type)
{
	wr_bytes(w, name_bytes(owner));
	wr_uint(w, type, 2);
	wr_uint(w, CLASS_IN, 2);
	wr_uint(w, 0, 4);
	wr_uint(w, 0, 2);
}

static bool add_finished(getdns_list *list, struct writer *w, size_t rdata_at)
{
	wr_patch16(w, rdata_at - 2, (uint16_t)(w->n - rdata_at));
	return !w->bad && w->n - rdata_at <= UINT16_MAX && add_wire(list, wr_done(w));
}

static bool add_record(getdns_list *list, struct bytes message,
	const struct record *record, uint8_t *room)
{
	struct writer w = { .p = room, .cap = RECORD_MAX };
	size_t rdata_at;

	write_head(&w, &record->owner, record->type);
	rdata_at = w.n;
	return rdata_expand(message, record, &w) == STATUS_OK &&
	       add_finished(list, &w, rdata_at);
}

static bool add_rdata(getdns_list *list, const struct name *owner, uint16_t type,
	struct bytes rdata, uint8_t *room)
{
	struct writer w = { .p = room, .cap = RECORD_MAX };
	size_t rdata_at;

	write_head(&w, owner, type);
	rdata_at = w.n;
	wr_bytes(&w, rdata);
	return add_finished(list, &w, rdata_at);
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

static bool is_secure(const getdns_list *records, const getdns_list *support,
	const getdns_list *anchors, int64_t now_s)
{
	return (int)getdns_validate_dnssec2(records, support, anchors, getdns_time(now_s),
		       0) == GETDNS_DNSSEC_SECURE;
}

bool verify_set(const struct signed_set *in, const struct name *zone, struct bytes key,
	const struct signed_set *proof, struct bytes proof_key, int64_t now_s)
{
	getdns_list *records = getdns_list_create();
	getdns_list *anchors = getdns_list_create();
	uint8_t *room = malloc(RECORD_MAX);
	bool secure = records != NULL && anchors != NULL && room != NULL &&
		      add_set(records, in, room) &&
		      add_rdata(anchors, zone, TYPE_DNSKEY, key, room);

	if (secure && proof != NULL)
		secure = add_set(records, proof, room) &&
			 (bytes_equal(key, proof_key) ||
				 add_rdata(anchors, zone, TYPE_DNSKEY, proof_key, room));
	secure = secure && is_secure(records, NULL, anchors, now_s);
	free(room);
	getdns_list_destroy(anchors);
	getdns_list_destroy(records);
	return secure;
}

bool verify_keys(const struct signed_set *in, struct bytes ds, int64_t now_s)
{
	getdns_list *records = getdns_list_create();
	getdns_list *anchors = getdns_list_create();
	uint8_t *room = malloc(RECORD_MAX);
	bool secure = records != NULL && anchors != NULL && room != NULL &&
		      add_set(records, in, room) &&
		      add_rdata(anchors, &in->set->owner, TYPE_DS, ds, room) &&
		      is_secure(records, records, anchors, now_s);

	free(room);
	getdns_list_destroy(anchors);
	getdns_list_destroy(records);
	return secure;
}
