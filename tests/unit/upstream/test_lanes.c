/* The connections of one upstream: which one is used, and when another takes its
 * place. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/upstream/tried.h"
#include "upstream/lane.h"

static struct upstream *first(const struct lab *lab)
{
	return lab->set.items[0];
}

/* With one connection that has answered. */
static void begin(struct lab *lab)
{
	struct tried t;

	lab->config.upstream_n = 1;
	lab_load(lab);
	tried_ask(lab, &t);
	tried_wait(lab, &t);
	assert_int_equal(upstream_lane_count(first(lab)), 1);
}

static void overdue(struct lab *lab, struct tried *t)
{
	bench_now_ms += upstream_usual_ms(first(lab));
	upstream_overdue(first(lab), &t->attempt);
}

/* --- silence --------------------------------------------------------------- */

static void one_that_is_silent_is_replaced(void **state)
{
	struct lab *lab = *state;
	struct tried t;

	begin(lab);
	lab->servers[0].on_query = tried_first_is_silent;
	tried_ask(lab, &t);
	overdue(lab, &t);
	/* In its place, and a spare one. */
	RUN_UNTIL(&lab->bench.loop, upstream_lane_count(first(lab)) == 3);
	assert_int_equal(t.failed, 0);
	/* As long again, and a round trip. */
	bench_now_ms += upstream_usual_ms(first(lab)) + upstream_latency_ms(first(lab));
	RUN_UNTIL(&lab->bench.loop, t.failed);
	assert_true(t.lost);
	assert_int_equal(upstream_lane_count(first(lab)), 2);
	assert_int_equal(upstream_stats(first(lab)).lost, 1);
	assert_int_equal(upstream_stats(first(lab)).replaced, 1);
	tried_ask(lab, &t);
	tried_wait(lab, &t);
	assert_int_equal(upstream_health(first(lab))->state, HEALTH_GOOD);
	assert_int_equal(lab->servers[0].accepted, 3);
}

/* Its answer takes long, and that is all. */
static void one_that_shows_life_is_kept(void **state)
{
	struct lab *lab = *state;
	struct tried t;

	begin(lab);
	lab->servers[0].on_query = tried_only_alive;
	tried_ask(lab, &t);
	bench_settle(&lab->bench.loop);
	overdue(lab, &t);
	bench_now_ms++;
	RUN_UNTIL(&lab->bench.loop, upstream_lane_count(first(lab)) == 2);
	bench_settle(&lab->bench.loop);
	assert_false(attempt_is_silent(&t.attempt));
	tried_pass(lab, 2000);
	assert_int_equal(t.failed, 0);
	assert_int_equal(upstream_stats(first(lab)).replaced, 0);
	upstream_give_up(first(lab), &t.attempt);
	bench_settle(&lab->bench.loop);
	assert_int_equal(upstream_lane_count(first(lab)), 2);
}

static void new_questions_keep_off_it(void **state)
{
	struct lab *lab = *state;
	struct tried silent, next;

	begin(lab);
	lab->servers[0].on_query = tried_first_is_silent;
	tried_ask(lab, &silent);
	overdue(lab, &silent);
	tried_ask(lab, &next);
	assert_false(next.attempt.sent);
	tried_wait(lab, &next);
	/* Another one, and perhaps a spare one by now. */
	assert_in_range(lab->servers[0].accepted, 2, 3);
	upstream_cancel(first(lab), &silent.attempt);
}

/* The connection that was awaited does not come; the silent one speaks. */
static void who_waits_goes_with_the_first_that_is_heard(void **state)
{
	struct lab *lab = *state;
	struct tried slow, waiting;

	begin(lab);
	lab->servers[0].on_query = lab_hold;
	tried_ask(lab, &slow);
	RUN_UNTIL(&lab->bench.loop, lab_holds());
	lab->servers[1].mode = SERVER_MUTE;
	assert_int_equal(upstream_set_addresses(first(lab), &lab->servers[1].endpoint, 1),
		STATUS_OK);
	overdue(lab, &slow);
	tried_ask(lab, &waiting);
	bench_settle(&lab->bench.loop);
	assert_false(waiting.attempt.sent);
	lab->servers[0].on_query = NULL;
	lab_answer_held();
	tried_wait(lab, &slow);
	tried_wait(lab, &waiting);
	assert_int_equal(lab->servers[0].handshakes, 1);
	assert_int_equal(lab->servers[1].accepted, 1);
}

