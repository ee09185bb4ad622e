/* EDNS (RFC 6891): the OPT pseudo record and its options. */
#ifndef DNS_EDNS_H
#define DNS_EDNS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/status.h"

enum edns_code {
	EDNS_CLIENT_SUBNET = 8,  /* RFC 7871 */
	EDNS_COOKIE = 10,        /* RFC 7873 */
	EDNS_TCP_KEEPALIVE = 11, /* RFC 7828 */
	EDNS_PADDING = 12,       /* RFC 7830 */
	EDNS_EDE = 15,           /* RFC 8914 */
};

/* An OPT's content; `options` borrows from the message. */
struct edns {
	bool present;
	uint16_t udp_size;
	uint8_t rcode_high;
	uint8_t version;
	bool dnssec_ok;
	struct bytes options; /* well-formed: edns_option_next() reads them all */
};

/* From an OPT's CLASS, TTL and RDATA (RFC 6891 §6.1.2). MALFORMED: an option
 * runs past the end. */
MUST_CHECK enum status edns_decode(
	uint16_t class, uint32_t ttl, struct bytes rdata, struct edns *out);

/* Takes the next option off `rest`; false at the end. */
bool edns_option_next(struct reader *rest, uint16_t *code, struct bytes *value);

/* An Extended DNS Error (RFC 8914 §2). An empty text is no text. */
#define EDE_TEXT_MAX 200
enum ede_code {
	EDE_OTHER = 0,
	EDE_DNSKEY_ALGORITHM = 1, /* an algorithm of keys that is not supported */
	EDE_DS_DIGEST = 2,        /* a digest of DS records that is not */
	EDE_STALE = 3,
	EDE_DNSSEC_INDETERMINATE = 5,
	EDE_DNSSEC_BOGUS = 6,
	EDE_SIGNATURE_EXPIRED = 7,
	EDE_SIGNATURE_NOT_YET_VALID = 8,
	EDE_DNSKEY_MISSING = 9,
	EDE_RRSIGS_MISSING = 10,
	EDE_NO_ZONE_KEY = 11,
	EDE_NSEC_MISSING = 12,
	EDE_BLOCKED = 15,
	EDE_PROHIBITED = 18,
	EDE_STALE_NXDOMAIN = 19,
	EDE_NOT_SUPPORTED = 21,
	EDE_NO_REACHABLE_AUTHORITY = 22,
	EDE_NETWORK_ERROR = 23,
	EDE_NSEC3_ITERATIONS = 27,
	/* "Unable to conform to policy" in IANA's registry: the upstream could
	 * not be authenticated as configured. */
	EDE_POLICY = 28,
};
struct ede {
	bool present;
	uint16_t code;
	char text[EDE_TEXT_MAX]; /* UTF-8 */
};

/* What the OPT of a reply carries beside an Extended DNS Error. Zeroed: nothing. */
#define EDNS_COOKIE_BYTES 24
struct edns_reply {
	bool cookie;
	uint8_t cookie_bytes[EDNS_COOKIE_BYTES]; /* the client's and ours (RFC 9018 §4) */
	bool keepalive;
	uint32_t keepalive_ms; /* how long an idle connection stays (RFC 7828 §3.1) */
};
/* How many bytes that takes in the OPT. */
size_t edns_reply_size(const struct edns_reply *reply);
/* Writes the OPT record of a reply, as edns_write() does. */
void edns_write_reply(struct writer *w, unsigned rcode, bool dnssec_ok,
	const struct edns_reply *reply, const struct ede *ede);

/* The first one that the sender told, its text as far as it is ASCII: it goes into logs
 * and on to others. */
void edns_ede(const struct edns *edns, struct ede *out);

/* Writes an OPT record. `rcode` supplies the upper bits; `ede` may be NULL.
 * `w` holds the message from its first byte: if `pad_to` > 0, a padding option fills the
 * message so far up to the next multiple of `pad_to` (RFC 8467 §4.1). */
void edns_write(struct writer *w, uint16_t udp_size, unsigned rcode, bool dnssec_ok,
	const struct ede *ede, unsigned pad_to);
/* As that, for a query (dns/query.h). */
struct query_options;
void edns_write_query(struct writer *w, const struct query_options *options);

/* What a server says to that; -1: nothing, or what is no time. */
int64_t edns_keepalive_ms(const struct edns *edns);

#endif
