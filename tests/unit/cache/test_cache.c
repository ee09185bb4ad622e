/* What the cache keeps, for how long, and what it gives up first. */
#include "cache/cache.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/cache/sample.h"

#define ROWS(table) (sizeof(table) / sizeof *(table))
#define START_MS    1000000u
#define ROOMY       1000000u

static struct cache *cache_of(size_t size_bytes, uint32_t min_ttl_s, uint32_t max_ttl_s)
{
	const struct cache_options options = { size_bytes, min_ttl_s, max_ttl_s, 0 };
	struct cache *cache;

	assert_int_equal(cache_new(&options, &cache), STATUS_OK);
	return cache;
}

static void insert(struct cache *cache, const char *name, uint32_t version,
	uint32_t ttl_s, uint64_t now_ms)
{
	static struct sample s;

	sample_make(&s, name, version, ttl_s, 4);
	cache_insert(cache, &s.key, &s.answer, now_ms);
}

/* The version that is kept, 0 for a miss. */
static uint32_t look(struct cache *cache, const char *name, uint64_t now_ms)
{
	static struct sample s;
	struct cache_hit hit;

	sample_make(&s, name, 0, 0, 4);
	if (!cache_lookup(cache, &s.key, now_ms, &hit))
		return 0;
	return hit.answer.ttl_n > 0 ? sample_version(&hit.answer) : UINT32_MAX;
}

static struct cache_stats stats_of(const struct cache *cache)
{
	struct cache_stats stats;

	cache_stats(cache, &stats);
	return stats;
}

static const struct life_row {
	const char *name;
	uint32_t min_ttl_s, max_ttl_s, ttl_s;
	unsigned rcode;
	uint64_t after_ms;
	bool hit;
	uint32_t age_s, life_s;
} life_rows[] = {
	{ "at once", 0, 86400, 10, 0, 0, true, 0, 10 },
	{ "just under a second", 0, 86400, 10, 0, 999, true, 0, 10 },
	{ "a second", 0, 86400, 10, 0, 1000, true, 1, 10 },
	{ "the last millisecond", 0, 86400, 10, 0, 9999, true, 9, 10 },
	{ "the TTL's end", 0, 86400, 10, 0, 10000, false, 0, 0 },
	{ "long after", 0, 86400, 10, 0, UINT32_MAX, false, 0, 0 },
	{ "NXDOMAIN", 0, 86400, 10, RCODE_NXDOMAIN, 9999, true, 9, 10 },
	{ "max_ttl cuts", 0, 5, 10, 0, 4999, true, 4, 5 },
	{ "max_ttl's end", 0, 5, 10, 0, 5000, false, 0, 0 },
	{ "min_ttl raises", 60, 86400, 10, 0, 59999, true, 59, 60 },
	{ "min_ttl's end", 60, 86400, 10, 0, 60000, false, 0, 0 },
	{ "min_ttl raises 0", 60, 86400, 0, 0, 59999, true, 59, 60 },
	{ "the largest TTL", 0, UINT32_MAX, 0x7fffffff, 0, 2147483646999, true,
		0x7ffffffe, 0x7fffffff },
	{ "TTL 0", 0, 86400, 0, 0, 0, false, 0, 0 },
	{ "max_ttl 0", 0, 0, 10, 0, 0, false, 0, 0 },
	{ "SERVFAIL", 0, 86400, 10, RCODE_SERVFAIL, 0, false, 0, 0 },
	{ "REFUSED, whatever min_ttl", 60, 86400, 0, RCODE_REFUSED, 0, false, 0, 0 },
};

