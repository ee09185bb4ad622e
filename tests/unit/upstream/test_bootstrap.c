/* Names looked up in a thread, from servers on this loop. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "name_server.h"
#include "tests/unit/rows.h"
#include "upstream/resolution.h"

struct bench {
	uv_loop_t loop;
	struct name_server servers[2];
	struct endpoint at[2];
	struct bootstrap_spec spec;
	/* What has come. */
	unsigned calls, failures;
	struct failure why;
	struct lookup found;
	struct resolution *addresses;
	struct bootstrap *bootstrap;
	bool stop_in_event;
};

static int set_up(void **state)
{
	static struct bench b;

	memset(&b, 0, sizeof b);
	assert_int_equal(uv_loop_init(&b.loop), 0);
	for (size_t i = 0; i < 2; i++) {
		name_server_start(&b.servers[i], &b.loop);
		b.servers[i].ttl_s = 300;
		b.at[i] = b.servers[i].at;
	}
	b.spec = (struct bootstrap_spec){ &b.loop, b.at, 2, "dns.example", 853 };
	*state = &b;
	return 0;
}

static int tear_down(void **state)
{
	struct bench *b = *state;

	for (size_t i = 0; i < 2; i++)
		name_server_stop(&b->servers[i]);
	uv_run(&b->loop, UV_RUN_DEFAULT);
	return uv_loop_close(&b->loop);
}

static void on_done(void *data, const struct failure *why, const struct lookup *found)
{
	struct bench *b = data;

	b->calls++;
	b->why = *why;
	b->found = *found;
}

static void look_up(struct bench *b)
{
	assert_int_equal(bootstrap_start(&b->spec, on_done, b, &b->bootstrap), STATUS_OK);
	assert_int_equal(b->calls, 0);
	while (b->calls == 0)
		uv_run(&b->loop, UV_RUN_ONCE);
	assert_int_equal(b->calls, 1);
}

static bool has(const struct lookup *found, const char *address)
{
	struct endpoint e;

	assert_int_equal(endpoint_parse(address, 1, &e), STATUS_OK);
	for (size_t i = 0; i < found->n; i++)
		if (endpoint_equal(&found->addresses[i], &e))
			return true;
	return false;
}

static void both_families(void **state)
{
	struct bench *b = *state;

	b->servers[0].addresses[0] = "192.0.2.1";
	b->servers[0].addresses[1] = "192.0.2.2";
	b->servers[0].addresses[2] = "2001:db8::1";
	look_up(b);
	assert_int_equal(b->why.kind, FAILURE_NONE);
	assert_int_equal(b->found.n, 3);
	assert_true(has(&b->found, "192.0.2.1:853"));
	assert_true(has(&b->found, "192.0.2.2:853"));
	assert_true(has(&b->found, "[2001:db8::1]:853"));
	assert_int_equal(b->found.ttl_s, 300);
	assert_int_equal(b->servers[0].asked, 2);
	assert_memory_equal(b->servers[0].last_name_bytes, "\3dns\7example", 13);
	assert_int_equal(b->servers[1].asked, 0);
}

static void a_ttl_within_bounds(void **state)
{
	static const struct {
		uint32_t said_s, kept_s;
	} rows[] = { { 0, 60 }, { 59, 60 }, { 61, 61 }, { 86400, 86400 },
		{ 604800, 86400 }, { 0x7fffffff, 86400 } };
	struct bench *b = *state;

	b->servers[0].addresses[0] = "192.0.2.1";
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		b->calls = 0;
		b->servers[0].ttl_s = rows[i].said_s;
		look_up(b);
		assert_int_equal(b->found.ttl_s, rows[i].kept_s);
	}
}

static void the_next_server(void **state)
{
	static const uint8_t rcodes[] = { 0, 2, 3, 5 };
	struct bench *b = *state;

	b->servers[1].addresses[0] = "2001:db8::1";
	for (size_t i = 0; i < sizeof rcodes; i++) {
		b->calls = 0;
		b->servers[0].rcode = rcodes[i];
		look_up(b);
		assert_int_equal(b->why.kind, FAILURE_NONE);
		assert_int_equal(b->found.n, 1);
	}
	assert_true(b->servers[0].asked >= 2 * sizeof rcodes);
}

