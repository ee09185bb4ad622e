/* Questions without TLS, on a real loop: what leaves, what is believed, what follows. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "dns/query.h"
#include "tests/unit/transport/plain_world.h"
#include "transport/plain.h"

/* --- what leaves ----------------------------------------------------------- */

static void a_question_is_answered(void **state)
{
	struct plain_world *w = *state;
	struct plain_asked a;

	plain_ask(w, &a, "wWw.lan");
	assert_int_equal(transport_in_flight(w->plain), 1);
	plain_wait(w, &a);
	assert_int_equal(a.answers, 1);
	assert_int_equal(a.rcode, RCODE_NOERROR);
	assert_string_equal(a.letters, "wWw.lan.");
	assert_int_equal(transport_in_flight(w->plain), 0);
	assert_true(transport_was_heard(w->plain));
	assert_null(transport_conn(w->plain));
	assert_false(transport_is_connecting(w->plain));
}

/* Whatever the rest of the program may think. */
static void outside_its_zones_not_a_byte_leaves(void **state)
{
	static const char *const names[] = { "www.example", ".", "test", "b.test", "xlan",
		"lan.example" };
	struct plain_world *w = *state;
	struct plain_asked a;

	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		assert_int_equal(plain_try(w, &a, names[i]), STATUS_UNSUPPORTED);
	assert_int_equal(transport_in_flight(w->plain), 0);
	plain_ask(w, &a, "a.test");
	plain_wait(w, &a);
	assert_int_equal(w->datagrams, 1);
	assert_int_equal(w->streams, 0);
	assert_int_equal(a.answers, 1);
}

static void a_sign_of_life_is_one_of_its_own_names(void **state)
{
	struct plain_world *w = *state;
	struct message m;
	char text[NAME_TEXT_MAX];

	transport_check(w->plain);
	transport_check(w->plain);
	RUN_UNTIL(&w->bench.loop, transport_was_heard(w->plain));
	assert_int_equal(w->datagrams, 1);
	assert_int_equal(message_parse(bytes_of(w->last, w->last_n), &m), STATUS_OK);
	name_lower(&m.question.name);
	name_to_text(&m.question.name, text);
	assert_string_equal(text, "lan.");
	assert_int_equal(m.question.type, TYPE_SOA);
	transport_check(w->plain);
	RUN_UNTIL(&w->bench.loop, w->datagrams == 2);
}

static void say_nothing(
	struct plain_world *w, struct bytes query, const struct sockaddr *from)
{
	(void)w;
	(void)query;
	(void)from;
}

static void there_is_a_limit(void **state)
{
	static struct plain_asked asked[PLAIN_QUESTIONS_MAX + 1];
	struct plain_world *w = *state;

	w->on_query = say_nothing;
	for (size_t i = 0; i < PLAIN_QUESTIONS_MAX; i++)
		plain_ask(w, &asked[i], "a.lan");
	assert_int_equal(
		plain_try(w, &asked[PLAIN_QUESTIONS_MAX], "a.lan"), STATUS_LIMIT);
	transport_cancel(w->plain, &asked[0].query);
	plain_ask(w, &asked[PLAIN_QUESTIONS_MAX], "a.lan");
	assert_int_equal(transport_in_flight(w->plain), PLAIN_QUESTIONS_MAX);
}

static void answer_from_the_second_on(
	struct plain_world *w, struct bytes query, const struct sockaddr *from)
{
	uint8_t out[512];
	size_t n = plain_reply(query, RCODE_NOERROR, out);

	if (w->datagrams > 1)
		plain_send(&w->udp, from, bytes_of(out, n));
}

static void what_is_lost_is_sent_again(void **state)
{
	struct plain_world *w = *state;
	struct plain_asked a;

	w->on_query = answer_from_the_second_on;
	plain_ask(w, &a, "a.lan");
	plain_wait(w, &a);
	assert_int_equal(a.answers, 1);
	assert_int_equal(w->datagrams, 2);
}

/* --- what is believed ------------------------------------------------------ */

static const char *spoiled;

