/* Upstreams that are configured by their names alone. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "name_server.h"
#include "tests/unit/upstream/lab.h"

static struct name_server names;

/* Upstream "a" is at dns.example, wherever that is; there is no other. */
static struct lab *named(void **state)
{
	struct lab *lab = *state;

	memset(&names, 0, sizeof names);
	name_server_start(&names, &lab->bench.loop);
	names.ttl_s = 300;
	names.addresses[0] = "127.0.0.1";
	lab->config.upstream_n = 1;
	lab->config.bootstrap = &names.at;
	lab->config.bootstrap_n = 1;
	lab->upstreams[0].address_n = 0;
	lab->upstreams[0].host = "dns.example";
	lab->upstreams[0].port = endpoint_port(&lab->servers[0].endpoint);
	lab_load(lab);
	return lab;
}

static void the_first_question_waits_for_it(void **state)
{
	struct lab *lab = named(state);
	struct asked first = { 0 }, second = { 0 };

	assert_int_equal(names.asked, 0);
	lab_ask(lab, &first);
	lab_wait_for(lab, &first);
	lab_assert_answered_by(lab, &first, "a");
	lab_ask(lab, &second);
	lab_wait_for(lab, &second);
	lab_assert_answered_by(lab, &second, "a");
	assert_int_equal(names.asked, 2); /* A and AAAA */
	name_server_stop(&names);
}

static void a_name_without_an_address(void **state)
{
	struct lab *lab = named(state);
	struct upstream *u = lab->set.items[0];
	struct asked asked = { 0 };

	names.addresses[0] = NULL;
	lab_ask(lab, &asked);
	RUN_UNTIL(&lab->bench.loop,
		strstr(upstream_health(u)->last.text, "knows no address of dns.example"));
	assert_int_equal(upstream_health(u)->state, HEALTH_UNREACHABLE);
	/* Another network, where it is known. */
	names.addresses[0] = "127.0.0.1";
	upstream_network_changed(u, true);
	lab_wait_for(lab, &asked);
	lab_assert_answered_by(lab, &asked, "a");
	name_server_stop(&names);
}

/* What was found outlives a reload, and so does the connection. */
static void a_reload_asks_again(void **state)
{
	struct lab *lab = named(state);
	struct asked first = { 0 }, second = { 0 };

	lab_ask(lab, &first);
	lab_wait_for(lab, &first);
	lab_load(lab);
	assert_int_equal(upstream_addresses(lab->set.items[0])->n, 1);
	lab_ask(lab, &second);
	lab_wait_for(lab, &second);
	lab_assert_answered_by(lab, &second, "a");
	RUN_UNTIL(&lab->bench.loop, names.asked == 4);
	assert_int_equal(upstream_stats(lab->set.items[0]).handshakes, 1);
	name_server_stop(&names);
}

static void nobody_looks_up_who_has_addresses(void **state)
{
	struct lab *lab = named(state);
	struct asked asked = { 0 };

	lab->upstreams[0].address_n = 1;
	lab_load(lab);
	lab_ask(lab, &asked);
	lab_wait_for(lab, &asked);
	lab_assert_answered_by(lab, &asked, "a");
	assert_int_equal(names.asked, 0);
	name_server_stop(&names);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		LAB_TEST(the_first_question_waits_for_it),
		LAB_TEST(a_name_without_an_address),
		LAB_TEST(a_reload_asks_again),
		LAB_TEST(nobody_looks_up_who_has_addresses),
	};

	return cmocka_run_group_tests_name("naming", tests, NULL, NULL);
}
