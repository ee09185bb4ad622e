/* DNS over HTTPS against a server that keeps to the rules. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/transport/doh_scene.h"

#define LOOP(s) (&(s)->bench.loop)

static int setup_get(void **state)
{
	*state = doh_scene_new("/dns-query{?dns}");
	return 0;
}

static int setup_post(void **state)
{
	*state = doh_scene_new("/dns-query");
	return 0;
}

static int teardown(void **state)
{
	doh_scene_free(*state);
	return 0;
}

/* --- requests -------------------------------------------------------------- */

static void nothing_is_sent_before_it_is_open(void **state)
{
	struct doh_scene *s = *state;
	struct doh_asked a;

	assert_int_equal(doh_try_ask(s, &a, "a.lab"), STATUS_CLOSED);
	assert_int_equal(transport_in_flight(s->doh), 0);
	doh_scene_open(s);
	doh_ask(s, &a, "a.lab");
	assert_int_equal(transport_in_flight(s->doh), 1);
	doh_wait(&a);
	assert_int_equal(a.answers, 1);
	assert_int_equal(a.rcode, RCODE_NOERROR);
	assert_int_equal(a.ttl_s, 60);
	assert_int_equal(transport_in_flight(s->doh), 0);
	assert_int_equal(transport_mismatched(s->doh), 0);
}

/* The whole of it: whoever adds a field thinks about what it tells. The ID is 0
 * (RFC 8484 §4.1). */
static void get_is_bare(void **state)
{
	static const char before[] =
		":method: GET\n"
		":scheme: https\n"
		":authority: dns.lab\n"
		":path: /dns-query?dns=AAABAAABAAAAAAABAWEDbGFiAAABAAE";
	static const char after[] = " (no index)\naccept: application/dns-message\n";
	struct doh_scene *s = *state;
	const struct doh_request *last = &s->server.last;
	struct doh_asked a;

	doh_scene_open(s);
	doh_ask(s, &a, "a.lab");
	doh_wait(&a);
	assert_memory_equal(last->fields, before, sizeof before - 1);
	assert_string_equal(last->fields + last->fields_n - (sizeof after - 1), after);
	assert_int_equal(last->content_n, 0);
	assert_int_equal(last->query_n, 128);
	assert_memory_equal(last->query, "\0\0", 2);
}

static void post_is_bare(void **state)
{
	struct doh_scene *s = *state;
	struct doh_asked a;

	doh_scene_open(s);
	doh_ask(s, &a, "a.lab");
	doh_wait(&a);
	assert_string_equal(s->server.last.fields,
		":method: POST\n"
		":scheme: https\n"
		":authority: dns.lab\n"
		":path: /dns-query\n"
		"accept: application/dns-message\n"
		"content-type: application/dns-message\n"
		"content-length: 128\n");
	assert_int_equal(s->server.last.content_n, 128);
	assert_memory_equal(s->server.last.content, "\0\0", 2);
}

static void nothing_may_be_pushed(void **state)
{
	static const struct {
		int32_t id;
		uint32_t value;
	} wanted[] = {
		{ NGHTTP2_SETTINGS_ENABLE_PUSH, 0 },
		{ NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS, 0 },
		{ NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, 131072 },
		{ NGHTTP2_SETTINGS_MAX_HEADER_LIST_SIZE, 16384 },
	};
	struct doh_scene *s = *state;

	doh_scene_open(s);
	assert_int_equal(s->server.their_settings_n, 4);
	for (size_t i = 0; i < 4; i++) {
		assert_int_equal(s->server.their_settings[i].settings_id, wanted[i].id);
		assert_int_equal(s->server.their_settings[i].value, wanted[i].value);
	}
}

static void one_turn_is_one_record(void **state)
{
	struct doh_scene *s = *state;
	struct doh_asked a[50];
	unsigned before;

	doh_scene_open(s);
	bench_settle(LOOP(s));
	before = s->server.tls.records;
	for (int i = 0; i < 50; i++)
		doh_ask(s, &a[i], "a.lab");
	assert_int_equal(transport_in_flight(s->doh), 50);
	RUN_UNTIL(LOOP(s), s->answers == 50);
	assert_int_equal(s->server.requests, 50);
	assert_int_equal(s->server.tls.records - before, 1);
}

