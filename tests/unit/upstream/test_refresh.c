/* When a name is looked up again. */
#include "upstream/refresh.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define NOW_MS 1000000u

static void before_it_expires(void **state)
{
	struct refresh r = { 0 };

	(void)state;
	refresh_succeeded(&r, 60, NOW_MS);
	assert_int_equal(r.due_ms, NOW_MS + 48000);
	refresh_succeeded(&r, 86400, NOW_MS);
	assert_int_equal(r.due_ms, NOW_MS + 69120000);
}

static void failures_wait_longer_and_longer(void **state)
{
	static const unsigned waits_s[] = { 1, 2, 4, 8, 16, 32, 60, 60 };
	struct refresh r = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof waits_s / sizeof *waits_s; i++) {
		refresh_failed(&r, NOW_MS);
		assert_int_equal(r.due_ms, NOW_MS + waits_s[i] * 1000);
	}
	for (unsigned i = 0; i < 1000; i++)
		refresh_failed(&r, NOW_MS);
	assert_int_equal(r.due_ms, NOW_MS + 60000);
}

static void an_answer_ends_that(void **state)
{
	struct refresh r = { 0 };

	(void)state;
	refresh_failed(&r, NOW_MS);
	refresh_failed(&r, NOW_MS);
	refresh_succeeded(&r, 100, NOW_MS);
	refresh_failed(&r, NOW_MS);
	assert_int_equal(r.due_ms, NOW_MS + 1000);
}

static void another_network_ends_that(void **state)
{
	struct refresh r = { 0 };

	(void)state;
	refresh_failed(&r, NOW_MS);
	refresh_failed(&r, NOW_MS);
	refresh_forgive(&r, NOW_MS + 5);
	assert_int_equal(r.due_ms, NOW_MS + 5);
	refresh_failed(&r, NOW_MS + 5);
	assert_int_equal(r.due_ms, NOW_MS + 1005);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(before_it_expires),
		cmocka_unit_test(failures_wait_longer_and_longer),
		cmocka_unit_test(an_answer_ends_that),
		cmocka_unit_test(another_network_ends_that),
	};

	return cmocka_run_group_tests_name("refresh", tests, NULL, NULL);
}
