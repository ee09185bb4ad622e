#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/upstream/lab.h"

/* exchange_time.c's, of one that has not been measured. */
#define SILENT_MS 1000

/* --- whom ------------------------------------------------------------------ */

static void the_first_in_order_is_asked(void **state)
{
	struct lab *lab = *state;
	struct asked a, b;

	lab_load(lab);
	lab_ask(lab, &a);
	lab_ask(lab, &b);
	lab_assert_answered_by(lab, &a, "a");
	lab_assert_answered_by(lab, &b, "a");
	assert_int_equal(lab->servers[0].accepted, 1);
	assert_int_equal(lab->servers[0].records, 1);
	assert_int_equal(lab->servers[1].accepted, 0);
	assert_int_equal(lab->good, 1);
}

static void a_failure_hands_over(void **state)
{
	struct lab *lab = *state;
	struct asked a, b;

	lab_stop(lab, 0);
	lab_load(lab);
	lab_ask(lab, &a);
	lab_assert_answered_by(lab, &a, "b");
	assert_int_equal(upstream_health(lab->set.items[0])->state, HEALTH_UNREACHABLE);
	/* Backing off: the first is not even tried. */
	lab_ask(lab, &b);
	lab_assert_answered_by(lab, &b, "b");
	assert_int_equal(upstream_health(lab->set.items[0])->in_a_row, 1);
	bench_now_ms += 500;
	lab_ask(lab, &b);
	lab_assert_answered_by(lab, &b, "b");
	assert_int_equal(upstream_health(lab->set.items[0])->in_a_row, 2);
}

static void a_refusal_hands_over_and_no_byte_leaves(void **state)
{
	struct lab *lab = *state;
	struct asked a;

	lab->upstreams[0].policy.identity = IDENTITY_NAME;
	lab->upstreams[0].policy.auth_name = "other.lab";
	lab_load(lab);
	lab_ask(lab, &a);
	lab_assert_answered_by(lab, &a, "b");
	assert_int_equal(upstream_health(lab->set.items[0])->state, HEALTH_REFUSED);
	assert_int_equal(
		upstream_verdict(lab->set.items[0])->reason, REASON_NAME_MISMATCH);
	assert_int_equal(lab->servers[0].records, 0);
}

static void its_next_address_comes_before_the_next_upstream(void **state)
{
	struct lab *lab = *state;
	struct endpoint addresses[2];
	struct asked a;

	lab_stop(lab, 0);
	addresses[0] = lab->servers[0].endpoint;
	addresses[1] = lab->servers[1].endpoint;
	lab->upstreams[0].addresses = addresses;
	lab->upstreams[0].address_n = 2;
	lab_load(lab);
	lab_ask(lab, &a);
	lab_assert_answered_by(lab, &a, "a");
}

/* What is not measured yet may take long: a second. */
static void who_is_silent_gets_company(void **state)
{
	struct lab *lab = *state;
	struct asked a;

	lab->servers[0].on_query = lab_say_nothing;
	lab_load(lab);
	lab_ask(lab, &a);
	RUN_UNTIL(&lab->bench.loop, lab->servers[0].queries == 1);
	bench_now_ms += SILENT_MS - 1;
	lab_tick(lab);
	assert_int_equal(lab->servers[1].accepted, 0);
	bench_now_ms++;
	lab_assert_answered_by(lab, &a, "b");
	assert_int_equal(upstream_health(lab->set.items[0])->last.kind, FAILURE_TIMEOUT);
}

/* Most are not tried at all, however many there are. */
static void many_upstreams_have_time_to_answer(void **state)
{
	struct lab *lab = *state;
	struct asked a;

	for (size_t i = 0; i < 20; i++)
		lab->upstreams[i].addresses = &lab->servers[0].endpoint;
	lab->config.upstream_n = 20;
	lab->servers[0].on_query = lab_say_nothing;
	lab_load(lab);
	lab_ask(lab, &a);
	for (size_t i = 0; i < 4; i++) {
		const struct upstream *next = lab->set.items[i];

		RUN_UNTIL(&lab->bench.loop, upstream_stats(next).queries == 1);
		bench_now_ms += SILENT_MS - 1;
		lab_tick(lab);
		assert_int_equal(upstream_stats(lab->set.items[i + 1]).queries, 0);
		bench_now_ms += 1;
	}
	lab_wait_for(lab, &a);
	assert_false(a.has_answer);
	assert_int_equal(upstream_stats(lab->set.items[4]).queries, 0);
}

