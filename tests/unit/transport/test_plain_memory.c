/* Questions without TLS and without memory: nothing is sent, lost or told twice. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/fail_alloc.h"
#include "tests/unit/transport/plain_world.h"

static void it_does_not_start(void **state)
{
	static const struct transport_events events = { 0 };
	struct plain_world *w = *state;
	const struct transport_spec spec = {
		.loop = &w->bench.loop, .protocol = TRANSPORT_PLAIN, .address = &w->at
	};
	struct transport *plain = w->plain;

	fail_alloc_at(0);
	assert_int_equal(transport_start(&spec, &events, w, &plain), STATUS_NOMEM);
	fail_alloc_at(-1);
	assert_true(fail_alloc_happened());
	assert_null(plain);
}

static void a_question_is_not_taken(void **state)
{
	struct plain_world *w = *state;
	struct plain_asked a;

	fail_alloc_at(0);
	assert_int_equal(plain_try(w, &a, "a.lan"), STATUS_NOMEM);
	fail_alloc_at(-1);
	assert_true(fail_alloc_happened());
	assert_int_equal(transport_in_flight(w->plain), 0);
	bench_settle(&w->bench.loop);
	assert_int_equal(w->datagrams, 0);
	plain_ask(w, &a, "a.lan");
	plain_wait(w, &a);
	assert_int_equal(a.answers, 1);
}

static unsigned frames;

/* The answer in two pieces: the first has to be kept, and cannot. */
static void cut(struct plain_world *w, struct bytes query, const struct sockaddr *from)
{
	uint8_t out[512];
	size_t n = plain_reply(query, RCODE_NOERROR, out);

	frames++;
	out[2] |= 0x02;
	plain_send(&w->udp, from, bytes_of(out, n));
}

static void what_comes_over_tcp_cannot_be_kept(void **state)
{
	struct plain_world *w = *state;
	struct plain_asked a;

	w->on_query = cut;
	w->tcp_in_pieces = true;
	plain_ask(w, &a, "a.lan");
	RUN_UNTIL(&w->bench.loop, frames > 0);
	RUN_UNTIL(&w->bench.loop, w->streams > 0);
	fail_alloc_at(0);
	plain_wait(w, &a);
	fail_alloc_at(-1);
	assert_true(fail_alloc_happened());
	/* It was cut, and cannot be had whole. */
	assert_int_equal(a.answers, 1);
	assert_true(a.cut);
	assert_int_equal(transport_in_flight(w->plain), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		PLAIN_TEST(it_does_not_start),
		PLAIN_TEST(a_question_is_not_taken),
		PLAIN_TEST(what_comes_over_tcp_cannot_be_kept),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
