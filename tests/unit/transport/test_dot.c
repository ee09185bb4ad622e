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

#define AMPLE_MS  20000
#define ASKED_MAX 70000

enum close_in { NEVER, ON_OPEN, ON_ANSWER, ON_CLOSED };

struct seen {
	struct bench bench;
	struct dot_server server;
	struct tls_policy policy;
	struct tls_context context;
	struct transport *dot;

	enum close_in close_in;
	unsigned opened, closed, answers;
	uint16_t ids[ASKED_MAX];
	size_t ids_n;
};

struct asked {
	struct transport_query query;
	struct question question;
	struct seen *seen;
	unsigned answers, rcode, id;
};

static void close_now(struct seen *s)
{
	transport_close(s->dot);
	s->dot = NULL;
}

static void on_open(void *owner)
{
	struct seen *s = owner;

	s->opened++;
	if (s->close_in == ON_OPEN)
		close_now(s);
}

static void on_closed(void *owner, const struct failure *why,
	const struct verdict *verdict, struct bytes refused_pem)
{
	struct seen *s = owner;

	(void)why;
	(void)verdict;
	(void)refused_pem;
	s->closed++;
	if (s->close_in == ON_CLOSED)
		transport_close(s->dot);
	s->dot = NULL;
}

static void on_answer(struct transport_query *query, const struct message *answer)
{
	struct asked *a = (struct asked *)query;
	struct seen *s = a->seen;

	assert_non_null(s->dot);
	a->answers++;
	a->rcode = message_rcode(answer);
	a->id = answer->id;
	s->answers++;
	if (s->close_in == ON_ANSWER)
		close_now(s);
}

static int setup(void **state)
{
	static const struct transport_events events = { on_open, NULL, on_closed };
	struct seen *s = calloc(1, sizeof *s);
	struct transport_spec spec;

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
		.handshake_ms = AMPLE_MS };
	assert_int_equal(transport_start(&spec, &events, s, &s->dot), STATUS_OK);
	*state = s;
	return 0;
}

static int teardown(void **state)
{
	struct seen *s = *state;

	if (s->dot != NULL)
		transport_close(s->dot);
	dot_server_stop(&s->server);
	bench_deinit(&s->bench);
	tls_context_deinit(&s->context);
	free(s);
	return 0;
}

static void open_it(struct seen *s)
{
	RUN_UNTIL(&s->bench.loop, s->opened && s->server.handshakes);
}

static enum status try_ask(struct seen *s, struct asked *a, const char *name)
{
	uint8_t wire[QUERY_WIRE_MAX];
	struct writer w = { .p = wire, .cap = sizeof wire };

	*a = (struct asked){ .seen = s,
		.question = { .type = TYPE_A, .class = CLASS_IN } };
	assert_int_equal(name_from_text(name, &a->question.name), STATUS_OK);
	assert_int_equal(query_write(&a->question, 0, &(struct query_options){ 0 }, &w),
		STATUS_OK);
	a->query = (struct transport_query){ .question = &a->question,
		.on_answer = on_answer };
	return transport_send(s->dot, &a->query, wr_done(&w));
}

static void ask(struct seen *s, struct asked *a, const char *name)
{
	assert_int_equal(try_ask(s, a, name), STATUS_OK);
}

/* --- how servers answer ---------------------------------------------------- */

static void say_nothing(struct dot_client *client, struct bytes query)
{
	struct seen *s = client->server->data;

	assert_true(s->ids_n < ASKED_MAX);
	s->ids[s->ids_n++] = (uint16_t)(query.p[0] << 8 | query.p[1]);
}

static size_t framed(struct bytes query, unsigned rcode, uint8_t frame[514])
{
	size_t n = dot_reply(query, rcode, frame + 2);

	frame[0] = (uint8_t)(n >> 8);
	frame[1] = (uint8_t)n;
	return n + 2;
}

static void byte_by_byte(struct dot_client *client, struct bytes query)
{
	uint8_t frame[514];
	size_t n = framed(query, RCODE_NOERROR, frame);

	for (size_t i = 0; i < n; i++)
		dot_client_send(client, bytes_of(frame + i, 1));
}

/* --- tests ----------------------------------------------------------------- */

static void nothing_is_sent_before_it_is_open(void **state)
{
	struct seen *s = *state;
	struct asked a;

	assert_int_equal(try_ask(s, &a, "a.lab"), STATUS_CLOSED);
	assert_int_equal(transport_in_flight(s->dot), 0);
	open_it(s);
	ask(s, &a, "a.lab");
	RUN_UNTIL(&s->bench.loop, a.answers);
	assert_int_equal(a.rcode, RCODE_NOERROR);
	assert_int_equal(transport_in_flight(s->dot), 0);
}

