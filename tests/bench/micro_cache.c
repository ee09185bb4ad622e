/* Caches of ten thousand and of a million names: hits, misses, and new names in a cache
 * that is full. Questions and answers are one, with other digits in the name. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "cache/cache.h"
#include "tests/bench/load.h"
#include "tests/bench/micro.h"
#include "tests/bench/upstream.h"

#define FEW  10000
#define MANY 1000000

static struct question question;
static struct answer answer;
static uint8_t answer_wire[UPSTREAM_REPLY_MAX];
static uint16_t ttl_at[8];
/* Behind the first label's length and letter. */
static uint8_t *const digits = question.name.wire + 2, *const answer_digits =
							       answer_wire +
							       DNS_HEADER_BYTES + 2;

/* `full_few` and `full_many` have room for no more than is in them. */
static struct cache *few, *many, *full_few, *full_many;
static uint32_t newest = MANY;

static bool look_up(struct cache *cache, size_t number)
{
	const struct cache_key key = { .question = &question };
	struct cache_hit hit;

	load_write_digits(number, digits);
	return cache_lookup(cache, &key, MICRO_NOW_MS, &hit);
}

static void insert(struct cache *cache, size_t number)
{
	const struct cache_key key = { .question = &question };

	load_write_digits(number, digits);
	load_write_digits(number, answer_digits);
	cache_insert(cache, &key, &answer, MICRO_NOW_MS);
}

static struct cache *make_cache(size_t size_bytes, size_t names)
{
	const struct cache_options options = { .size_bytes = size_bytes,
		.max_ttl_s = MICRO_TTL_S_MAX };
	struct cache *cache;

	micro_must(cache_new(&options, &cache) == STATUS_OK, "cache_new");
	for (size_t i = 0; i < names; i++)
		insert(cache, i);
	return cache;
}

static struct cache_stats stats_of(const struct cache *cache)
{
	struct cache_stats stats;

	cache_stats(cache, &stats);
	return stats;
}

static void make_pair(size_t names, struct cache **roomy, struct cache **full)
{
	*roomy = make_cache(names * 1024, names);
	micro_must(stats_of(*roomy).entries == names, "a cache with room for all");
	*full = make_cache(stats_of(*roomy).bytes, names);
	insert(*full, names);
	micro_must(stats_of(*full).evictions > 0, "a full cache");
}

void micro_cache_init(void)
{
	static struct load load = { .options.label = "micro" };
	static const struct answer_options options = { .dnssec_ok = false };
	uint8_t query[LOAD_QUERY_MAX], reply[UPSTREAM_REPLY_MAX];
	struct writer w = { .p = answer_wire, .cap = sizeof answer_wire };
	struct message m;

	load_query_make(&load);
	load_query_write(&load, 0, 0, query);
	micro_must(message_parse(
			   bytes_of(reply,
				   upstream_answer(bytes_of(query, load.query_n), reply)),
			   &m) == STATUS_OK &&
			   answer_make(&m, &options, &w, ttl_at,
				   sizeof ttl_at / sizeof *ttl_at, &answer) == STATUS_OK,
		"an answer");
	question = m.question;
	make_pair(FEW, &few, &full_few);
	make_pair(MANY, &many, &full_many);
}

void micro_cache_deinit(void)
{
	cache_free(few);
	cache_free(many);
	cache_free(full_few);
	cache_free(full_many);
}

static void number_alone(size_t i)
{
	load_write_digits(i * MICRO_STRIDE % MANY, digits);
}

static void hit_few(size_t i)
{
	micro_must(look_up(few, i * MICRO_STRIDE % FEW), "a hit");
}

static void hit_many(size_t i)
{
	micro_must(look_up(many, i * MICRO_STRIDE % MANY), "a hit");
}

static void miss_few(size_t i)
{
	micro_must(!look_up(few, FEW + i * MICRO_STRIDE % FEW), "a miss");
}

static void miss_many(size_t i)
{
	micro_must(!look_up(many, MANY + i * MICRO_STRIDE % MANY), "a miss");
}

static void replace_many(size_t i)
{
	insert(many, i * MICRO_STRIDE % MANY);
}

static void evict_few(size_t i)
{
	(void)i;
	insert(full_few, ++newest);
}

static void evict_many(size_t i)
{
	(void)i;
	insert(full_many, ++newest);
}

const struct micro_step micro_cache_steps[] = {
	{ "a name's digits, part of the next ones", number_alone },
	{ "cache_lookup, a hit of 10,000", hit_few },
	{ "cache_lookup, a hit of 1,000,000", hit_many },
	{ "cache_lookup, a miss of 10,000", miss_few },
	{ "cache_lookup, a miss of 1,000,000", miss_many },
	{ "cache_insert, in place, 1,000,000", replace_many },
	{ "cache_insert, one evicted of 10,000", evict_few },
	{ "cache_insert, one evicted of 1,000,000", evict_many },
	{ NULL, NULL },
};
