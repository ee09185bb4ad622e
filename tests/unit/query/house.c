#include "tests/unit/query/house.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

void house_init(struct house *h)
{
	const struct cache_options cache = {
		.size_bytes = 1 << 20, .max_ttl_s = 86400, .stale_s = HOUSE_STALE_S
	};

	memset(h, 0, sizeof *h);
	lab_init(&h->lab);
	lab_load(&h->lab);
	assert_int_equal(prefix_parse("192.0.2.0/24", &h->allow), STATUS_OK);
	assert_int_equal(endpoint_parse("192.0.2.9", 4444, &h->client), STATUS_OK);
	assert_int_equal(cache_new(&cache, &h->cache), STATUS_OK);
	h->options = (struct resolver_options){ .allow = &h->allow,
		.allow_n = 1,
		.queries_in_flight = 100,
		.max_ttl_s = 86400,
		.timeout_ms = LAB_TIMEOUT_MS,
		.pad_to = 128 };
	assert_int_equal(
		resolver_new(h->cache, h->lab.exchanger, &h->options, &h->resolver),
		STATUS_OK);
}

void house_deinit(struct house *h)
{
	assert_int_equal(resolver_stats(h->resolver).in_flight, 0);
	resolver_free(h->resolver);
	cache_free(h->cache);
	lab_deinit(&h->lab);
}

static void read_reply(struct visit *v, struct bytes reply)
{
	struct reader options;
	struct bytes value;
	uint16_t code;

	assert_true(reply.n <= sizeof v->reply);
	v->replies++;
	if (reply.n == 0)
		return;
	memcpy(v->reply, reply.p, reply.n);
	assert_int_equal(
		message_parse(bytes_of(v->reply, reply.n), &v->message), STATUS_OK);
	options = (struct reader){ .rest = v->message.edns.options };
	while (edns_option_next(&options, &code, &value)) {
		if (code != EDNS_EDE)
			continue;
		v->ede_code = value.p[0] << 8 | value.p[1];
		memcpy(v->ede, value.p + 2, value.n - 2);
		v->ede[value.n - 2] = '\0';
	}
}

static void on_done(struct query *query, struct bytes reply)
{
	struct visit *v = (struct visit *)query;

	assert_true(v->waits);
	v->waits = false;
	read_reply(v, reply);
	if (v->leaves != NULL)
		visit_leave(v->leaves);
}

enum query_outcome visit_send(struct house *h, struct visit *v, struct bytes wire)
{
	uint8_t room[DNS_MESSAGE_MAX];
	struct writer reply = { .p = room, .cap = sizeof room };
	/* The listener's buffer is another one's by the time of the reply. */
	uint8_t *copy = malloc(wire.n > 0 ? wire.n : 1);
	enum query_outcome outcome;
	struct message parsed;

	assert_non_null(copy);
	memcpy(copy, wire.p, wire.n);
	v->house = h;
	v->query.done = on_done;
	v->ede_code = -1;
	outcome = query_receive(h->resolver, bytes_of(copy, wire.n), &h->client, !v->tcp,
		&parsed, &reply);
	if (outcome == QUERY_PENDING)
		outcome = query_wait(
			h->resolver, &v->query, &parsed, &h->client, !v->tcp, &reply);
	free(copy);
	v->waits = outcome == QUERY_PENDING;
	if (outcome == QUERY_ANSWERED)
		read_reply(v, wr_done(&reply));
	return outcome;
}

enum query_outcome visit_ask(struct house *h, struct visit *v)
{
	uint8_t wire[512];
	struct writer w = { .p = wire, .cap = sizeof wire };
	struct name name;

	assert_int_equal(name_from_text(v->name, &name), STATUS_OK);
	wr_uint(&w, v->id, 2);
	wr_uint(&w, v->flags != 0 ? v->flags : DNS_FLAG_RD, 2);
	wr_uint(&w, 1, 2);
	wr_uint(&w, 0, 4);
	wr_uint(&w, v->udp_size > 0, 2);
	wr_bytes(&w, name_bytes(&name));
	wr_uint(&w, v->type != 0 ? v->type : TYPE_A, 2);
	wr_uint(&w, CLASS_IN, 2);
	if (v->udp_size > 0)
		edns_write(&w, v->udp_size, 0, v->dnssec_ok, NULL, 0);
	assert_false(w.bad);
	return visit_send(h, v, wr_done(&w));
}

/* No visit that is not late waits for so many turns of the loop. */
#define TURNS_A_MS 64

void visit_wait(struct visit *v)
{
	/* The clock stands still but for this: what a timer wheel was given for now is
	 * due a millisecond after it. */
	for (int turns = 1; v->replies == 0; turns++) {
		assert_true(bench_turn(&v->house->lab.bench.loop));
		if (turns % TURNS_A_MS == 0)
			bench_now_ms++;
	}
	bench_settle(&v->house->lab.bench.loop);
	assert_int_equal(v->replies, 1);
}

void visit_hold(struct visit *v)
{
	lab_tick(&v->house->lab);
	assert_int_equal(v->replies, 0);
	bench_now_ms += HEALTH_HOLD_MS;
	visit_wait(v);
}

void visit_leave(struct visit *v)
{
	if (v->waits)
		query_cancel(&v->query);
	v->waits = false;
}
