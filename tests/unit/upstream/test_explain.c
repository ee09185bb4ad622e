/* What a client is told when no upstream can be used (RFC 8914). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/upstream/lab.h"
#include "upstream/explain.h"

static void nobody_can_be_asked(void **state)
{
	struct lab *lab = *state;
	struct asked a;

	lab_stop(lab, 0);
	lab_stop(lab, 1);
	lab_load(lab);
	lab_ask(lab, &a);
	/* They might be back in a moment, so it waits; later ones do not. */
	lab_tick(lab);
	bench_now_ms += HEALTH_HOLD_MS;
	lab_wait_for(lab, &a);
	lab_ask(lab, &a);
	lab_wait_for(lab, &a);
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
	lab_tick(lab);
	bench_now_ms += HEALTH_HOLD_MS;
	lab_wait_for(lab, &a);
	assert_int_equal(a.ede.code, EDE_POLICY);
	assert_memory_equal(a.ede.text, "a: name_mismatch", 16);
	assert_non_null(strstr(a.ede.text, "; b: connection refused"));
}

/* Accepted and silent: not the network, and nothing was refused. */
static void what_is_reached_but_silent(void **state)
{
	struct lab *lab = *state;
	struct asked a;

	lab->servers[0].on_query = lab_say_nothing;
	lab->config.upstream_n = 1;
	lab_load(lab);
	lab_ask(lab, &a);
	RUN_UNTIL(&lab->bench.loop, lab->servers[0].queries == 1);
	bench_now_ms += LAB_TIMEOUT_MS;
	lab_wait_for(lab, &a);
	assert_false(a.has_answer);
	assert_int_equal(a.ede.code, EDE_NO_REACHABLE_AUTHORITY);
	assert_string_equal(a.ede.text, "a: no answer in time");
}

/* The one that answered is what the client must hear of, not the one beside it
 * that was refused. */
static void an_answer_beside_a_refusal(void **state)
{
	struct lab *lab = *state;
	struct asked a;

	lab->servers[0].on_query = lab_servfail;
	lab->upstreams[1].policy.identity = IDENTITY_NAME;
	lab->upstreams[1].policy.auth_name = "other.lab";
	lab_load(lab);
	lab_ask(lab, &a);
	lab_wait_for(lab, &a);
	assert_false(a.has_answer);
	assert_int_equal(a.ede.code, EDE_OTHER);
	assert_memory_equal(a.ede.text, "a: answered SERVFAIL; b: name_mismatch", 38);
}

/* --- the text alone -------------------------------------------------------- */

static void what_does_not_fit_is_counted(void **state)
{
	struct failure why = failure_of(FAILURE_UNREACHABLE, "connection refused");
	struct explanation e = { 0 };
	struct ede ede;
	char *more;

	(void)state;
	for (unsigned i = 0; i < 108; i++)
		explanation_add(&e, "an-upstream", &why);
	explanation_ede(&e, &ede);
	assert_true(strlen(ede.text) < EDE_TEXT_MAX);
	assert_memory_equal(ede.text, "an-upstream: connection refused", 31);
	more = strstr(ede.text, "; and 104");
	assert_non_null(more);
	assert_non_null(strstr(more, " more"));
}

static void a_long_reason_is_cut_not_left_out(void **state)
{
	struct failure why = failure_of(FAILURE_REFUSED, NULL);
	struct explanation e = { 0 };
	struct ede ede;

	(void)state;
	memset(why.text, 'x', sizeof why.text - 1);
	why.text[sizeof why.text - 1] = '\0';
	explanation_add(&e, "a", &why);
	explanation_ede(&e, &ede);
	assert_int_equal(ede.code, EDE_POLICY);
	assert_true(strlen(ede.text) > 150);
	assert_null(strstr(ede.text, "more"));
}

static void the_nearest_to_an_answer_decides(void **state)
{
	struct failure refused = failure_of(FAILURE_REFUSED, NULL);
	struct failure gone = failure_of(FAILURE_NO_NETWORK, NULL);
	struct explanation e = { 0 };
	struct ede ede;

	(void)state;
	explanation_ede(&e, &ede);
	assert_int_equal(ede.code, EDE_NETWORK_ERROR);
	explanation_add(&e, "a", &gone);
	explanation_ede(&e, &ede);
	assert_int_equal(ede.code, EDE_NETWORK_ERROR);
	explanation_add(&e, "b", &refused);
	explanation_ede(&e, &ede);
	assert_int_equal(ede.code, EDE_POLICY);
	explanation_add_silent(&e, "c");
	explanation_ede(&e, &ede);
	assert_int_equal(ede.code, EDE_NO_REACHABLE_AUTHORITY);
	explanation_add_answer(&e, "d", explain_rcode(RCODE_REFUSED));
	explanation_ede(&e, &ede);
	assert_int_equal(ede.code, EDE_OTHER);
	assert_non_null(strstr(ede.text, "d: answered REFUSED"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		LAB_TEST(nobody_can_be_asked),
		LAB_TEST(a_refusal_is_a_policy),
		LAB_TEST(what_is_reached_but_silent),
		LAB_TEST(an_answer_beside_a_refusal),
		cmocka_unit_test(what_does_not_fit_is_counted),
		cmocka_unit_test(a_long_reason_is_cut_not_left_out),
		cmocka_unit_test(the_nearest_to_an_answer_decides),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
