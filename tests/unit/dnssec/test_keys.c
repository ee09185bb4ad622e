/* What is remembered, for how long, and how much of it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "dnssec/anchors.h"
#include "dnssec/keys.h"
#include "tests/unit/dnssec/world.h"

struct setting {
	struct dnssec_anchors *anchors;
	struct dnssec_policy policy;
	struct dnssec_keys *keys;
};

static struct setting setting_of(size_t size_bytes)
{
	struct setting s = { .anchors = world_anchors(world_anchor_text()) };

	s.policy = (struct dnssec_policy){ .anchors = s.anchors,
		.limits = dnssec_limits_default };
	assert_int_equal(dnssec_keys_new(size_bytes, &s.keys), STATUS_OK);
	return s;
}

static void setting_end(struct setting *s)
{
	dnssec_keys_free(s->keys);
	dnssec_anchors_free(s->anchors);
}

static struct validation_result ask(struct setting *s, const char *key, int64_t now_s)
{
	struct validation *v = world_start(&s->policy, s->keys, key, now_s);
	struct validation_result result;

	world_finish(v, NULL);
	result = *validation_result(v);
	validation_free(v);
	return result;
}

static void one_signature(void **state)
{
	struct setting s = setting_of(DNSSEC_KEYS_DEFAULT_BYTES);
	struct validation_result result;

	(void)state;
	assert_int_equal(ask(&s, "www.rsa.test A", WORLD_NOW).needs, 5);
	assert_int_equal(dnssec_keys_count(s.keys), 3);
	result = ask(&s, "txt.rsa.test TXT", WORLD_NOW);
	assert_int_equal(result.state, VALIDATION_SECURE);
	assert_int_equal(result.needs, 0);
	assert_int_equal(result.checks, 1);
	assert_int_equal(ask(&s, "www.n3.test A", WORLD_NOW).needs, 2);
	setting_end(&s);
}

static void unsigned_zone(void **state)
{
	struct setting s = setting_of(DNSSEC_KEYS_DEFAULT_BYTES);
	struct validation_result result;

	(void)state;
	assert_int_equal(ask(&s, "www.plain.test A", WORLD_NOW).needs, 4);
	result = ask(&s, "no.plain.test A", WORLD_NOW);
	assert_int_equal(result.state, VALIDATION_INSECURE);
	assert_int_equal(result.needs, 0);
	assert_int_equal(result.checks, 0);
	setting_end(&s);
}

/* DNSKEYs and DS of the world have a TTL of 3600, denials one of 300. */
static void ends(void **state)
{
	struct setting s = setting_of(DNSSEC_KEYS_DEFAULT_BYTES);

	(void)state;
	ask(&s, "www.rsa.test A", WORLD_NOW);
	assert_int_equal(ask(&s, "www.rsa.test A", WORLD_NOW + 3599).needs, 0);
	assert_true(ask(&s, "www.rsa.test A", WORLD_NOW + 3600).needs > 0);
	ask(&s, "www.plain.test A", WORLD_NOW);
	assert_int_equal(ask(&s, "www.plain.test A", WORLD_NOW + 299).needs, 0);
	assert_true(ask(&s, "www.plain.test A", WORLD_NOW + 300).needs > 0);
	setting_end(&s);
}

/* 2026-12-31T00:00:00Z, when all signatures end. */
static void ends_with_signature(void **state)
{
	struct setting s = setting_of(DNSSEC_KEYS_DEFAULT_BYTES);
	const int64_t end_s = 1798675200;
	struct validation_result result = ask(&s, "www.rsa.test A", end_s - 100);

	(void)state;
	assert_int_equal(result.state, VALIDATION_SECURE);
	assert_int_equal(result.ttl_max_s, 100);
	assert_int_equal(ask(&s, "www.rsa.test A", end_s - 1).needs, 0);
	assert_int_equal(ask(&s, "www.rsa.test A", end_s).state, VALIDATION_SECURE);
	result = ask(&s, "www.rsa.test A", end_s + 1);
	assert_int_equal(result.state, VALIDATION_BOGUS);
	assert_int_equal(result.ede.code, EDE_SIGNATURE_EXPIRED);
	assert_non_null(strstr(result.ede.text, "2026-12-31T00:00:00Z"));
	setting_end(&s);
}

static void before_signature(void **state)
{
	struct setting s = setting_of(DNSSEC_KEYS_DEFAULT_BYTES);
	const int64_t start_s = 1767225600; /* 2026-01-01T00:00:00Z */

	(void)state;
	assert_int_equal(ask(&s, "www.rsa.test A", start_s - 1).ede.code,
		EDE_SIGNATURE_NOT_YET_VALID);
	assert_int_equal(dnssec_keys_count(s.keys), 0);
	assert_int_equal(ask(&s, "www.rsa.test A", start_s).state, VALIDATION_SECURE);
	setting_end(&s);
}

/* Nothing that did not hold is remembered. */
static void bogus_is_not_remembered(void **state)
{
	struct setting s = setting_of(DNSSEC_KEYS_DEFAULT_BYTES);

	(void)state;
	ask(&s, "www.wrongds.test A", WORLD_NOW);
	assert_int_equal(dnssec_keys_count(s.keys), 2); /* the root and test. */
	setting_end(&s);
}

