#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/rows.h"
#include "upstream/budget.h"
#include "upstream/select.h"

#define NOBODY 3 /* of three */

/* State and latency of one that was asked before, and may be asked. */
#define GOOD(ms)                            \
	{                                   \
		true, true, HEALTH_GOOD, ms \
	}
#define SLOW(ms)                            \
	{                                   \
		true, true, HEALTH_SLOW, ms \
	}
#define FAILED(state, ms)                      \
	{                                      \
		true, true, HEALTH_##state, ms \
	}
#define NEVER_ASKED                            \
	{                                      \
		true, false, HEALTH_UNKNOWN, 0 \
	}
/* Asked for the first time a moment ago. */
#define WAITED_FOR                            \
	{                                     \
		true, true, HEALTH_UNKNOWN, 0 \
	}
#define BACKING_OFF(state)                     \
	{                                      \
		false, true, HEALTH_##state, 5 \
	}

#define LAST_OF_ALL (SELECT_EXPLORE_EVERY - 1)

struct row {
	const char *name;
	enum strategy strategy;
	uint64_t turn;
	size_t best;
	struct candidate all[3];
};

static const struct row rows[] = {
	{ "nobody may be asked", STRATEGY_FASTEST, 0, NOBODY,
		{ BACKING_OFF(REFUSED), BACKING_OFF(GOOD), BACKING_OFF(BROKEN) } },
	{ "nobody, in turn", STRATEGY_ROUND_ROBIN, 1, NOBODY,
		{ BACKING_OFF(REFUSED), BACKING_OFF(GOOD), BACKING_OFF(BROKEN) } },
	{ "nobody, exploring", STRATEGY_FASTEST, LAST_OF_ALL, NOBODY,
		{ BACKING_OFF(REFUSED), BACKING_OFF(GOOD), BACKING_OFF(BROKEN) } },

	{ "ordered: the first", STRATEGY_ORDERED, 7, 0, { GOOD(90), GOOD(5), GOOD(1) } },
	{ "ordered: the first that may be asked", STRATEGY_ORDERED, 0, 1,
		{ BACKING_OFF(GOOD), GOOD(50), GOOD(1) } },
	{ "ordered: one not known yet is none that failed", STRATEGY_ORDERED, 0, 0,
		{ NEVER_ASKED, GOOD(50), GOOD(1) } },
	{ "ordered: unreachable is behind", STRATEGY_ORDERED, 0, 1,
		{ FAILED(UNREACHABLE, 1), GOOD(50), GOOD(1) } },
	{ "ordered: refused is behind", STRATEGY_ORDERED, 0, 2,
		{ FAILED(REFUSED, 1), FAILED(BROKEN, 5), GOOD(70) } },
	{ "ordered: slow is behind good", STRATEGY_ORDERED, 0, 1,
		{ SLOW(10), GOOD(500), GOOD(1) } },
	{ "ordered: slow is before failed", STRATEGY_ORDERED, 0, 2,
		{ FAILED(UNREACHABLE, 1), FAILED(BROKEN, 1), SLOW(900) } },
	{ "ordered: of all failed the first", STRATEGY_ORDERED, 0, 0,
		{ FAILED(BROKEN, 9), FAILED(UNREACHABLE, 1), FAILED(REFUSED, 1) } },

	{ "in turn: 0", STRATEGY_ROUND_ROBIN, 0, 0, { GOOD(90), GOOD(5), GOOD(1) } },
	{ "in turn: 1", STRATEGY_ROUND_ROBIN, 1, 1, { GOOD(90), GOOD(5), GOOD(1) } },
	{ "in turn: 2", STRATEGY_ROUND_ROBIN, 2, 2, { GOOD(90), GOOD(5), GOOD(1) } },
	{ "in turn: 3", STRATEGY_ROUND_ROBIN, 3, 0, { GOOD(90), GOOD(5), GOOD(1) } },
	{ "in turn among the good: 0", STRATEGY_ROUND_ROBIN, 4, 0,
		{ GOOD(90), FAILED(BROKEN, 5), GOOD(1) } },
	{ "in turn among the good: 1", STRATEGY_ROUND_ROBIN, 5, 2,
		{ GOOD(90), FAILED(BROKEN, 5), GOOD(1) } },

	{ "fastest: the fastest", STRATEGY_FASTEST, 0, 1,
		{ GOOD(30), GOOD(5), GOOD(20) } },
	{ "fastest: a hair does not count", STRATEGY_FASTEST, 0, 0,
		{ GOOD(30), GOOD(27), GOOD(40) } },
	{ "fastest: more than a hair does", STRATEGY_FASTEST, 0, 1,
		{ GOOD(30), GOOD(25), GOOD(40) } },
	{ "fastest: who was never asked", STRATEGY_FASTEST, 0, 2,
		{ GOOD(30), GOOD(5), NEVER_ASKED } },
	{ "fastest: the first of them", STRATEGY_FASTEST, 0, 0,
		{ NEVER_ASKED, NEVER_ASKED, NEVER_ASKED } },
	{ "fastest: who is waited for comes last", STRATEGY_FASTEST, 0, 1,
		{ WAITED_FOR, GOOD(300), WAITED_FOR } },
	{ "fastest: nobody else", STRATEGY_FASTEST, 0, 0,
		{ WAITED_FOR, WAITED_FOR, WAITED_FOR } },
	{ "fastest: fast and failed is behind", STRATEGY_FASTEST, 0, 2,
		{ FAILED(UNREACHABLE, 1), SLOW(2), GOOD(300) } },
	{ "fastest: the last of so many looks at another", STRATEGY_FASTEST, LAST_OF_ALL,
		0, { GOOD(30), GOOD(5), GOOD(20) } },
	{ "fastest: and the next time at the next", STRATEGY_FASTEST,
		2 * SELECT_EXPLORE_EVERY + LAST_OF_ALL, 2,
		{ GOOD(30), GOOD(5), GOOD(20) } },
	{ "ordered: one that was slow may be fast by now", STRATEGY_ORDERED, LAST_OF_ALL,
		1, { GOOD(30), SLOW(900), GOOD(20) } },
	{ "ordered: nobody was slow", STRATEGY_ORDERED, LAST_OF_ALL, 0,
		{ GOOD(30), GOOD(5), FAILED(BROKEN, 1) } },
	{ "in turn: one that was slow", STRATEGY_ROUND_ROBIN, LAST_OF_ALL, 2,
		{ GOOD(30), GOOD(5), SLOW(900) } },
	{ "fastest: the slow ones are among them", STRATEGY_FASTEST,
		SELECT_EXPLORE_EVERY + LAST_OF_ALL, 1,
		{ GOOD(30), SLOW(900), GOOD(20) } },
	{ "fastest: never at one that failed", STRATEGY_FASTEST, LAST_OF_ALL, 1,
		{ FAILED(REFUSED, 1), GOOD(5), GOOD(20) } },
};

