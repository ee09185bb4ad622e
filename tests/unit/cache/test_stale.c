/* What has expired, and is all there is (RFC 8767). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "cache/cache.h"
#include "cache/reasons.h"
#include "tests/unit/cache/sample.h"
#include "tests/unit/rows.h"

#define START_MS 1000000u
#define LIFE_S   10

static const struct ede pin = {
	.present = true, .code = EDE_POLICY, .text = "quad9: pin_mismatch: no key"
};
static struct sample sample;

static struct cache *cache_of(uint32_t min_ttl_s, uint32_t max_ttl_s, uint32_t stale_s)
{
	const struct cache_options options = { 100000, min_ttl_s, max_ttl_s, stale_s };
	struct cache *cache;

	assert_int_equal(cache_new(&options, &cache), STATUS_OK);
	return cache;
}

static void insert(
	struct cache *cache, const char *name, uint32_t version, uint32_t ttl_s)
{
	sample_make(&sample, name, version, ttl_s, 4);
	cache_insert(cache, &sample.key, &sample.answer, START_MS);
}

/* 0: a miss; -1: a failure; otherwise the version. */
static int look(struct cache *cache, const char *name, uint64_t at_ms)
{
	struct cache_hit hit;

	sample_make(&sample, name, 0, 0, 4);
	if (!cache_lookup(cache, &sample.key, START_MS + at_ms, &hit))
		return 0;
	return hit.answer.ttl_n > 0 ? (int)sample_version(&hit.answer) : -1;
}

static void remember_failure(struct cache *cache, const char *name, uint64_t at_ms)
{
	sample_make(&sample, name, 0, 0, 4);
	cache_insert_failure(cache, &sample.key, &pin, 5, START_MS + at_ms);
}

static void what_must_not_be_given_is_forgotten(void **state)
{
	struct cache *cache = cache_of(0, 86400, 60);

	(void)state;
	insert(cache, "a.", 1, LIFE_S);
	/* Fresh it stays. */
	cache_forget_stale(cache, &sample.key, START_MS);
	assert_int_equal(look(cache, "a.", 0), 1);
	cache_forget_stale(cache, &sample.key, START_MS + LIFE_S * 1000);
	remember_failure(cache, "a.", LIFE_S * 1000);
	assert_int_equal(look(cache, "a.", LIFE_S * 1000), -1);
	cache_forget_stale(cache, &sample.key, START_MS + LIFE_S * 1000);
	assert_int_equal(look(cache, "a.", LIFE_S * 1000), -1);
	cache_free(cache);
}

/* --- how long ---------------------------------------------------------------- */

static const struct window_row {
	const char *name;
	uint32_t min_ttl_s, max_ttl_s, stale_s, ttl_s;
	uint64_t at_ms;
	bool stale;
	uint32_t ttl_given_s;
} window_rows[] = {
	{ "the TTL's end", 0, 86400, 60, 10, 10000, true, 30 },
	{ "the last millisecond", 0, 86400, 60, 10, 69999, true, 30 },
	{ "a day", 0, 86400, 86400, 300, 86699999, true, 30 },
	{ "the longest", 0, UINT32_MAX, UINT32_MAX, 0x7fffffff, 6442450941999, true, 30 },
	{ "from min_ttl on", 60, 86400, 60, 10, 60000, true, 30 },
	{ "until after min_ttl", 60, 86400, 60, 10, 119999, true, 30 },
	{ "from max_ttl on", 0, 40, 60, 300, 40000, true, 30 },
	{ "no TTL is above max_ttl", 0, 5, 60, 300, 5000, true, 5 },
	{ "fresh", 0, 86400, 60, 10, 9999, false, 0 },
	{ "fresh by min_ttl", 60, 86400, 60, 10, 59999, false, 0 },
	{ "over", 0, 86400, 60, 10, 70000, false, 0 },
	{ "over after min_ttl", 60, 86400, 60, 10, 120000, false, 0 },
	{ "over after max_ttl", 0, 40, 60, 300, 100000, false, 0 },
	{ "long after", 0, 86400, 60, 10, UINT32_MAX, false, 0 },
	{ "off", 0, 86400, 0, 10, 10000, false, 0 },
	{ "not kept at all", 0, 86400, 60, 0, 0, false, 0 },
};

