/* Answers kept for as long as their TTL allows (RFC 1035 §7.4, RFC 2308), in a
 * budget of bytes, and for a while longer, in case nobody can give a newer one
 * (RFC 8767). One cache a worker; no locks.
 *
 *	fresh   until its TTL (min_ttl, max_ttl) has passed
 *	stale   for stale_s after that; given only if refreshing failed, or takes long
 *	dead    then */
#ifndef CACHE_CACHE_H
#define CACHE_CACHE_H

#include "dns/answer.h"

struct cache;

struct cache_options {
	size_t size_bytes; /* entries and table, as allocated; 0 keeps nothing */
	uint32_t min_ttl_s, max_ttl_s;
	uint32_t stale_s; /* how long an expired answer may still be given; 0: never */
};

/* What an answer was given to. DO and CD change what an upstream answers, so
 * they are part of the key (RFC 4035 §4.7). */
struct cache_key {
	const struct question *question; /* case of the name is ignored */
	bool dnssec_ok, checking_disabled;
};

/* A hit. Borrowed until the cache is next changed. */
struct cache_hit {
	struct answer answer; /* a stale one's ttl_s: what all its TTLs are to be */
	struct ede ede;       /* present for a remembered failure, a stale answer's too;
				 what a fresh answer tells is in `answer` */
	uint32_t age_s;       /* to take off the TTLs; less than answer.ttl_s */
	uint32_t ttl_min_s;   /* TTLs do not sink below this: cache.min_ttl */
	bool stale;           /* expired; `ede` says why there is none that is fresh */
	bool refresh;         /* popular and about to end: worth asking for beside */
};

struct cache_stats {
	uint64_t hits, misses, inserts, evictions;
	size_t entries, bytes; /* now; expired entries that still take room too */
};

/* `options` is copied. NOMEM. */
MUST_CHECK enum status cache_new(const struct cache_options *options, struct cache **out);
void cache_free(struct cache *cache);

/* `now_ms` is on clock_now_ms(). True on a hit: a fresh answer, a remembered failure,
 * or a stale answer that failed to be refreshed a moment ago. No allocation. */
bool cache_lookup(struct cache *cache, const struct cache_key *key, uint64_t now_ms,
	struct cache_hit *out);
/* The stale answer, for whoever could not get another. Not counted as a hit. */
bool cache_lookup_stale(struct cache *cache, const struct cache_key *key, uint64_t now_ms,
	struct cache_hit *out);

/* A refresh has begun: a hit does not call for another one for 5 s. */
void cache_note_refresh(
	struct cache *cache, const struct cache_key *key, uint64_t now_ms);

/* Copies `answer` with its Extended DNS Error; it is to key->question (what is not,
 * is left out). What may not be cached (ttl_s 0 and no min_ttl, another rcode than
 * NOERROR and NXDOMAIN, no record at all) is left out, and so is what takes more than a
 * quarter of the budget; an older answer to the same key is replaced. NOERROR and
 * NXDOMAIN end the older one even if they are not kept: it is known not to be so any more
 * (RFC 8767 §4). */
void cache_insert(struct cache *cache, const struct cache_key *key,
	const struct answer *answer, uint64_t now_ms);

/* Remembers that the question could not be resolved, so that it is not asked
 * again at once (RFC 9520 §3.2). `ttl_s` at most 300; `ede` may be NULL. The hit is a
 * SERVFAIL without records.
 * A fresh answer to the same key stays as it is. A stale one stays, too, and is the hit
 * for the next 30 s, with `ede`. */
void cache_insert_failure(struct cache *cache, const struct cache_key *key,
	const struct ede *ede, uint32_t ttl_s, uint64_t now_ms);
/* Forgets the answer to `key` if it has expired: it must not be given any more. */
void cache_forget_stale(
	struct cache *cache, const struct cache_key *key, uint64_t now_ms);
/* Forgets all failures: an upstream has turned good. */
void cache_flush_failures(struct cache *cache);

void cache_flush(struct cache *cache);
/* Forgets every type of one name; returns how many. */
size_t cache_flush_name(struct cache *cache, const struct name *name);
/* The same of a name and all below it. */
size_t cache_flush_zone(struct cache *cache, const struct name *zone);

void cache_stats(const struct cache *cache, struct cache_stats *out);

#endif
