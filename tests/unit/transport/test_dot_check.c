/* What a server says is held against what it was asked; and a sign of life is asked for
 * where DoT has no ping. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "dns/query.h"
#include "tests/unit/transport/bench.h"
#include "tests/unit/transport/dot_server.h"
#include "transport/transport.h"

struct seen {
	struct bench bench;
	struct dot_server server;
	struct tls_policy policy;
	struct tls_context context;
	struct transport *dot;
	bool opened;
	struct question asked; /* the last that the server saw */
};

static void on_open(void *owner)
{
	((struct seen *)owner)->opened = true;
}

static void on_closed(void *owner, const struct failure *why,
	const struct verdict *verdict, struct bytes refused_pem)
{
	(void)owner, (void)why, (void)verdict, (void)refused_pem;
	fail();
}

static void note_query(struct dot_client *client, struct bytes query)
{
	struct seen *s = client->server->data;
	struct message m;

	assert_int_equal(message_parse(query, &m), STATUS_OK);
	s->asked = m.question;
}

static void answer_query(struct dot_client *client, struct bytes query)
{
	note_query(client, query);
	dot_client_answer(client, query, RCODE_NOERROR);
}

static int setup(void **state)
{
	static const struct transport_events events = { on_open, NULL, on_closed };
	struct seen *s = calloc(1, sizeof *s);
	struct transport_spec spec;

	assert_non_null(s);
	bench_init(&s->bench);
	dot_server_start(&s->server, &s->bench.loop, s->bench.leaf, s->bench.key);
	s->server.data = s;
	s->policy = (struct tls_policy){ .identity = IDENTITY_ADDRESS, .ca_file = "x" };
	assert_false(
		tls_context_init(&s->context, &s->policy, &s->bench.trust, tls_alpn_dot));
	spec = (struct transport_spec){ .loop = &s->bench.loop,
		.protocol = TRANSPORT_DOT,
		.context = &s->context,
		.address = &s->server.endpoint,
		.handshake_ms = 20000 };
	assert_false(transport_start(&spec, &events, s, &s->dot));
	RUN_UNTIL(&s->bench.loop, s->opened);
	*state = s;
	return 0;
}

static int teardown(void **state)
{
	struct seen *s = *state;

	transport_close(s->dot);
	dot_server_stop(&s->server);
	bench_deinit(&s->bench);
	tls_context_deinit(&s->context);
	free(s);
	return 0;
}

static void what_is_asked_tells_nobody_anything(void **state)
{
	struct seen *s = *state;

	s->server.on_query = answer_query;
	transport_check(s->dot);
	RUN_UNTIL(&s->bench.loop, s->server.queries == 1);
	assert_int_equal(s->asked.name.n, 1);
	assert_int_equal(s->asked.type, TYPE_NS);
}

static void an_answer_is_heard(void **state)
{
	struct seen *s = *state;
	uint64_t before_ms = transport_last_heard_ms(s->dot);

	bench_now_ms += 1000;
	assert_int_equal(transport_last_heard_ms(s->dot), before_ms);
	transport_check(s->dot);
	RUN_UNTIL(&s->bench.loop, transport_last_heard_ms(s->dot) == before_ms + 1000);
	assert_int_equal(transport_mismatched(s->dot), 0);
	transport_check(s->dot);
	RUN_UNTIL(&s->bench.loop, s->server.queries == 2);
}

/* A hedge was faster: the connection is none the worse for it. */
static void a_late_answer_is_heard(void **state)
{
	struct seen *s = *state;
	uint64_t before_ms = transport_last_heard_ms(s->dot);
	uint8_t wire[QUERY_WIRE_MAX];
	struct writer w = { .p = wire, .cap = sizeof wire };
	const struct question question = {
		.name = { .n = 1 }, .type = TYPE_A, .class = CLASS_IN
	};
	struct transport_query query = { .question = &question };

	assert_false(query_write(&question, 0, &(struct query_options){ 0 }, &w));
	assert_false(transport_send(s->dot, &query, wr_done(&w)));
	bench_now_ms += 1000;
	transport_cancel(s->dot, &query);
	RUN_UNTIL(&s->bench.loop, transport_last_heard_ms(s->dot) == before_ms + 1000);
	assert_int_equal(transport_mismatched(s->dot), 0);
}

static void one_at_a_time(void **state)
{
	struct seen *s = *state;

	s->server.on_query = note_query;
	transport_check(s->dot);
	transport_check(s->dot);
	RUN_UNTIL(&s->bench.loop, s->server.queries == 1);
	transport_check(s->dot);
	bench_settle(&s->bench.loop);
	assert_int_equal(s->server.queries, 1);
}

/* --- answers that are none --------------------------------------------------- */

struct asked {
	struct transport_query query;
	struct question question;
	unsigned answers, failures;
};

