#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/rows.h"
#include "upstream/health.h"

struct row {
	const char *name;
	enum failure_kind kind;
	enum health_state state;
	uint64_t waits_ms[8]; /* after the first failure, the second … */
	uint64_t longest_ms;
	bool pardoned; /* the first time */
};

static const struct row rows[] = {
	{ "no network", FAILURE_NO_NETWORK, HEALTH_UNREACHABLE,
		{ 250, 500, 1000, 2000, 2000 }, 2000, false },
	{ "unreachable", FAILURE_UNREACHABLE, HEALTH_UNREACHABLE,
		{ 500, 1000, 2000, 4000, 8000, 10000, 10000 }, 10000, false },
	{ "timeout", FAILURE_TIMEOUT, HEALTH_UNREACHABLE,
		{ 1000, 2000, 4000, 8000, 10000, 10000 }, 10000, false },
	{ "refused", FAILURE_REFUSED, HEALTH_REFUSED,
		{ 5000, 10000, 20000, 40000, 80000, 160000, 300000, 300000 }, 300000,
		false },
	{ "protocol", FAILURE_PROTOCOL, HEALTH_BROKEN,
		{ 0, 4000, 8000, 16000, 32000, 60000, 60000 }, 60000, true },
	{ "closed", FAILURE_CLOSED, HEALTH_BROKEN,
		{ 0, 1000, 2000, 4000, 8000, 10000, 10000 }, 10000, true },
	{ "local", FAILURE_LOCAL, HEALTH_BROKEN, { 500, 1000, 2000, 4000, 5000, 5000 },
		5000, false },
};

static void the_wait_doubles_up_to_its_end(void **state)
{
	const struct row *row = *state;
	struct failure why = failure_of(row->kind, NULL);
	struct health h = { 0 };
	uint64_t now_ms = 77;

	for (size_t i = 0; i == 0 || (i < 8 && row->waits_ms[i] > 0); i++) {
		health_failed(&h, &why, true, now_ms);
		assert_int_equal(h.state, row->state);
		assert_int_equal(h.last.kind, row->kind);
		assert_int_equal(health_may_try(&h, now_ms), row->pardoned && i == 0);
		if (row->waits_ms[i] > 0)
			assert_false(health_may_try(&h, now_ms + row->waits_ms[i] - 1));
		assert_true(health_may_try(&h, now_ms + row->waits_ms[i]));
		now_ms += row->waits_ms[i];
	}
	for (int i = 0; i < 100000; i++)
		health_failed(&h, &why, true, now_ms);
	assert_int_equal(h.retry_at_ms, now_ms + row->longest_ms);
}

static void a_new_one_may_be_tried(void **state)
{
	struct health h = { 0 };

	(void)state;
	assert_true(health_may_try(&h, 0));
	assert_string_equal(health_state_text(h.state), "unknown");
}

static void an_answer_ends_the_back_off(void **state)
{
	struct failure why = failure_of(FAILURE_UNREACHABLE, NULL);
	struct health h = { 0 };

	(void)state;
	for (int i = 0; i < 5; i++)
		health_failed(&h, &why, true, 0);
	health_succeeded(&h, 0);
	assert_int_equal(h.state, HEALTH_GOOD);
	assert_true(health_may_try(&h, 0));
	health_answered(&h, 1);
	health_failed(&h, &why, true, 0);
	assert_int_equal(h.retry_at_ms, 500);
}

/* It lets everybody in and answers nobody. */
static void a_connection_alone_does_not(void **state)
{
	struct failure why = failure_of(FAILURE_CLOSED, NULL);
	struct health h = { 0 };
	uint64_t expected_ms = 1000;

	(void)state;
	health_failed(&h, &why, true, 0);
	for (int i = 0; i < 4; i++, expected_ms *= 2) {
		health_succeeded(&h, 0);
		health_failed(&h, &why, true, 0);
		assert_int_equal(h.retry_at_ms, expected_ms);
	}
}

/* What could not be reached before says nothing of how a connection ends. */
static void the_first_bad_end_after_an_outage_is_pardoned(void **state)
{
	struct failure timeout = failure_of(FAILURE_TIMEOUT, NULL);
	struct failure closed = failure_of(FAILURE_CLOSED, NULL);
	struct health h = { 0 };

	(void)state;
	for (int i = 0; i < 5; i++)
		health_failed(&h, &timeout, false, 0);
	health_failed(&h, &closed, true, 7);
	assert_true(health_may_try(&h, 7));
	health_failed(&h, &closed, true, 7);
	assert_false(health_may_try(&h, 7));
	health_answered(&h, 1);
	health_failed(&h, &closed, true, 7);
	assert_true(health_may_try(&h, 7));
}