static void ask_more(struct doh_scene *s)
{
	s->in_open = NULL;
	doh_ask(s, &s->more, "a.lab");
}

/* The preface and the first question are one record, too. */
static void asked_in_on_open(void **state)
{
	struct doh_scene *s = *state;

	s->in_open = ask_more;
	RUN_UNTIL(LOOP(s), s->answers == 1);
}

static void many_streams(void **state)
{
	struct doh_scene *s = *state;
	struct doh_asked *a = calloc(2000, sizeof *a);

	assert_non_null(a);
	doh_scene_open(s);
	for (unsigned round = 1; round <= 3; round++) {
		for (int i = 0; i < 900; i++)
			doh_ask(s, &a[i], "a.lab");
		RUN_UNTIL(LOOP(s), s->answers == round * 900);
	}
	assert_int_equal(s->closed, 0);
	free(a);
}

/* --- the server's limits --------------------------------------------------- */

static void their_limit_of_streams_is_kept(void **state)
{
	struct doh_scene *s = *state;
	struct doh_asked a[10];

	s->server.settings[0] =
		(nghttp2_settings_entry){ NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS, 3 };
	s->server.settings_n = 1;
	s->server.on_request = doh_say_nothing;
	doh_scene_open(s);
	bench_settle(LOOP(s));
	for (int i = 0; i < 10; i++)
		doh_ask(s, &a[i], "a.lab");
	assert_int_equal(transport_in_flight(s->doh), 10);
	RUN_UNTIL(LOOP(s), s->server.requests == 3);
	bench_settle(LOOP(s));
	assert_int_equal(s->server.requests, 3);

	/* One that is cancelled makes room, whether it waits or not. */
	transport_cancel(s->doh, &a[9].query);
	transport_cancel(s->doh, &a[0].query);
	RUN_UNTIL(LOOP(s), s->server.requests == 4);
	s->server.on_request = NULL;
	transport_cancel(s->doh, &a[1].query);
	RUN_UNTIL(LOOP(s), s->answers == 5);
	assert_int_equal(a[2].answers + a[3].answers + a[9].answers, 0);
	assert_int_equal(transport_in_flight(s->doh), 2);
}

static struct doh_asked at_once[300];

static void ask_at_once(struct doh_scene *s)
{
	for (size_t i = 0; i < 300; i++)
		doh_ask(s, &at_once[i], "a.lab");
}

/* Before the server has told its limit, which may be smaller. */
static void many_at_once_at_first(void **state)
{
	struct doh_scene *s = *state;

	s->in_open = ask_at_once;
	RUN_UNTIL(LOOP(s), s->answers == 300);
	assert_int_equal(s->failures, 0);
	doh_scene_close(s);

	s->server.settings[0] =
		(nghttp2_settings_entry){ NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS, 3 };
	s->server.settings_n = 1;
	s->answers = 0;
	doh_scene_connect(s);
	RUN_UNTIL(LOOP(s), s->answers + s->failures == 300 || s->closed);
	assert_int_equal(s->closed, 0);
	assert_in_range(s->failures, 0, 50);
	for (size_t i = 0; i < 300; i++)
		assert_true(at_once[i].answers || at_once[i].again);
}

static void too_many_are_refused(void **state)
{
	struct doh_scene *s = *state;
	struct doh_asked *a = calloc(2200, sizeof *a);
	unsigned n = 0;

	assert_non_null(a);
	s->server.on_request = doh_say_nothing;
	doh_scene_open(s);
	while (n < 2200 && doh_try_ask(s, &a[n], "a.lab") == STATUS_OK)
		if (n++ % 100 == 0)
			bench_settle(LOOP(s));
	assert_int_equal(n, 2000);
	assert_int_equal(doh_try_ask(s, &a[n], "a.lab"), STATUS_LIMIT);
	assert_int_equal(transport_in_flight(s->doh), 2000);
	transport_cancel(s->doh, &a[1500].query);
	doh_ask(s, &a[n], "a.lab");
	doh_scene_close(s);
	free(a);
}

/* Content waits for the server's window; the answer to one that still waits comes first.
 */