static void on_answer(struct transport_query *query, const struct message *answer)
{
	(void)answer;
	((struct asked *)query)->answers++;
}

static void on_failed(
	struct transport_query *query, const struct failure *why, bool again)
{
	assert_int_equal(why->kind, FAILURE_PROTOCOL);
	assert_true(again);
	((struct asked *)query)->failures++;
}

static void ask(struct seen *s, struct asked *a)
{
	uint8_t wire[QUERY_WIRE_MAX];
	struct writer w = { .p = wire, .cap = sizeof wire };

	*a = (struct asked){ .question = { .type = TYPE_A, .class = CLASS_IN } };
	a->query = (struct transport_query){
		.question = &a->question, .on_answer = on_answer, .on_failed = on_failed
	};
	assert_false(name_from_text("abcd.lab", &a->question.name));
	assert_false(query_write(&a->question, 0, &(struct query_options){ 0 }, &w));
	assert_false(transport_send(s->dot, &a->query, wr_done(&w)));
}

static const char *spoiled; /* what the server changes in its next answer */

static void answer_spoiled(struct dot_client *client, struct bytes query)
{
	uint8_t frame[514];
	size_t n = dot_reply(query, RCODE_NOERROR, frame + 2);

	if (strcmp(spoiled, "ID") == 0)
		frame[3] ^= 1;
	else if (strcmp(spoiled, "name") == 0)
		frame[2 + DNS_HEADER_BYTES + 1] ^= 1;
	else if (strcmp(spoiled, "type") == 0)
		frame[2 + DNS_HEADER_BYTES + 1 + 4 + 1 + 3 + 1 + 1] = TYPE_AAAA;
	else if (strcmp(spoiled, "QR") == 0)
		frame[4] &= 0x7f;
	else if (strcmp(spoiled, "opcode") == 0)
		frame[4] |= 0x28;
	else if (strcmp(spoiled, "length") == 0)
		n--;
	else if (strcmp(spoiled, "question") == 0) {
		memset(frame + 6, 0, 8);
		n = DNS_HEADER_BYTES;
	}
	frame[0] = (uint8_t)(n >> 8);
	frame[1] = (uint8_t)n;
	dot_client_send(client, bytes_of(frame, n + 2));
	client->server->on_query = NULL;
}

static void what_has_no_such_id_is_dropped(void **state)
{
	struct seen *s = *state;
	struct asked a, b;

	spoiled = "ID";
	s->server.on_query = answer_spoiled;
	ask(s, &a);
	RUN_UNTIL(&s->bench.loop, transport_mismatched(s->dot) == 1);
	assert_int_equal(a.answers + a.failures, 0);
	assert_int_equal(transport_in_flight(s->dot), 1);
	ask(s, &b);
	RUN_UNTIL(&s->bench.loop, b.answers);
	transport_cancel(s->dot, &a.query);
}

static void what_does_not_match_is_a_failure(void **state)
{
	static const char *const what[] = { "name", "type", "QR", "opcode", "length",
		"question" };
	struct seen *s = *state;
	struct asked a, b;

	for (size_t i = 0; i < sizeof what / sizeof *what; i++) {
		spoiled = what[i];
		s->server.on_query = answer_spoiled;
		ask(s, &a);
		RUN_UNTIL(&s->bench.loop, a.failures + a.answers);
		assert_int_equal(a.answers, 0);
		assert_int_equal(transport_mismatched(s->dot), i + 1);
		assert_int_equal(transport_in_flight(s->dot), 0);
		ask(s, &b);
		RUN_UNTIL(&s->bench.loop, b.answers);
	}
}

/* … and another may be asked for. */
static void a_wrong_sign_of_life_is_none(void **state)
{
	struct seen *s = *state;
	uint64_t before_ms = transport_last_heard_ms(s->dot);

	spoiled = "QR";
	s->server.on_query = answer_spoiled;
	bench_now_ms += 1000;
	transport_check(s->dot);
	RUN_UNTIL(&s->bench.loop, transport_mismatched(s->dot) == 1);
	assert_int_equal(transport_last_heard_ms(s->dot), before_ms);
	transport_check(s->dot);
	RUN_UNTIL(&s->bench.loop, transport_last_heard_ms(s->dot) == before_ms + 1000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			what_is_asked_tells_nobody_anything, setup, teardown),
		cmocka_unit_test_setup_teardown(an_answer_is_heard, setup, teardown),
		cmocka_unit_test_setup_teardown(a_late_answer_is_heard, setup, teardown),
		cmocka_unit_test_setup_teardown(one_at_a_time, setup, teardown),
		cmocka_unit_test_setup_teardown(
			what_has_no_such_id_is_dropped, setup, teardown),
		cmocka_unit_test_setup_teardown(
			what_does_not_match_is_a_failure, setup, teardown),
		cmocka_unit_test_setup_teardown(
			a_wrong_sign_of_life_is_none, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
