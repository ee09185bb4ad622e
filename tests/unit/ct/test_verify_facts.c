/* What a report says of an SCT, and what is remembered of it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "ct/verify.h"
#include "tests/unit/ct/verify_scene.h"
#include "tests/unit/rows.h"

/* The lifetime is the certificate's: a short one needs two logs, a long one three. */
static void test_lifetime(void **state)
{
	const struct planned scts[] = {
		{ .log = &world.logs[0] },
		{ .log = &world.logs[1] },
		{ .log = &world.logs[2] },
	};
	const int64_t long_s = MAKE_CERT_NOW - 86400 + 180 * 86400;

	(void)state;
	make_scene(&world, scts, 2, long_s - 1, &scene);
	verify("strict");
	assert_int_equal(report.outcome, CT_SATISFIED);
	make_scene(&world, scts, 2, long_s, &scene);
	verify("strict");
	assert_int_equal(report.outcome, CT_TOO_FEW);
	make_scene(&world, scts, 3, long_s, &scene);
	verify("strict");
	assert_int_equal(report.outcome, CT_SATISFIED);
}

static void test_facts(void **state)
{
	const struct planned scts[] = {
		{ .log = &world.logs[0],
			.timestamp_ms = PLANNED_MS + 7,
			.extensions = planned_leaf_index },
		{ .log = &world.logs[3] },
	};
	const struct sct_row *row = &report.rows[0];

	(void)state;
	make_scene(&world, scts, ROWS(scts), NOT_AFTER_S, &scene);
	verify("strict");
	assert_true(row->decoded && row->known);
	assert_memory_equal(row->log_id, world.logs[0].id, sizeof row->log_id);
	assert_true(row->timestamp_ms == PLANNED_MS + 7);
	assert_true(row->has_leaf_index);
	assert_int_equal(row->leaf_index, PLANNED_LEAF_INDEX);
	assert_string_equal(row->log, "first");
	assert_string_equal(row->operator_name, "A");
	assert_false(row->is_static);
	assert_false(row->retired);
	/* Of a log that is not listed: what the SCT says itself. */
	row++;
	assert_true(row->decoded && !row->known);
	assert_memory_equal(row->log_id, world.logs[3].id, sizeof row->log_id);
	assert_true(row->timestamp_ms == PLANNED_MS);
	assert_false(row->has_leaf_index);
	assert_string_equal(row->log, "");
}

/* As long as an operator's may be; a log's may be longer and is cut. */
#define LONG_NAME "This is a name of sixty-three bytes, and none of them too many."

/* Its operator is that at the SCT's time; its state that at check time. */
static void test_facts_of_a_log_with_a_past(void **state)
{
	const struct planned scts[] = {
		{ .log = &world.logs[0], .timestamp_ms = PLANNED_MS - 1 },
		{ .log = &world.logs[0], .timestamp_ms = PLANNED_MS },
		{ .log = &world.logs[0], .timestamp_ms = UINT64_MAX },
	};
	const struct listed logs[] = { { .log = &world.logs[0],
		.operator_name = LONG_NAME,
		.name = LONG_NAME "and goes on",
		.is_static = true,
		.state = "{\"retired\": {\"timestamp\": \"2026-06-01T00:00:00Z\"}}",
		.more = ", \"previous_operators\": [{\"name\": \"Past\", "
			"\"end_time\": \"2026-05-31T00:00:00Z\"}]" } };
	struct loglist *other = make_loglist(logs, 1);

	(void)state;
	make_scene(&world, scts, ROWS(scts), NOT_AFTER_S, &scene);
	assert_int_equal(ct_verify(other, ct_policy_find("chrome"), &scene.evidence,
				 MAKE_CERT_NOW, &report),
		STATUS_OK);
	assert_string_equal(report.rows[0].operator_name, "Past");
	for (size_t i = 1; i < 3; i++) {
		assert_string_equal(report.rows[i].operator_name, LONG_NAME);
		assert_string_equal(report.rows[i].log, LONG_NAME);
	}
	for (size_t i = 0; i < 3; i++) {
		assert_true(report.rows[i].is_static);
		assert_true(report.rows[i].retired);
		assert_true(report.rows[i].retired_ms == MAKE_CERT_NOW * 1000);
		assert_int_equal(report.rows[i].signature, SCT_SIGNATURE_VALID);
	}
	loglist_free(other);
}

/* What is remembered is not verified again: here it is remembered wrongly. */
static void test_memo(void **state)
{
	(void)state;
	make_full_scene();
	verify("mozilla");
	assert_int_equal(list->memo.n, 6);
	verify("mozilla");
	assert_int_equal(list->memo.n, 6);
	assert_int_equal(report.outcome, CT_SATISFIED);
	memset(list->memo.valid, 0, sizeof list->memo.valid);
	verify("mozilla");
	assert_int_equal(report.outcome, CT_TOO_FEW);
	for (size_t i = 0; i < report.n; i++)
		assert_int_equal(report.rows[i].status, SCT_STATUS_BAD_SIGNATURE);
	/* Another certificate's are others. */
	make_full_scene();
	verify("mozilla");
	assert_int_equal(report.outcome, CT_SATISFIED);
	assert_int_equal(list->memo.n, 12);
}

/* Bad ones are remembered, too: who sends them does not make us verify them again. */
static void test_memo_of_bad(void **state)
{
	(void)state;
	make_full_scene();
	scene.key_hash[0] ^= 1;
	verify("strict");
	assert_int_equal(report.rows[0].status, SCT_STATUS_BAD_SIGNATURE);
	assert_int_equal(list->memo.n, 6);
	verify("strict");
	assert_int_equal(report.rows[0].status, SCT_STATUS_BAD_SIGNATURE);
	assert_int_equal(list->memo.n, 6);
	scene.key_hash[0] ^= 1;
	verify("strict");
	assert_int_equal(report.rows[0].status, SCT_STATUS_OK);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, scene_setup, scene_teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_lifetime),
		TEST(test_facts),
		TEST(test_facts_of_a_log_with_a_past),
		TEST(test_memo),
		TEST(test_memo_of_bad),
	};
	int failed;

	ct_world_init(&world);
	failed = cmocka_run_group_tests_name("verify, facts", tests, NULL, NULL);
	ct_world_deinit(&world);
	return failed;
}