/* Or a server could keep its back-off short by failing in turns. */
static void another_kind_goes_on_with_the_back_off(void **state)
{
	struct failure timeout = failure_of(FAILURE_TIMEOUT, NULL);
	struct failure closed = failure_of(FAILURE_CLOSED, NULL);
	struct health h = { 0 };

	(void)state;
	health_failed(&h, &closed, true, 0);
	assert_int_equal(h.retry_at_ms, 0);
	health_failed(&h, &timeout, true, 0);
	assert_int_equal(h.retry_at_ms, 2000);
	health_failed(&h, &closed, true, 0);
	assert_int_equal(h.retry_at_ms, 2000);
}

/* A night without network says nothing about the server. */
static void the_network_has_a_back_off_of_its_own(void **state)
{
	struct failure timeout = failure_of(FAILURE_TIMEOUT, NULL);
	struct failure none = failure_of(FAILURE_NO_NETWORK, NULL);
	struct health h = { 0 };

	(void)state;
	for (int i = 0; i < 100; i++)
		health_failed(&h, &none, true, 0);
	health_failed(&h, &timeout, true, 0);
	assert_int_equal(h.retry_at_ms, 1000);
}

static void a_suspect_may_be_tried_at_once(void **state)
{
	struct failure timeout = failure_of(FAILURE_TIMEOUT, NULL);
	struct health h = { 0 };

	(void)state;
	health_succeeded(&h, 0);
	assert_true(health_suspect(&h, &timeout, 50));
	assert_int_equal(h.state, HEALTH_SLOW);
	assert_true(health_may_try(&h, 50));
	assert_false(health_suspect(&h, &timeout, 60));
}

/* One that answers once a connection and then falls silent costs less and less. */
static void silences_add_up_until_it_has_proved_itself(void **state)
{
	static const uint64_t waits_ms[] = { 0, 1000, 2000, 4000, 8000, 10000, 10000 };
	struct failure timeout = failure_of(FAILURE_TIMEOUT, NULL);
	struct health h = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof waits_ms / sizeof *waits_ms; i++) {
		health_answered(&h, 1);
		health_suspect(&h, &timeout, 100);
		assert_true(h.suspect);
		assert_int_equal(h.state, HEALTH_SLOW);
		assert_int_equal(h.retry_at_ms, 100 + waits_ms[i]);
		/* A connection does not make it good before. */
		if (waits_ms[i] > 0)
			assert_false(health_succeeded(&h, 99 + waits_ms[i]));
		assert_true(health_succeeded(&h, 100 + waits_ms[i]));
		assert_false(h.suspect);
	}
	for (int i = 0; i < 16; i++)
		health_answered(&h, 1);
	health_suspect(&h, &timeout, 100);
	assert_int_equal(h.retry_at_ms, 100);
}

/* It need not wait for its time who answers all the while. */
static void answers_make_it_good_again(void **state)
{
	struct failure timeout = failure_of(FAILURE_TIMEOUT, NULL);
	struct health h = { 0 };

	(void)state;
	health_succeeded(&h, 0);
	health_suspect(&h, &timeout, 0);
	health_suspect(&h, &timeout, 0);
	for (int i = 0; i < 15; i++)
		assert_false(health_answered(&h, 1));
	assert_int_equal(h.state, HEALTH_SLOW);
	assert_true(health_answered(&h, 1));
	assert_int_equal(h.state, HEALTH_GOOD);
	assert_false(health_answered(&h, 1));
}

static void whose_answers_take_long_is_slow(void **state)
{
	struct health h = { 0 };

	(void)state;
	health_succeeded(&h, 0);
	for (int i = 0; i < 15; i++)
		assert_false(health_answered(&h, 1001));
	assert_true(health_answered(&h, 1001));
	assert_int_equal(h.state, HEALTH_SLOW);
	assert_string_equal(health_state_text(h.state), "slow");
	/* No time makes it faster, nor does a connection. */
	assert_false(health_succeeded(&h, 1000000));
	assert_false(health_answered(&h, 801));
	assert_true(health_answered(&h, 800));
	assert_int_equal(h.state, HEALTH_GOOD);
	assert_true(health_may_try(&h, 0));
}

/* Its path may be back any moment. */
static void who_took_no_connection_is_tried_more_often(void **state)
{
	static const uint64_t waits_ms[] = { 500, 1000, 1000, 1000 };
	struct failure nobody = failure_of(FAILURE_UNREACHABLE, "connection refused");
	struct health h = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof waits_ms / sizeof *waits_ms; i++) {
		health_failed(&h, &nobody, false, 0);
		assert_int_equal(h.retry_at_ms, waits_ms[i]);
	}
}

