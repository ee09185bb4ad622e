/* What is slow is asked a second time; what is silent gets company. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/upstream/lab.h"

/* Longer than usual for servers that answer at once on a clock that stands still; less
 * than what makes one silent. */
#define OVERDUE_MS 60
#define SILENT_MS  1000

/* The client that a server heard of first gets no answer any more. */
static struct dot_client *deaf;

static void all_but_the_first(struct dot_client *client, struct bytes query)
{
	if (deaf == NULL)
		deaf = client;
	if (client != deaf)
		dot_client_answer(client, query, RCODE_NOERROR);
}

static void load(struct lab *lab, size_t upstreams, enum hedge hedge)
{
	lab->config.upstream_n = upstreams;
	lab->config.hedge = hedge;
	deaf = NULL;
	lab_load(lab);
}

/* "a" has answered, so that it is known how long it takes; then it is deaf. */
static void make_deaf(struct lab *lab)
{
	struct asked a;

	lab_ask(lab, &a);
	lab_assert_answered_by(lab, &a, "a");
	lab->servers[0].on_query = all_but_the_first;
	lab->servers[0].queries = 0;
}

static void ask_and_be_overdue(struct lab *lab, struct asked *a)
{
	lab_ask(lab, a);
	RUN_UNTIL(&lab->bench.loop, lab->servers[0].queries >= 1);
	bench_now_ms += OVERDUE_MS;
	lab_tick(lab);
}

static struct exchanger_stats stats(const struct lab *lab)
{
	return exchanger_stats(lab->exchanger);
}

static void a_slow_one_is_asked_on_another_connection(void **state)
{
	struct lab *lab = *state;
	struct asked a;

	load(lab, 1, HEDGE_SAME_UPSTREAM);
	make_deaf(lab);
	ask_and_be_overdue(lab, &a);
	lab_assert_answered_by(lab, &a, "a");
	/* Another one, and perhaps a spare one by now. */
	assert_in_range(lab->servers[0].accepted, 2, 3);
	assert_int_equal(stats(lab).hedges, 1);
	assert_int_equal(lab->servers[1].accepted, 0);
}

static void not_before_it_is_slow(void **state)
{
	struct lab *lab = *state;
	struct asked a;

	load(lab, 1, HEDGE_SAME_UPSTREAM);
	make_deaf(lab);
	lab_ask(lab, &a);
	RUN_UNTIL(&lab->bench.loop, lab->servers[0].queries == 1);
	bench_now_ms += 10;
	lab_tick(lab);
	assert_int_equal(stats(lab).hedges, 0);
	assert_int_equal(lab->servers[0].accepted, 1);
	exchange_cancel(a.exchange);
}

static void not_if_it_is_off(void **state)
{
	struct lab *lab = *state;
	struct asked a;

	load(lab, 1, HEDGE_OFF);
	make_deaf(lab);
	ask_and_be_overdue(lab, &a);
	assert_int_equal(stats(lab).hedges, 0);
	assert_int_equal(a.done, 0);
	exchange_cancel(a.exchange);
}

static void another_operator_only_if_it_may_be(void **state)
{
	struct lab *lab = *state;
	struct asked a;

	load(lab, 2, HEDGE_SAME_UPSTREAM);
	make_deaf(lab);
	ask_and_be_overdue(lab, &a);
	lab_assert_answered_by(lab, &a, "a");
	assert_int_equal(lab->servers[1].accepted, 0);
}

static void another_operator_if_it_may_be(void **state)
{
	struct lab *lab = *state;
	struct asked a;

	load(lab, 2, HEDGE_ANY);
	make_deaf(lab);
	lab->servers[0].on_query = lab_say_nothing;
	ask_and_be_overdue(lab, &a);
	lab_assert_answered_by(lab, &a, "b");
	assert_int_equal(stats(lab).hedges, 1);
}

