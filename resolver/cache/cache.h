/* Answers kept for as long as their TTL allows (RFC 1035 §7.4, RFC 2308), in a
 * budget of bytes. One cache a worker; no locks. */
#ifndef CACHE_CACHE_H
#define CACHE_CACHE_H

#include "dns/answer.h"

struct cache;

struct cache_options {
	size_t size_bytes; /* entries and table, as allocated; 0 keeps nothing */
	uint32_t min_ttl_s, max_ttl_s;
};

/* What an answer was given to. DO and CD change what an upstream answers, so
 * they are part of the key (RFC 4035 §4.7). */
struct cache_key {
	const struct question *question; /* case of the name is ignored */
	bool dnssec_ok, checking_disabled;
};

/* A hit. Borrowed until the cache is next changed. */
struct cache_hit {
	struct answer answer;
	struct ede ede;     /* present for a remembered failure */
	uint32_t age_s;     /* to take off the TTLs; less than answer.ttl_s */
	uint32_t ttl_min_s; /* TTLs do not sink below this: cache.min_ttl */
};

struct cache_stats {
	uint64_t hits, misses, inserts, evictions;
	size_t entries, bytes; /* now; expired entries that still take room too */
};

/* `options` is copied. NOMEM. */
MUST_CHECK enum status cache_new(const struct cache_options *options, struct cache **out);
void cache_free(struct cache *cache);

/* `now_ms` is on clock_now_ms(). True on a hit. No allocation. */
bool cache_lookup(struct cache *cache, const struct cache_key *key, uint64_t now_ms,
	struct cache_hit *out);

/* Copies `answer`, which is to key->question (what is not, is left out). What may
 * not be cached (ttl_s 0 and no min_ttl, another rcode than NOERROR and NXDOMAIN,
 * no record at all) is left out, and so is what takes more than a quarter of the
 * budget; an older answer to the same key is replaced. */
void cache_insert(struct cache *cache, const struct cache_key *key,
	const struct answer *answer, uint64_t now_ms);

/* Remembers that the question could not be resolved, so that it is not asked
 * again at once (RFC 9520 §3.2). `ttl_s` at most 300; `ede` may be NULL. A live
 * answer to the same key stays. The hit is a SERVFAIL without records. */
void cache_insert_failure(struct cache *cache, const struct cache_key *key,
	const struct ede *ede, uint32_t ttl_s, uint64_t now_ms);
/* Forgets all failures: an upstream has turned good. */
void cache_flush_failures(struct cache *cache);

void cache_flush(struct cache *cache);
/* Forgets every type of one name; returns how many. */
size_t cache_flush_name(struct cache *cache, const struct name *name);

void cache_stats(const struct cache *cache, struct cache_stats *out);

#endif
