#include "cache/cache.h"

#include <stdlib.h>

#include "cache/entry.h"
#include "cache/table.h"

#define MS_PER_S 1000u
/* RFC 9520 §3.2: no longer than five minutes. */
#define FAILURE_TTL_MAX_S 300
/* One answer takes at most this part of the budget: a single large one must not
 * drive out everything else. */
#define BUDGET_PART_MAX 4

/* Evicted by SIEVE (Zhang et al., NSDI 2024): a hit sets a bit and moves
 * nothing; the hand walks from the oldest to the newest, spares once what was
 * hit and takes the first that was not. A name asked once never drives out the
 * names that are asked all the time, as it does with LRU. */
struct cache {
	struct cache_options options;
	struct table table;
	struct list queue;   /* newest first */
	struct list *hand;   /* the next to look at; the head: start at the oldest */
	uint32_t generation; /* failures of another generation are forgotten */
	size_t bytes;
	uint64_t hits, misses, inserts, evictions;
};

enum status cache_new(const struct cache_options *options, struct cache **out)
{
	struct cache *cache = calloc(1, sizeof *cache);

	*out = cache;
	if (cache == NULL)
		return STATUS_NOMEM;
	cache->options = *options;
	cache->generation = 1;
	list_init(&cache->queue);
	cache->hand = &cache->queue;
	return STATUS_OK;
}

void cache_free(struct cache *cache)
{
	if (cache == NULL)
		return;
	cache_flush(cache);
	free(cache);
}

static bool entry_is_dead(
	const struct cache *cache, const struct entry *e, uint64_t now_ms)
{
	return now_ms >= e->expires_ms ||
	       (e->generation != 0 && e->generation != cache->generation);
}

/* An event loop's idea of now may lag behind the clock. */
static uint32_t entry_age_s(const struct entry *e, uint64_t now_ms)
{
	return now_ms > e->stored_ms ? (uint32_t)((now_ms - e->stored_ms) / MS_PER_S) : 0;
}

bool cache_lookup(struct cache *cache, const struct cache_key *key, uint64_t now_ms,
	struct cache_hit *out)
{
	struct entry_key k;
	struct entry *e;

	entry_key_make(key, &k);
	e = table_find(&cache->table, &k);
	/* A dead one stays: its successor takes its place, or the hand comes. */
	if (e == NULL || entry_is_dead(cache, e, now_ms)) {
		cache->misses++;
		return false;
	}
	cache->hits++;
	e->visited = true;
	entry_view(e, &out->answer, &out->ede);
	out->age_s = entry_age_s(e, now_ms);
	out->ttl_min_s = e->generation == 0 ? cache->options.min_ttl_s : 0;
	return true;
}

static void forget(struct cache *cache, struct entry *e)
{
	if (cache->hand == &e->link)
		cache->hand = e->link.prev;
	list_remove(&e->link);
	table_remove(&cache->table, e);
	cache->bytes -= e->charge_bytes;
	free(e);
}

/* The queue is not empty. Ends: a second round finds no bit set. */
static void evict_one(struct cache *cache, uint64_t now_ms)
{
	struct entry *e;

	for (;; cache->hand = cache->hand->prev) {
		if (cache->hand == &cache->queue)
			cache->hand = cache->queue.prev;
		e = list_entry(cache->hand, struct entry, link);
		if (!e->visited || entry_is_dead(cache, e, now_ms))
			break;
		e->visited = false;
	}
	cache->evictions++;
	forget(cache, e);
}

static bool make_room(struct cache *cache, size_t bytes, uint64_t now_ms)
{
	if (bytes > cache->options.size_bytes)
		return false;
	while (cache->bytes > cache->options.size_bytes - bytes) {
		if (list_empty(&cache->queue))
			return false;
		evict_one(cache, now_ms);
	}
	return true;
}

/* Both arrays exist for a moment, so there is room for both. Without memory or
 * room the old one still works. */
static void fit_table(struct cache *cache, uint64_t now_ms)
{
	size_t old_n = cache->table.buckets_n;
	size_t n = table_suitable(&cache->table);

	if (n == old_n || !make_room(cache, table_charge(n), now_ms))
		return;
	if (table_resize(&cache->table, n) == STATUS_OK)
		cache->bytes += table_charge(n) - table_charge(old_n);
}

/* How an entry lives: from `now_ms` on, as an answer or as a failure. */
struct terms {
	uint64_t now_ms;
	uint32_t life_s;
	uint32_t generation;
};