static void all_silent_is_slow(void **state)
{
	struct lab *lab = *state;
	struct tried t;

	begin(lab);
	lab->servers[0].on_query = lab_say_nothing;
	tried_ask(lab, &t);
	bench_settle(&lab->bench.loop);
	lab->servers[0].mode = SERVER_MUTE;
	overdue(lab, &t);
	tried_pass(lab, 250);
	assert_int_equal(upstream_health(first(lab))->state, HEALTH_GOOD);
	tried_pass(lab, 1000);
	assert_int_equal(upstream_health(first(lab))->state, HEALTH_SLOW);
	assert_int_equal(t.failed, 0);
	upstream_fail_all(first(lab), "test");
	assert_true(t.lost);
}

/* --- beside ---------------------------------------------------------------- */

static void beside_is_another_connection(void **state)
{
	struct lab *lab = *state;
	struct tried a, b;

	begin(lab);
	lab->servers[0].on_query = tried_first_is_silent;
	tried_ask(lab, &a);
	assert_int_equal(tried_start(lab, &b, &a), STATUS_OK);
	assert_false(b.attempt.sent);
	tried_wait(lab, &b);
	assert_int_equal(lab->servers[0].accepted, 2);
	/* Nothing speaks against the first. */
	assert_int_equal(upstream_lane_count(first(lab)), 2);
	assert_int_equal(tried_start(lab, &b, &a), STATUS_OK);
	assert_true(b.attempt.sent);
	tried_wait(lab, &b);
	assert_int_equal(lab->servers[0].accepted, 2);
	upstream_cancel(first(lab), &a.attempt);
}

static void beside_one_that_ended_is_anywhere(void **state)
{
	struct lab *lab = *state;
	struct tried a, b;

	begin(lab);
	tried_ask(lab, &a);
	lab->servers[0].mode = SERVER_MUTE;
	assert_int_equal(tried_start(lab, &b, &a), STATUS_OK);
	lab->servers[0].mode = SERVER_TLS;
	dot_server_hang_up(&lab->servers[0]);
	RUN_UNTIL(&lab->bench.loop, a.failed);
	assert_true(a.lost);
	tried_wait(lab, &b);
}

/* --- the end of idleness --------------------------------------------------- */

static void an_idle_one_is_closed_in_time(void **state)
{
	struct lab *lab = *state;
	struct tried t;

	lab->upstreams[0].idle_timeout_ms = 100;
	begin(lab);
	tried_pass(lab, 50);
	assert_int_equal(upstream_lane_count(first(lab)), 1);
	tried_pass(lab, 100);
	assert_int_equal(upstream_lane_count(first(lab)), 0);
	assert_int_equal(upstream_health(first(lab))->state, HEALTH_GOOD);
	tried_ask(lab, &t);
	tried_wait(lab, &t);
	assert_int_equal(lab->servers[0].accepted, 2);
}

static void the_server_shows_when(void **state)
{
	struct lab *lab = *state;
	struct tried t;

	begin(lab);
	bench_now_ms += 1200;
	dot_server_hang_up(&lab->servers[0]);
	RUN_UNTIL(&lab->bench.loop, upstream_lane_count(first(lab)) == 0);
	tried_ask(lab, &t);
	tried_wait(lab, &t);
	tried_pass(lab, 1000);
	assert_int_equal(upstream_lane_count(first(lab)), 1);
	tried_pass(lab, 200);
	assert_int_equal(upstream_lane_count(first(lab)), 0);
}

/* An OPT with that timeout, in 100 ms (RFC 7828). */
static uint8_t keepalive;

static void answer_keepalive(struct dot_client *client, struct bytes query)
{
	const uint8_t opt[] = { 0, 0, 41, 4, 208, 0, 0, 0, 0, 0, 6, 0, 11, 0, 2, 0,
		keepalive };
	uint8_t frame[2 + 512];
	struct writer w = { .p = frame, .cap = sizeof frame };

	w.n = 2 + dot_reply(query, RCODE_NOERROR, frame + 2);
	wr_bytes(&w, bytes_of(opt, sizeof opt));
	wr_patch16(&w, 0, (uint16_t)(w.n - 2));
	wr_patch16(&w, 2 + 10, 1); /* ARCOUNT */
	dot_client_send(client, wr_done(&w));
}

static void the_server_tells_when(void **state)
{
	struct lab *lab = *state;

	keepalive = 2;
	lab->servers[0].on_query = answer_keepalive;
	begin(lab);
	tried_pass(lab, 100);
	assert_int_equal(upstream_lane_count(first(lab)), 1);
	tried_pass(lab, 100);
	assert_int_equal(upstream_lane_count(first(lab)), 0);
}