static void one_turn_is_one_record(void **state)
{
	struct seen *s = *state;
	struct asked a[50];

	open_it(s);
	for (int i = 0; i < 50; i++)
		ask(s, &a[i], "a.lab");
	assert_int_equal(transport_in_flight(s->dot), 50);
	RUN_UNTIL(&s->bench.loop, s->answers == 50);
	assert_int_equal(s->server.records, 1);
	for (int i = 0; i < 50; i++)
		assert_int_equal(a[i].answers, 1);
}

static int compare_ids(const void *a, const void *b)
{
	return *(const uint16_t *)a - *(const uint16_t *)b;
}

/* As many as there are IDs; the next is one too many. */
static void every_id_once(void **state)
{
	struct seen *s = *state;
	struct asked *all = calloc(65537, sizeof *all);

	assert_non_null(all);
	s->server.on_query = say_nothing;
	open_it(s);
	for (int i = 0; i < 65536; i++) {
		ask(s, &all[i], "a.lab");
		if (i % 1000 == 0)
			RUN_UNTIL(&s->bench.loop, s->ids_n == (size_t)i + 1);
	}
	assert_int_equal(try_ask(s, &all[65536], "a.lab"), STATUS_LIMIT);
	RUN_UNTIL(&s->bench.loop, s->ids_n == 65536);
	qsort(s->ids, s->ids_n, sizeof *s->ids, compare_ids);
	for (size_t i = 0; i < 65536; i++)
		assert_int_equal(s->ids[i], i);
	transport_cancel(s->dot, &all[77].query);
	assert_int_equal(try_ask(s, &all[65536], "a.lab"), STATUS_OK);
	close_now(s);
	free(all);
}

/* The server may still answer what was cancelled: its ID rests for a while. */
static void an_id_is_not_used_again_at_once(void **state)
{
	struct seen *s = *state;
	struct asked a;

	s->server.on_query = say_nothing;
	open_it(s);
	for (size_t i = 0; i < 300; i++) {
		ask(s, &a, "a.lab");
		transport_cancel(s->dot, &a.query);
		RUN_UNTIL(&s->bench.loop, s->ids_n == i + 1);
	}
	qsort(s->ids, s->ids_n, sizeof *s->ids, compare_ids);
	for (size_t i = 1; i < s->ids_n; i++)
		assert_int_not_equal(s->ids[i - 1], s->ids[i]);
	assert_int_equal(transport_in_flight(s->dot), 0);
}

static void ids_do_not_run_out(void **state)
{
	struct seen *s = *state;
	struct asked a;

	s->server.on_query = say_nothing;
	open_it(s);
	for (size_t i = 0; i < 70000 - 1; i++) {
		ask(s, &a, "a.lab");
		transport_cancel(s->dot, &a.query);
		if (i % 1000 == 0)
			RUN_UNTIL(&s->bench.loop, s->ids_n == i + 1);
	}
	assert_int_equal(transport_in_flight(s->dot), 0);
}

static void answers_come_in_pieces(void **state)
{
	struct seen *s = *state;
	struct asked a, b;

	s->server.on_query = byte_by_byte;
	open_it(s);
	ask(s, &a, "a.lab");
	ask(s, &b, "b.lab");
	RUN_UNTIL(&s->bench.loop, a.answers && b.answers);
	assert_int_equal(transport_mismatched(s->dot), 0);
}

/* RFC 7766 §7 wants the question compared if there is one: an error may come
 * without, and then the ID alone counts. */
static void answer_bare(struct dot_client *client, struct bytes query)
{
	uint8_t frame[] = { 0, 12, query.p[0], query.p[1], 0x81, 0x80 | RCODE_FORMERR, 0,
		0, 0, 0, 0, 0, 0, 0 };

	dot_client_send(client, bytes_of(frame, sizeof frame));
}

static void an_error_without_question_is_an_answer(void **state)
{
	struct seen *s = *state;
	struct asked a;

	s->server.on_query = answer_bare;
	open_it(s);
	ask(s, &a, "a.lab");
	RUN_UNTIL(&s->bench.loop, a.answers || transport_mismatched(s->dot));
	assert_int_equal(a.answers, 1);
	assert_int_equal(a.rcode, RCODE_FORMERR);
}

static void answer_twice(struct dot_client *client, struct bytes query)
{
	dot_client_answer(client, query, RCODE_NOERROR);
	dot_client_answer(client, query, RCODE_NXDOMAIN);
}