/* Nobody waits to see whether one that failed is back. */
static void one_that_failed_is_tried_beside_the_question(void **state)
{
	struct lab *lab = *state;
	struct asked a;

	lab->servers[0].mode = SERVER_CUT;
	lab_load(lab);
	lab_ask(lab, &a);
	lab_assert_answered_by(lab, &a, "b");
	lab->servers[0].mode = SERVER_MUTE;
	bench_now_ms += 60000;
	lab_ask(lab, &a);
	lab_assert_answered_by(lab, &a, "b");
	assert_int_equal(lab->servers[0].accepted, 2);
	assert_int_equal(conn_state(upstream_conn(lab->set.items[0])), CONN_HANDSHAKE);
	dot_server_hang_up(&lab->servers[0]);
	lab->servers[0].mode = SERVER_TLS;
	bench_settle(&lab->bench.loop);
	bench_now_ms += 60000;
	lab_ask(lab, &a);
	lab_assert_answered_by(lab, &a, "b");
	/* The handshake alone proves little: it is asked for a sign of life. */
	RUN_UNTIL(&lab->bench.loop, lab->servers[0].queries == 1);
	bench_settle(&lab->bench.loop);
	assert_int_equal(upstream_health(lab->set.items[0])->state, HEALTH_BROKEN);
	assert_int_equal(lab->good, 1);
	bench_now_ms += 100;
	RUN_UNTIL(&lab->bench.loop,
		upstream_health(lab->set.items[0])->state == HEALTH_GOOD);
	assert_int_equal(lab->good, 2);
	lab_ask(lab, &a);
	lab_assert_answered_by(lab, &a, "a");
}

/* Some servers close a connection over a question that is not for them. */
static void a_question_that_waits_is_the_sign_of_life(void **state)
{
	struct lab *lab = *state;
	struct asked a;

	lab->servers[0].mode = SERVER_CUT;
	lab_load(lab);
	assert_int_equal(lab_try(lab, &a, "a"), STATUS_OK);
	lab_wait_for(lab, &a);
	assert_false(a.has_answer);
	lab->servers[0].mode = SERVER_TLS;
	bench_now_ms += 60000;
	assert_int_equal(lab_try(lab, &a, "a"), STATUS_OK);
	lab_assert_answered_by(lab, &a, "a");
	assert_int_equal(upstream_health(lab->set.items[0])->state, HEALTH_GOOD);
	bench_settle(&lab->bench.loop);
	assert_int_equal(lab->servers[0].queries, 1);
}

/* The root's servers are what a sign of life is asked for with. */
static void answer_the_root_alone(struct dot_client *client, struct bytes query)
{
	if (query.p[12] == 0)
		dot_client_answer(client, query, RCODE_NOERROR);
	else
		dot_client_close(client);
}

static void a_sign_of_life_is_no_answer(void **state)
{
	struct lab *lab = *state;
	const struct health *health;
	struct asked a;

	lab->servers[0].on_query = answer_the_root_alone;
	lab_load(lab);
	health = upstream_health(lab->set.items[0]);
	lab_ask(lab, &a);
	lab_assert_answered_by(lab, &a, "b");
	for (int i = 0; i < 3; i++) {
		bench_now_ms += 60000;
		lab_ask(lab, &a);
		lab_assert_answered_by(lab, &a, "b");
		bench_now_ms += 100;
		RUN_UNTIL(&lab->bench.loop, health->state == HEALTH_GOOD);
		/* It is asked again, and nobody was told that it is well. */
		lab_ask(lab, &a);
		lab_assert_answered_by(lab, &a, "b");
		assert_int_equal(health->state, HEALTH_BROKEN);
		assert_int_equal(lab->good, 2);
	}
	lab->servers[0].on_query = NULL;
	bench_now_ms += 60000;
	lab_ask(lab, &a);
	lab_assert_answered_by(lab, &a, "b");
	bench_now_ms += 100;
	RUN_UNTIL(&lab->bench.loop, health->state == HEALTH_GOOD);
	lab_ask(lab, &a);
	lab_assert_answered_by(lab, &a, "a");
	assert_int_equal(lab->good, 3);
}

