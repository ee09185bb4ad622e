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
};

static const struct row rows[] = {
	{ "no network", FAILURE_NO_NETWORK, HEALTH_UNREACHABLE,
		{ 250, 500, 1000, 2000, 2000 }, 2000 },
	{ "unreachable", FAILURE_UNREACHABLE, HEALTH_UNREACHABLE,
		{ 500, 1000, 2000, 4000, 8000, 10000, 10000 }, 10000 },
	{ "timeout", FAILURE_TIMEOUT, HEALTH_UNREACHABLE,
		{ 1000, 2000, 4000, 8000, 10000, 10000 }, 10000 },
	{ "refused", FAILURE_REFUSED, HEALTH_REFUSED,
		{ 5000, 10000, 20000, 40000, 80000, 160000, 300000, 300000 }, 300000 },
	{ "protocol", FAILURE_PROTOCOL, HEALTH_BROKEN,
		{ 2000, 4000, 8000, 16000, 32000, 60000, 60000 }, 60000 },
	{ "closed", FAILURE_CLOSED, HEALTH_BROKEN,
		{ 500, 1000, 2000, 4000, 8000, 10000, 10000 }, 10000 },
	{ "local", FAILURE_LOCAL, HEALTH_BROKEN, { 500, 1000, 2000, 4000, 5000, 5000 },
		5000 },
};

static void the_wait_doubles_up_to_its_end(void **state)
{
	const struct row *row = *state;
	struct failure why = failure_of(row->kind, NULL);
	struct health h = { 0 };
	uint64_t now_ms = 77;

	for (size_t i = 0; i < 8 && row->waits_ms[i] > 0; i++) {
		health_failed(&h, &why, now_ms);
		assert_int_equal(h.state, row->state);
		assert_int_equal(h.last.kind, row->kind);
		assert_false(health_may_try(&h, now_ms));
		assert_false(health_may_try(&h, now_ms + row->waits_ms[i] - 1));
		assert_true(health_may_try(&h, now_ms + row->waits_ms[i]));
		now_ms += row->waits_ms[i];
	}
	for (int i = 0; i < 100000; i++)
		health_failed(&h, &why, now_ms);
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
		health_failed(&h, &why, 0);
	health_succeeded(&h);
	assert_int_equal(h.state, HEALTH_GOOD);
	assert_true(health_may_try(&h, 0));
	health_answered(&h);
	health_failed(&h, &why, 0);
	assert_int_equal(h.retry_at_ms, 500);
}

/* It lets everybody in and answers nobody. */
static void a_connection_alone_does_not(void **state)
{
	struct failure why = failure_of(FAILURE_CLOSED, NULL);
	struct health h = { 0 };
	uint64_t expected_ms = 500;

	(void)state;
	for (int i = 0; i < 4; i++, expected_ms *= 2) {
		health_succeeded(&h);
		health_failed(&h, &why, 0);
		assert_int_equal(h.retry_at_ms, expected_ms);
	}
}

/* Or a server could keep its back-off short by failing in turns. */
static void another_kind_goes_on_with_the_back_off(void **state)
{
	struct failure timeout = failure_of(FAILURE_TIMEOUT, NULL);
	struct failure closed = failure_of(FAILURE_CLOSED, NULL);
	struct health h = { 0 };

	(void)state;
	health_failed(&h, &closed, 0);
	assert_int_equal(h.retry_at_ms, 500);
	health_failed(&h, &timeout, 0);
	assert_int_equal(h.retry_at_ms, 2000);
	health_failed(&h, &closed, 0);
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
		health_failed(&h, &none, 0);
	health_failed(&h, &timeout, 0);
	assert_int_equal(h.retry_at_ms, 1000);
}

static void a_suspect_may_be_tried_at_once(void **state)
{
	struct failure timeout = failure_of(FAILURE_TIMEOUT, NULL);
	struct health h = { 0 };

	(void)state;
	health_succeeded(&h);
	assert_true(health_suspect(&h, &timeout, 50));
	assert_int_equal(h.state, HEALTH_UNREACHABLE);
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
		health_succeeded(&h);
		assert_false(h.suspect);
		health_answered(&h);
		health_suspect(&h, &timeout, 0);
		assert_true(h.suspect);
		assert_int_equal(h.retry_at_ms, waits_ms[i]);
	}
	health_succeeded(&h);
	for (int i = 0; i < 16; i++)
		health_answered(&h);
	health_suspect(&h, &timeout, 0);
	assert_int_equal(h.retry_at_ms, 0);
}

static void what_is_known_is_no_news(void **state)
{
	struct failure one = failure_of(FAILURE_REFUSED, "pin_mismatch");
	struct failure other = failure_of(FAILURE_REFUSED, "pkix_expired");
	struct failure timeout = failure_of(FAILURE_TIMEOUT, NULL);
	struct health h = { 0 };

	(void)state;
	assert_true(health_succeeded(&h));
	assert_false(health_succeeded(&h));
	assert_true(health_failed(&h, &one, 0));
	assert_false(health_failed(&h, &one, 0));
	assert_true(health_failed(&h, &other, 0));
	assert_false(health_failed(&h, &other, 0));
	assert_true(health_failed(&h, &timeout, 0));
	assert_true(health_succeeded(&h));
	/* The same as before the success is news again. */
	assert_true(health_failed(&h, &timeout, 0));
	assert_false(health_failed(&h, &timeout, 0));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_new_one_may_be_tried),
		cmocka_unit_test(an_answer_ends_the_back_off),
		cmocka_unit_test(a_connection_alone_does_not),
		cmocka_unit_test(another_kind_goes_on_with_the_back_off),
		cmocka_unit_test(the_network_has_a_back_off_of_its_own),
		cmocka_unit_test(a_suspect_may_be_tried_at_once),
		cmocka_unit_test(silences_add_up_until_it_has_proved_itself),
		cmocka_unit_test(what_is_known_is_no_news),
	};
	int failed = run_rows(
		"health", rows, sizeof *rows, ROWS(rows), the_wait_doubles_up_to_its_end);

	return failed + cmocka_run_group_tests(tests, NULL, NULL);
}