static void the_second_answer_is_dropped(void **state)
{
	struct seen *s = *state;
	struct asked a;

	s->server.on_query = answer_twice;
	open_it(s);
	ask(s, &a, "a.lab");
	RUN_UNTIL(&s->bench.loop, transport_mismatched(s->dot) == 1);
	assert_int_equal(a.answers, 1);
	assert_int_equal(a.rcode, RCODE_NOERROR);
}

static struct asked *to_cancel;

static void answer_what_is_cancelled(struct dot_client *client, struct bytes query)
{
	struct seen *s = client->server->data;

	transport_cancel(s->dot, &to_cancel->query);
	transport_cancel(s->dot, &to_cancel->query);
	assert_int_equal(transport_in_flight(s->dot), 0);
	client->server->on_query = NULL;
	answer_twice(client, query);
}

static void the_answer_to_a_cancelled_query_is_dropped(void **state)
{
	struct seen *s = *state;
	struct asked a, b;

	to_cancel = &a;
	s->server.on_query = answer_what_is_cancelled;
	open_it(s);
	ask(s, &a, "a.lab");
	RUN_UNTIL(&s->bench.loop, s->server.queries == 1);
	ask(s, &b, "a.lab");
	RUN_UNTIL(&s->bench.loop, b.answers);
	assert_int_equal(a.answers, 0);
	assert_int_equal(transport_mismatched(s->dot), 1);
}

static void say_garbage(struct dot_client *client, struct bytes query)
{
	static const uint8_t empty[2], one[] = { 0, 1, 0xff };
	static uint8_t huge[2 + 65535] = { 0xff, 0xff };

	dot_client_send(client, bytes_of(empty, sizeof empty));
	dot_client_send(client, bytes_of(one, sizeof one));
	memset(huge + 2, 0xa5, sizeof huge - 2);
	dot_client_send(client, bytes_of(huge, sizeof huge));
	dot_client_answer(client, query, RCODE_NOERROR);
}

static void garbage_between_answers(void **state)
{
	struct seen *s = *state;
	struct asked a;

	s->server.on_query = say_garbage;
	open_it(s);
	ask(s, &a, "a.lab");
	RUN_UNTIL(&s->bench.loop, a.answers);
	assert_int_equal(transport_mismatched(s->dot), 3);
}

static void closed_inside_a_callback(void **state)
{
	struct seen *s = *state;
	struct asked a, b;

	s->close_in = ON_ANSWER;
	open_it(s);
	ask(s, &a, "a.lab");
	ask(s, &b, "b.lab");
	RUN_UNTIL(&s->bench.loop, s->dot == NULL);
	bench_settle(&s->bench.loop);
	assert_int_equal(a.answers + b.answers, 1);
	assert_int_equal(s->closed, 0);
}

static void closed_inside_on_open(void **state)
{
	struct seen *s = *state;

	s->close_in = ON_OPEN;
	RUN_UNTIL(&s->bench.loop, s->opened);
	bench_settle(&s->bench.loop);
	assert_int_equal(s->closed, 0);
}

static void closed_inside_on_closed(void **state)
{
	struct seen *s = *state;

	s->close_in = ON_CLOSED;
	open_it(s);
	dot_server_hang_up(&s->server);
	RUN_UNTIL(&s->bench.loop, s->closed);
}

static void hang_up(struct dot_client *client, struct bytes query)
{
	dot_client_answer(client, query, RCODE_NOERROR);
	dot_client_close(client);
}

static void what_came_before_the_end_counts(void **state)
{
	struct seen *s = *state;
	struct asked a, b;

	s->server.on_query = hang_up;
	open_it(s);
	ask(s, &a, "a.lab");
	ask(s, &b, "b.lab");
	RUN_UNTIL(&s->bench.loop, s->closed);
	assert_int_equal(s->closed, 1);
	assert_int_equal(b.answers, 0);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(nothing_is_sent_before_it_is_open),
		TEST(one_turn_is_one_record),
		TEST(every_id_once),
		TEST(an_id_is_not_used_again_at_once),
		TEST(ids_do_not_run_out),
		TEST(answers_come_in_pieces),
		TEST(an_error_without_question_is_an_answer),
		TEST(the_second_answer_is_dropped),
		TEST(the_answer_to_a_cancelled_query_is_dropped),
		TEST(garbage_between_answers),
		TEST(closed_inside_a_callback),
		TEST(closed_inside_on_open),
		TEST(closed_inside_on_closed),
		TEST(what_came_before_the_end_counts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