static void an_answer_that_helps_nobody_hands_over(void **state)
{
	struct lab *lab = *state;
	struct asked a;

	lab->servers[0].on_query = lab_servfail;
	lab_load(lab);
	lab_ask(lab, &a);
	lab_assert_answered_by(lab, &a, "b");
}

static void with_nobody_else_it_is_taken(void **state)
{
	struct lab *lab = *state;
	struct asked a;

	lab->servers[0].on_query = lab->servers[1].on_query = lab_servfail;
	lab_load(lab);
	lab_ask(lab, &a);
	lab_wait_for(lab, &a);
	assert_true(a.has_answer);
	assert_int_equal(a.rcode, RCODE_SERVFAIL);
	assert_string_equal(a.upstream, "b");
}

static void only_one_is_asked(void **state)
{
	struct lab *lab = *state;
	struct asked a;

	lab_load(lab);
	assert_int_equal(lab_try(lab, &a, "nobody"), STATUS_NOTFOUND);
	assert_int_equal(lab_try(lab, &a, "b"), STATUS_OK);
	lab_assert_answered_by(lab, &a, "b");
	assert_int_equal(lab->servers[0].accepted, 0);
	lab_stop(lab, 1);
	bench_settle(&lab->bench.loop);
	/* It may be there again in a moment: that is waited for. */
	assert_int_equal(lab_try(lab, &a, "b"), STATUS_OK);
	bench_settle(&lab->bench.loop);
	assert_int_equal(a.done, 0);
	bench_now_ms += LAB_TIMEOUT_MS;
	lab_wait_for(lab, &a);
	assert_false(a.has_answer);
	assert_null(strstr(a.ede.text, "a:"));
	/* It backs off, but who asks for it by name is told what it is like now. */
	assert_int_equal(lab_try(lab, &a, "b"), STATUS_OK);
	bench_now_ms += LAB_TIMEOUT_MS;
	lab_wait_for(lab, &a);
	assert_int_equal(lab->servers[0].accepted, 0);
}

/* --- time ------------------------------------------------------------------ */

static void the_deadline_ends_it(void **state)
{
	struct lab *lab = *state;
	struct asked a;

	lab->servers[0].on_query = lab->servers[1].on_query = lab_say_nothing;
	lab_load(lab);
	lab_ask(lab, &a);
	RUN_UNTIL(&lab->bench.loop, lab->servers[0].queries == 1);
	bench_now_ms += LAB_TIMEOUT_MS / 2;
	RUN_UNTIL(&lab->bench.loop, lab->servers[1].queries == 1);
	assert_int_equal(a.done, 0);
	bench_now_ms += LAB_TIMEOUT_MS / 2;
	lab_wait_for(lab, &a);
	assert_false(a.has_answer);
	assert_string_equal(a.ede.text, "a: no answer in time; b: no answer in time");
}

/* The clock goes on between two looks at it: the deadline may fall there. */
static void a_deadline_between_two_looks(void **state)
{
	struct lab *lab = *state;
	struct asked a;

	lab->servers[1].on_query = lab_say_nothing;
	lab->servers[0].on_query = lab_say_nothing;
	lab_load(lab);
	for (uint32_t timeout_ms = 0; timeout_ms < 5; timeout_ms++) {
		enum status status;

		bench_step_ms = 1;
		status = lab_try_for(lab, &a, NULL, timeout_ms);
		bench_settle(&lab->bench.loop);
		bench_step_ms = 0;
		bench_now_ms += 100000;
		if (status == STATUS_OK)
			lab_wait_for(lab, &a);
	}
}

/* --- lost connections ------------------------------------------------------ */

static void a_question_lost_is_asked_again_twice(void **state)
{
	struct lab *lab = *state;
	struct asked a;

	lab_load(lab);
	lab_ask(lab, &a);
	lab_assert_answered_by(lab, &a, "a");
	lab->servers[0].on_query = lab_hang_up;
	lab_ask(lab, &a);
	lab_assert_answered_by(lab, &a, "b");
	/* The second time of the other one; this one is asked for a sign of life. */
	assert_int_equal(lab->servers[0].accepted, 3);
	assert_int_equal(lab->servers[0].queries, 4);
}

