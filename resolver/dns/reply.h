/* Replies to a client, made from its query. Every reply repeats the client's
 * ID, opcode, RD, CD and question byte for byte, sets QR and RA, leaves AA clear, and
 * has an OPT exactly if the query had one (RFC 6891 §7). AD is set if the answer is
 * authenticated, not stale, and the query had DO or AD (RFC 6840 §5.7, §5.8). It is
 * appended to `w`, where a length may stand already. */
#ifndef DNS_REPLY_H
#define DNS_REPLY_H

#include "dns/answer.h"

/* The most bytes a reply to `query` may have: over UDP the client's EDNS size
 * or 512, at most DNS_UDP_MAX; over TCP DNS_MESSAGE_MAX. */
size_t reply_limit(const struct message *query, bool udp);

/* What a reply depends on beside query and answer. */
struct reply_terms {
	size_t limit;           /* the most bytes it may have */
	struct edns_reply edns; /* for its OPT, if it has one */
};

/* An rcode without records. `ede` may be NULL; it is left out where it does
 * not fit into the limit. `w` needs as many bytes of room. UNSUPPORTED: an rcode
 * over 15, such as BADVERS, without an OPT to carry it. NOSPACE. */
MUST_CHECK enum status reply_error(const struct message *query, unsigned rcode,
	const struct ede *ede, const struct reply_terms *terms, struct writer *w);

/* FORMERR or NOTIMP for what could not be parsed: the header alone, ID, opcode,
 * RD and CD repeated. MALFORMED (send nothing): under 12 bytes, or itself a
 * response. */
MUST_CHECK enum status reply_unparsed(
	struct bytes query, unsigned rcode, struct writer *w);

/* A cached or fresh answer. TTLs lose `age_s`, not below `ttl_min_s` (normally
 * 0). What exceeds the limit is cut to the question with TC set (RFC 2181 §9) and,
 * for a client without EDNS, to the first records of the answer section. Its Extended DNS
 * Error is left out where it does not fit. MALFORMED: the two questions differ in length.
 * NOSPACE. No allocation. */
MUST_CHECK enum status reply_answer(const struct message *query,
	const struct answer *answer, uint32_t age_s, uint32_t ttl_min_s,
	const struct reply_terms *terms, struct writer *w);

/* An expired answer (RFC 8767 §4). Every TTL becomes answer->ttl_s; `ede` says why,
 * in place of the answer's own. The rest is as with reply_answer(). */
MUST_CHECK enum status reply_stale(const struct message *query,
	const struct answer *answer, const struct ede *ede,
	const struct reply_terms *terms, struct writer *w);

#endif
