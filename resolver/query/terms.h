/* What is known of a client's query before anybody looks for its answer. */
#ifndef QUERY_TERMS_H
#define QUERY_TERMS_H

#include "query/query.h"

/* What a reply depends on besides what is answered: how long it may be, and its EDNS
 * options. A client that sent a cookie gets it back with ours (RFC 7873 §5.2.3, RFC 9018
 * §4): for its own sake, so ours is not asked for again. Over TCP, a client that asks is
 * told how long its connection is kept (RFC 7828 §3.3.2).
 *
 * MALFORMED: a cookie of a length that there is not (RFC 7873 §5.2.2); `out` is good for
 * a reply that says so. */
MUST_CHECK enum status terms_make(const struct resolver *resolver,
	const struct message *query, const struct endpoint *client, bool udp,
	struct reply_terms *out);

/* The rcode of a reply to what is neither for the cache nor for an upstream; -1: it is.
 * `terms` is what terms_make() said. `*ede` is why, or NULL. */
int rcode_at_once(const struct message *query, enum status terms, const struct ede **ede);

#endif