static void test_life(void **state)
{
	static struct sample s;

	(void)state;
	for (size_t i = 0; i < ROWS(life_rows); i++) {
		const struct life_row *row = &life_rows[i];
		struct cache *cache = cache_of(ROOMY, row->min_ttl_s, row->max_ttl_s);
		struct cache_hit hit;
		bool found;

		sample_make(&s, "www.example", 1, row->ttl_s, 4);
		s.answer.rcode = (uint8_t)row->rcode;
		cache_insert(cache, &s.key, &s.answer, START_MS);
		found = cache_lookup(cache, &s.key, START_MS + row->after_ms, &hit);
		if (found != row->hit)
			fail_msg("%s: %s", row->name, found ? "hit" : "miss");
		if (found && (hit.age_s != row->age_s || hit.answer.ttl_s != row->life_s))
			fail_msg("%s: age %u of %u", row->name, hit.age_s,
				hit.answer.ttl_s);
		if (found && (hit.ttl_min_s != row->min_ttl_s || hit.ede.present))
			fail_msg("%s: minimum %u", row->name, hit.ttl_min_s);
		cache_free(cache);
	}
}

static void test_no_records_no_minimum(void **state)
{
	static struct sample s;
	struct cache *cache = cache_of(ROOMY, 60, 86400);

	(void)state;
	sample_make(&s, "www.example", 1, 0, 4);
	s.answer.wire.n = s.answer.question_end;
	s.answer.ttl_n = 0;
	cache_insert(cache, &s.key, &s.answer, START_MS);
	assert_int_equal(stats_of(cache).entries, 0);
	cache_free(cache);
}

/* A clock that lags, such as an event loop's, makes no negative age. */
static void test_before_insertion(void **state)
{
	static struct sample s;
	struct cache *cache = cache_of(ROOMY, 0, 86400);
	struct cache_hit hit;

	(void)state;
	sample_make(&s, "www.example", 1, 10, 4);
	cache_insert(cache, &s.key, &s.answer, START_MS);
	assert_true(cache_lookup(cache, &s.key, START_MS - 1, &hit));
	assert_int_equal(hit.age_s, 0);
	cache_free(cache);
}

/* What is kept is the answer, but for the case of its question. */
static void test_content(void **state)
{
	static struct sample s, lower;
	struct cache *cache = cache_of(ROOMY, 0, 86400);
	struct cache_hit hit;

	(void)state;
	sample_make(&s, "WWW.Example", 7, 300, 100);
	sample_make(&lower, "www.example", 7, 300, 100);
	cache_insert(cache, &s.key, &s.answer, START_MS);
	memset(s.wire, 0xee, sizeof s.wire);
	assert_true(cache_lookup(cache, &lower.key, START_MS, &hit));
	assert_true(bytes_equal(hit.answer.wire, lower.answer.wire));
	assert_int_equal(hit.answer.question_end, lower.answer.question_end);
	assert_int_equal(hit.answer.ttl_n, 1);
	assert_int_equal(hit.answer.ttl_at[0], lower.ttl_at[0]);
	cache_free(cache);
}

static const struct key_row {
	const char *name;
	const char *asked;
	uint16_t type, class;
	bool dnssec_ok, checking_disabled, hit;
} key_rows[] = {
	{ "the same", "www.example", TYPE_TXT, CLASS_IN, false, false, true },
	{ "another case", "wWw.EXAMPLE", TYPE_TXT, CLASS_IN, false, false, true },
	{ "another name", "ww2.example", TYPE_TXT, CLASS_IN, false, false, false },
	{ "a name below", "a.www.example", TYPE_TXT, CLASS_IN, false, false, false },
	{ "another type", "www.example", TYPE_A, CLASS_IN, false, false, false },
	{ "another class", "www.example", TYPE_TXT, CLASS_CH, false, false, false },
	{ "DO", "www.example", TYPE_TXT, CLASS_IN, true, false, false },
	{ "CD", "www.example", TYPE_TXT, CLASS_IN, false, true, false },
	{ "DO and CD", "www.example", TYPE_TXT, CLASS_IN, true, true, false },
};