static void keep(struct cache *cache, const struct entry_key *k,
	const struct answer *answer, const struct ede *ede, const struct terms *terms)
{
	struct entry *old = table_find(&cache->table, k);
	size_t charge = entry_charge(entry_size(answer, ede));
	struct entry *e;

	if (!answer_is_to_key(answer, k))
		return;
	if (old != NULL)
		forget(cache, old);
	if (charge > cache->options.size_bytes / BUDGET_PART_MAX)
		return;
	fit_table(cache, terms->now_ms);
	if (cache->table.buckets_n == 0 || !make_room(cache, charge, terms->now_ms))
		return;
	e = entry_new(k, answer, ede);
	if (e == NULL)
		return;
	e->life_s = terms->life_s;
	e->stored_ms = terms->now_ms;
	e->expires_ms = terms->now_ms + (uint64_t)terms->life_s * MS_PER_S;
	e->generation = terms->generation;
	list_insert(&cache->queue, &e->link);
	table_add(&cache->table, e);
	cache->bytes += e->charge_bytes;
	cache->inserts++;
}

/* 0: not to be kept. A raised minimum is for answers with a short life, not for
 * errors and not for what does not say its life at all. */
static uint32_t lifetime_s(const struct cache *cache, const struct answer *answer)
{
	uint32_t ttl_s = answer->ttl_s;

	if (answer->rcode != RCODE_NOERROR && answer->rcode != RCODE_NXDOMAIN)
		return 0;
	if (answer->ttl_n == 0)
		return 0;
	if (ttl_s < cache->options.min_ttl_s)
		ttl_s = cache->options.min_ttl_s;
	return ttl_s < cache->options.max_ttl_s ? ttl_s : cache->options.max_ttl_s;
}

void cache_insert(struct cache *cache, const struct cache_key *key,
	const struct answer *answer, uint64_t now_ms)
{
	struct terms terms = { .now_ms = now_ms, .life_s = lifetime_s(cache, answer) };
	struct entry_key k;

	if (terms.life_s == 0)
		return;
	entry_key_make(key, &k);
	keep(cache, &k, answer, NULL, &terms);
}

/* SERVFAIL to `k`: header and question. */
static struct answer failure_answer(const struct entry_key *k, struct writer *w)
{
	wr_uint(w, 0, 2);
	wr_uint(w, DNS_FLAG_QR | DNS_FLAG_RD | DNS_FLAG_RA | RCODE_SERVFAIL, 2);
	wr_uint(w, 1, 2);
	wr_uint(w, 0, 6);
	wr_bytes(w, bytes_of(k->bytes, k->question_n));
	return (struct answer){
		.wire = wr_done(w),
		.question_end = (uint16_t)w->n,
		.rcode = RCODE_SERVFAIL,
	};
}

void cache_insert_failure(struct cache *cache, const struct cache_key *key,
	const struct ede *ede, uint32_t ttl_s, uint64_t now_ms)
{
	uint8_t wire[DNS_HEADER_BYTES + NAME_WIRE_MAX + 4];
	struct writer w = { .p = wire, .cap = sizeof wire };
	struct terms terms = {
		.now_ms = now_ms,
		.life_s = ttl_s < FAILURE_TTL_MAX_S ? ttl_s : FAILURE_TTL_MAX_S,
		.generation = cache->generation,
	};
	struct answer answer;
	struct entry_key k;
	struct entry *old;

	if (ttl_s == 0)
		return;
	entry_key_make(key, &k);
	old = table_find(&cache->table, &k);
	if (old != NULL && old->generation == 0 && !entry_is_dead(cache, old, now_ms))
		return;
	answer = failure_answer(&k, &w);
	keep(cache, &k, &answer, ede, &terms);
}

void cache_flush_failures(struct cache *cache)
{
	/* 0 marks answers. */
	if (++cache->generation == 0)
		cache->generation = 1;
}

void cache_flush(struct cache *cache)
{
	list_for_each_safe (it, &cache->queue)
		free(list_entry(it, struct entry, link));
	list_init(&cache->queue);
	cache->hand = &cache->queue;
	table_deinit(&cache->table);
	cache->bytes = 0;
}

size_t cache_flush_name(struct cache *cache, const struct name *name)
{
	struct name lowered = *name;
	size_t n = 0;

	name_lower(&lowered);
	list_for_each_safe (it, &cache->queue) {
		struct entry *e = list_entry(it, struct entry, link);

		if (!entry_has_name(e, &lowered))
			continue;
		forget(cache, e);
		n++;
	}
	return n;
}

void cache_stats(const struct cache *cache, struct cache_stats *out)
{
	*out = (struct cache_stats){
		.hits = cache->hits,
		.misses = cache->misses,
		.inserts = cache->inserts,
		.evictions = cache->evictions,
		.entries = cache->table.entries,
		.bytes = cache->bytes,
	};
}