/* First what somebody forged, with NXDOMAIN, then the answer. */
static void forge(struct plain_world *w, struct bytes query, const struct sockaddr *from)
{
	uv_udp_t *udp = strcmp(spoiled, "source") == 0 ? &w->elsewhere : &w->udp;
	uint8_t forged[512], out[512];
	size_t n = plain_reply(query, RCODE_NXDOMAIN, forged);

	if (strcmp(spoiled, "ID") == 0)
		forged[0] ^= 1;
	else if (strcmp(spoiled, "case") == 0)
		forged[DNS_HEADER_BYTES + 1] ^= 0x20;
	else if (strcmp(spoiled, "name") == 0)
		forged[DNS_HEADER_BYTES + 1] ^= 1;
	else if (strcmp(spoiled, "type") == 0)
		forged[n - 3] ^= TYPE_AAAA ^ TYPE_A;
	else if (strcmp(spoiled, "QR") == 0)
		forged[2] &= 0x7f;
	else if (strcmp(spoiled, "length") == 0)
		n--;
	plain_send(udp, from, bytes_of(forged, n));
	n = plain_reply(query, RCODE_NOERROR, out);
	plain_send(&w->udp, from, bytes_of(out, n));
}

static void what_is_forged_is_not_believed(void **state)
{
	static const char *const ways[] = { "source", "ID", "case", "name", "type", "QR",
		"length" };
	struct plain_world *w = *state;
	struct plain_asked a;

	w->on_query = forge;
	for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
		spoiled = ways[i];
		plain_ask(w, &a, "abc.lan");
		plain_wait(w, &a);
		assert_int_equal(a.answers, 1);
		assert_int_equal(a.rcode, RCODE_NOERROR);
		/* What comes from elsewhere the kernel does not even show. */
		assert_int_equal(transport_mismatched(w->plain), i);
	}
	assert_int_equal(w->streams, 0);
}

static void guess_often(
	struct plain_world *w, struct bytes query, const struct sockaddr *from)
{
	uint8_t forged[512];
	size_t n = plain_reply(query, RCODE_NOERROR, forged);

	for (unsigned i = 1; from != NULL && i <= 20; i++) {
		forged[1] = (uint8_t)(query.p[1] + i);
		plain_send(&w->udp, from, bytes_of(forged, n));
	}
}

/* Somebody is guessing: TCP, where guessing does not help. */
static void who_guesses_often_is_left_alone(void **state)
{
	struct plain_world *w = *state;
	struct plain_asked a;

	w->on_query = guess_often;
	plain_ask(w, &a, "a.lan");
	plain_wait(w, &a);
	assert_int_equal(a.answers, 1);
	assert_int_equal(a.rcode, RCODE_NXDOMAIN); /* as the server says over TCP */
	assert_int_equal(w->streams, 1);
	assert_int_equal(w->datagrams, 1);
}

static void in_small_letters(
	struct plain_world *w, struct bytes query, const struct sockaddr *from)
{
	uint8_t out[512];
	size_t n = plain_reply(query, RCODE_NOERROR, out);

	for (size_t i = DNS_HEADER_BYTES; i < n - 4; i++)
		if (out[i] >= 'A' && out[i] <= 'Z')
			out[i] |= 0x20;
	plain_send(&w->udp, from, bytes_of(out, n));
}

/* Some servers write names as they like. */
static void other_letters_are_asked_for_over_tcp(void **state)
{
	struct plain_world *w = *state;
	struct plain_asked a;

	w->on_query = in_small_letters;
	plain_ask(w, &a, "averylongnamewithmanylettersinit.lan");
	plain_wait(w, &a);
	assert_int_equal(a.answers, 1);
	assert_int_equal(w->streams, 1);
	assert_int_equal(w->datagrams, 1);
}

/* --- long answers ---------------------------------------------------------- */

static void cut(struct plain_world *w, struct bytes query, const struct sockaddr *from)
{
	uint8_t out[512];
	size_t n = plain_reply(query, RCODE_NOERROR, out);

	out[2] |= 0x02;
	plain_send(&w->udp, from, bytes_of(out, n));
}

