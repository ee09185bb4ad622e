#include "cache/cache.h"

#include <stdlib.h>

#include "cache/entry.h"
#include "cache/prefetch.h"
#include "cache/reasons.h"
#include "cache/table.h"

#define MS_PER_S 1000u
/* RFC 9520 §3.2: no longer than five minutes. */
#define FAILURE_TTL_MAX_S 300
/* One answer takes at most this part of the budget: a single large one must not
 * drive out everything else. */
#define BUDGET_PART_MAX 4
/* RFC 8767 §4. */
#define STALE_TTL_S 30
/* The failure recheck timer of RFC 8767 §5. */
#define STALE_RECHECK_MS 30000
#define REFRESH_WAIT_MS  5000
/* So many from the hand on are looked at for one that has expired. */
#define EXPIRED_AHEAD 16

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
	struct reasons reasons;
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

static uint64_t life_ms(const struct entry *e)
{
	return (uint64_t)e->life_s * MS_PER_S;
}

static bool is_fresh(const struct cache *cache, const struct entry *e, uint64_t now_ms)
{
	return entry_age_ms(e, now_ms) < life_ms(e) &&
	       (!entry_is_failure(e) || e->generation == cache->generation);
}

static bool is_stale(const struct cache *cache, const struct entry *e, uint64_t now_ms)
{
	uint64_t age_ms = entry_age_ms(e, now_ms);

	return !entry_is_failure(e) && age_ms >= life_ms(e) &&
	       age_ms - life_ms(e) < (uint64_t)cache->options.stale_s * MS_PER_S;
}

/* Only for what is stale: another try would come to nothing. */
static bool has_failed(const struct cache *cache, const struct entry *e, uint64_t now_ms)
{
	return e->generation == cache->generation && entry_waits(e, now_ms);
}

static void view_fresh(
	struct cache *cache, struct entry *e, uint64_t now_ms, struct cache_hit *out)
{
	uint64_t age_ms = entry_age_ms(e, now_ms);

	e->visited = true;
	if (e->hits < UINT8_MAX)
		e->hits++;
	entry_view(e, &out->answer, &out->ede);
	out->age_s = (uint32_t)(age_ms / MS_PER_S);
	out->ttl_min_s = entry_is_failure(e) ? 0 : cache->options.min_ttl_s;
	out->stale = false;
	out->refresh = !entry_is_failure(e) && !entry_waits(e, now_ms) &&
		       prefetch_due(e->hits, age_ms, e->life_s);
}

/* Neither min_ttl nor the age is in it: the client is to come back soon. */
static void view_stale(
	const struct cache *cache, const struct entry *e, struct cache_hit *out)
{
	uint32_t max_ttl_s = cache->options.max_ttl_s;

	entry_view(e, &out->answer, &out->ede);
	out->answer.ttl_s = max_ttl_s < STALE_TTL_S ? max_ttl_s : STALE_TTL_S;
	/* Its signatures may have ended with it. */
	out->answer.authenticated = false;
	if (e->generation != 0)
		reasons_find(&cache->reasons, e->reason, &out->ede);
	out->age_s = out->ttl_min_s = 0;
	out->stale = true;
	out->refresh = false;
}

static struct entry *find(struct cache *cache, const struct cache_key *key)
{
	UNCLEARED struct entry_key k;

	entry_key_make(key, &k);
	return table_find(&cache->table, &k);
}

bool cache_lookup(struct cache *cache, const struct cache_key *key, uint64_t now_ms,
	struct cache_hit *out)
{
	struct entry *e = find(cache, key);
	bool fresh = e != NULL && is_fresh(cache, e, now_ms);

	/* A dead one stays: its successor takes its place, or the hand comes. */
	if (!fresh && (e == NULL || !is_stale(cache, e, now_ms) ||
			      !has_failed(cache, e, now_ms))) {
		cache->misses++;
		return false;
	}
	cache->hits++;
	if (fresh)
		view_fresh(cache, e, now_ms, out);
	else
		view_stale(cache, e, out);
	return true;
}

