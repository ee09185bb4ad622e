/* The RDATA of DNSSEC's records, and RDATA with its names written out. */
#ifndef DNSSEC_RDATA_H
#define DNSSEC_RDATA_H

#include "dns/message.h"

/* Appends the RDATA of `record` without compression (RFC 3597 §4); `lower`: with its
 * names in lower case (RFC 4034 §6.2). NOSPACE; MALFORMED. */
MUST_CHECK enum status rdata_expand(
	struct bytes message, const struct record *record, bool lower, struct writer *w);
/* One of the types whose names it finds. */
bool rdata_has_names(uint16_t type);

/* RFC 4034 §3.1. Views borrow from the RDATA. */
struct rrsig {
	uint16_t covered;
	uint8_t algorithm, labels;
	uint32_t ttl_s, expiration, inception;
	uint16_t tag;
	struct name signer;
};
MUST_CHECK enum status rrsig_decode(
	struct bytes message, struct bytes rdata, struct rrsig *out);
/* The time as int64_t that is nearest to `now_s` (RFC 4034 §3.1.5, RFC 1982). */
int64_t rrsig_time(uint32_t time, int64_t now_s);

/* RFC 4034 §2.1, §5.1. */
struct dnskey {
	uint16_t flags;
	uint8_t protocol, algorithm;
	uint16_t tag; /* RFC 4034 appendix B */
	struct bytes rdata;
};
#define DNSKEY_ZONE   0x0100 /* RFC 4034 §2.1.1 */
#define DNSKEY_REVOKE 0x0080 /* RFC 5011 §2.1 */
MUST_CHECK enum status dnskey_decode(struct bytes rdata, struct dnskey *out);

struct ds {
	uint16_t tag;
	uint8_t algorithm, digest_type;
	struct bytes digest;
	struct bytes rdata;
};
MUST_CHECK enum status ds_decode(struct bytes rdata, struct ds *out);

/* RFC 4034 §4.1. */
struct nsec {
	struct name next;
	struct bytes types; /* the bit maps, well-formed */
};
MUST_CHECK enum status nsec_decode(
	struct bytes message, struct bytes rdata, struct nsec *out);

/* RFC 5155 §3. */
struct nsec3 {
	uint8_t algorithm, flags;
	uint16_t iterations;
	struct bytes salt, next, types;
};
#define NSEC3_OPT_OUT 0x01
MUST_CHECK enum status nsec3_decode(struct bytes rdata, struct nsec3 *out);

bool types_have(struct bytes types, uint16_t type);

#endif
