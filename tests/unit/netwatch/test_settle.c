#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "netwatch/settle.h"
#include "tests/unit/rows.h"

#define EVENTS_MAX 24

/* Events, so long after the first one, and when the row of them is over. */
struct row {
	const char *name;
	uint64_t events_ms[EVENTS_MAX];
	size_t n;
	uint64_t over_ms;
};

static const struct row rows[] = {
	{ "one", { 0 }, 1, 100 },
	{ "two at once", { 0, 0 }, 2, 100 },
	{ "two", { 0, 60 }, 2, 160 },
	{ "a flap", { 0, 10, 30, 90, 91 }, 5, 191 },
	{ "up to the limit", { 0, 90, 180, 270, 360, 450, 540, 630, 720, 810, 900 }, 11,
		1000 },
	{ "beyond the limit",
		{ 0, 90, 180, 270, 360, 450, 540, 630, 720, 810, 900, 901, 950, 999 }, 14,
		1000 },
	{ "the timer comes late",
		{ 0, 90, 180, 270, 360, 450, 540, 630, 720, 810, 900, 990, 1080 }, 13,
		1080 },
};

static void a_row_of_events_ends(void **state)
{
	const struct row *row = *state;
	static const uint64_t starts_ms[] = { 0, 1, 777777 };

	for (size_t s = 0; s < sizeof starts_ms / sizeof *starts_ms; s++) {
		struct settle settle = { 0 };
		uint64_t over_ms = 0;

		for (size_t i = 0; i < row->n; i++) {
			uint64_t now_ms = starts_ms[s] + row->events_ms[i];

			over_ms = now_ms + settle_event(&settle, now_ms);
		}
		assert_int_equal(over_ms, starts_ms[s] + row->over_ms);
		settle_end(&settle);
		assert_int_equal(settle_event(&settle, over_ms + 50), SETTLE_QUIET_MS);
	}
}

int main(void)
{
	return run_rows("settle", rows, sizeof *rows, ROWS(rows), a_row_of_events_ends);
}
