#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/rows.h"
#include "upstream/idle.h"

struct row {
	const char *name;
	uint32_t configured_ms;
	uint64_t closed_ms[4]; /* by the server, after so long; 0: no more */
	int64_t keepalive_ms;  /* -1: it has not said */
	uint64_t limit_ms;
};

static const struct row rows[] = {
	{ "nothing known", 0, { 0 }, -1, 240000 },
	{ "seen once", 0, { 30000 }, -1, 27000 },
	{ "the least counts", 0, { 30000, 10000, 50000 }, -1, 9000 },
	{ "never below a second", 0, { 1000 }, -1, 1000 },
	{ "a second and a bit", 0, { 1100 }, -1, 1000 },
	{ "at once is not for being idle", 0, { 999 }, -1, 240000 },
	{ "later than we would", 0, { 400000 }, -1, 240000 },
	{ "a clock gone wild", 0, { UINT64_MAX }, -1, 240000 },
	{ "told", 0, { 0 }, 20000, 18000 },
	{ "told more than was seen", 0, { 10000 }, 20000, 18000 },
	{ "told a long time", 0, { 0 }, 6553500, 5898150 },
	{ "told to go", 0, { 30000 }, 0, 0 },
	{ "configured", 5000, { 0 }, -1, 5000 },
	{ "configured, not learned", 60000, { 30000 }, -1, 60000 },
	{ "configured, but told less", 60000, { 0 }, 20000, 18000 },
	{ "configured, and told more", 5000, { 0 }, 20000, 5000 },
	{ "configured, and told to go", 5000, { 0 }, 0, 0 },
};

static void limits(void **state)
{
	const struct row *row = *state;
	struct idle idle = { .configured_ms = row->configured_ms };

	for (size_t i = 0; i < 4 && row->closed_ms[i] > 0; i++)
		idle_server_closed(&idle, row->closed_ms[i]);
	assert_int_equal(idle_limit_ms(&idle, row->keepalive_ms), row->limit_ms);
}

/* It was perhaps started again when it closed early. */
static void the_limit_is_forgotten_slowly(void **state)
{
	struct idle idle = { 0 };
	unsigned ends = 0;

	(void)state;
	idle_server_closed(&idle, 10000);
	for (int i = 0; i < 9; i++)
		idle_closed(&idle);
	assert_int_equal(idle_limit_ms(&idle, -1), 9000);
	idle_closed(&idle);
	assert_int_equal(idle_limit_ms(&idle, -1), 9900);
	/* Nothing was wrong with it. */
	for (int i = 0; i < 9; i++)
		idle_closed(&idle);
	idle_server_closed(&idle, 10000);
	idle_closed(&idle);
	assert_int_equal(idle_limit_ms(&idle, -1), 9000);
	while (idle_limit_ms(&idle, -1) < IDLE_LONGEST_MS && ends++ < 10000)
		idle_closed(&idle);
	assert_in_range(ends, 300, 400);
	idle_closed(&idle);
	assert_int_equal(idle_limit_ms(&idle, -1), IDLE_LONGEST_MS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_limit_is_forgotten_slowly),
	};
	int failed = run_rows("idle", rows, sizeof *rows, ROWS(rows), limits);

	return failed + cmocka_run_group_tests(tests, NULL, NULL);
}
