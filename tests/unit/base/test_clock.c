#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"

static uint64_t fixed_now_ms(void)
{
	return 1234;
}

static int64_t fixed_wall_s(void)
{
	return INT64_C(4102444800);
}

static void the_clocks_can_be_replaced_and_restored(void **state)
{
	static const struct clock_source fixed = { fixed_now_ms, fixed_wall_s };

	(void)state;
	clock_replace(&fixed);
	assert_int_equal(clock_now_ms(), 1234);
	assert_int_equal(clock_wall_s(), INT64_C(4102444800));
	clock_replace(NULL);
	assert_int_not_equal(clock_wall_s(), INT64_C(4102444800));
	/* The system's clock does not go back. */
	assert_true(clock_now_ms() <= clock_now_ms());
}

/* Seconds from `date -u -d TEXT +%s`. */
static const struct {
	const char *text;
	int64_t wall_s;
} both_ways[] = {
	{ "1970-01-01T00:00:00Z", 0 },
	{ "1969-12-31T23:59:59Z", -1 },
	{ "1970-01-02T00:00:00Z", 86400 },
	{ "2000-02-29T12:34:56Z", 951827696 },
	{ "2000-03-01T00:00:00Z", 951868800 },
	{ "2023-12-31T23:59:59Z", 1704067199 },
	{ "2024-02-29T00:00:00Z", 1709164800 },
	{ "2026-11-23T14:05:00Z", 1795442700 },
	{ "2038-01-19T03:14:07Z", INT64_C(2147483647) },
	{ "2038-01-19T03:14:08Z", INT64_C(2147483648) },
	{ "2106-02-07T06:28:16Z", INT64_C(4294967296) },
	{ "2100-02-28T23:59:59Z", INT64_C(4107542399) },
	{ "2100-03-01T00:00:00Z", INT64_C(4107542400) },
	{ "1900-03-01T00:00:00Z", INT64_C(-2203891200) },
	{ "9999-12-31T23:59:59Z", INT64_C(253402300799) },
	{ "0000-01-01T00:00:00Z", INT64_C(-62167219200) },
};

static uint64_t ticks;

static uint64_t ticking_now_ms(void)
{
	return ++ticks;
}

static void a_held_clock_is_read_once(void **state)
{
	static const struct clock_source ticking = { ticking_now_ms, fixed_wall_s };

	(void)state;
	ticks = 0;
	clock_replace(&ticking);
	clock_hold();
	assert_int_equal(ticks, 0);
	assert_int_equal(clock_now_ms(), 1);
	clock_hold();
	assert_int_equal(clock_now_ms(), 1);
	clock_release();
	assert_int_equal(clock_now_ms(), 1);
	clock_release();
	assert_int_equal(clock_now_ms(), 2);
	assert_int_equal(clock_now_ms(), 3);
	/* Nothing is left of the time before. */
	clock_hold();
	assert_int_equal(clock_now_ms(), 4);
	assert_int_equal(clock_now_ms(), 4);
	clock_release();
	clock_replace(NULL);
}

static void times_are_written_and_read_back(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof both_ways / sizeof *both_ways; i++) {
		char text[CLOCK_TEXT_MAX];
		int64_t wall_s;

		clock_format(both_ways[i].wall_s, text);
		assert_string_equal(text, both_ways[i].text);
		assert_int_equal(clock_parse(text, &wall_s), 0);
		assert_true(wall_s == both_ways[i].wall_s);
	}
}

static void every_day_of_four_centuries_goes_both_ways(void **state)
{
	int64_t first_s = clock_from_civil(1900, 1, 1, 0, 0, 0);
	int64_t last_s = clock_from_civil(2300, 1, 1, 0, 0, 0);
	int64_t days = 0;

	(void)state;
	for (int64_t at_s = first_s; at_s < last_s; at_s += 86400, days++) {
		char text[CLOCK_TEXT_MAX];
		int64_t wall_s;

		clock_format(at_s, text);
		if (clock_parse(text, &wall_s) != 0 || wall_s != at_s)
			fail_msg("%s is not read back", text);
	}
	assert_int_equal(days, 146097);
}