static void it_is_chosen(void **state)
{
	const struct row *row = *state;

	assert_int_equal(select_best(row->strategy, row->all, 3, row->turn), row->best);
}

static void of_none_nobody(void **state)
{
	(void)state;
	assert_int_equal(select_best(STRATEGY_FASTEST, NULL, 0, 0), 0);
}

/* --- how many may be asked twice ---------------------------------------------- */

static unsigned spend_all(struct budget *budget)
{
	unsigned n = 0;

	while (budget_spend(budget))
		n++;
	return n;
}

static void one_in_twenty_five(void **state)
{
	struct budget budget;
	unsigned extra;

	(void)state;
	budget_init(&budget);
	extra = spend_all(&budget);
	assert_int_equal(extra, BUDGET_BURST / 2);
	for (unsigned i = 0; i < 10000; i++) {
		budget_earn(&budget);
		extra += budget_spend(&budget);
	}
	assert_int_equal(extra, BUDGET_BURST / 2 + 10000 / BUDGET_PER_EXTRA);
}

static void savings_have_a_bound(void **state)
{
	struct budget budget;

	(void)state;
	budget_init(&budget);
	for (unsigned i = 0; i < 10000; i++)
		budget_earn(&budget);
	assert_int_equal(spend_all(&budget), BUDGET_BURST);
}

/* Whatever was saved before, and however late each of them turns out to be. */
static void no_more_than_5_percent_of_many(void **state)
{
	struct budget budget;

	(void)state;
	budget_init(&budget);
	for (unsigned saved = 0; saved <= 2 * BUDGET_BURST; saved++) {
		unsigned extra = 0;

		for (unsigned i = 0; i < saved * BUDGET_PER_EXTRA; i++)
			budget_earn(&budget);
		for (unsigned i = 0; i < BUDGET_MANY; i++) {
			budget_earn(&budget);
			extra += spend_all(&budget);
		}
		assert_in_range(extra, 1, BUDGET_MANY / 20);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(of_none_nobody),
		cmocka_unit_test(one_in_twenty_five),
		cmocka_unit_test(no_more_than_5_percent_of_many),
		cmocka_unit_test(savings_have_a_bound),
	};
	int failed = run_rows("select", rows, sizeof *rows, ROWS(rows), it_is_chosen);

	return failed + cmocka_run_group_tests(tests, NULL, NULL);
}
