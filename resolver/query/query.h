/* One client question, from its bytes to the bytes of its reply.
 *
 *	query_receive() -> ANSWERED (from the cache, or an error): send the reply
 *	                -> DROP: send nothing
 *	                -> PENDING: query_wait(), and the reply comes later
 *
 * Identical questions that wait are asked once. What cannot be refreshed, or not soon,
 * is answered from the cache though it has expired, if there is a stale answer there. */
#ifndef QUERY_QUERY_H
#define QUERY_QUERY_H

#include "base/list.h"
#include "base/log.h"
#include "cache/cache.h"
#include "dns/reply.h"
#include "upstream/exchange.h"

struct resolver;
struct inflight;
struct local;
struct validator;

enum query_outcome { QUERY_DROP, QUERY_ANSWERED, QUERY_PENDING };

/* What queries are answered by; all borrowed. Replaced at a reload. */
struct resolver_options {
	const struct prefix *allow; /* clients */
	size_t allow_n;
	unsigned queries_in_flight; /* over it: SERVFAIL */
	uint32_t timeout_ms;
	unsigned pad_to;
	uint32_t min_ttl_s, max_ttl_s; /* of a fresh answer as of a cached one */
	bool prefetch; /* popular answers are asked for anew before they end */
	/* What is answered here, or NULL; resolver_set_local() replaces it between
	 * reloads. */
	const struct local *local;
	enum log_queries log_queries;
	enum log_privacy log_privacy;
	uint32_t tcp_idle_ms; /* how long listeners keep a client that asks nothing */
	bool subnet_opt_out;  /* upstreams are told not to pass a subnet on */
	bool trust_ad;        /* AD of an upstream is passed on */
	struct validator *validator; /* NULL: answers are believed */
	/* What upstreams of all names say may not lead to addresses of the inside, but
	 * for names in these zones. */
	bool rebind_protection;
	const struct name *rebind_allow;
	size_t rebind_allow_n;
};

struct resolver_stats {
	uint64_t received, answered, dropped, refused, failed;
	uint64_t local;      /* answered here; they are in `answered`, too */
	uint64_t stale;      /* expired answers given; they are in `answered`, too */
	uint64_t prefetches; /* asked beside; no client's query */
	uint64_t unusable;   /* answers of upstreams that cannot be relayed */
	uint64_t rebinds;    /* answers that led to the inside, and were emptied */
	size_t in_flight;
};

/* A question that waits; the listener's storage, until `done` runs. */
struct query {
	/* `reply` is borrowed until it returns; then the query is over. Not
	 * called from inside query_wait(), nor after query_cancel(). */
	void (*done)(struct query *query, struct bytes reply);

	/* query.c's own. */
	struct list link;
	struct inflight *inflight;
	struct message message; /* header and question of the client's query */
	uint8_t wire[DNS_HEADER_BYTES + NAME_WIRE_MAX + 4];
	struct reply_terms terms;
	struct endpoint client;
	uint64_t since_ms;
};

/* `cache` and `exchanger` are borrowed for the resolver's life. */
MUST_CHECK enum status resolver_new(struct cache *cache, struct exchanger *exchanger,
	const struct resolver_options *options, struct resolver **out);
/* Every query must have been answered or cancelled. The exchanger is still there. */
void resolver_free(struct resolver *resolver);
/* After a reload: another cache, perhaps, and other options. What is being validated is
 * validated by the validator of these. */
void resolver_rebase(struct resolver *resolver, struct cache *cache,
	const struct resolver_options *options);
void resolver_set_local(struct resolver *resolver, const struct local *local);
struct resolver_stats resolver_stats(const struct resolver *resolver);

/* Looks at one message from a client. With ANSWERED the reply is in `reply`,
 * which needs reply_limit() bytes of room; with PENDING `parsed` is for
 * query_wait() and borrows from `wire`. */
enum query_outcome query_receive(struct resolver *resolver, struct bytes wire,
	const struct endpoint *client, bool udp, struct message *parsed,
	struct writer *reply);

/* Asks the upstreams. PENDING: query->done will run. ANSWERED: known at once,
 * the reply is in `reply`. query->done is set before. */
enum query_outcome query_wait(struct resolver *resolver, struct query *query,
	const struct message *parsed, const struct endpoint *client, bool udp,
	struct writer *reply);
/* The client is gone. */
void query_cancel(struct query *query);

#endif