static void told_to_go_it_goes(void **state)
{
	struct lab *lab = *state;
	struct tried t;

	keepalive = 0;
	lab->servers[0].on_query = answer_keepalive;
	lab->config.upstream_n = 1;
	lab_load(lab);
	for (unsigned i = 1; i <= 3; i++) {
		tried_ask(lab, &t);
		tried_wait(lab, &t);
		RUN_UNTIL(&lab->bench.loop, upstream_lane_count(first(lab)) == 0);
		assert_int_equal(lab->servers[0].accepted, i);
	}
	assert_int_equal(upstream_health(first(lab))->state, HEALTH_GOOD);
}

/* --- questions that come to nothing ---------------------------------------- */

/* On a connection that has answered nothing yet. */
static void ask_the_silent(struct lab *lab, struct tried *t)
{
	lab->servers[0].on_query = lab_say_nothing;
	tried_ask(lab, t);
	RUN_UNTIL(&lab->bench.loop, t->attempt.sent);
}

/* As its transport tells it. */
static void come_to_nothing(struct tried *t, bool again)
{
	const struct failure why = failure_of(FAILURE_PROTOCOL, "nothing");
	struct transport_query *query = &t->attempt.query;

	transport_cancel(t->attempt.lane->transport, query);
	query->on_failed(query, &why, again);
	assert_int_equal(t->failed, 1);
	assert_int_equal(t->lost, again);
}

/* Once is a server that is started again; whoever does it each time has to wait. */
static void goodbye_to_the_first_question_is_a_failure(void **state)
{
	struct lab *lab = *state;
	struct tried t;

	lab->config.upstream_n = 1;
	lab_load(lab);
	for (unsigned i = 1; i <= 2; i++) {
		ask_the_silent(lab, &t);
		lane_drain(t.attempt.lane);
		come_to_nothing(&t, true);
		assert_int_equal(upstream_health(first(lab))->state, HEALTH_BROKEN);
		assert_int_equal(upstream_health(first(lab))->in_a_row, i);
	}
	assert_int_equal(tried_start(lab, &t, NULL), STATUS_CLOSED);
}

static void goodbye_after_answers_is_none(void **state)
{
	struct lab *lab = *state;
	struct tried t;

	begin(lab);
	ask_the_silent(lab, &t);
	lane_drain(t.attempt.lane);
	come_to_nothing(&t, true);
	assert_int_equal(upstream_health(first(lab))->state, HEALTH_GOOD);
}

static void try_again_is_not_said_for_ever(void **state)
{
	struct lab *lab = *state;
	struct tried t;

	begin(lab);
	for (unsigned i = 0; i < 64; i++) {
		assert_int_equal(upstream_health(first(lab))->state, HEALTH_GOOD);
		ask_the_silent(lab, &t);
		come_to_nothing(&t, true);
	}
	assert_int_equal(upstream_health(first(lab))->state, HEALTH_BROKEN);
	assert_int_equal(upstream_health(first(lab))->in_a_row, 1);
}

/* Many at once tell no more than one does. */
static void one_connection_fails_once(void **state)
{
	struct lab *lab = *state;
	struct tried t[20];

	lab->config.upstream_n = 1;
	lab_load(lab);
	for (unsigned i = 0; i < 20; i++)
		ask_the_silent(lab, &t[i]);
	for (unsigned i = 0; i < 20; i++)
		come_to_nothing(&t[i], false);
	assert_int_equal(upstream_health(first(lab))->state, HEALTH_BROKEN);
	assert_int_equal(upstream_health(first(lab))->in_a_row, 1);
}

#define TEST(f) LAB_TEST(f)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(one_that_is_silent_is_replaced),
		TEST(one_that_shows_life_is_kept),
		TEST(new_questions_keep_off_it),
		TEST(who_waits_goes_with_the_first_that_is_heard),
		TEST(all_silent_is_slow),
		TEST(beside_is_another_connection),
		TEST(beside_one_that_ended_is_anywhere),
		TEST(an_idle_one_is_closed_in_time),
		TEST(the_server_shows_when),
		TEST(the_server_tells_when),
		TEST(told_to_go_it_goes),
		TEST(goodbye_to_the_first_question_is_a_failure),
		TEST(goodbye_after_answers_is_none),
		TEST(try_again_is_not_said_for_ever),
		TEST(one_connection_fails_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
