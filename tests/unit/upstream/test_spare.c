/* While answers are late there are two connections that can be used, and what happens to
 * one that is silent. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/upstream/tried.h"
#include "upstream/inner.h"

/* TCP has so long to repair a connection that nobody waits for. */
#define REPAIR_MS 1000
/* A spare one is kept so long after an answer was late. */
#define SPARE_MS 30000

static struct upstream *first(const struct lab *lab)
{
	return lab->set.items[0];
}

/* Two have answered; `late` is on the first of them, and overdue. So there is a third. */
static void begin(struct lab *lab, struct tried *late)
{
	struct tried t;

	lab->config.upstream_n = 1;
	lab_load(lab);
	tried_ask(lab, &t);
	tried_wait(lab, &t);
	lab->servers[0].on_query = tried_first_is_silent;
	tried_ask(lab, late);
	assert_int_equal(tried_start(lab, &t, late), STATUS_OK);
	tried_wait(lab, &t);
	lab->servers[0].queries = 0;
	bench_now_ms += upstream_usual_ms(first(lab));
	assert_false(upstream_overdue(first(lab), &late->attempt));
	assert_int_equal(upstream_lane_count(first(lab)), 2);
	RUN_UNTIL(&lab->bench.loop, upstream_lane_count(first(lab)) == 3);
	bench_settle(&lab->bench.loop);
}

/* As long as one has that is silent while questions are on it. */
static void pass_grace(struct lab *lab)
{
	bench_now_ms += upstream_usual_ms(first(lab)) + upstream_latency_ms(first(lab));
	lab_tick(lab);
	bench_settle(&lab->bench.loop);
}

static void no_sign_of_life_is_asked_for_at_once(void **state)
{
	struct lab *lab = *state;
	struct tried late;

	begin(lab, &late);
	assert_int_equal(lab->servers[0].queries, 0);
	assert_true(attempt_is_silent(&late.attempt));
	upstream_cancel(first(lab), &late.attempt);
}

/* The connection is missed by who asks at a rate, and not by who asks now and then. */
static void it_is_worth_one_while_others_ask(void **state)
{
	struct lab *lab = *state;
	struct tried late, other[3];

	begin(lab, &late);
	assert_false(upstream_overdue(first(lab), &late.attempt));
	lab->servers[0].on_query = lab_say_nothing;
	for (size_t i = 0; i < 3; i++)
		tried_ask(lab, &other[i]);
	assert_true(upstream_overdue(first(lab), &late.attempt));
	upstream_check(first(lab), &late.attempt);
	/* Once. */
	assert_false(upstream_overdue(first(lab), &late.attempt));
	for (size_t i = 0; i < 3; i++)
		upstream_cancel(first(lab), &other[i].attempt);
	upstream_cancel(first(lab), &late.attempt);
}

static void who_still_waits_is_asked_again_after_one(void **state)
{
	struct lab *lab = *state;
	struct tried late;

	begin(lab, &late);
	pass_grace(lab);
	assert_int_equal(lab->servers[0].queries, 1);
	assert_int_equal(late.failed, 0);
	pass_grace(lab);
	assert_int_equal(late.failed, 1);
	assert_true(late.lost);
	assert_int_equal(upstream_stats(first(lab)).replaced, 1);
	assert_int_equal(lab->servers[0].queries, 1);
}

static void one_that_nobody_waits_for_has_time(void **state)
{
	struct lab *lab = *state;
	struct tried late;

	begin(lab, &late);
	upstream_cancel(first(lab), &late.attempt);
	tried_pass(lab, REPAIR_MS - 100);
	assert_int_equal(upstream_stats(first(lab)).replaced, 0);
	tried_pass(lab, 200);
	assert_int_equal(upstream_stats(first(lab)).replaced, 1);
	assert_int_equal(lab->servers[0].queries, 0);
}

static void the_third_may_take_its_place(void **state)
{
	struct lab *lab = *state;
	struct tried late;

	begin(lab, &late);
	upstream_cancel(first(lab), &late.attempt);
	tried_pass(lab, REPAIR_MS + 100);
	assert_int_equal(upstream_lane_count(first(lab)), 2);
	assert_int_equal(lab->servers[0].accepted, 3);
}

static void one_is_enough_when_answers_have_been_in_time_for_long(void **state)
{
	struct lab *lab = *state;
	struct tried late;

	begin(lab, &late);
	upstream_cancel(first(lab), &late.attempt);
	bench_now_ms += SPARE_MS + 1;
	lab_tick(lab);
	bench_settle(&lab->bench.loop);
	assert_int_equal(upstream_stats(first(lab)).replaced, 1);
	assert_int_equal(upstream_lane_count(first(lab)), 1);
	assert_int_equal(lab->servers[0].accepted, 3);
}

/* A server that ends each connection but two as soon as it is there. */
static void one_that_comes_to_nothing_is_not_opened_again(void **state)
{
	struct lab *lab = *state;
	struct tried late;

	begin(lab, &late);
	upstream_cancel(first(lab), &late.attempt);
	dot_client_close(
		list_entry(lab->servers[0].clients.prev, struct dot_client, link));
	RUN_UNTIL(&lab->bench.loop, upstream_lane_count(first(lab)) == 2);
	for (unsigned i = 0; i < 5; i++) {
		lanes_keep_spare(first(lab));
		bench_settle(&lab->bench.loop);
	}
	assert_int_equal(lab->servers[0].accepted, 3);
}

static void another_network_begins_with_one(void **state)
{
	struct lab *lab = *state;
	struct tried late, t;

	begin(lab, &late);
	upstream_cancel(first(lab), &late.attempt);
	lab->servers[0].on_query = NULL;
	upstream_set_network_changed(&lab->set, true);
	tried_ask(lab, &t);
	tried_wait(lab, &t);
	lab_tick(lab);
	bench_settle(&lab->bench.loop);
	assert_int_equal(upstream_lane_count(first(lab)), 1);
}

/* The answer that was late is one. */
static void a_sign_of_life_lets_it_stay(void **state)
{
	struct lab *lab = *state;
	struct tried late;

	begin(lab, &late);
	lab->servers[0].on_query = tried_only_alive;
	pass_grace(lab);
	assert_false(attempt_is_silent(&late.attempt));
	pass_grace(lab);
	assert_int_equal(late.failed, 0);
	assert_int_equal(upstream_stats(first(lab)).replaced, 0);
	upstream_cancel(first(lab), &late.attempt);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		LAB_TEST(no_sign_of_life_is_asked_for_at_once),
		LAB_TEST(it_is_worth_one_while_others_ask),
		LAB_TEST(who_still_waits_is_asked_again_after_one),
		LAB_TEST(one_that_nobody_waits_for_has_time),
		LAB_TEST(the_third_may_take_its_place),
		LAB_TEST(one_is_enough_when_answers_have_been_in_time_for_long),
		LAB_TEST(one_that_comes_to_nothing_is_not_opened_again),
		LAB_TEST(another_network_begins_with_one),
		LAB_TEST(a_sign_of_life_lets_it_stay),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