static void an_answer_is_stale(void **state)
{
	const struct window_row *row = *state;
	struct cache *cache = cache_of(row->min_ttl_s, row->max_ttl_s, row->stale_s);
	struct cache_hit hit;
	bool found;

	insert(cache, "www.example", 7, row->ttl_s);
	found = cache_lookup_stale(cache, &sample.key, START_MS + row->at_ms, &hit);
	assert_int_equal(found, row->stale);
	if (found) {
		assert_int_equal(sample_version(&hit.answer), 7);
		assert_int_equal(hit.answer.ttl_s, row->ttl_given_s);
		assert_true(hit.stale);
		assert_false(hit.ede.present);
		assert_false(hit.refresh);
		/* Nothing failed: it is asked for, first. */
		assert_int_equal(look(cache, "www.example", row->at_ms), 0);
	}
	cache_free(cache);
}

/* --- failures ---------------------------------------------------------------- */

static void a_failure_stands_beside(void **state)
{
	struct cache *cache = cache_of(0, 86400, 3600);
	struct cache_hit hit;

	(void)state;
	insert(cache, "www.example", 7, LIFE_S);
	remember_failure(cache, "www.example", 20000);
	assert_true(cache_lookup(cache, &sample.key, START_MS + 49999, &hit));
	assert_true(hit.stale);
	assert_int_equal(sample_version(&hit.answer), 7);
	assert_int_equal(hit.answer.ttl_s, 30);
	assert_int_equal(hit.ede.code, EDE_POLICY);
	assert_string_equal(hit.ede.text, pin.text);
	/* Then it is tried again. */
	assert_int_equal(look(cache, "www.example", 50000), 0);
	remember_failure(cache, "www.example", 50000);
	assert_int_equal(look(cache, "www.example", 79999), 7);
	cache_free(cache);
}

/* An age is kept in 32 bits of milliseconds: past them a failure is not remembered, and
 * no earlier one passes for it. */
static void after_many_days_it_is_asked_for_each_time(void **state)
{
	const uint64_t days_49_ms = UINT32_MAX;
	struct cache *cache = cache_of(0, 86400, 100 * 86400);

	(void)state;
	insert(cache, "www.example", 1, LIFE_S);
	remember_failure(cache, "www.example", days_49_ms - 30001);
	assert_int_equal(look(cache, "www.example", days_49_ms - 2), 1);
	assert_int_equal(look(cache, "www.example", days_49_ms - 1), 0);
	for (uint64_t at_ms = days_49_ms - 30000; at_ms < 2 * days_49_ms;
		at_ms += days_49_ms / 10) {
		remember_failure(cache, "www.example", at_ms);
		assert_int_equal(look(cache, "www.example", at_ms), 0);
	}
	cache_free(cache);
}

static void a_failure_alone_is_never_stale(void **state)
{
	struct cache *cache = cache_of(0, 86400, 3600);
	struct cache_hit hit;

	(void)state;
	remember_failure(cache, "www.example", 0);
	assert_int_equal(look(cache, "www.example", 4999), -1);
	assert_int_equal(look(cache, "www.example", 5000), 0);
	assert_false(cache_lookup_stale(cache, &sample.key, START_MS + 1000, &hit));
	assert_false(cache_lookup_stale(cache, &sample.key, START_MS + 6000, &hit));
	cache_free(cache);
}

/* What cannot be given any more is no reason to wait for longer. */
static void a_failure_replaces_what_is_over(void **state)
{
	struct cache *cache = cache_of(0, 86400, 60);

	(void)state;
	insert(cache, "www.example", 7, LIFE_S);
	remember_failure(cache, "www.example", 60000);
	assert_int_equal(look(cache, "www.example", 69999), 7);
	assert_int_equal(look(cache, "www.example", 70000), 0);
	remember_failure(cache, "www.example", 70000);
	assert_int_equal(look(cache, "www.example", 74999), -1);
	assert_int_equal(look(cache, "www.example", 75000), 0);
	cache_free(cache);
}

