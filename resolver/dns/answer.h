/* An upstream's answer in the form that is cached and handed to clients:
 * without OPT, with the places and the smallest of its TTLs known. */
#ifndef DNS_ANSWER_H
#define DNS_ANSWER_H

#include "dns/message.h"

struct answer {
	struct bytes wire;      /* header ID 0, flags as below, question, records */
	const uint16_t *ttl_at; /* offsets of TTLs in `wire`; borrowed */
	uint16_t ttl_n;
	uint16_t question_end;
	uint8_t rcode;  /* 0 to 15 */
	uint32_t ttl_s; /* how long it may be used */
	/* Every record of answer and authority section was validated, here or, if it is
	 * trusted with that, by the upstream. */
	bool authenticated;
	struct ede ede; /* to be told with it; mostly not present */
};

struct answer_options {
	/* RRSIG, NSEC and NSEC3 are kept although nobody asked for their type
	 * (RFC 4035 §3.2.1). */
	bool dnssec_ok;
	bool trust_ad; /* `authenticated` is what the upstream's AD says */
	/* The additional section, which no validation looks at, is left out. */
	bool nothing_beside;
	/* Who answered may speak for this zone alone: of no other name there is a record
	 * in the answer but a SOA (chain_bound()). NULL: for all. */
	const struct name *zone;
};

/* Rewrites `m`, a response with a question, into `w` and `ttl_at` (`cap`
 * elements); `out` borrows both.
 *
 * Kept are the flags QR, RD, RA; AA, AD and Z are cleared, CD is the reply's
 * business. Of the records those are kept that belong to the question (dns/chain.h), in
 * their order; if these are all, byte for byte. The OPT is dropped, its Extended DNS
 * Error is in `out`.
 *
 * ttl_s: the smallest TTL of all records kept, each taken as at most 2^31-1
 * (RFC 2181 §8); for NXDOMAIN and for NODATA also at most the SOA's MINIMUM and
 * TTL (RFC 2308 §5), and 0, "do not cache", without a SOA. For other rcodes 0.
 * The TTLs in `w` are capped in the same way.
 *
 * MALFORMED: not a response, or without a question; CNAMEs that lead in a circle or
 * apart, or elsewhere than their DNAME says; an answer section with nothing for the
 * question in it. LIMIT: more CNAMEs than CHAIN_MAX. NOSPACE: does not fit.
 * UNSUPPORTED: an rcode that a header cannot carry; a truncated message, of
 * which nothing may be used (RFC 2181 §9): passed on without TC it would look
 * like proof that there is no such record. */
MUST_CHECK enum status answer_make(const struct message *m,
	const struct answer_options *options, struct writer *w, uint16_t *ttl_at,
	size_t cap, struct answer *out);

/* Whether the records of `m`, a response with a question, answer it: if not, that is
 * MALFORMED or LIMIT. Nothing is said of its rcode. */
bool answer_is_sound(const struct message *m);

/* No record of it lives longer than `most_s`. `wire` is the answer's own. */
void answer_cap(struct answer *answer, uint8_t *wire, uint32_t most_s);

/* It tells what is so now. With another rcode it tells that somebody failed (RFC 8767
 * §4). */
static inline bool answer_tells(const struct answer *answer)
{
	return answer->rcode == RCODE_NOERROR || answer->rcode == RCODE_NXDOMAIN;
}

#endif