static void nobody_knows(void **state)
{
	char place[ENDPOINT_TEXT_MAX], expected[200];
	struct text text = text_in(expected, sizeof expected);
	struct bench *b = *state;

	b->servers[0].rcode = b->servers[1].rcode = 3;
	look_up(b);
	endpoint_format(&b->at[1], place);
	text_add(&text, "bootstrap server %s knows no address of dns.example", place);
	assert_int_equal(b->why.kind, FAILURE_UNREACHABLE);
	assert_string_equal(b->why.text, expected);
	assert_int_equal(b->found.n, 0);
}

static void what_nobody_can_have(void **state)
{
	struct bench *b = *state;

	b->spec.server_n = 1;
	b->servers[0].addresses[0] = "0.0.0.0";
	b->servers[0].addresses[1] = "224.0.0.251";
	b->servers[0].addresses[2] = "ff02::fb";
	look_up(b);
	assert_int_equal(b->why.kind, FAILURE_UNREACHABLE);
	assert_int_equal(b->found.n, 0);
}

static void sixteen_and_each_once(void **state)
{
	static char texts[20][16];
	struct bench *b = *state;

	b->servers[0].addresses[0] = b->servers[0].addresses[1] = "192.0.2.1";
	look_up(b);
	assert_int_equal(b->found.n, 1);
	for (size_t i = 0; i < 20; i++) {
		struct text text = text_in(texts[i], sizeof texts[i]);

		text_add(&text, "192.0.2.%zu", i + 1);
		b->servers[0].addresses[i] = texts[i];
	}
	b->calls = 0;
	look_up(b);
	assert_int_equal(b->found.n, LOOKUP_ADDRESSES_MAX);
}

static void the_caller_s_memory_may_go(void **state)
{
	char host[] = "dns.example";
	struct bench *b = *state;

	b->spec.host = host;
	b->servers[0].addresses[0] = "192.0.2.1";
	assert_int_equal(bootstrap_start(&b->spec, on_done, b, &b->bootstrap), STATUS_OK);
	memset(host, 'x', sizeof host - 1);
	memset(b->at, 0xff, sizeof b->at);
	while (b->calls == 0)
		uv_run(&b->loop, UV_RUN_ONCE);
	assert_int_equal(b->found.n, 1);
	assert_memory_equal(b->servers[0].last_name_bytes, "\3dns\7example", 13);
}

/* More than there are threads: some run, some wait for one. */
static void cancelled(void **state)
{
	struct bench *b = *state;

	b->servers[0].addresses[0] = "192.0.2.1";
	for (size_t i = 0; i < 12; i++) {
		assert_int_equal(
			bootstrap_start(&b->spec, on_done, b, &b->bootstrap), STATUS_OK);
		bootstrap_cancel(b->bootstrap);
	}
	bootstrap_cancel(NULL);
	look_up(b);
	assert_int_equal(b->calls, 1);
}

static void too_much(void **state)
{
	struct endpoint many[BOOTSTRAP_SERVERS_MAX + 1];
	char host[257];
	struct bench *b = *state;

	memset(many, 0, sizeof many);
	memset(host, 'a', 256);
	host[256] = '\0';
	b->spec.server_n = 0;
	assert_int_equal(
		bootstrap_start(&b->spec, on_done, b, &b->bootstrap), STATUS_LIMIT);
	b->spec.servers = many;
	b->spec.server_n = BOOTSTRAP_SERVERS_MAX + 1;
	assert_int_equal(
		bootstrap_start(&b->spec, on_done, b, &b->bootstrap), STATUS_LIMIT);
	b->spec.server_n = 1;
	b->spec.host = host;
	assert_int_equal(
		bootstrap_start(&b->spec, on_done, b, &b->bootstrap), STATUS_LIMIT);
}

/* Nothing reads what comes there: the socket's buffer takes it. */
static void silence(void **state)
{
	struct bench *b = *state;
	struct lookup found;
	struct failure why = lookup_host(&b->at[0], "dns.example", 853, 50, &found);

	assert_int_equal(why.kind, FAILURE_TIMEOUT);
	assert_non_null(strstr(why.text, " did not answer about dns.example"));
	assert_int_equal(found.n, 0);
}

static void on_addresses(void *owner, const struct endpoint *addresses, size_t n)
{
	struct bench *b = owner;

	b->calls++;
	b->found.n = n;
	memcpy(b->found.addresses, addresses, n * sizeof *addresses);
	if (b->stop_in_event)
		resolution_stop(b->addresses);
}