static void test_key(void **state)
{
	static struct sample s;
	struct cache *cache = cache_of(ROOMY, 0, 86400);

	(void)state;
	insert(cache, "www.Example", 1, 300, START_MS);
	for (size_t i = 0; i < ROWS(key_rows); i++) {
		const struct key_row *row = &key_rows[i];
		struct cache_hit hit;

		sample_make(&s, row->asked, 0, 0, 4);
		s.question.type = row->type;
		s.question.class = row->class;
		s.key.dnssec_ok = row->dnssec_ok;
		s.key.checking_disabled = row->checking_disabled;
		if (cache_lookup(cache, &s.key, START_MS, &hit) != row->hit)
			fail_msg("%s", row->name);
	}
	assert_int_equal(stats_of(cache).hits, 2);
	assert_int_equal(stats_of(cache).misses, ROWS(key_rows) - 2);
	cache_free(cache);
}

static const struct foreign_row {
	const char *name;
	const char *question;
	uint16_t type;
} foreign_rows[] = {
	{ "another name", "evil.example", TYPE_TXT },
	{ "a longer name", "bank.example.org", TYPE_TXT },
	{ "a shorter name", "example", TYPE_TXT },
	{ "another type", "bank.example", TYPE_A },
};

/* An answer to another question does not get in under this key, nor does it
 * drive out the right one. */
static void test_foreign_answer(void **state)
{
	static struct sample s, other;
	struct cache *cache = cache_of(ROOMY, 0, 86400);

	(void)state;
	sample_make(&s, "bank.example", 1, 300, 4);
	for (size_t i = 0; i < ROWS(foreign_rows); i++) {
		const struct foreign_row *row = &foreign_rows[i];

		sample_make(&other, row->question, 2, 300, 4);
		other.wire[other.answer.question_end - 3] = (uint8_t)row->type;
		cache_insert(cache, &s.key, &other.answer, START_MS);
		if (stats_of(cache).entries != 0)
			fail_msg("%s: kept", row->name);
		cache_insert(cache, &s.key, &s.answer, START_MS);
		cache_insert(cache, &s.key, &other.answer, START_MS);
		if (look(cache, "bank.example", START_MS) != 1)
			fail_msg("%s: drove out the right answer", row->name);
		cache_flush(cache);
	}
	cache_free(cache);
}

static void test_replacement(void **state)
{
	struct cache *cache = cache_of(ROOMY, 0, 86400);
	size_t bytes;

	(void)state;
	insert(cache, "www.example", 1, 10, START_MS);
	bytes = stats_of(cache).bytes;
	insert(cache, "WWW.example", 2, 300, START_MS + 5000);
	assert_int_equal(look(cache, "www.example", START_MS + 20000), 2);
	assert_int_equal(stats_of(cache).entries, 1);
	assert_int_equal(stats_of(cache).bytes, bytes);
	assert_int_equal(stats_of(cache).inserts, 2);
	assert_int_equal(stats_of(cache).evictions, 0);
	/* Not even a shorter life keeps the older answer. */
	insert(cache, "www.example", 3, 1, START_MS + 20000);
	assert_int_equal(look(cache, "www.example", START_MS + 22000), 0);
	cache_free(cache);
}

static void insert_failure(
	struct cache *cache, const char *name, const struct ede *ede, uint32_t ttl_s)
{
	static struct sample s;

	sample_make(&s, name, 0, 0, 4);
	cache_insert_failure(cache, &s.key, ede, ttl_s, START_MS);
}

static void test_failure(void **state)
{
	const struct ede ede = {
		.present = true, .code = EDE_POLICY, .text = "quad9: pin"
	};
	struct cache *cache = cache_of(ROOMY, 60, 1);
	static struct sample s;
	struct cache_hit hit;
	struct message m;

	(void)state;
	insert_failure(cache, "Down.example", &ede, 5);
	sample_make(&s, "down.example", 0, 0, 4);
	assert_true(cache_lookup(cache, &s.key, START_MS + 4999, &hit));
	assert_int_equal(hit.answer.rcode, RCODE_SERVFAIL);
	assert_int_equal(hit.age_s, 4);
	assert_int_equal(hit.ttl_min_s, 0);
	assert_true(hit.ede.present);
	assert_int_equal(hit.ede.code, EDE_POLICY);
	assert_string_equal(hit.ede.text, "quad9: pin");
	assert_int_equal(message_parse(hit.answer.wire, &m), STATUS_OK);
	assert_true(question_equal(&m.question, &s.question));
	assert_int_equal(message_rcode(&m), RCODE_SERVFAIL);
	assert_int_equal(m.question_end, hit.answer.question_end);
	assert_false(cache_lookup(cache, &s.key, START_MS + 5000, &hit));
	cache_free(cache);
}