static void an_idle_connection_that_ended_is_no_failure(void **state)
{
	struct lab *lab = *state;
	struct asked a;

	lab_load(lab);
	lab_ask(lab, &a);
	lab_assert_answered_by(lab, &a, "a");
	dot_server_hang_up(&lab->servers[0]);
	/* Asked in the same turn, on a connection whose end is not known yet. */
	lab_ask(lab, &a);
	lab_assert_answered_by(lab, &a, "a");
	assert_int_equal(upstream_health(lab->set.items[0])->state, HEALTH_GOOD);
	assert_int_equal(lab->servers[1].accepted, 0);
}

static void one_that_answers_nobody_is_tried_less(void **state)
{
	struct lab *lab = *state;
	struct asked a;

	lab->config.upstream_n = 1;
	lab->servers[0].on_query = lab_hang_up;
	lab_load(lab);
	for (unsigned i = 1; i < 5; i++) {
		lab_ask(lab, &a);
		lab_wait_for(lab, &a);
		assert_false(a.has_answer);
		assert_int_equal(upstream_health(lab->set.items[0])->retry_at_ms,
			bench_now_ms + (500u << i));
		assert_int_equal(lab_try(lab, &a, NULL), STATUS_CLOSED);
		bench_now_ms += 500u << i;
	}
	/* Nor is it called good each time that it lets us in. */
	assert_int_equal(lab->good, 1);
}

/* A connection found silent takes all its questions with it; whose end that is
 * may cancel the one that found it so. */
static void the_end_of_one_cancels_the_other(void **state)
{
	struct lab *lab = *state;
	struct asked a, b;

	lab->config.upstream_n = 1;
	lab->servers[0].on_query = lab_say_nothing;
	lab_load(lab);
	assert_int_equal(lab_try_for(lab, &a, NULL, 1000), STATUS_OK);
	lab_ask(lab, &b);
	b.cancels = &a;
	RUN_UNTIL(&lab->bench.loop, lab->servers[0].queries == 2);
	bench_now_ms += 1000;
	RUN_UNTIL(&lab->bench.loop, b.done);
	bench_settle(&lab->bench.loop);
	assert_int_equal(a.done + b.done, a.exchange == NULL && a.done == 0 ? 1 : 2);
}

/* The other one; and with nobody else it is known at once. */
static void one_is_avoided(void **state)
{
	struct lab *lab = *state;
	struct exchange_request request = { .timeout_ms = LAB_TIMEOUT_MS, .avoid = "a" };
	struct asked a;

	lab_load(lab);
	assert_int_equal(lab_try_with(lab, &a, &request), STATUS_OK);
	lab_wait_for(lab, &a);
	lab_assert_answered_by(lab, &a, "b");
	request.avoid = "no such";
	assert_int_equal(lab_try_with(lab, &a, &request), STATUS_OK);
	lab_wait_for(lab, &a);
	assert_true(a.has_answer);
	lab->config.upstream_n = 1;
	lab_load(lab);
	request.avoid = "a";
	assert_int_equal(lab_try_with(lab, &a, &request), STATUS_CLOSED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		LAB_TEST(the_first_in_order_is_asked),
		LAB_TEST(a_failure_hands_over),
		LAB_TEST(a_refusal_hands_over_and_no_byte_leaves),
		LAB_TEST(its_next_address_comes_before_the_next_upstream),
		LAB_TEST(who_is_silent_gets_company),
		LAB_TEST(many_upstreams_have_time_to_answer),
		LAB_TEST(one_that_failed_is_tried_beside_the_question),
		LAB_TEST(a_question_that_waits_is_the_sign_of_life),
		LAB_TEST(a_sign_of_life_is_no_answer),
		LAB_TEST(an_answer_that_helps_nobody_hands_over),
		LAB_TEST(with_nobody_else_it_is_taken),
		LAB_TEST(only_one_is_asked),
		LAB_TEST(one_is_avoided),
		LAB_TEST(the_deadline_ends_it),
		LAB_TEST(a_deadline_between_two_looks),
		LAB_TEST(a_question_lost_is_asked_again_twice),
		LAB_TEST(an_idle_connection_that_ended_is_no_failure),
		LAB_TEST(one_that_answers_nobody_is_tried_less),
		LAB_TEST(the_end_of_one_cancels_the_other),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
