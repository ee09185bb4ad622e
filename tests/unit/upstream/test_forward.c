/* Exchanges by route: "x.lab" is asked of its zone's servers alone, whatever becomes of
 * them, and everything else of the others alone. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/upstream/lab.h"
#include "tests/unit/upstream/name_server.h"

static struct name_server server;
static const char *names[1];
static struct config_forward route;

/* "x.lab" is in it or not; its server is plain, or upstream "b". */
static void set_route(struct lab *lab, const char *text, bool plain)
{
	static struct name zones[2]; /* that of before is still compared with */
	static unsigned turn;
	struct name *zone = &zones[turn++ % 2];

	assert_int_equal(name_from_text(text, zone), STATUS_OK);
	names[0] = plain ? "plain@test" : "b";
	route = (struct config_forward){
		.zone = *zone, .upstreams = names, .upstream_n = 1
	};
	lab->config.forwards = &route;
	lab->config.forward_n = 1;
	lab->config.upstream_n = plain ? 3 : 2;
	if (!plain)
		return;
	lab->upstreams[2] = (struct config_upstream){ .name = "plain@test",
		.protocol = UPSTREAM_PLAIN,
		.addresses = &server.at,
		.address_n = 1,
		.zones = zone,
		.zone_n = 1 };
}

static void start_server(struct lab *lab)
{
	server = (struct name_server){ .ttl_s = 60, .addresses = { "192.0.2.1" } };
	name_server_start(&server, &lab->bench.loop);
}

static unsigned accepted(const struct lab *lab)
{
	return lab->servers[0].accepted + lab->servers[1].accepted;
}

static void wait_long(struct lab *lab, const struct asked *a)
{
	while (!a->done) {
		bench_now_ms += 100;
		lab_tick(lab);
	}
}

static void a_plain_server_answers_for_its_zone(void **state)
{
	struct lab *lab = *state;
	struct asked a;

	start_server(lab);
	set_route(lab, "lab", true);
	lab_load(lab);
	lab_ask(lab, &a);
	lab_assert_answered_by(lab, &a, "plain@test");
	assert_int_equal(server.asked, 1);
	assert_int_equal(accepted(lab), 0);
	assert_int_equal(upstream_health(lab->set.items[2])->state, HEALTH_GOOD);
	assert_null(upstream_conn(lab->set.items[2]));
	assert_null(upstream_verdict(lab->set.items[2]));
	name_server_stop(&server);
}

static void another_name_does_not_go_there(void **state)
{
	struct lab *lab = *state;
	struct asked a;

	start_server(lab);
	set_route(lab, "other", true);
	lab_load(lab);
	for (int i = 0; i < 3; i++) {
		lab_ask(lab, &a);
		lab_assert_answered_by(lab, &a, "a");
	}
	assert_int_equal(server.asked, 0);
	name_server_stop(&server);
}

static void a_dead_one_has_no_substitute(void **state)
{
	struct lab *lab = *state;
	struct asked a;

	start_server(lab);
	name_server_stop(&server);
	set_route(lab, "lab", true);
	lab_load(lab);
	lab_ask(lab, &a);
	wait_long(lab, &a);
	assert_false(a.has_answer);
	assert_int_equal(a.ede.code, EDE_NETWORK_ERROR);
	assert_non_null(strstr(a.ede.text, "plain@test: "));
	assert_null(strstr(a.ede.text, "a: "));
	assert_int_equal(accepted(lab), 0);
	assert_int_equal(upstream_health(lab->set.items[2])->state, HEALTH_UNREACHABLE);
}

/* Silent, not closed. */
static void nor_has_one_that_is_silent(void **state)
{
	struct lab *lab = *state;
	struct asked a;

	start_server(lab);
	uv_udp_recv_stop(&server.udp);
	set_route(lab, "lab", true);
	lab_load(lab);
	lab_ask(lab, &a);
	wait_long(lab, &a);
	assert_false(a.has_answer);
	assert_int_equal(a.ede.code, EDE_NO_REACHABLE_AUTHORITY);
	assert_string_equal(a.ede.text, "plain@test: no answer in time");
	assert_int_equal(accepted(lab), 0);
	name_server_stop(&server);
}

