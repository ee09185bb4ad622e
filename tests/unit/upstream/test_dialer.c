/* How a connection is come by: addresses that race, servers that are not there yet,
 * networks that change. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/upstream/tried.h"

static struct upstream *first(const struct lab *lab)
{
	return lab->set.items[0];
}

/* One upstream at the addresses of both servers, of which the test takes care. */
static void load_both(struct lab *lab, size_t at_first)
{
	static struct endpoint addresses[2];

	addresses[0] = lab->servers[at_first].endpoint;
	addresses[1] = lab->servers[1 - at_first].endpoint;
	lab->upstreams[0].addresses = addresses;
	lab->upstreams[0].address_n = 2;
	lab->config.upstream_n = 1;
	lab_load(lab);
}

/* The only server, which behaves so, is asked. */
static void ask_alone(struct lab *lab, enum dot_server_mode mode, struct tried *t)
{
	lab->servers[0].mode = mode;
	lab->config.upstream_n = 1;
	lab_load(lab);
	tried_ask(lab, t);
}

/* --- addresses ------------------------------------------------------------- */

static void the_first_has_a_head_start(void **state)
{
	struct lab *lab = *state;
	struct tried t;

	load_both(lab, 0);
	tried_ask(lab, &t);
	tried_wait(lab, &t);
	tried_pass(lab, 500);
	assert_int_equal(lab->servers[1].accepted, 0);
}

static void one_that_keeps_us_waiting_is_overtaken(void **state)
{
	struct lab *lab = *state;
	struct tried t;

	lab->servers[0].mode = SERVER_MUTE;
	load_both(lab, 0);
	tried_ask(lab, &t);
	RUN_UNTIL(&lab->bench.loop, lab->servers[0].accepted == 1);
	bench_now_ms += 249;
	lab_tick(lab);
	assert_int_equal(lab->servers[1].accepted, 0);
	bench_now_ms += 1;
	tried_wait(lab, &t);
	assert_int_equal(lab->servers[1].accepted, 1);
	/* The loser was closed. */
	bench_settle(&lab->bench.loop);
	assert_true(list_empty(&lab->servers[0].clients));
	assert_int_equal(upstream_health(first(lab))->state, HEALTH_GOOD);
}

static void one_that_failed_is_the_last(void **state)
{
	struct lab *lab = *state;
	struct tried t;

	lab->servers[0].mode = SERVER_CUT;
	load_both(lab, 0);
	for (unsigned i = 1; i <= 3; i++) {
		tried_ask(lab, &t);
		tried_wait(lab, &t);
		assert_int_equal(lab->servers[0].accepted, 1);
		assert_int_equal(lab->servers[1].accepted, i);
		upstream_fail_all(first(lab), "test");
	}
}

/* In either order. */
static void a_refusal_is_not_hidden(void **state)
{
	struct lab *lab = *state;

	lab_stop(lab, 1);
	for (size_t i = 0; i < 2; i++) {
		struct tried t;

		lab->upstreams[0].policy.identity = IDENTITY_NAME;
		lab->upstreams[0].policy.auth_name = i == 0 ? "a.other" : "b.other";
		load_both(lab, i);
		tried_ask(lab, &t);
		RUN_UNTIL(&lab->bench.loop, t.failed);
		assert_false(t.lost);
		assert_int_equal(t.why.kind, FAILURE_REFUSED);
		assert_int_equal(upstream_health(first(lab))->state, HEALTH_REFUSED);
		assert_int_equal(tried_start(lab, &t, NULL), STATUS_CLOSED);
		assert_int_equal(t.why.kind, FAILURE_REFUSED);
	}
	assert_int_equal(lab->servers[0].records, 0);
}

/* A server that took the connection may take a second for TLS; then there is another
 * try beside it, while somebody waits; and no more than four. */
static void tried_again_while_somebody_waits(void **state)
{
	struct lab *lab = *state;
	struct tried t;

	ask_alone(lab, SERVER_MUTE, &t);
	RUN_UNTIL(&lab->bench.loop, lab->servers[0].accepted == 1);
	for (unsigned i = 2; i <= 4; i++) {
		bench_now_ms += 999;
		lab_tick(lab);
		assert_int_equal(lab->servers[0].accepted, i - 1);
		bench_now_ms += 1;
		RUN_UNTIL(&lab->bench.loop, lab->servers[0].accepted == i);
	}
	tried_pass(lab, 1000);
	assert_int_equal(lab->servers[0].accepted, 4);
	upstream_cancel(first(lab), &t.attempt);
}

static void not_tried_again_when_nobody_waits(void **state)
{
	struct lab *lab = *state;
	struct tried t;

	ask_alone(lab, SERVER_MUTE, &t);
	RUN_UNTIL(&lab->bench.loop, lab->servers[0].accepted == 1);
	upstream_cancel(first(lab), &t.attempt);
	tried_pass(lab, 1500);
	assert_int_equal(lab->servers[0].accepted, 1);
}

/* --- not there ------------------------------------------------------------- */