static void a_failure_does_not_disturb_what_is_fresh(void **state)
{
	struct cache *cache = cache_of(0, 86400, 3600);

	(void)state;
	insert(cache, "www.example", 7, LIFE_S);
	remember_failure(cache, "www.example", 9000);
	assert_int_equal(look(cache, "www.example", 9999), 7);
	/* Nor is it remembered: the next one to ask may have more luck. */
	assert_int_equal(look(cache, "www.example", 10000), 0);
	cache_free(cache);
}

static void failures_are_flushed(void **state)
{
	struct cache *cache = cache_of(0, 86400, 3600);
	struct cache_hit hit;

	(void)state;
	insert(cache, "www.example", 7, LIFE_S);
	remember_failure(cache, "www.example", 20000);
	cache_flush_failures(cache);
	assert_int_equal(look(cache, "www.example", 20000), 0);
	assert_true(cache_lookup_stale(cache, &sample.key, START_MS + 20000, &hit));
	remember_failure(cache, "www.example", 21000);
	assert_int_equal(look(cache, "www.example", 21000), 7);
	cache_free(cache);
}

/* --- what ends it ------------------------------------------------------------ */

static const struct news_row {
	const char *name;
	unsigned rcode;
	uint32_t ttl_s;
	bool records;
	bool stays; /* the stale one */
} news_rows[] = {
	{ "not to be kept", RCODE_NOERROR, 0, true, false },
	{ "there is none any more", RCODE_NXDOMAIN, 0, true, false },
	{ "none, without a word of how long", RCODE_NXDOMAIN, 0, false, false },
	{ "nothing of that type", RCODE_NOERROR, 0, false, false },
	{ "SERVFAIL", RCODE_SERVFAIL, 300, true, true },
	{ "REFUSED", RCODE_REFUSED, 300, true, true },
};

static void news_end_it(void **state)
{
	const struct news_row *row = *state;
	struct cache *cache = cache_of(0, 86400, 3600);
	struct cache_hit hit;

	insert(cache, "www.example", 7, LIFE_S);
	remember_failure(cache, "www.example", 20000);
	sample_make(&sample, "www.example", 8, row->ttl_s, 4);
	sample.answer.rcode = (uint8_t)row->rcode;
	if (!row->records) {
		sample.answer.wire.n = sample.answer.question_end;
		sample.answer.ttl_n = 0;
	}
	cache_insert(cache, &sample.key, &sample.answer, START_MS + 20000);
	assert_int_equal(cache_lookup_stale(cache, &sample.key, START_MS + 20000, &hit),
		row->stays);
	assert_int_equal(look(cache, "www.example", 20000), row->stays ? 7 : 0);
	cache_free(cache);
}

static void a_refresh_and_a_flush_end_it(void **state)
{
	struct cache *cache = cache_of(0, 86400, 3600);
	struct cache_hit hit;

	(void)state;
	insert(cache, "www.example", 7, LIFE_S);
	remember_failure(cache, "www.example", 20000);
	sample_make(&sample, "www.example", 8, LIFE_S, 4);
	cache_insert(cache, &sample.key, &sample.answer, START_MS + 20000);
	assert_int_equal(look(cache, "www.example", 29999), 8);
	/* The failure was the old one's. */
	assert_int_equal(look(cache, "www.example", 30000), 0);
	remember_failure(cache, "www.example", 30000);
	assert_int_equal(cache_flush_name(cache, &sample.question.name), 1);
	assert_int_equal(look(cache, "www.example", 30000), 0);
	assert_false(cache_lookup_stale(cache, &sample.key, START_MS + 30000, &hit));
	insert(cache, "www.example", 7, LIFE_S);
	cache_flush(cache);
	assert_false(cache_lookup_stale(cache, &sample.key, START_MS + 30000, &hit));
	cache_free(cache);
}