/* The other way round: neither routes' upstreams nor plain servers stand in. */
static void dead_upstreams_are_not_replaced_by_a_route_s(void **state)
{
	struct lab *lab = *state;
	struct asked a;

	start_server(lab);
	lab_stop(lab, 0);
	lab_stop(lab, 1);
	set_route(lab, "other", true);
	lab_load(lab);
	lab_ask(lab, &a);
	wait_long(lab, &a);
	assert_false(a.has_answer);
	assert_null(strstr(a.ede.text, "plain@test"));
	assert_int_equal(server.asked, 0);
	name_server_stop(&server);
}

static void a_named_upstream_has_its_zone_alone(void **state)
{
	struct lab *lab = *state;
	struct asked a;

	set_route(lab, "lab", false);
	lab_load(lab);
	lab_ask(lab, &a);
	lab_assert_answered_by(lab, &a, "b");
	set_route(lab, "other", false);
	lab_stop(lab, 0);
	lab_load(lab);
	lab_ask(lab, &a);
	wait_long(lab, &a);
	assert_false(a.has_answer);
	assert_int_equal(lab->servers[1].queries, 1);
}

static void one_that_is_asked_for_must_have_the_zone(void **state)
{
	struct lab *lab = *state;
	struct asked a;

	start_server(lab);
	set_route(lab, "other", true);
	lab_load(lab);
	assert_int_equal(lab_try(lab, &a, "plain@test"), STATUS_CLOSED);
	assert_int_equal(a.ede.code, EDE_PROHIBITED);
	assert_string_equal(
		a.ede.text, "plain@test: asked without TLS, about its own zones alone");
	set_route(lab, "lab", true);
	lab_load(lab);
	assert_int_equal(lab_try(lab, &a, "plain@test"), STATUS_OK);
	lab_assert_answered_by(lab, &a, "plain@test");
	/* Somebody wants to see what this one says, by whatever route. */
	assert_int_equal(lab_try(lab, &a, "a"), STATUS_OK);
	lab_assert_answered_by(lab, &a, "a");
	name_server_stop(&server);
}

/* A reload makes it another's question while it is under way. */
static void what_is_under_way_follows_a_reload(void **state)
{
	struct lab *lab = *state;
	struct asked a;

	start_server(lab);
	lab->servers[0].on_query = lab_hold;
	lab_load(lab);
	lab_ask(lab, &a);
	RUN_UNTIL(&lab->bench.loop, lab_holds());
	set_route(lab, "lab", true);
	lab_load(lab);
	lab_answer_held();
	lab_assert_answered_by(lab, &a, "plain@test");
	assert_int_equal(lab->servers[1].queries, 0);
	name_server_stop(&server);
}

/* The one that somebody wants to hear has lost the zone meanwhile. */
static void nor_is_it_asked_after_a_reload(void **state)
{
	struct lab *lab = *state;
	struct asked a;

	start_server(lab);
	uv_udp_recv_stop(&server.udp);
	set_route(lab, "lab", true);
	lab_load(lab);
	assert_int_equal(lab_try(lab, &a, "plain@test"), STATUS_OK);
	lab_tick(lab);
	set_route(lab, "other", true);
	lab_load(lab);
	lab_wait_for(lab, &a);
	assert_false(a.has_answer);
	assert_null(strstr(a.ede.text, failure_text(FAILURE_LOCAL)));
	assert_int_equal(upstream_stats(lab->set.items[2]).queries, 0);
	name_server_stop(&server);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		LAB_TEST(a_plain_server_answers_for_its_zone),
		LAB_TEST(another_name_does_not_go_there),
		LAB_TEST(a_dead_one_has_no_substitute),
		LAB_TEST(nor_has_one_that_is_silent),
		LAB_TEST(dead_upstreams_are_not_replaced_by_a_route_s),
		LAB_TEST(a_named_upstream_has_its_zone_alone),
		LAB_TEST(one_that_is_asked_for_must_have_the_zone),
		LAB_TEST(nor_is_it_asked_after_a_reload),
		LAB_TEST(what_is_under_way_follows_a_reload),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