static void their_window_is_kept(void **state)
{
	struct doh_scene *s = *state;
	struct doh_asked a, b;

	s->server.settings[0] =
		(nghttp2_settings_entry){ NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, 100 };
	s->server.settings_n = 1;
	doh_scene_open(s);
	bench_settle(LOOP(s));
	doh_ask(s, &a, "a.lab");
	doh_wait(&a);
	assert_int_equal(a.answers, 1);
	assert_int_equal(s->server.last.content_n, 128);
	doh_ask(s, &b, "b.lab");
	transport_cancel(s->doh, &b.query);
	RUN_UNTIL(LOOP(s), s->server.resets == 1);
	assert_int_equal(s->server.reset_code, NGHTTP2_CANCEL);
	assert_int_equal(s->server.requests, 1);
}

/* --- ends ------------------------------------------------------------------ */

static const struct doh_asked *to_cancel;

static void answer_what_is_cancelled(
	struct doh_client *client, const struct doh_request *request)
{
	struct doh_scene *s = client->server->data;

	transport_cancel(s->doh, (struct transport_query *)(uintptr_t)&to_cancel->query);
	transport_cancel(s->doh, (struct transport_query *)(uintptr_t)&to_cancel->query);
	assert_int_equal(transport_in_flight(s->doh), 0);
	client->server->on_request = NULL;
	doh_client_answer(client, request);
}

static void the_answer_to_a_cancelled_query_is_dropped(void **state)
{
	struct doh_scene *s = *state;
	struct doh_asked a, b;

	to_cancel = &a;
	s->server.on_request = answer_what_is_cancelled;
	doh_scene_open(s);
	doh_ask(s, &a, "a.lab");
	RUN_UNTIL(LOOP(s), s->server.requests == 1);
	doh_ask(s, &b, "b.lab");
	doh_wait(&b);
	RUN_UNTIL(LOOP(s), s->server.resets <= 1);
	assert_int_equal(a.answers + a.failures, 0);
	assert_int_equal(b.answers, 1);
	assert_int_equal(s->closed, 0);
}

static void a_ping_is_a_sign_of_life(void **state)
{
	struct doh_scene *s = *state;
	struct doh_asked a;

	doh_scene_open(s);
	assert_int_equal(transport_last_heard_ms(s->doh), bench_now_ms);
	bench_settle(LOOP(s));
	bench_now_ms += 5000;
	transport_check(s->doh);
	transport_check(s->doh);
	RUN_UNTIL(LOOP(s), transport_last_heard_ms(s->doh) == bench_now_ms);

	bench_now_ms += 5000;
	doh_ask(s, &a, "a.lab");
	doh_wait(&a);
	assert_int_equal(transport_last_heard_ms(s->doh), bench_now_ms);
	bench_now_ms += 5000;
	transport_check(s->doh);
	RUN_UNTIL(LOOP(s), transport_last_heard_ms(s->doh) == bench_now_ms);
}

static void close_it(struct doh_scene *s)
{
	doh_scene_close(s);
}

static void closed_inside_callbacks(void **state)
{
	struct doh_scene *s = *state;
	struct doh_asked a, b;

	s->in_open = close_it;
	RUN_UNTIL(LOOP(s), s->doh == NULL);
	s->in_open = NULL;
	s->opened = 0;
	doh_scene_connect(s);
	doh_scene_open(s);
	s->in_answer = close_it;
	doh_ask(s, &a, "a.lab");
	doh_ask(s, &b, "b.lab");
	RUN_UNTIL(LOOP(s), s->doh == NULL);
	bench_settle(LOOP(s));
	assert_int_equal(a.answers + b.answers, 1);
	assert_int_equal(s->closed, 0);
	assert_int_equal(s->server.goaways, 2);
	assert_int_equal(s->server.goaway_code, NGHTTP2_NO_ERROR);
}

static void closed_inside_on_closed(void **state)
{
	struct doh_scene *s = *state;

	s->in_closed = close_it;
	doh_scene_open(s);
	dot_server_hang_up(&s->server.tls);
	RUN_UNTIL(LOOP(s), s->closed);
}

static void goodbye(struct doh_scene *s, int32_t last)
{
	nghttp2_submit_goaway(s->server.client->session, NGHTTP2_FLAG_NONE, last,
		NGHTTP2_NO_ERROR, NULL, 0);
	doh_client_flush(s->server.client);
}

/* RFC 9113 §6.8: what the server will not look at is asked elsewhere, the rest is
 * answered, and then it is over. */
