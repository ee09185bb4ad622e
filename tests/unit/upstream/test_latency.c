#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/rows.h"
#include "upstream/latency.h"

struct row {
	const char *name;
	uint64_t samples_ms[8]; /* 0: no more */
	unsigned repeat;        /* of the last one */
	uint32_t smoothed_ms, usual_ms, hurry_ms;
};

/* RFC 6298 §2: the first gives R and R/2, then 7/8 and 3/4 of the old are kept. */
static const struct row rows[] = {
	{ "nothing yet", { 0 }, 0, 0, 400, 400 },
	{ "one", { 40 }, 0, 40, 120, 120 },
	{ "two alike", { 40, 40 }, 0, 40, 100, 100 },
	{ "the second is slower", { 40, 80 }, 0, 45, 145, 145 },
	{ "the second is faster", { 40, 8 }, 0, 36, 128, 128 },
	{ "steady: a margin remains", { 20 }, 100, 20, 40, 30 },
	{ "steady and fast", { 1 }, 100, 1, 21, 6 },
	{ "one that is late among many", { 20, 20, 20, 20, 20, 20, 20, 220 }, 0, 45, 252,
		252 },
	{ "steady and far", { 200 }, 100, 200, 220, 220 },
	{ "slower than anybody waits", { 500 }, 100, 500, 400, 400 },
	{ "absurd", { UINT64_MAX }, 3, 60000, 400, 400 },
};

static void smoothed_and_usual(void **state)
{
	const struct row *row = *state;
	struct latency l = { 0 };
	size_t i = 0;

	for (; i < 8 && row->samples_ms[i] > 0; i++)
		latency_sample(&l, row->samples_ms[i]);
	for (unsigned n = 0; n < row->repeat; n++)
		latency_sample(&l, row->samples_ms[i - 1]);
	assert_int_equal(latency_smoothed_ms(&l), row->smoothed_ms);
	assert_int_equal(latency_usual_ms(&l), row->usual_ms);
	assert_int_equal(latency_hurry_ms(&l), row->hurry_ms);
}

/* 0 would mean that nothing was measured. */
static void less_than_a_millisecond_counts(void **state)
{
	struct latency l = { 0 };

	(void)state;
	for (int i = 0; i < 1000; i++) {
		latency_sample(&l, 0);
		assert_int_equal(latency_smoothed_ms(&l), 1);
	}
	assert_int_equal(latency_usual_ms(&l), 21);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(less_than_a_millisecond_counts),
	};
	int failed =
		run_rows("latency", rows, sizeof *rows, ROWS(rows), smoothed_and_usual);

	return failed + cmocka_run_group_tests(tests, NULL, NULL);
}
