/* Every allocation on the way of a question fails once: no crash, no leak, and
 * whoever asked is told. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "tests/unit/fail_alloc.h"
#include "tests/unit/upstream/lab.h"

#define ALLOCATIONS_MAX 1000

static int teardown(void **state)
{
	fail_alloc_at(-1);
	return lab_teardown(state);
}

static void a_question_without_memory(void **state)
{
	struct lab *lab = *state;
	bool failed = true;
	long n = 0;

	lab_load(lab);
	for (; failed && n < ALLOCATIONS_MAX; n++) {
		struct asked a;
		enum status status;

		fail_alloc_at(n);
		status = lab_try(lab, &a, "b");
		if (status == STATUS_OK) {
			RUN_UNTIL(&lab->bench.loop, a.done);
			assert_int_equal(a.done, 1);
		} else {
			assert_true(status == STATUS_NOMEM || status == STATUS_CLOSED);
			assert_int_equal(a.done, 0);
		}
		failed = fail_alloc_happened();
		assert_true(failed || a.has_answer);
		fail_alloc_at(-1);
		/* From the beginning again. */
		upstream_fail_all(lab->set.items[1], "test");
		bench_settle(&lab->bench.loop);
	}
	assert_false(failed);
	assert_true(n > 5);
}

static void a_reload_without_memory(void **state)
{
	struct lab *lab = *state;
	enum status status = STATUS_NOMEM;
	char words[256];
	long n = 0;

	/* A log list, and keys to learn, for the second. */
	lab->upstreams[1].policy.ct = CT_MODE_REPORT;
	lab->upstreams[1].policy.ct_policy = ct_policy_default();
	lab->upstreams[1].policy.pin_mode = PIN_LEARN;
	lab_load(lab);
	for (; status == STATUS_NOMEM && n < ALLOCATIONS_MAX; n++) {
		struct text error = text_in(words, sizeof words);
		struct upstream *before = lab->set.items[0];
		struct upstream_plan plan;

		lab->upstreams[0].policy.identity = IDENTITY_NONE;
		lab_write(lab);
		fail_alloc_at(n);
		status = upstream_set_prepare(&lab->set, &lab->config, &error, &plan);
		assert_int_equal(
			status, fail_alloc_happened() ? STATUS_NOMEM : STATUS_OK);
		fail_alloc_at(-1);
		assert_ptr_equal(lab->set.items[0], before);
		if (status == STATUS_OK)
			upstream_plan_discard(&plan);
	}
	assert_int_equal(status, STATUS_OK);
	assert_true(n > 2);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, lab_setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_question_without_memory),
		TEST(a_reload_without_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
