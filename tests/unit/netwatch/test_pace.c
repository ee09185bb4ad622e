#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "netwatch/pace.h"
#include "tests/unit/rows.h"

#define WALL_MS INT64_C(1795000000000) /* 2026 */

/* How far each clock went between two looks, and what follows. */
struct row {
	const char *name;
	int64_t monotonic_ms, boottime_ms, wall_ms;
	bool resumed, stepped;
	int64_t gap_s, step_s;
};

static const struct row rows[] = {
	{ "nothing at all", 0, 0, 0, false, false, 0, 0 },
	{ "five quiet seconds", 5000, 5000, 5000, false, false, 0, 0 },
	{ "a day without a look", 86400000, 86400000, 86400000, false, false, 0, 0 },
	{ "a day slewed by 50 ppm", 86400000, 86400000, 86404320, false, false, 0, 4 },
	{ "asleep for 31 s", 3000, 34000, 34000, true, false, 31, 0 },
	{ "asleep, clock chip in whole seconds", 3000, 34400, 35000, true, false, 31, 1 },
	{ "asleep for a month", 3000, 2592003000, 2592003000, true, false, 2592000, 0 },
	{ "asleep for 2 s", 5000, 7000, 7000, false, false, 2, 0 },
	{ "asleep for a little more", 5000, 7001, 7001, true, false, 2, 0 },
	{ "set forward by 5 s", 5000, 5000, 10000, false, false, 0, 5 },
	{ "set forward by a little more", 5000, 5000, 10001, false, true, 0, 5 },
	{ "set back by 5 s", 5000, 5000, 0, false, false, 0, -5 },
	{ "set back by a little more", 5000, 5000, -1, false, true, 0, -5 },
	{ "set from 1970 to now", 5000, 5000, WALL_MS + 5000, false, true, 0,
		1795000000 },
	{ "set back by a year", 5000, 5000, 5000 - 31536000000, false, true, 0,
		-31536000 },
	{ "asleep, and the clock chip was lost", 1000, 61000, 1000 - WALL_MS, true, true,
		60, -1795000060 },
	{ "asleep, and the wall clock stood still", 1000, 61000, 1000, true, true, 60,
		-60 },
	{ "asleep, and set by what rounds up", 1000, 61500, 70000, true, true, 61, 9 },
};

static void the_clocks_are_held_against_each_other(void **state)
{
	const struct row *row = *state;
	struct pace_reading then = { 7000, 99000, WALL_MS };
	struct pace_reading now = { 7000 + row->monotonic_ms, 99000 + row->boottime_ms,
		WALL_MS + row->wall_ms };
	struct pace pace;
	struct pace_news news;

	pace_start(&pace, &then);
	news = pace_look(&pace, &now);
	assert_int_equal(news.resumed, row->resumed);
	assert_int_equal(news.stepped, row->stepped);
	assert_int_equal(news.gap_s, row->gap_s);
	assert_int_equal(news.step_s, row->step_s);

	/* Told once. */
	news = pace_look(&pace, &now);
	assert_false(news.resumed);
	assert_false(news.stepped);
}

static void small_differences_do_not_add_up(void **state)
{
	struct pace_reading now = { 0, 0, WALL_MS };
	struct pace pace;

	(void)state;
	pace_start(&pace, &now);
	for (int i = 0; i < 1000; i++) {
		struct pace_news news;

		now.monotonic_ms += 5000;
		now.boottime_ms += 6500;
		now.wall_ms += 10000;
		news = pace_look(&pace, &now);
		assert_false(news.resumed);
		assert_false(news.stepped);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(small_differences_do_not_add_up),
	};
	int failed = run_rows("pace", rows, sizeof *rows, ROWS(rows),
		the_clocks_are_held_against_each_other);

	return failed + cmocka_run_group_tests_name("pace, long", tests, NULL, NULL);
}