/* 5 %, and what was saved up. */
static void no_more_than_the_budget(void **state)
{
	struct lab *lab = *state;
	struct asked a[40];

	load(lab, 1, HEDGE_SAME_UPSTREAM);
	make_deaf(lab);
	lab->servers[0].on_query = lab_say_nothing;
	for (size_t i = 0; i < 40; i++)
		lab_ask(lab, &a[i]);
	RUN_UNTIL(&lab->bench.loop, lab->servers[0].queries >= 40);
	bench_now_ms += OVERDUE_MS;
	lab_tick(lab);
	assert_in_range(stats(lab).hedges, 1, 12);
	for (size_t i = 0; i < 40; i++)
		if (a[i].exchange != NULL)
			exchange_cancel(a[i].exchange);
}

static void a_silent_one_gets_company(void **state)
{
	struct lab *lab = *state;
	struct asked a, b;

	load(lab, 2, HEDGE_OFF);
	lab->servers[0].on_query = lab_say_nothing;
	lab_ask(lab, &a);
	RUN_UNTIL(&lab->bench.loop, lab->servers[0].queries >= 1);
	bench_now_ms += SILENT_MS;
	lab_assert_answered_by(lab, &a, "b");
	assert_int_equal(stats(lab).failovers, 1);
	/* Who stays silent stands behind, though it lets everybody in. */
	lab_ask(lab, &b);
	lab_assert_answered_by(lab, &b, "b");
}

/* In either order: the first may be given up before the deadline, or at it. */
static void both_who_are_silent_are_named(void **state)
{
	struct lab *lab = *state;
	struct asked a;

	load(lab, 2, HEDGE_ANY);
	make_deaf(lab);
	lab->servers[0].on_query = lab_say_nothing;
	lab->servers[1].on_query = lab_say_nothing;
	ask_and_be_overdue(lab, &a);
	RUN_UNTIL(&lab->bench.loop, lab->servers[1].queries >= 1);
	assert_int_equal(a.done, 0);
	bench_now_ms += LAB_TIMEOUT_MS;
	lab_wait_for(lab, &a);
	assert_false(a.has_answer);
	assert_non_null(strstr(a.ede.text, "a: no answer in time"));
	assert_non_null(strstr(a.ede.text, "b: no answer in time"));
}

/* --- whom ------------------------------------------------------------------------ */

static void in_turn(void **state)
{
	struct lab *lab = *state;
	struct asked a;

	lab->config.strategy = STRATEGY_ROUND_ROBIN;
	load(lab, 2, HEDGE_OFF);
	for (unsigned i = 0; i < 6; i++) {
		lab_ask(lab, &a);
		lab_assert_answered_by(lab, &a, i % 2 == 0 ? "a" : "b");
	}
}

static void each_is_measured_and_the_fastest_is_asked(void **state)
{
	struct lab *lab = *state;
	struct asked a;

	lab->config.strategy = STRATEGY_FASTEST;
	load(lab, 2, HEDGE_OFF);
	lab_ask(lab, &a);
	RUN_UNTIL(&lab->bench.loop, lab->servers[0].queries >= 1);
	bench_now_ms += 50;
	lab_assert_answered_by(lab, &a, "a");
	lab_ask(lab, &a);
	lab_assert_answered_by(lab, &a, "b");
	for (unsigned i = 0; i < 5; i++) {
		lab_ask(lab, &a);
		lab_assert_answered_by(lab, &a, "b");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		LAB_TEST(a_slow_one_is_asked_on_another_connection),
		LAB_TEST(not_before_it_is_slow),
		LAB_TEST(not_if_it_is_off),
		LAB_TEST(another_operator_only_if_it_may_be),
		LAB_TEST(another_operator_if_it_may_be),
		LAB_TEST(no_more_than_the_budget),
		LAB_TEST(a_silent_one_gets_company),
		LAB_TEST(both_who_are_silent_are_named),
		LAB_TEST(in_turn),
		LAB_TEST(each_is_measured_and_the_fastest_is_asked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