static void test_failure_limits(void **state)
{
	struct ede full = { .present = true, .code = 1 };
	struct cache *cache = cache_of(ROOMY, 0, 86400);
	static struct sample s;
	struct cache_hit hit;

	(void)state;
	memset(full.text, 'x', sizeof full.text);
	insert_failure(cache, "long.example", &full, UINT32_MAX);
	insert_failure(cache, "none.example", NULL, 300);
	insert_failure(cache, "zero.example", NULL, 0);
	sample_make(&s, "long.example", 0, 0, 4);
	assert_true(cache_lookup(cache, &s.key, START_MS + 299999, &hit));
	assert_int_equal(strlen(hit.ede.text), EDE_TEXT_MAX - 1);
	assert_false(cache_lookup(cache, &s.key, START_MS + 300000, &hit));
	sample_make(&s, "none.example", 0, 0, 4);
	assert_true(cache_lookup(cache, &s.key, START_MS, &hit));
	assert_false(hit.ede.present);
	assert_int_equal(look(cache, "zero.example", START_MS), 0);
	cache_free(cache);
}

static void test_failure_and_answer(void **state)
{
	struct cache *cache = cache_of(ROOMY, 0, 86400);

	(void)state;
	insert(cache, "live.example", 1, 10, START_MS);
	insert_failure(cache, "live.example", NULL, 300);
	assert_int_equal(look(cache, "live.example", START_MS), 1);
	insert(cache, "dead.example", 1, 10, START_MS - 10000);
	insert_failure(cache, "dead.example", NULL, 300);
	assert_int_equal(look(cache, "dead.example", START_MS), UINT32_MAX);
	insert(cache, "dead.example", 2, 10, START_MS);
	assert_int_equal(look(cache, "dead.example", START_MS), 2);
	assert_int_equal(stats_of(cache).entries, 2);
	cache_free(cache);
}

static void test_flush_failures(void **state)
{
	struct cache *cache = cache_of(ROOMY, 0, 86400);

	(void)state;
	insert(cache, "kept.example", 1, 300, START_MS);
	insert_failure(cache, "a.example", NULL, 300);
	insert_failure(cache, "b.example", NULL, 300);
	cache_flush_failures(cache);
	insert_failure(cache, "c.example", NULL, 300);
	assert_int_equal(look(cache, "kept.example", START_MS), 1);
	assert_int_equal(look(cache, "a.example", START_MS), 0);
	assert_int_equal(look(cache, "b.example", START_MS), 0);
	assert_int_equal(look(cache, "c.example", START_MS), UINT32_MAX);
	insert_failure(cache, "a.example", NULL, 300);
	assert_int_equal(look(cache, "a.example", START_MS), UINT32_MAX);
	cache_free(cache);
}