static void what_is_cut_is_asked_for_over_tcp(void **state)
{
	struct plain_world *w = *state;
	struct plain_asked a;

	w->on_query = cut;
	plain_ask(w, &a, "a.lan");
	plain_wait(w, &a);
	assert_int_equal(a.answers, 1);
	assert_int_equal(a.rcode, RCODE_NXDOMAIN);
	assert_false(a.cut);
	assert_int_equal(w->streams, 1);
}

/* The server has said what it can; whoever asked sees that it is not all. */
static void what_is_cut_and_not_to_be_had_is_told_as_cut(void **state)
{
	struct plain_world *w = *state;
	struct plain_asked a;

	w->on_query = cut;
	plain_stop_tcp(w);
	plain_ask(w, &a, "a.lan");
	plain_wait(w, &a);
	assert_int_equal(a.answers, 1);
	assert_true(a.cut);
	assert_string_equal(a.letters, "a.lan.");
	assert_int_equal(w->closed, 0);
}

/* --- how it ends ----------------------------------------------------------- */

static void nobody_is_there(void **state)
{
	struct plain_world *w = *state;
	struct plain_asked a, b;

	plain_stop_udp(w);
	plain_ask(w, &a, "a.lan");
	plain_ask(w, &b, "b.lan");
	plain_wait(w, &a);
	assert_int_equal(w->closed, 1);
	assert_int_equal(w->why.kind, FAILURE_UNREACHABLE);
	assert_int_equal(a.answers + a.failures + b.answers + b.failures, 0);
}

static void what_is_cancelled_is_not_told(void **state)
{
	struct plain_world *w = *state;
	struct plain_asked a, b;

	plain_ask(w, &a, "a.lan");
	plain_ask(w, &b, "b.lan");
	transport_cancel(w->plain, &a.query);
	plain_wait(w, &b);
	assert_int_equal(a.answers + a.failures, 0);
	assert_int_equal(b.answers, 1);
	assert_int_equal(transport_in_flight(w->plain), 0);
}

static void it_may_be_closed_by_an_answer(void **state)
{
	struct plain_world *w = *state;
	struct plain_asked a, b;

	plain_ask(w, &a, "a.lan");
	plain_ask(w, &b, "b.lan");
	a.closes = b.closes = true;
	RUN_UNTIL(&w->bench.loop, a.answers + b.answers > 0);
	bench_settle(&w->bench.loop);
	assert_int_equal(a.answers + b.answers, 1);
	assert_int_equal(w->closed, 0);
}

static void it_may_be_closed_while_tcp_is_under_way(void **state)
{
	struct plain_world *w = *state;
	struct plain_asked a;

	w->on_query = cut;
	plain_ask(w, &a, "a.lan");
	RUN_UNTIL(&w->bench.loop, w->datagrams > 0);
	assert_true(bench_turn(&w->bench.loop));
	transport_close(w->plain);
	w->plain = NULL;
	bench_settle(&w->bench.loop);
	assert_int_equal(a.answers + a.failures + w->closed, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		PLAIN_TEST(a_question_is_answered),
		PLAIN_TEST(outside_its_zones_not_a_byte_leaves),
		PLAIN_TEST(a_sign_of_life_is_one_of_its_own_names),
		PLAIN_TEST(there_is_a_limit),
		PLAIN_TEST(what_is_lost_is_sent_again),
		PLAIN_TEST(what_is_forged_is_not_believed),
		PLAIN_TEST(who_guesses_often_is_left_alone),
		PLAIN_TEST(other_letters_are_asked_for_over_tcp),
		PLAIN_TEST(what_is_cut_is_asked_for_over_tcp),
		PLAIN_TEST(what_is_cut_and_not_to_be_had_is_told_as_cut),
		PLAIN_TEST(nobody_is_there),
		PLAIN_TEST(what_is_cancelled_is_not_told),
		PLAIN_TEST(it_may_be_closed_by_an_answer),
		PLAIN_TEST(it_may_be_closed_while_tcp_is_under_way),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
