/* What answers queries; private to this room. query.c has the clients' side of it,
 * ask.c the upstreams'. */
#ifndef QUERY_RESOLVER_H
#define QUERY_RESOLVER_H

#include "dnssec/dnssec.h"
#include "query/inflight.h"
#include "query/log.h"
#include "query/query.h"

/* Records of the smallest kind that fit into a message. */
#define TTLS_MAX (DNS_MESSAGE_MAX / 11)

struct resolver {
	struct cache *cache;
	struct exchanger *exchanger;
	struct resolver_options options;
	struct resolver_stats stats;
	struct inflight_table inflight;
	/* Of these, who are asked although nobody need wait. */
	unsigned prefetching, late;
	uint64_t rebind_quiet_ms; /* no line about one before */

	/* Scratch for one answer at a time. */
	struct told told;
	uint8_t answer[DNS_MESSAGE_MAX];
	uint16_t ttl_at[TTLS_MAX];
	uint8_t reply[DNS_MESSAGE_MAX];
};

/* The client response timer of RFC 8767 §5: many clients give up after 2 s. */
#define RESOLVER_EARLY_MS 1800

/* Asks the upstreams, for all who wait or will. As exchange_start() otherwise. */
MUST_CHECK enum status resolver_ask(
	struct resolver *resolver, struct inflight *inflight, struct ede *why);
/* What validation asks: a question of the chain, or the same question again. Not of
 * `avoid` (NULL: of anybody), if there is somebody else. */
MUST_CHECK enum status resolver_ask_again(struct resolver *resolver,
	struct inflight *inflight, const char *avoid, uint32_t timeout_ms,
	struct ede *why);
/* It has taken so long that who waits is given the stale answer, if there is one. */
void resolver_early(struct inflight *inflight, const struct ede *so_far);
/* What came of it, and what that is worth: to the cache and to all who wait. It is gone
 * then. */
void resolver_conclude(struct inflight *inflight, const struct exchange_result *result,
	const struct validation_result *verdict);
/* If nobody wants it any more, it is given up. */
void resolver_release(struct inflight *inflight);
/* The same for an answer that is about to end; or not, if enough of them are asked. */
void resolver_prefetch(struct resolver *resolver, const struct cache_key *key);
/* Takes it out; nobody waits, and it has no exchange. */
void resolver_forget(struct inflight *inflight);

/* Makes `hit`, a stale answer, say in its `ede` that it is one and why: `why` is of the
 * failure. */
void stale_explain(struct cache_hit *hit, const struct ede *why);

/* Empties `answer`, which is in the resolver's room, if it leads into the house and may
 * not: it is counted and logged. In outside.c. */
void resolver_keep_outside(struct inflight *inflight, struct answer *answer);

#endif