static void test_flush_name(void **state)
{
	static struct sample s;
	struct cache *cache = cache_of(ROOMY, 0, 86400);
	struct name name;

	(void)state;
	insert(cache, "www.example", 1, 300, START_MS);
	insert(cache, "a.www.example", 2, 300, START_MS);
	insert(cache, "example", 3, 300, START_MS);
	sample_make(&s, "www.example", 4, 300, 4);
	s.key.dnssec_ok = true;
	cache_insert(cache, &s.key, &s.answer, START_MS);
	insert_failure(cache, "ww3.example", NULL, 300);
	assert_int_equal(name_from_text("WWW.Example", &name), STATUS_OK);
	assert_int_equal(cache_flush_name(cache, &name), 2);
	assert_int_equal(cache_flush_name(cache, &name), 0);
	assert_int_equal(look(cache, "www.example", START_MS), 0);
	assert_int_equal(look(cache, "a.www.example", START_MS), 2);
	assert_int_equal(look(cache, "example", START_MS), 3);
	cache_flush(cache);
	assert_int_equal(look(cache, "example", START_MS), 0);
	assert_int_equal(stats_of(cache).entries, 0);
	assert_int_equal(stats_of(cache).bytes, 0);
	insert(cache, "example", 5, 300, START_MS);
	assert_int_equal(look(cache, "example", START_MS), 5);
	cache_free(cache);
}

/* What is known of an answer beside its records. */
static void test_knowledge_is_kept(void **state)
{
	const struct cache_options options = { .size_bytes = 65536, .max_ttl_s = 86400 };
	struct cache *cache;
	struct cache_hit hit;
	struct sample s;

	(void)state;
	assert_int_equal(cache_new(&options, &cache), STATUS_OK);
	sample_make(&s, "known.example", 1, 60, 4);
	s.answer.authenticated = true;
	s.answer.ede = (struct ede){ .present = true, .code = 15, .text = "no ads" };
	cache_insert(cache, &s.key, &s.answer, START_MS);
	assert_true(cache_lookup(cache, &s.key, START_MS, &hit));
	assert_true(hit.answer.authenticated);
	assert_false(hit.ede.present);
	assert_true(hit.answer.ede.present);
	assert_int_equal(hit.answer.ede.code, 15);
	assert_string_equal(hit.answer.ede.text, "no ads");
	s.answer.authenticated = s.answer.ede.present = false;
	cache_insert(cache, &s.key, &s.answer, START_MS);
	assert_true(cache_lookup(cache, &s.key, START_MS, &hit));
	assert_false(hit.answer.authenticated || hit.answer.ede.present);
	cache_free(cache);
}

static void test_flush_zone(void **state)
{
	struct cache *cache = cache_of(ROOMY, 0, 86400);
	struct name zone;

	(void)state;
	insert(cache, "lan", 1, 300, START_MS);
	insert(cache, "a.b.lan", 2, 300, START_MS);
	insert(cache, "xlan", 3, 300, START_MS);
	insert(cache, "lan.example", 4, 300, START_MS);
	insert_failure(cache, "c.lan", NULL, 300);
	assert_int_equal(name_from_text("LAN", &zone), STATUS_OK);
	assert_int_equal(cache_flush_zone(cache, &zone), 3);
	assert_int_equal(cache_flush_zone(cache, &zone), 0);
	assert_int_equal(look(cache, "lan", START_MS), 0);
	assert_int_equal(look(cache, "a.b.lan", START_MS), 0);
	assert_int_equal(look(cache, "c.lan", START_MS), 0);
	assert_int_equal(look(cache, "xlan", START_MS), 3);
	assert_int_equal(look(cache, "lan.example", START_MS), 4);
	assert_int_equal(name_from_text(".", &zone), STATUS_OK);
	assert_int_equal(cache_flush_zone(cache, &zone), 2);
	assert_int_equal(stats_of(cache).entries, 0);
	cache_free(cache);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_life),
		cmocka_unit_test(test_no_records_no_minimum),
		cmocka_unit_test(test_before_insertion),
		cmocka_unit_test(test_content),
		cmocka_unit_test(test_key),
		cmocka_unit_test(test_foreign_answer),
		cmocka_unit_test(test_replacement),
		cmocka_unit_test(test_failure),
		cmocka_unit_test(test_failure_limits),
		cmocka_unit_test(test_failure_and_answer),
		cmocka_unit_test(test_flush_failures),
		cmocka_unit_test(test_flush_name),
		cmocka_unit_test(test_knowledge_is_kept),
		cmocka_unit_test(test_flush_zone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