static void another_questions_answer_does_not_end_it(void **state)
{
	static struct sample other;
	struct cache *cache = cache_of(0, 86400, 3600);
	struct cache_hit hit;

	(void)state;
	insert(cache, "www.example", 7, LIFE_S);
	sample_make(&other, "ww2.example", 8, 0, 4);
	cache_insert(cache, &sample.key, &other.answer, START_MS + 20000);
	assert_true(cache_lookup_stale(cache, &sample.key, START_MS + 20000, &hit));
	cache_free(cache);
}

/* --- reasons ------------------------------------------------------------------ */

static struct ede reason(unsigned number)
{
	struct ede ede = { .present = true, .code = EDE_OTHER };

	snprintf(ede.text, sizeof ede.text, "u%u: answered SERVFAIL", number);
	return ede;
}

static void the_same_reason_stands_once(void **state)
{
	struct reasons reasons = { .next = 0 };
	struct ede ede = reason(1), other_code = ede, found;
	uint32_t number = reasons_keep(&reasons, &ede);

	(void)state;
	for (int i = 0; i < 100; i++)
		assert_int_equal(reasons_keep(&reasons, &ede), number);
	other_code.code = EDE_POLICY;
	assert_int_not_equal(reasons_keep(&reasons, &other_code), number);
	reasons_find(&reasons, number, &found);
	assert_true(found.present);
	assert_int_equal(found.code, EDE_OTHER);
	assert_string_equal(found.text, "u1: answered SERVFAIL");
}

static void an_old_reason_is_forgotten_and_no_other_passes_for_it(void **state)
{
	struct reasons reasons = { .next = UINT32_MAX - 3 };
	struct ede ede = reason(0), found;
	uint32_t number = reasons_keep(&reasons, &ede);

	(void)state;
	for (unsigned i = 1; i < REASONS_MAX; i++) {
		ede = reason(i);
		reasons_keep(&reasons, &ede);
	}
	reasons_find(&reasons, number, &found);
	assert_string_equal(found.text, "u0: answered SERVFAIL");
	ede = reason(REASONS_MAX);
	reasons_keep(&reasons, &ede);
	reasons_find(&reasons, number, &found);
	assert_false(found.present);
}

static void no_reason_is_none(void **state)
{
	struct reasons reasons = { .next = 0 };
	struct ede ede = reason(1), full = ede, found;

	(void)state;
	reasons_keep(&reasons, &ede);
	reasons_find(&reasons, reasons_keep(&reasons, NULL), &found);
	assert_false(found.present);
	ede.present = false;
	reasons_find(&reasons, reasons_keep(&reasons, &ede), &found);
	assert_false(found.present);
	memset(full.text, 'x', sizeof full.text);
	reasons_find(&reasons, reasons_keep(&reasons, &full), &found);
	assert_int_equal(strlen(found.text), EDE_TEXT_MAX - 1);
	assert_int_equal(reasons_keep(&reasons, &full), reasons_keep(&reasons, &full));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_failure_stands_beside),
		cmocka_unit_test(after_many_days_it_is_asked_for_each_time),
		cmocka_unit_test(a_failure_alone_is_never_stale),
		cmocka_unit_test(a_failure_replaces_what_is_over),
		cmocka_unit_test(a_failure_does_not_disturb_what_is_fresh),
		cmocka_unit_test(failures_are_flushed),
		cmocka_unit_test(a_refresh_and_a_flush_end_it),
		cmocka_unit_test(another_questions_answer_does_not_end_it),
		cmocka_unit_test(the_same_reason_stands_once),
		cmocka_unit_test(an_old_reason_is_forgotten_and_no_other_passes_for_it),
		cmocka_unit_test(no_reason_is_none),
		cmocka_unit_test(what_must_not_be_given_is_forgotten),
	};

	return run_rows("window", window_rows, sizeof *window_rows, ROWS(window_rows),
		       an_answer_is_stale) +
	       run_rows("news", news_rows, sizeof *news_rows, ROWS(news_rows),
		       news_end_it) +
	       cmocka_run_group_tests(tests, NULL, NULL);
}