static void it_ends_behind_the_last_answer(void **state)
{
	struct doh_scene *s = *state;
	struct doh_asked a, b, c;
	struct doh_request first;

	s->server.on_request = doh_say_nothing;
	doh_scene_open(s);
	doh_ask(s, &a, "a.lab");
	RUN_UNTIL(LOOP(s), s->server.requests == 1);
	first = s->server.last;
	doh_ask(s, &b, "b.lab");
	RUN_UNTIL(LOOP(s), s->server.requests == 2);
	goodbye(s, 1);
	RUN_UNTIL(LOOP(s), s->draining);
	bench_settle(LOOP(s));
	assert_int_equal(s->draining, 1);
	assert_int_equal(b.failures, 1);
	assert_true(b.again);
	assert_int_equal(a.failures, 0);
	assert_int_equal(s->closed, 0);
	assert_int_equal(doh_try_ask(s, &c, "c.lab"), STATUS_CLOSED);

	doh_client_answer(s->server.client, &first);
	doh_client_flush(s->server.client);
	RUN_UNTIL(LOOP(s), s->closed);
	assert_int_equal(a.answers, 1);
	assert_int_equal(s->why.kind, FAILURE_CLOSED);
	assert_string_equal(s->why.text, "it closed the connection (NO_ERROR)");
}

static void it_ends_when_the_last_is_cancelled(void **state)
{
	struct doh_scene *s = *state;
	struct doh_asked a;

	s->server.on_request = doh_say_nothing;
	doh_scene_open(s);
	doh_ask(s, &a, "a.lab");
	RUN_UNTIL(LOOP(s), s->server.requests == 1);
	goodbye(s, 1);
	RUN_UNTIL(LOOP(s), s->draining);
	transport_cancel(s->doh, &a.query);
	assert_int_equal(s->closed, 0);
	RUN_UNTIL(LOOP(s), s->closed);
	assert_int_equal(s->why.kind, FAILURE_CLOSED);
}

static void an_idle_one_ends_at_once(void **state)
{
	struct doh_scene *s = *state;

	doh_scene_open(s);
	bench_settle(LOOP(s));
	goodbye(s, 0);
	RUN_UNTIL(LOOP(s), s->closed);
	assert_int_equal(s->draining, 1);
	assert_int_equal(s->why.kind, FAILURE_CLOSED);
}

static void without_h2_it_does_not_open(void **state)
{
	static const char *const protocols[] = { NULL, "http/1.1", "dot" };
	struct doh_scene *s = *state;

	doh_scene_close(s);
	for (unsigned i = 0; i < sizeof protocols / sizeof *protocols; i++) {
		s->server.tls.alpn = protocols[i];
		doh_scene_connect(s);
		RUN_UNTIL(LOOP(s), s->closed == i + 1);
		assert_int_equal(s->why.kind, FAILURE_PROTOCOL);
		/* OpenSSL has words of its own for one that was not offered. */
		assert_non_null(strstr(
			s->why.text, protocols[i] == NULL ? "ALPN" : "tls_protocol"));
	}
	assert_int_equal(s->opened, 0);
}

#define GET(f)  cmocka_unit_test_setup_teardown(f, setup_get, teardown)
#define POST(f) cmocka_unit_test_setup_teardown(f, setup_post, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		GET(nothing_is_sent_before_it_is_open),
		POST(nothing_is_sent_before_it_is_open),
		GET(get_is_bare),
		POST(post_is_bare),
		GET(nothing_may_be_pushed),
		GET(one_turn_is_one_record),
		POST(one_turn_is_one_record),
		GET(asked_in_on_open),
		GET(many_streams),
		POST(many_streams),
		GET(their_limit_of_streams_is_kept),
		GET(many_at_once_at_first),
		POST(too_many_are_refused),
		POST(their_window_is_kept),
		GET(the_answer_to_a_cancelled_query_is_dropped),
		GET(a_ping_is_a_sign_of_life),
		GET(closed_inside_callbacks),
		GET(closed_inside_on_closed),
		GET(it_ends_behind_the_last_answer),
		GET(it_ends_when_the_last_is_cancelled),
		GET(an_idle_one_ends_at_once),
		GET(without_h2_it_does_not_open),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
