/* The budget holds, what is evicted is what was not asked for, and any sequence
 * of calls agrees with a simple model. */
#include "cache/cache.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "cache/table.h"
#include "tests/unit/cache/heap.h"
#include "tests/unit/cache/sample.h"

#define START_MS 1000000u

static struct sample sample;

static struct cache *cache_of(size_t size_bytes)
{
	const struct cache_options options = { size_bytes, 0, 86400, 0 };
	struct cache *cache;

	assert_int_equal(cache_new(&options, &cache), STATUS_OK);
	return cache;
}

static struct cache_stats stats_of(const struct cache *cache)
{
	struct cache_stats stats;

	cache_stats(cache, &stats);
	return stats;
}

static void make(unsigned number, uint32_t version, uint32_t ttl_s, size_t rdata_n)
{
	char name[32];

	snprintf(name, sizeof name, "n%u.example", number);
	sample_make(&sample, name, version, ttl_s, rdata_n);
}

static void insert(struct cache *cache, unsigned number, uint32_t ttl_s, uint64_t now_ms)
{
	make(number, number + 1, ttl_s, 4);
	cache_insert(cache, &sample.key, &sample.answer, now_ms);
}

static bool has(struct cache *cache, unsigned number, uint64_t now_ms)
{
	struct cache_hit hit;

	make(number, 0, 0, 4);
	return cache_lookup(cache, &sample.key, now_ms, &hit);
}

/* Numbers 10 and up, whose names are of one length, until one more would evict;
 * returns the first that is not in. */
static unsigned fill(struct cache *cache, uint32_t ttl_s)
{
	unsigned number = 10;
	size_t each;

	insert(cache, number++, ttl_s, START_MS);
	each = stats_of(cache).bytes;
	insert(cache, number++, ttl_s, START_MS);
	each = stats_of(cache).bytes - each;
	while (stats_of(cache).bytes + each <= 4096) {
		insert(cache, number++, ttl_s, START_MS);
		if (stats_of(cache).evictions > 0)
			fail_msg("evicted while there is room");
	}
	assert_in_range(number, 20, 99);
	return number;
}

static void test_oldest_goes_first(void **state)
{
	struct cache *cache = cache_of(4096);
	unsigned next = fill(cache, 300);

	(void)state;
	insert(cache, next, 300, START_MS);
	assert_int_equal(stats_of(cache).evictions, 1);
	insert(cache, next + 1, 300, START_MS);
	assert_int_equal(stats_of(cache).evictions, 2);
	assert_false(has(cache, 10, START_MS));
	assert_false(has(cache, 11, START_MS));
	for (unsigned i = 12; i <= next + 1; i++)
		assert_true(has(cache, i, START_MS));
	cache_free(cache);
}

static void test_asked_for_is_spared(void **state)
{
	struct cache *cache = cache_of(4096);
	unsigned next = fill(cache, 300);

	(void)state;
	assert_true(has(cache, 10, START_MS));
	assert_true(has(cache, 12, START_MS));
	insert(cache, next, 300, START_MS);
	insert(cache, next + 1, 300, START_MS);
	assert_true(has(cache, 10, START_MS));
	assert_false(has(cache, 11, START_MS));
	assert_true(has(cache, 12, START_MS));
	assert_false(has(cache, 13, START_MS));
	cache_free(cache);
}

static void test_expired_is_not_spared(void **state)
{
	struct cache *cache = cache_of(4096);
	unsigned next = fill(cache, 300);

	(void)state;
	insert(cache, 10, 1, START_MS); /* replaced: now the newest */
	for (unsigned i = 10; i < next; i++)
		assert_true(has(cache, i, START_MS));
	insert(cache, next, 300, START_MS + 1000);
	for (unsigned i = 11; i <= next; i++)
		assert_true(has(cache, i, START_MS + 1000));
	cache_free(cache);
}

/* Although others stand before it, and it was asked for and they were not. */
static void test_stale_goes_first(void **state)
{
	const struct cache_options options = { 4096, 0, 86400, 86400 };
	struct cache_hit hit;
	struct cache *cache;
	unsigned next;

	(void)state;
	assert_int_equal(cache_new(&options, &cache), STATUS_OK);
	next = fill(cache, 300);
	cache_flush(cache);
	for (unsigned i = 10; i < next; i++)
		insert(cache, i, i == 15 ? 1 : 300, START_MS);
	assert_true(has(cache, 15, START_MS));
	insert(cache, next, 300, START_MS + 1000);
	assert_int_equal(stats_of(cache).evictions, 1);
	make(15, 0, 0, 4);
	assert_false(cache_lookup_stale(cache, &sample.key, START_MS + 1000, &hit));
	for (unsigned i = 10; i <= next; i++)
		assert_int_equal(has(cache, i, START_MS + 1000), i != 15);
	cache_free(cache);
}