static void bounded(void **state)
{
	static const char *const keys[] = { "www.rsa.test A", "www.n3.test A",
		"www.sha1.test A", "www.p384.test A", "www.ed448.test A", "www.sec.opt A",
		"www.plain.test A" };
	struct setting s = setting_of(4000); /* room for a few */

	(void)state;
	for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
		assert_int_not_equal(ask(&s, keys[i], WORLD_NOW).state, VALIDATION_BOGUS);
		assert_in_range(dnssec_keys_count(s.keys), 1, 5);
	}
	setting_end(&s);
	s = setting_of(100); /* for none */
	assert_int_equal(ask(&s, "www.rsa.test A", WORLD_NOW).state, VALIDATION_SECURE);
	assert_int_equal(dnssec_keys_count(s.keys), 0);
	setting_end(&s);
}

static void forgets(void **state)
{
	struct setting s = setting_of(DNSSEC_KEYS_DEFAULT_BYTES);
	struct name test;

	(void)state;
	assert_int_equal(name_from_text("TEST", &test), STATUS_OK);
	ask(&s, "www.rsa.test A", WORLD_NOW);
	ask(&s, "www.sec.opt A", WORLD_NOW);
	assert_int_equal(dnssec_keys_count(s.keys), 5);
	dnssec_keys_forget(s.keys, &test);
	assert_int_equal(dnssec_keys_count(s.keys), 3);
	assert_int_equal(ask(&s, "www.sec.opt A", WORLD_NOW).needs, 0);
	assert_int_equal(ask(&s, "www.rsa.test A", WORLD_NOW).needs, 4);
	dnssec_keys_clear(s.keys);
	assert_int_equal(dnssec_keys_count(s.keys), 0);
	setting_end(&s);
}

static void case_of_names(void **state)
{
	struct setting s = setting_of(DNSSEC_KEYS_DEFAULT_BYTES);
	const struct zone *zone;
	struct name name;

	(void)state;
	ask(&s, "www.rsa.test A", WORLD_NOW);
	assert_int_equal(name_from_text("WWW.Rsa.TEST", &name), STATUS_OK);
	zone = keys_find(s.keys, &name, WORLD_NOW);
	assert_non_null(zone);
	assert_int_equal(zone->name.n, sizeof "\3rsa\4test");
	setting_end(&s);
}

/* Both are what the DS of the one says, here. */
static struct dnssec_anchors two_anchors(struct anchor two[2])
{
	struct record_walk walk = record_walk(world_message("rsa.test DS"));
	struct record ds;

	assert_true(record_next(&walk, &ds));
	assert_int_equal(name_from_text("rsa.test", &two[0].zone), STATUS_OK);
	assert_int_equal(name_from_text(".", &two[1].zone), STATUS_OK);
	two[0].type = two[1].type = TYPE_DS;
	two[0].rdata = two[1].rdata = ds.rdata;
	return (struct dnssec_anchors){ .anchors = two, .n = 2 };
}

/* That a zone is not signed says nothing of an anchor below it. */
static void anchor_below_unsigned(void **state)
{
	struct setting s = setting_of(DNSSEC_KEYS_DEFAULT_BYTES);
	struct anchor two[2];
	struct dnssec_anchors anchors = two_anchors(two);
	struct zone *zone;
	struct name test;

	(void)state;
	assert_int_equal(name_from_text("test", &test), STATUS_OK);
	zone = zone_new(&test, NULL, 0, WORLD_NOW + 60);
	assert_non_null(zone);
	zone->insecure = true;
	keys_remember(s.keys, zone);
	free(zone);
	s.policy.anchors = &anchors;
	assert_int_equal(
		ask(&s, "www.ed25519.test A", WORLD_NOW).state, VALIDATION_INSECURE);
	assert_int_equal(ask(&s, "www.rsa.test A", WORLD_NOW).state, VALIDATION_SECURE);
	assert_int_equal(
		ask(&s, "www.rsa.test A#changed", WORLD_NOW).state, VALIDATION_BOGUS);
	setting_end(&s);
}

/* RFC 4034 §3.1.5: times are of the 68 years around now. */
static void times(void **state)
{
	const int64_t y2038 = INT64_C(1) << 31;
	const int64_t y2106 = INT64_C(1) << 32;

	(void)state;
	assert_int_equal(rrsig_time(WORLD_NOW, WORLD_NOW), WORLD_NOW);
	assert_int_equal(rrsig_time((uint32_t)(y2038 + 5), y2038 - 5), y2038 + 5);
	assert_int_equal(rrsig_time((uint32_t)(y2038 - 5), y2038 + 5), y2038 - 5);
	assert_int_equal(rrsig_time(5, y2106 - 5), y2106 + 5);
	assert_int_equal(rrsig_time(UINT32_MAX, y2106 + 5), y2106 - 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_signature),
		cmocka_unit_test(unsigned_zone),
		cmocka_unit_test(ends),
		cmocka_unit_test(ends_with_signature),
		cmocka_unit_test(before_signature),
		cmocka_unit_test(bogus_is_not_remembered),
		cmocka_unit_test(bounded),
		cmocka_unit_test(forgets),
		cmocka_unit_test(case_of_names),
		cmocka_unit_test(anchor_below_unsigned),
		cmocka_unit_test(times),
	};
	int failed;

	world_load();
	failed = cmocka_run_group_tests_name("keys", tests, NULL, NULL);
	world_free();
	return failed;
}