static void on_failed(void *owner, const struct failure *why)
{
	struct bench *b = owner;

	b->failures++;
	b->why = *why;
	if (b->stop_in_event)
		resolution_stop(b->addresses);
}

static const struct resolution_events events = { on_addresses, on_failed };

static void start(struct bench *b)
{
	assert_int_equal(
		resolution_start(&b->spec, &events, b, &b->addresses), STATUS_OK);
	assert_int_equal(b->calls + b->failures, 0);
	while (b->calls + b->failures == 0)
		uv_run(&b->loop, UV_RUN_ONCE);
}

/* Until the server has been asked so often, and the thread has come back. */
static void ask(struct bench *b, unsigned asked)
{
	resolution_network_changed(b->addresses);
	while (b->servers[0].asked < asked || b->loop.active_reqs.count > 0)
		uv_run(&b->loop, UV_RUN_ONCE);
}

/* The same ones in another order are no news; others are. */
static void told_when_they_change(void **state)
{
	struct bench *b = *state;

	b->servers[0].addresses[0] = "192.0.2.1";
	b->servers[0].addresses[1] = "192.0.2.2";
	start(b);
	assert_int_equal(b->calls, 1);
	assert_int_equal(b->found.n, 2);
	b->servers[0].addresses[0] = "192.0.2.2";
	b->servers[0].addresses[1] = "192.0.2.1";
	ask(b, 4);
	assert_int_equal(b->calls, 1);
	b->servers[0].addresses[0] = "192.0.2.3";
	ask(b, 6);
	assert_int_equal(b->calls, 2);
	assert_true(has(&b->found, "192.0.2.3:853"));
	assert_int_equal(b->failures, 0);
	resolution_stop(b->addresses);
}

static void a_failure_takes_nothing_away(void **state)
{
	struct bench *b = *state;

	b->servers[0].addresses[0] = "192.0.2.1";
	start(b);
	b->servers[0].addresses[0] = NULL;
	ask(b, 4);
	assert_int_equal(b->failures, 1);
	assert_int_equal(b->calls, 1);
	assert_int_equal(b->why.kind, FAILURE_UNREACHABLE);
	b->servers[0].addresses[0] = "192.0.2.1";
	ask(b, 6);
	resolution_stop(b->addresses);
	assert_int_equal(b->calls, 1);
}

static void stopped_in_the_event(void **state)
{
	struct bench *b = *state;

	b->stop_in_event = true;
	start(b);
	assert_int_equal(b->failures, 1);
	b->failures = 0;
	b->servers[0].addresses[0] = "192.0.2.1";
	start(b);
	assert_int_equal(b->calls, 1);
	resolution_stop(NULL);
}

static const struct usable {
	const char *name, *address;
	bool is;
} usable[] = {
	{ "public", "192.0.2.1", true },
	{ "private", "10.0.0.1", true },
	{ "loopback", "127.0.0.1", true },
	{ "the last one below multicast", "223.255.255.255", true },
	{ "public IPv6", "2001:db8::1", true },
	{ "unique local", "fd00::1", true },
	{ "loopback IPv6", "::1", true },
	{ "wildcard", "0.0.0.0", false },
	{ "this network", "0.1.2.3", false },
	{ "multicast", "224.0.0.1", false },
	{ "reserved", "240.0.0.1", false },
	{ "broadcast", "255.255.255.255", false },
	{ "wildcard IPv6", "::", false },
	{ "multicast IPv6", "ff02::1", false },
	{ "link-local", "fe80::1", false },
	{ "IPv4-mapped", "::ffff:192.0.2.1", false },
};

static void usable_row(void **state)
{
	const struct usable *row = *state;
	struct endpoint e;

	assert_int_equal(endpoint_parse(row->address, 853, &e), STATUS_OK);
	assert_int_equal(lookup_is_usable(&e), row->is);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(both_families),
		TEST(a_ttl_within_bounds),
		TEST(the_next_server),
		TEST(nobody_knows),
		TEST(what_nobody_can_have),
		TEST(sixteen_and_each_once),
		TEST(the_caller_s_memory_may_go),
		TEST(cancelled),
		TEST(too_much),
		TEST(silence),
		TEST(told_when_they_change),
		TEST(a_failure_takes_nothing_away),
		TEST(stopped_in_the_event),
	};

	return run_rows("usable", usable, sizeof *usable, ROWS(usable), usable_row) +
	       cmocka_run_group_tests_name("bootstrap", tests, NULL, NULL);
}