static void test_all_asked_for(void **state)
{
	struct cache *cache = cache_of(4096);
	unsigned next = fill(cache, 300);

	(void)state;
	for (unsigned i = 10; i < next; i++)
		assert_true(has(cache, i, START_MS));
	insert(cache, next, 300, START_MS);
	assert_false(has(cache, 10, START_MS));
	assert_true(has(cache, next, START_MS));
	cache_free(cache);
}

/* Names that are asked once do not drive out one that is asked all the time. */
static void test_scan(void **state)
{
	struct cache *cache = cache_of(4096);

	(void)state;
	insert(cache, 1, 300, START_MS);
	for (unsigned i = 10; i < 1000; i++) {
		assert_true(has(cache, 1, START_MS));
		insert(cache, i, 300, START_MS);
	}
	assert_true(stats_of(cache).evictions > 900);
	cache_free(cache);
}

static void test_size_0(void **state)
{
	struct cache *cache = cache_of(0);
	unsigned long allocs = heap.allocs;

	(void)state;
	insert(cache, 1, 300, START_MS);
	assert_false(has(cache, 1, START_MS));
	cache_insert_failure(cache, &sample.key, NULL, 300, START_MS);
	assert_false(has(cache, 1, START_MS));
	assert_int_equal(cache_flush_name(cache, &sample.question.name), 0);
	cache_flush_failures(cache);
	cache_flush(cache);
	assert_int_equal(heap.allocs, allocs);
	assert_int_equal(stats_of(cache).bytes, 0);
	cache_free(cache);
}

static void test_hit_allocates_nothing(void **state)
{
	struct cache *cache = cache_of(4096);
	unsigned long allocs;

	(void)state;
	insert(cache, 1, 300, START_MS);
	allocs = heap.allocs;
	assert_true(has(cache, 1, START_MS));
	assert_false(has(cache, 2, START_MS));
	assert_false(has(cache, 1, START_MS + 300000));
	assert_int_equal(heap.allocs, allocs);
	cache_free(cache);
}

/* At most a quarter of the budget for one answer. */
static void test_oversized(void **state)
{
	struct cache *cache = cache_of(65536);

	(void)state;
	insert(cache, 1, 300, START_MS);
	make(2, 1, 300, 16000);
	cache_insert(cache, &sample.key, &sample.answer, START_MS);
	assert_true(has(cache, 2, START_MS));
	make(3, 1, 300, 16500);
	cache_insert(cache, &sample.key, &sample.answer, START_MS);
	assert_false(has(cache, 3, START_MS));
	make(4, 1, 300, 65000);
	cache_insert(cache, &sample.key, &sample.answer, START_MS);
	assert_false(has(cache, 4, START_MS));
	assert_true(has(cache, 1, START_MS));
	assert_int_equal(stats_of(cache).evictions, 0);
	/* The old answer is not passed off as the new one. */
	make(1, 2, 300, 65000);
	cache_insert(cache, &sample.key, &sample.answer, START_MS);
	assert_false(has(cache, 1, START_MS));
	cache_free(cache);
}

static void test_tiny_budgets(void **state)
{
	(void)state;
	for (size_t size = 0; size < 12000; size += 48) {
		struct cache *cache = cache_of(size);
		size_t before = heap.bytes;

		heap.bytes_max = 0;
		for (unsigned i = 0; i < 120; i++) {
			insert(cache, i, 300, START_MS);
			assert_true(stats_of(cache).bytes <= size);
			assert_true(heap.bytes_max <= before + size);
		}
		cache_free(cache);
	}
}

static const struct suitable_row {
	size_t buckets_n, entries, want;
} suitable_rows[] = {
	{ 0, 0, 16 },
	{ 16, 0, 16 },
	{ 16, 16, 16 },
	{ 16, 17, 32 },
	{ 16, 1000, 1024 },
	{ 32, 4, 32 },
	{ 32, 3, 16 },
	{ 1024, 128, 1024 },
	{ 1024, 127, 128 },
	{ 1024, 64, 64 },
	{ 1024, 0, 16 },
};

static void test_table_follows_entries(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof suitable_rows / sizeof *suitable_rows; i++) {
		const struct suitable_row *row = &suitable_rows[i];
		struct table table = { .buckets_n = row->buckets_n,
			.entries = row->entries };
		size_t n = table_suitable(&table);

		if (n != row->want)
			fail_msg("%zu entries in %zu: %zu", row->entries, row->buckets_n,
				n);
	}
}

/* Whichever allocation fails, an answer less is kept, and that is all. */
static void test_out_of_memory(void **state)
{
	const struct cache_options options = { 100000, 0, 86400, 0 };
	struct cache *cache;

	(void)state;
	heap.fail_at = 1;
	assert_int_equal(cache_new(&options, &cache), STATUS_NOMEM);
	for (long n = 1; n < 60; n++) {
		unsigned missing = 0;

		cache = cache_of(100000);
		heap.fail_at = n;
		for (unsigned i = 0; i < 50; i++)
			insert(cache, i, 300, START_MS);
		heap.fail_at = 0;
		for (unsigned i = 0; i < 50; i++)
			missing += !has(cache, i, START_MS);
		assert_true(missing <= 1);
		cache_free(cache);
	}
}