static void a_time_beyond_four_digits_is_a_dash(void **state)
{
	static const int64_t beyond[] = { INT64_C(253402300800), INT64_C(-62167219201),
		INT64_MAX, INT64_MIN };

	(void)state;
	for (size_t i = 0; i < sizeof beyond / sizeof *beyond; i++) {
		char text[CLOCK_TEXT_MAX];

		clock_format(beyond[i], text);
		assert_string_equal(text, "-");
	}
}

static void other_forms_of_rfc3339_are_read(void **state)
{
	static const struct {
		const char *text, *same;
	} rows[] = {
		/* RFC 3339 §5.8 */
		{ "1985-04-12T23:20:50.52Z", "1985-04-12T23:20:50Z" },
		{ "1996-12-19T16:39:57-08:00", "1996-12-20T00:39:57Z" },
		{ "1990-12-31T23:59:60Z", "1991-01-01T00:00:00Z" },
		{ "1990-12-31T15:59:60-08:00", "1991-01-01T00:00:00Z" },
		{ "1937-01-01T12:00:27.87+00:20", "1937-01-01T11:40:27Z" },
		/* §5.6's notes: lower case, a space */
		{ "2026-11-23t14:05:00z", "2026-11-23T14:05:00Z" },
		{ "2026-11-23 14:05:00Z", "2026-11-23T14:05:00Z" },
		{ "2026-11-23T14:05:00+00:00", "2026-11-23T14:05:00Z" },
		{ "2026-11-23T14:05:00-00:00", "2026-11-23T14:05:00Z" },
		{ "2026-01-01T00:30:00+23:59", "2025-12-31T00:31:00Z" },
		{ "2026-11-23T14:05:00.999999999999Z", "2026-11-23T14:05:00Z" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		char text[CLOCK_TEXT_MAX];
		int64_t wall_s;

		assert_int_equal(clock_parse(rows[i].text, &wall_s), 0);
		clock_format(wall_s, text);
		assert_string_equal(text, rows[i].same);
	}
}

static void what_is_no_date_time_is_refused(void **state)
{
	static const char *const rows[] = {
		"",
		"Z",
		"2026",
		"2026-11-23",
		"14:05:00Z",
		"2026-11-23T14:05:00",
		"2026-11-23T14:05Z",
		"2026-11-23T14:05:00Zx",
		"2026-11-23T14:05:00Z ",
		" 2026-11-23T14:05:00Z",
		"26-11-23T14:05:00Z",
		"12026-11-23T14:05:00Z",
		"2026-1-23T14:05:00Z",
		"2026-11-3T14:05:00Z",
		"2026/11/23T14:05:00Z",
		"2026-11-23_14:05:00Z",
		"2026-11-23T14.05.00Z",
		"+026-11-23T14:05:00Z",
		"-026-11-23T14:05:00Z",
		"2026-00-23T14:05:00Z",
		"2026-13-23T14:05:00Z",
		"2026-11-00T14:05:00Z",
		"2026-11-31T14:05:00Z",
		"2026-04-31T14:05:00Z",
		"2026-02-29T14:05:00Z",
		"2100-02-29T14:05:00Z",
		"2024-02-30T14:05:00Z",
		"2026-11-23T24:00:00Z",
		"2026-11-23T14:60:00Z",
		"2026-11-23T14:05:61Z",
		"2026-11-23T14:05:00.Z",
		"2026-11-23T14:05:00,5Z",
		"2026-11-23T14:05:00+",
		"2026-11-23T14:05:00+1:00",
		"2026-11-23T14:05:00+0100",
		"2026-11-23T14:05:00+01",
		"2026-11-23T14:05:00+24:00",
		"2026-11-23T14:05:00+01:60",
		"2026-11-23T14:05:00UTC",
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		int64_t wall_s;

		if (clock_parse(rows[i], &wall_s) != -1)
			fail_msg("accepted: '%s'", rows[i]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_clocks_can_be_replaced_and_restored),
		cmocka_unit_test(a_held_clock_is_read_once),
		cmocka_unit_test(times_are_written_and_read_back),
		cmocka_unit_test(every_day_of_four_centuries_goes_both_ways),
		cmocka_unit_test(a_time_beyond_four_digits_is_a_dash),
		cmocka_unit_test(other_forms_of_rfc3339_are_read),
		cmocka_unit_test(what_is_no_date_time_is_refused),
	};

	return cmocka_run_group_tests_name("clock", tests, NULL, NULL);
}