static void a_question_waits_for_a_server_that_is_started_again(void **state)
{
	struct lab *lab = *state;
	struct tried t;

	lab->config.upstream_n = 1;
	lab_stop(lab, 0);
	lab_load(lab);
	tried_ask(lab, &t);
	RUN_UNTIL(&lab->bench.loop, t.held);
	assert_int_equal(upstream_health(first(lab))->state, HEALTH_UNREACHABLE);
	tried_pass(lab, 1000);
	assert_int_equal(t.failed, 0);
	assert_int_equal(t.held, 1);
	/* Few failures, for it is one. */
	assert_in_range(upstream_health(first(lab))->in_a_row, 1, 3);
	dot_server_start(
		&lab->servers[0], &lab->bench.loop, lab->bench.leaf, lab->bench.key);
	lab->stopped[0] = false;
	bench_now_ms += 200;
	tried_wait(lab, &t);
	assert_int_equal(upstream_health(first(lab))->state, HEALTH_GOOD);
}

static void not_for_ever(void **state)
{
	struct lab *lab = *state;
	struct tried t;

	lab->config.upstream_n = 1;
	lab_stop(lab, 0);
	lab_load(lab);
	tried_ask(lab, &t);
	RUN_UNTIL(&lab->bench.loop, t.held);
	bench_now_ms += HEALTH_HOLD_MS - 1;
	lab_tick(lab);
	assert_int_equal(t.failed, 0);
	bench_now_ms += 1000;
	RUN_UNTIL(&lab->bench.loop, t.failed);
	assert_int_equal(t.why.kind, FAILURE_UNREACHABLE);
	assert_int_equal(tried_start(lab, &t, NULL), STATUS_CLOSED);
}

static void without_an_address_questions_wait(void **state)
{
	struct lab *lab = *state;
	struct tried t, late;

	lab->config.upstream_n = 1;
	lab->upstreams[0].address_n = 0;
	lab_load(lab);
	tried_ask(lab, &t);
	tried_pass(lab, 500);
	assert_int_equal(t.failed, 0);
	assert_int_equal(upstream_health(first(lab))->state, HEALTH_UNREACHABLE);
	bench_now_ms += HEALTH_HOLD_MS;
	assert_int_equal(tried_start(lab, &late, NULL), STATUS_CLOSED);
	assert_string_equal(late.why.text, "its address is not known yet");
	assert_int_equal(upstream_set_addresses(first(lab), &lab->servers[0].endpoint, 1),
		STATUS_OK);
	tried_wait(lab, &t);
}

/* --- changes --------------------------------------------------------------- */

static void another_network_drops_all(void **state)
{
	struct lab *lab = *state;
	struct tried t;

	lab->config.upstream_n = 1;
	lab_load(lab);
	lab->servers[0].on_query = lab_say_nothing;
	tried_ask(lab, &t);
	RUN_UNTIL(&lab->bench.loop, lab->servers[0].queries == 1);
	upstream_set_network_changed(&lab->set, true);
	assert_int_equal(t.failed, 1);
	assert_true(t.lost);
	lab->servers[0].on_query = NULL;
	tried_ask(lab, &t);
	tried_wait(lab, &t);
	assert_int_equal(lab->servers[0].accepted, 2);
	upstream_set_network_changed(&lab->set, false);
	tried_ask(lab, &t);
	tried_wait(lab, &t);
	assert_int_equal(lab->servers[0].accepted, 2);
}

static void another_network_ends_the_back_off(void **state)
{
	struct lab *lab = *state;
	struct tried t;

	ask_alone(lab, SERVER_CUT, &t);
	RUN_UNTIL(&lab->bench.loop, t.failed);
	assert_int_equal(tried_start(lab, &t, NULL), STATUS_CLOSED);
	lab->servers[0].mode = SERVER_TLS;
	upstream_set_network_changed(&lab->set, true);
	tried_ask(lab, &t);
	tried_wait(lab, &t);
}

/* Who was refused for a date, and who was not. */
static void another_time_forgives_dates_alone(void **state)
{
	struct lab *lab = *state;
	int64_t now_s = bench_wall_s;
	struct tried t;

	lab->config.upstream_n = 1;
	bench_wall_s += 20LL * 365 * 86400;
	lab_load(lab);
	tried_ask(lab, &t);
	RUN_UNTIL(&lab->bench.loop, t.failed);
	assert_int_equal(upstream_verdict(first(lab))->reason, REASON_PKIX_EXPIRED);
	assert_int_equal(tried_start(lab, &t, NULL), STATUS_CLOSED);
	bench_wall_s = now_s;
	upstream_set_clock_stepped(&lab->set);
	tried_ask(lab, &t);
	tried_wait(lab, &t);
	lab->upstreams[0].policy.identity = IDENTITY_NAME;
	lab->upstreams[0].policy.auth_name = "other.lab";
	lab_load(lab);
	tried_ask(lab, &t);
	RUN_UNTIL(&lab->bench.loop, t.failed);
	upstream_set_clock_stepped(&lab->set);
	assert_int_equal(tried_start(lab, &t, NULL), STATUS_CLOSED);
}

#define TEST(f) LAB_TEST(f)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_first_has_a_head_start),
		TEST(one_that_keeps_us_waiting_is_overtaken),
		TEST(one_that_failed_is_the_last),
		TEST(a_refusal_is_not_hidden),
		TEST(tried_again_while_somebody_waits),
		TEST(not_tried_again_when_nobody_waits),
		TEST(a_question_waits_for_a_server_that_is_started_again),
		TEST(not_for_ever),
		TEST(without_an_address_questions_wait),
		TEST(another_network_drops_all),
		TEST(another_network_ends_the_back_off),
		TEST(another_time_forgives_dates_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
