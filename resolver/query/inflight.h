/* Questions that upstreams are being asked, each with all who wait for it. */
#ifndef QUERY_INFLIGHT_H
#define QUERY_INFLIGHT_H

#include "base/list.h"
#include "base/pool.h"
#include "cache/cache.h"
#include "upstream/exchange.h"

/* A power of two; chains stay short up to some thousand questions. */
#define INFLIGHT_BUCKETS 1024

/* Of an upstream's name, with its terminator. */
#define INFLIGHT_UPSTREAM_MAX 80

struct validating;

struct inflight_table {
	struct list buckets[INFLIGHT_BUCKETS];
	struct pool pool; /* of struct inflight */
};

struct inflight {
	struct list link;      /* in its bucket */
	struct list waiting;   /* struct query */
	struct list followers; /* struct validating: they need its answer */
	struct exchange *exchange;
	struct validating *validating; /* its answer is being validated */
	struct resolver *resolver;
	struct pool *pool; /* it is of */
	struct question question;
	bool dnssec_ok, checking_disabled;
	/* Nobody need wait for it: its answer is for the cache. */
	bool prefetch;     /* a popular answer is about to end */
	bool late;         /* it took long, so who waited was given the stale answer */
	uint64_t since_ms; /* it is asked */
	/* For the query log: who answered, or "". */
	char upstream[INFLIGHT_UPSTREAM_MAX];
};

void inflight_table_init(struct inflight_table *table);
/* Empty by then. */
void inflight_table_deinit(struct inflight_table *table);

/* Where those are that may ask the same. */
struct list *inflight_bucket(struct inflight_table *table, const struct cache_key *key);
/* The one that asks the same, or NULL. */
struct inflight *inflight_find(const struct list *bucket, const struct cache_key *key);
/* A new one, without exchange. NULL: no memory. */
struct inflight *inflight_add(
	struct inflight_table *table, struct list *bucket, const struct cache_key *key);
/* Any one, or NULL. */
struct inflight *inflight_any(struct inflight_table *table);
/* Nobody finds it any more. */
void inflight_hide(struct inflight *inflight);
/* Takes it out and frees it; nobody may wait any more. */
void inflight_remove(struct inflight *inflight);

struct cache_key inflight_key(const struct inflight *inflight);

#endif
