/* When an answer is asked for anew before it ends. */
#include "cache/prefetch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/cache/sample.h"
#include "tests/unit/rows.h"

#define START_MS 1000000u

static const struct due_row {
	const char *name;
	unsigned hits;
	uint64_t age_ms;
	uint32_t ttl_s;
	bool due;
} due_rows[] = {
	{ "the last tenth begins", 2, 9000, 10, true },
	{ "its last millisecond", 2, 9999, 10, true },
	{ "asked for often", 255, 95000, 100, true },
	{ "a long life", 2, 77760000, 86400, true },
	{ "the longest", 2, 1932735282300, 0x7fffffff, true },
	{ "a millisecond too early", 2, 8999, 10, false },
	{ "new", 255, 0, 10, false },
	{ "half way", 255, 150000, 300, false },
	{ "at its end", 2, 10000, 10, false },
	{ "long after", 2, UINT64_MAX, 10, false },
	{ "asked for once", 1, 9500, 10, false },
	{ "never asked for", 0, 9500, 10, false },
	{ "a short life", 255, 8999, 9, false },
	{ "a second", 255, 999, 1, false },
	{ "no life", 255, 0, 0, false },
};

static void a_refresh_is_due(void **state)
{
	const struct due_row *row = *state;

	assert_int_equal(prefetch_due(row->hits, row->age_ms, row->ttl_s), row->due);
}

/* --- in a cache ------------------------------------------------------------- */

static struct sample sample;
static struct cache *cache;

static void insert(uint32_t version, uint32_t ttl_s, uint64_t at_ms)
{
	sample_make(&sample, "www.example", version, ttl_s, 4);
	cache_insert(cache, &sample.key, &sample.answer, START_MS + at_ms);
}

/* A hit, which calls for a refresh or not. */
static bool calls(uint64_t at_ms)
{
	struct cache_hit hit;

	assert_true(cache_lookup(cache, &sample.key, START_MS + at_ms, &hit));
	return hit.refresh;
}

static void a_hit_calls_until_a_refresh_has_begun(void **state)
{
	(void)state;
	insert(1, 100, 0);
	assert_false(calls(90000)); /* the first one */
	assert_true(calls(90001));
	assert_true(calls(90002));
	cache_note_refresh(cache, &sample.key, START_MS + 90002);
	assert_false(calls(90002));
	assert_false(calls(95001));
	assert_true(calls(95002));
	/* It came: not before the end of the new one. */
	insert(2, 100, 95003);
	assert_false(calls(95004));
	assert_false(calls(180000));
	assert_true(calls(185003));
}

static void what_was_not_asked_for_lately_is_not_refreshed(void **state)
{
	(void)state;
	insert(1, 100, 0);
	assert_false(calls(10));
	insert(2, 100, 50000);
	assert_false(calls(145000));
}

/* A refresh that begins at the end says nothing about what comes behind it. */
static void a_refresh_is_no_failure(void **state)
{
	struct cache_hit hit;

	(void)state;
	insert(1, 10, 0);
	cache_note_refresh(cache, &sample.key, START_MS + 9999);
	assert_false(cache_lookup(cache, &sample.key, START_MS + 10000, &hit));
	assert_true(cache_lookup_stale(cache, &sample.key, START_MS + 10000, &hit));
	assert_false(hit.ede.present);
	/* Nothing to note with what is stale, or not there. */
	cache_note_refresh(cache, &sample.key, START_MS + 10001);
	assert_false(cache_lookup(cache, &sample.key, START_MS + 10002, &hit));
	cache_flush(cache);
	cache_note_refresh(cache, &sample.key, START_MS);
	assert_false(cache_lookup(cache, &sample.key, START_MS, &hit));
}

static void a_failure_is_not_refreshed(void **state)
{
	(void)state;
	sample_make(&sample, "www.example", 0, 0, 4);
	cache_insert_failure(cache, &sample.key, NULL, 100, START_MS);
	for (uint64_t at_ms = 0; at_ms < 100000; at_ms += 100)
		assert_false(calls(at_ms));
}

/* The life that counts is the one that it has here. */
static void a_raised_minimum_counts(void **state)
{
	(void)state;
	cache_free(cache);
	assert_int_equal(cache_new(&(struct cache_options){ .size_bytes = 100000,
					   .min_ttl_s = 60,
					   .max_ttl_s = 86400 },
				 &cache),
		STATUS_OK);
	insert(1, 1, 0);
	assert_false(calls(1000));
	assert_false(calls(53999));
	assert_true(calls(54000));
}

static int setup(void **state)
{
	const struct cache_options options = {
		.size_bytes = 100000, .max_ttl_s = 86400, .stale_s = 3600
	};

	(void)state;
	return cache_new(&options, &cache) == STATUS_OK ? 0 : -1;
}

static int teardown(void **state)
{
	(void)state;
	cache_free(cache);
	return 0;
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_hit_calls_until_a_refresh_has_begun),
		TEST(what_was_not_asked_for_lately_is_not_refreshed),
		TEST(a_refresh_is_no_failure),
		TEST(a_failure_is_not_refreshed),
		TEST(a_raised_minimum_counts),
	};

	return run_rows("prefetch", due_rows, sizeof *due_rows, ROWS(due_rows),
		       a_refresh_is_due) +
	       cmocka_run_group_tests(tests, NULL, NULL);
}