bool cache_lookup_stale(struct cache *cache, const struct cache_key *key, uint64_t now_ms,
	struct cache_hit *out)
{
	const struct entry *e = find(cache, key);

	if (e == NULL || !is_stale(cache, e, now_ms))
		return false;
	view_stale(cache, e, out);
	return true;
}

void cache_note_refresh(struct cache *cache, const struct cache_key *key, uint64_t now_ms)
{
	struct entry *e = find(cache, key);

	if (e != NULL && is_fresh(cache, e, now_ms))
		entry_wait(e, now_ms, REFRESH_WAIT_MS);
}

static void forget(struct cache *cache, struct entry *e)
{
	if (cache->hand == &e->link)
		cache->hand = e->link.prev;
	list_remove(&e->link);
	table_remove(&cache->table, e);
	cache->bytes -= entry_charge(entry_taken(e));
	free(e);
}

static struct entry *at_hand(struct cache *cache)
{
	if (cache->hand == &cache->queue)
		cache->hand = cache->queue.prev;
	return list_entry(cache->hand, struct entry, link);
}

/* Nothing fresh goes while something expired is near, stale answers included: they
 * are kept in room that nobody else needs. NULL: none. */
static struct entry *expired_ahead(struct cache *cache, uint64_t now_ms)
{
	struct list *it = cache->hand;

	for (unsigned i = 0; i <= EXPIRED_AHEAD; i++, it = it->prev) {
		struct entry *e = list_entry(it, struct entry, link);

		if (it != &cache->queue && !is_fresh(cache, e, now_ms))
			return e;
	}
	return NULL;
}

/* The queue is not empty. Ends: a second round finds no bit set. */
static void evict_one(struct cache *cache, uint64_t now_ms)
{
	struct entry *e = expired_ahead(cache, now_ms);

	for (; e == NULL; cache->hand = cache->hand->prev) {
		struct entry *next = at_hand(cache);

		if (!next->visited || !is_fresh(cache, next, now_ms))
			e = next;
		next->visited = false;
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
	e->generation = terms->generation;
	list_insert(&cache->queue, &e->link);
	table_add(&cache->table, e);
	cache->bytes += charge;
	cache->inserts++;
}

/* 0: not to be kept. A raised minimum is for answers with a short life, not for
 * errors and not for what does not say its life at all. */
static uint32_t lifetime_s(const struct cache *cache, const struct answer *answer)
{
	uint32_t ttl_s = answer->ttl_s;

	if (!answer_tells(answer) || answer->ttl_n == 0)
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
	struct entry *old;

	entry_key_make(key, &k);
	if (terms.life_s > 0) {
		keep(cache, &k, answer, NULL, &terms);
		return;
	}
	old = table_find(&cache->table, &k);
	if (old != NULL && answer_tells(answer) && answer_is_to_key(answer, &k))
		forget(cache, old);
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

/* Beside a stale answer. */
static void note_failure(
	struct cache *cache, struct entry *e, const struct ede *ede, uint64_t now_ms)
{
	e->generation = cache->generation;
	e->reason = reasons_keep(&cache->reasons, ede);
	entry_wait(e, now_ms, STALE_RECHECK_MS);
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
	if (old != NULL && !entry_is_failure(old) && is_fresh(cache, old, now_ms))
		return;
	if (old != NULL && is_stale(cache, old, now_ms)) {
		note_failure(cache, old, ede, now_ms);
		return;
	}
	answer = failure_answer(&k, &w);
	keep(cache, &k, &answer, ede, &terms);
}

void cache_forget_stale(struct cache *cache, const struct cache_key *key, uint64_t now_ms)
{
	struct entry *e = find(cache, key);

	if (e != NULL && is_stale(cache, e, now_ms))
		forget(cache, e);
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

size_t cache_flush_zone(struct cache *cache, const struct name *zone)
{
	size_t n = 0;

	list_for_each_safe (it, &cache->queue) {
		struct entry *e = list_entry(it, struct entry, link);

		if (!entry_within(e, zone))
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
