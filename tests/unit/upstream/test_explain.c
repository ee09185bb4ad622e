/* What a client is told when no upstream can be used (RFC 8914). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/upstream/lab.h"

static int setup(void **state)
{
	struct lab *lab = calloc(1, sizeof *lab);

	assert_non_null(lab);
	lab_init(lab);
	*state = lab;
	return 0;
}

static int teardown(void **state)
{
	lab_deinit(*state);
	free(*state);
	return 0;
}

static void wait_for(struct lab *lab, const struct asked *a)
{
	RUN_UNTIL(&lab->bench.loop, a->done);
	bench_settle(&lab->bench.loop);
	assert_int_equal(a->done, 1);
}

static void assert_answered_by(struct lab *lab, const struct asked *a, const char *name)
{
	wait_for(lab, a);
	assert_true(a->has_answer);
	assert_int_equal(a->rcode, RCODE_NOERROR);
	assert_string_equal(a->upstream, name);
}

static void nobody_can_be_asked(void **state)
{
	struct lab *lab = *state;
	struct asked a;

	lab_stop(lab, 0);
	lab_stop(lab, 1);
	lab_load(lab);
	lab_ask(lab, &a);
	wait_for(lab, &a);
	assert_false(a.has_answer);
	assert_int_equal(a.ede.code, EDE_NETWORK_ERROR);
	assert_int_equal(lab_try(lab, &a, NULL), STATUS_CLOSED);
	assert_true(a.ede.present);
	assert_int_equal(a.ede.code, EDE_NETWORK_ERROR);
	assert_string_equal(a.ede.text,
		"a: connection refused or reset (connection refused); "
		"b: connection refused or reset (connection refused)");
}

static void a_refusal_is_a_policy(void **state)
{
	struct lab *lab = *state;
	struct asked a;

	lab->upstreams[0].policy.identity = IDENTITY_NAME;
	lab->upstreams[0].policy.auth_name = "other.lab";
	lab_stop(lab, 1);
	lab_load(lab);
	lab_ask(lab, &a);
	wait_for(lab, &a);
	assert_int_equal(a.ede.code, EDE_POLICY);
	assert_memory_equal(a.ede.text, "a: name_mismatch", 16);
	assert_non_null(strstr(a.ede.text, "; b: connection refused"));
}

static void what_was_never_tried(void **state)
{
	struct lab *lab = *state;
	struct ede ede;

	lab_load(lab);
	exchange_explain(&lab->set, NULL, &ede);
	assert_true(ede.present);
	assert_int_equal(ede.code, EDE_NETWORK_ERROR);
	assert_string_equal(ede.text, "a: not tried yet; b: not tried yet");
	exchange_explain(&lab->set, "b", &ede);
	assert_string_equal(ede.text, "b: not tried yet");
}

static void what_is_reached_but_silent(void **state)
{
	struct lab *lab = *state;
	struct asked a;
	struct ede ede;

	lab_load(lab);
	lab_ask(lab, &a);
	assert_answered_by(lab, &a, "a");
	exchange_explain(&lab->set, "a", &ede);
	assert_int_equal(ede.code, EDE_NO_REACHABLE_AUTHORITY);
	assert_string_equal(ede.text, "a: no answer in time");
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(nobody_can_be_asked),
		TEST(a_refusal_is_a_policy),
		TEST(what_was_never_tried),
		TEST(what_is_reached_but_silent),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