static void questions_wait_for_who_cannot_be_reached(void **state)
{
	static const struct {
		enum failure_kind kind;
		bool reached, holds;
	} kinds[] = {
		{ FAILURE_NO_NETWORK, false, true },
		{ FAILURE_UNREACHABLE, false, true },
		{ FAILURE_TIMEOUT, false, true },
		{ FAILURE_TIMEOUT, true, false },
		{ FAILURE_UNREACHABLE, true, false },
		{ FAILURE_REFUSED, false, false },
		{ FAILURE_PROTOCOL, false, false },
		{ FAILURE_CLOSED, false, false },
		{ FAILURE_LOCAL, false, false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
		struct failure why = failure_of(kinds[i].kind, NULL);
		struct health h = { .state = HEALTH_GOOD };

		assert_false(health_holds(&h, 0));
		health_failed(&h, &why, kinds[i].reached, 50);
		assert_int_equal(health_holds(&h, 50), kinds[i].holds);
		/* From the first failure on, not from the last. */
		health_failed(&h, &why, kinds[i].reached, 5000);
		assert_int_equal(health_holds(&h, 49 + HEALTH_HOLD_MS), kinds[i].holds);
		assert_false(health_holds(&h, 50 + HEALTH_HOLD_MS));
		health_forgive(&h, 60000);
		assert_true(health_may_try(&h, 60000));
		assert_int_equal(h.in_a_row, 0);
	}
}

static void nobody_waits_for_a_network_that_never_was(void **state)
{
	struct failure none = failure_of(FAILURE_NO_NETWORK, NULL);
	struct failure timeout = failure_of(FAILURE_TIMEOUT, NULL);
	struct health h = { 0 }, other = { 0 };

	(void)state;
	health_failed(&h, &none, false, 50);
	health_failed(&h, &none, false, 60);
	assert_false(health_holds(&h, 60));
	/* Something changed: it may be a network. */
	health_forgive(&h, 70);
	health_failed(&h, &none, false, 80);
	assert_true(health_holds(&h, 80));
	/* There is a network, and it leads nowhere yet. */
	health_failed(&other, &timeout, false, 50);
	assert_true(health_holds(&other, 50));
}

static void a_success_ends_the_waiting(void **state)
{
	struct failure timeout = failure_of(FAILURE_TIMEOUT, NULL);
	struct health h = { 0 };

	(void)state;
	health_failed(&h, &timeout, false, 0);
	health_succeeded(&h, 1);
	assert_false(health_holds(&h, 1));
	health_failed(&h, &timeout, false, 20000);
	assert_true(health_holds(&h, 20000));
}

static void what_is_known_is_no_news(void **state)
{
	struct failure one = failure_of(FAILURE_REFUSED, "pin_mismatch");
	struct failure other = failure_of(FAILURE_REFUSED, "pkix_expired");
	struct failure timeout = failure_of(FAILURE_TIMEOUT, NULL);
	struct health h = { 0 };

	(void)state;
	assert_true(health_succeeded(&h, 0));
	assert_false(health_succeeded(&h, 0));
	assert_true(health_failed(&h, &one, true, 0));
	assert_false(health_failed(&h, &one, true, 0));
	assert_true(health_failed(&h, &other, true, 0));
	assert_false(health_failed(&h, &other, true, 0));
	assert_true(health_failed(&h, &timeout, true, 0));
	assert_true(health_succeeded(&h, 0));
	/* The same as before the success is news again. */
	assert_true(health_failed(&h, &timeout, true, 0));
	assert_false(health_failed(&h, &timeout, true, 0));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_new_one_may_be_tried),
		cmocka_unit_test(an_answer_ends_the_back_off),
		cmocka_unit_test(a_connection_alone_does_not),
		cmocka_unit_test(the_first_bad_end_after_an_outage_is_pardoned),
		cmocka_unit_test(another_kind_goes_on_with_the_back_off),
		cmocka_unit_test(the_network_has_a_back_off_of_its_own),
		cmocka_unit_test(a_suspect_may_be_tried_at_once),
		cmocka_unit_test(silences_add_up_until_it_has_proved_itself),
		cmocka_unit_test(answers_make_it_good_again),
		cmocka_unit_test(whose_answers_take_long_is_slow),
		cmocka_unit_test(who_took_no_connection_is_tried_more_often),
		cmocka_unit_test(questions_wait_for_who_cannot_be_reached),
		cmocka_unit_test(nobody_waits_for_a_network_that_never_was),
		cmocka_unit_test(a_success_ends_the_waiting),
		cmocka_unit_test(what_is_known_is_no_news),
	};
	int failed = run_rows(
		"health", rows, sizeof *rows, ROWS(rows), the_wait_doubles_up_to_its_end);

	return failed + cmocka_run_group_tests(tests, NULL, NULL);
}
