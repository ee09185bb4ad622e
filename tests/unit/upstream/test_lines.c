/* How much a server may have written about itself. */
#include "upstream/lines.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define NOW_MS 1000000u

static unsigned write_some(struct lines *lines, unsigned n, uint64_t now_ms)
{
	unsigned written = 0;

	for (unsigned i = 0; i < n; i++)
		written += lines_may(lines, now_ms);
	return written;
}

static void a_few_in_a_row(void **state)
{
	struct lines lines = { 0 };

	(void)state;
	assert_int_equal(write_some(&lines, 19, NOW_MS), 19);
	assert_int_equal(write_some(&lines, 100, NOW_MS), 1);
	assert_int_equal(lines.untold, 99);
}

static void then_one_at_a_time(void **state)
{
	struct lines lines = { 0 };

	(void)state;
	assert_int_equal(write_some(&lines, 100, NOW_MS), 20);
	assert_int_equal(write_some(&lines, 9, NOW_MS + 1000), 0);
	assert_int_equal(write_some(&lines, 9, NOW_MS + 6000), 1);
	assert_int_equal(write_some(&lines, 9, NOW_MS + 11000), 0);
	assert_int_equal(write_some(&lines, 9, NOW_MS + 24000), 3);
}

/* A quiet day is no reason for a long row. */
static void no_more_than_that_is_saved_up(void **state)
{
	struct lines lines = { 0 };

	(void)state;
	assert_int_equal(write_some(&lines, 5, NOW_MS), 5);
	assert_int_equal(write_some(&lines, 100, NOW_MS + 86400000), 20);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_few_in_a_row),
		cmocka_unit_test(then_one_at_a_time),
		cmocka_unit_test(no_more_than_that_is_saved_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