/* The model: what was put in last, and until when. */
#define KEYS 4000
struct kept {
	uint32_t version; /* 0: nothing */
	bool failure;
	uint64_t stored_ms, expires_ms;
};
static struct kept model[KEYS];

static uint32_t random_state;
static uint32_t draw(uint32_t bound)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 17;
	random_state ^= random_state << 5;
	return random_state % bound;
}

static void make_key(unsigned key, uint32_t version, uint32_t ttl_s, size_t rdata_n)
{
	make(key / 4, version, ttl_s, rdata_n);
	sample.key.dnssec_ok = key & 1;
	sample.key.checking_disabled = key & 2;
}

static void step_insert(struct cache *cache, uint32_t version, uint64_t now_ms)
{
	unsigned key = draw(KEYS);
	uint32_t ttl_s = draw(200);

	make_key(key, version, ttl_s, 4 + draw(400));
	cache_insert(cache, &sample.key, &sample.answer, now_ms);
	/* What may not be kept ends what was known before. */
	model[key] = (struct kept){ ttl_s > 0 ? version : 0, false, now_ms,
		now_ms + ttl_s * 1000 };
}

/* A live answer stays; where it may have been evicted there is no telling. */
static void step_failure(
	struct cache *cache, bool exact, uint32_t version, uint64_t now_ms)
{
	unsigned key = draw(KEYS);
	struct kept *k = &model[key];
	bool stays = k->version != 0 && !k->failure && now_ms < k->expires_ms;

	if (stays && !exact)
		return;
	make_key(key, 0, 0, 4);
	cache_insert_failure(cache, &sample.key, NULL, 5, now_ms);
	if (!stays)
		*k = (struct kept){ version, true, now_ms, now_ms + 5000 };
}

static void step_flush(struct cache *cache)
{
	unsigned first = draw(KEYS) / 4 * 4;

	if (draw(4) > 0) {
		make_key(first, 0, 0, 4);
		cache_flush_name(cache, &sample.question.name);
		memset(model + first, 0, 4 * sizeof *model);
		return;
	}
	cache_flush_failures(cache);
	for (size_t i = 0; i < KEYS; i++)
		model[i].version = model[i].failure ? 0 : model[i].version;
}

/* `exact`: nothing was evicted, so what the model has is there. */
static void step_lookup(struct cache *cache, bool exact, uint64_t now_ms)
{
	unsigned key = draw(KEYS);
	const struct kept *k = &model[key];
	bool live = k->version != 0 && now_ms < k->expires_ms;
	struct cache_hit hit;

	make_key(key, 0, 0, 4);
	if (!cache_lookup(cache, &sample.key, now_ms, &hit)) {
		assert_false(exact && live);
		return;
	}
	assert_true(live);
	assert_int_equal(hit.answer.rcode == RCODE_SERVFAIL, k->failure);
	assert_int_equal(hit.age_s, (now_ms - k->stored_ms) / 1000);
	if (!k->failure)
		assert_int_equal(sample_version(&hit.answer), k->version);
}

static void run_model(size_t size_bytes, bool exact)
{
	struct cache *cache = cache_of(size_bytes);
	size_t before = heap.bytes;
	uint64_t now_ms = START_MS;

	memset(model, 0, sizeof model);
	random_state = 2463534242u;
	heap.bytes_max = 0;
	for (uint32_t i = 1; i <= 100000; i++) {
		step_insert(cache, i, now_ms);
		if (draw(8) == 0)
			step_failure(cache, exact, i, now_ms);
		if (draw(100) == 0)
			step_flush(cache);
		for (int n = 0; n < 3; n++)
			step_lookup(cache, exact, now_ms);
		assert_true(stats_of(cache).bytes <= size_bytes);
		now_ms += draw(20);
	}
	assert_true(heap.bytes_max - before <= size_bytes);
	assert_int_equal(stats_of(cache).evictions == 0, exact);
	assert_true(stats_of(cache).hits > 1000);
	cache_free(cache);
}

static void test_model_with_room(void **state)
{
	(void)state;
	run_model(10000000, true);
}

static void test_model_evicting(void **state)
{
	(void)state;
	run_model(100000, false);
}

static void test_nothing_leaks(void **state)
{
	(void)state;
	assert_int_equal(heap.bytes, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_oldest_goes_first),
		cmocka_unit_test(test_asked_for_is_spared),
		cmocka_unit_test(test_expired_is_not_spared),
		cmocka_unit_test(test_stale_goes_first),
		cmocka_unit_test(test_all_asked_for),
		cmocka_unit_test(test_scan),
		cmocka_unit_test(test_size_0),
		cmocka_unit_test(test_hit_allocates_nothing),
		cmocka_unit_test(test_oversized),
		cmocka_unit_test(test_tiny_budgets),
		cmocka_unit_test(test_table_follows_entries),
		cmocka_unit_test(test_out_of_memory),
		cmocka_unit_test(test_model_with_room),
		cmocka_unit_test(test_model_evicting),
		cmocka_unit_test(test_nothing_leaks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
