/* Which time certificates are judged as of, and what moves it. */
#include "tls/floor.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/clock.h"
#include "tests/unit/rows.h"
#include "tls/verdict.h"

#define NOW ((int64_t)1780272000)

static int64_t wall;

static int64_t wall_s(void)
{
	return wall;
}

static uint64_t now_ms(void)
{
	return 0;
}

static void the_later_of_the_two(void **state)
{
	struct clock_floor floor = { NOW };

	(void)state;
	wall = 300;
	assert_int_equal(clock_floor_now_s(&floor), NOW);
	assert_int_equal(clock_floor_now_s(NULL), 300);
	wall = NOW + 1;
	assert_int_equal(clock_floor_now_s(&floor), NOW + 1);
	/* A clock that was too far ahead once is set back. */
	wall = 300;
	assert_int_equal(clock_floor_now_s(&floor), NOW);
}

static void it_only_rises(void **state)
{
	struct clock_floor floor = { 0 };

	(void)state;
	assert_false(clock_floor_raise(&floor, 0));
	assert_false(clock_floor_raise(&floor, INT64_MIN));
	assert_true(clock_floor_raise(&floor, NOW));
	assert_false(clock_floor_raise(&floor, NOW));
	assert_false(clock_floor_raise(&floor, NOW - 1));
	assert_int_equal(floor.floor_s, NOW);
}

static const struct row {
	const char *name;
	int64_t proven_s;
	bool refused, provisional, for_ntp, clock_suspect;
	enum rule ct; /* RULE_UNKNOWN stands for OK */
	int64_t scts_s[3];
	bool idle[3]; /* does not count */
} rows[] = {
	{ "the newest", NOW + 2, .scts_s = { NOW, NOW + 2, NOW + 1 } },
	{ "the clock is suspected, a pin matches", NOW, .clock_suspect = true,
		.scts_s = { NOW } },
	{ "one that does not count is no proof", NOW, .scts_s = { NOW, NOW + 9 },
		.idle = { false, true } },
	{ "none counts", 0, .scts_s = { NOW }, .idle = { true } },
	{ "no SCTs", 0, .scts_s = { 0 } },
	{ "refused", 0, .refused = true, .scts_s = { NOW } },
	{ "the staple is awaited", 0, .provisional = true, .scts_s = { NOW } },
	{ "for ntp_names alone", 0, .for_ntp = true, .clock_suspect = true,
		.scts_s = { NOW } },
	{ "too few for the policy, reported", 0, .ct = RULE_FAILED, .scts_s = { NOW } },
};

static void proven_row(void **state)
{
	const struct row *row = *state;
	struct verdict v = { .accepted = !row->refused,
		.provisional = row->provisional,
		.for_ntp = row->for_ntp,
		.clock_suspect = row->clock_suspect,
		.ct = { .ok = row->ct == RULE_UNKNOWN ? RULE_OK : row->ct } };

	for (; v.ct.report.n < 3 && row->scts_s[v.ct.report.n] != 0; v.ct.report.n++)
		v.ct.report.rows[v.ct.report.n] = (struct sct_row){
			.counts = !row->idle[v.ct.report.n],
			.timestamp_ms = (uint64_t)row->scts_s[v.ct.report.n] * 1000 + 999,
		};
	assert_int_equal(clock_floor_proven_s(&v), row->proven_s);
}

/* Nobody looked at SCTs: ct: off, and a zeroed verdict. */
static void no_report_is_no_proof(void **state)
{
	struct verdict v = { .accepted = true };

	(void)state;
	v.ct.report.n = 1;
	v.ct.report.rows[0] =
		(struct sct_row){ .counts = true, .timestamp_ms = NOW * 1000 };
	assert_int_equal(clock_floor_proven_s(&v), 0);
}

int main(void)
{
	static const struct clock_source source = { now_ms, wall_s };
	const struct CMUnitTest tests[] = { cmocka_unit_test(the_later_of_the_two),
		cmocka_unit_test(it_only_rises),
		cmocka_unit_test(no_report_is_no_proof) };
	int failed;

	clock_replace(&source);
	failed = run_rows("proven", rows, sizeof *rows, ROWS(rows), proven_row);
	return failed + cmocka_run_group_tests_name("floor", tests, NULL, NULL);
}
