/* Expired answers are given when there is no other (RFC 8767). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/query/house.h"

#define TTL_MS   60000 /* of the servers' answers */
#define EARLY_MS 1800

static int setup(void **state)
{
	struct house *h = calloc(1, sizeof *h);

	assert_non_null(h);
	house_init(h);
	*state = h;
	return 0;
}

static int teardown(void **state)
{
	house_deinit(*state);
	free(*state);
	return 0;
}

static struct visit visit(const char *name)
{
	return (struct visit){ .name = name, .id = 7, .udp_size = 1232 };
}

/* A query that is not answered at once; and one that is. */
static void wait_for_reply(struct house *h, struct visit *v)
{
	v->replies = 0;
	assert_int_equal(visit_ask(h, v), QUERY_PENDING);
	visit_wait(v);
}

static void have_reply(struct house *h, struct visit *v)
{
	v->replies = 0;
	assert_int_equal(visit_ask(h, v), QUERY_ANSWERED);
}

static void assert_ttls(const struct visit *v, uint32_t ttl_s)
{
	struct record_walk walk = record_walk(&v->message);
	struct record record;
	unsigned n = 0;

	while (record_next(&walk, &record)) {
		if (record.type == TYPE_OPT)
			continue;
		assert_int_equal(record.ttl_s, ttl_s);
		n++;
	}
	assert_true(n > 0);
}

static void assert_stale(const struct visit *v, const char *why)
{
	assert_int_equal(v->replies, 1);
	assert_int_equal(message_rcode(&v->message), RCODE_NOERROR);
	assert_int_equal(v->message.counts[SECTION_ANSWER], 1);
	assert_int_equal(v->ede_code, EDE_STALE);
	if (strstr(v->ede, why) == NULL)
		fail_msg("%s: %s", why, v->ede);
	assert_ttls(v, 30);
}

static void assert_fresh(const struct visit *v)
{
	assert_int_equal(message_rcode(&v->message), RCODE_NOERROR);
	assert_int_equal(v->message.counts[SECTION_ANSWER], 1);
	assert_int_equal(v->ede_code, -1);
	assert_ttls(v, 60);
}

static void assert_failed(const struct visit *v)
{
	assert_int_equal(message_rcode(&v->message), RCODE_SERVFAIL);
	assert_int_equal(v->message.counts[SECTION_ANSWER], 0);
	assert_int_not_equal(v->ede_code, EDE_STALE);
}

/* Asked and forgotten but for what is kept after the end. */
static void let_expire(struct house *h, struct visit *v)
{
	wait_for_reply(h, v);
	assert_fresh(v);
	bench_now_ms += TTL_MS;
}

static void each_say(
	struct house *h, void (*on_query)(struct dot_client *client, struct bytes query))
{
	h->lab.servers[0].on_query = h->lab.servers[1].on_query = on_query;
}

static void silence(struct dot_client *client, struct bytes query)
{
	(void)client;
	(void)query;
}

static void refused(struct dot_client *client, struct bytes query)
{
	dot_client_answer(client, query, RCODE_REFUSED);
}

static void nxdomain(struct dot_client *client, struct bytes query)
{
	dot_client_answer(client, query, RCODE_NXDOMAIN);
}

/* --- failures ---------------------------------------------------------------- */

static void with_dead_upstreams_it_is_given(void **state)
{
	struct house *h = *state;
	struct visit a = visit("a."), other = visit("b.");

	let_expire(h, &a);
	lab_stop(&h->lab, 0);
	lab_stop(&h->lab, 1);
	upstream_fail_all(h->lab.set.items[0], "test");
	wait_for_reply(h, &a);
	assert_stale(&a, "a: ");
	assert_non_null(strstr(a.ede, "connection refused"));
	/* From now on at once, whatever upstreams may be tried again. */
	for (int i = 0; i < 29; i++) {
		bench_now_ms += 1000;
		have_reply(h, &a);
		assert_stale(&a, "connection refused");
	}
	bench_now_ms += 1000;
	wait_for_reply(h, &a);
	assert_stale(&a, "connection refused");
	/* There is none of this. */
	other.replies = 0;
	if (visit_ask(h, &other) == QUERY_PENDING)
		visit_wait(&other);
	assert_failed(&other);
	assert_int_equal(resolver_stats(h->resolver).stale, 31);
	assert_int_equal(resolver_stats(h->resolver).failed, 1);
}

/* Nobody may be asked: nothing is remembered, so it is found out at once, and for the
 * first one, too. */
static void what_is_known_at_once_to_fail(void **state)
{
	struct house *h = *state;
	struct visit a = visit("a."), b = visit("b."), other = visit("c.");

	wait_for_reply(h, &b);
	let_expire(h, &a);
	lab_stop(&h->lab, 0);
	lab_stop(&h->lab, 1);
	upstream_fail_all(h->lab.set.items[0], "test");
	other.replies = 0;
	assert_int_equal(visit_ask(h, &other), QUERY_PENDING);
	visit_hold(&other);
	assert_failed(&other);
	wait_for_reply(h, &a);
	assert_stale(&a, "connection refused");
	have_reply(h, &b);
	assert_stale(&b, "connection refused");
}

static void after_serve_stale_it_is_not(void **state)
{
	struct house *h = *state;
	struct visit a = visit("a.");

	let_expire(h, &a);
	bench_now_ms += (HOUSE_STALE_S - 1) * 1000;
	lab_stop(&h->lab, 0);
	lab_stop(&h->lab, 1);
	upstream_fail_all(h->lab.set.items[0], "test");
	wait_for_reply(h, &a);
	assert_stale(&a, "connection refused");
	bench_now_ms += 999;
	have_reply(h, &a);
	assert_stale(&a, "connection refused");
	bench_now_ms += 10000;
	wait_for_reply(h, &a);
	assert_failed(&a);
	/* A failure alone is a failure. */
	have_reply(h, &a);
	assert_failed(&a);
}

static void what_says_nothing_new_is_a_failure(void **state)
{
	static const struct {
		void (*say)(struct dot_client *client, struct bytes query);
		const char *why;
	} rows[] = {
		{ lab_servfail, "answered SERVFAIL" },
		{ refused, "answered REFUSED" },
	};
	struct house *h = *state;
	struct visit a = visit("a.");

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		each_say(h, NULL);
		cache_flush(h->cache);
		let_expire(h, &a);
		each_say(h, rows[i].say);
		wait_for_reply(h, &a);
		assert_stale(&a, rows[i].why);
		have_reply(h, &a);
		assert_stale(&a, rows[i].why);
	}
}

/* RFC 8767 §4: that there is no such name any more is an answer. */
static void a_denial_is_no_failure(void **state)
{
	struct house *h = *state;
	struct visit a = visit("a.");

	let_expire(h, &a);
	each_say(h, nxdomain);
	wait_for_reply(h, &a);
	assert_int_equal(message_rcode(&a.message), RCODE_NXDOMAIN);
	assert_int_equal(a.ede_code, -1);
	each_say(h, lab_servfail);
	wait_for_reply(h, &a);
	assert_failed(&a);
}

static void without_edns_there_is_no_word_of_it(void **state)
{
	struct house *h = *state;
	struct visit a = visit("a.");

	a.udp_size = 0;
	let_expire(h, &a);
	each_say(h, lab_servfail);
	wait_for_reply(h, &a);
	assert_ttls(&a, 30);
	assert_int_equal(a.ede_code, -1);
	assert_false(a.message.edns.present);
}

/* NXDOMAIN with a SOA whose minimum is 60. */
static void deny(struct dot_client *client, struct bytes query)
{
	static const uint8_t soa[] = { 0, 0, 6, 0, 1, 0, 0, 0, 60, 0, 22, 0, 0, 0, 0, 0,
		1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 60 };
	uint8_t frame[1024];
	struct writer w = { .p = frame, .cap = sizeof frame };

	wr_uint(&w, 0, 2);
	w.n += dot_reply(query, RCODE_NXDOMAIN, frame + 2);
	wr_bytes(&w, bytes_of(soa, sizeof soa));
	wr_patch16(&w, 0, (uint16_t)(w.n - 2));
	wr_patch16(&w, 2 + 8, 1);
	dot_client_send(client, wr_done(&w));
}

static void a_stale_denial_has_its_own_code(void **state)
{
	struct house *h = *state;
	struct visit a = visit("a.");

	each_say(h, deny);
	wait_for_reply(h, &a);
	have_reply(h, &a);
	assert_int_equal(a.ede_code, -1);
	bench_now_ms += TTL_MS;
	each_say(h, lab_servfail);
	wait_for_reply(h, &a);
	assert_int_equal(message_rcode(&a.message), RCODE_NXDOMAIN);
	assert_int_equal(a.ede_code, EDE_STALE_NXDOMAIN);
	assert_ttls(&a, 30);
	have_reply(h, &a);
	assert_int_equal(a.ede_code, EDE_STALE_NXDOMAIN);
}

static void an_upstream_that_turns_good_ends_it(void **state)
{
	struct house *h = *state;
	struct visit a = visit("a.");

	let_expire(h, &a);
	each_say(h, lab_servfail);
	wait_for_reply(h, &a);
	each_say(h, NULL);
	have_reply(h, &a);
	assert_stale(&a, "answered SERVFAIL");
	cache_flush_failures(h->cache); /* as the worker does */
	wait_for_reply(h, &a);
	assert_fresh(&a);
}

static void too_many_are_given_it(void **state)
{
	struct house *h = *state;
	struct visit a = visit("a."), b = visit("b."), c = visit("c.");

	let_expire(h, &a);
	h->options.queries_in_flight = 1;
	resolver_rebase(h->resolver, h->cache, &h->options);
	assert_int_equal(visit_ask(h, &b), QUERY_PENDING);
	have_reply(h, &a);
	assert_stale(&a, "limit reached");
	have_reply(h, &c);
	assert_failed(&c);
	visit_wait(&b);
}

/* --- taking long ------------------------------------------------------------- */

/* Both servers say nothing, and the one asked has the question. */
static void ask_the_silent(struct house *h, struct visit *v)
{
	unsigned before = h->lab.servers[0].queries;

	each_say(h, silence);
	v->replies = 0;
	assert_int_equal(visit_ask(h, v), QUERY_PENDING);
	RUN_UNTIL(&h->lab.bench.loop, h->lab.servers[0].queries > before);
}

static void what_takes_long_is_given_and_goes_on(void **state)
{
	struct house *h = *state;
	struct visit a = visit("a."), b = a, later = a;

	let_expire(h, &a);
	ask_the_silent(h, &a);
	h->lab.servers[1].on_query = lab_hold;
	assert_int_equal(visit_ask(h, &b), QUERY_PENDING);
	bench_now_ms += EARLY_MS;
	visit_wait(&a);
	visit_wait(&b);
	assert_stale(&a, "a: no answer in time");
	assert_stale(&b, "a: no answer in time");
	assert_int_equal(resolver_stats(h->resolver).in_flight, 0);
	/* Who comes now does not wait at all. */
	have_reply(h, &later);
	assert_stale(&later, "a: no answer in time");
	/* And the answer comes, for the cache. */
	bench_now_ms += 500;
	RUN_UNTIL(&h->lab.bench.loop, lab_holds());
	lab_answer_held();
	RUN_UNTIL(&h->lab.bench.loop, upstream_stats(h->lab.set.items[1]).answers == 1);
	have_reply(h, &later);
	assert_fresh(&later);
}

static void what_takes_long_is_waited_for_if_there_is_no_other(void **state)
{
	struct house *h = *state;
	struct visit a = visit("a."), b = visit("b.");

	let_expire(h, &a);
	ask_the_silent(h, &b);
	bench_now_ms += EARLY_MS;
	lab_tick(&h->lab);
	assert_int_equal(b.replies, 0);
	bench_now_ms += LAB_TIMEOUT_MS;
	visit_wait(&b);
	assert_failed(&b);
}

/* One of those who are told is gone by then, and so are all. */
static void it_goes_on_when_all_have_left(void **state)
{
	struct house *h = *state;
	struct visit a = visit("a."), b = a;

	let_expire(h, &a);
	a.leaves = &b;
	ask_the_silent(h, &a);
	assert_int_equal(visit_ask(h, &b), QUERY_PENDING);
	bench_now_ms += EARLY_MS;
	visit_wait(&a);
	assert_int_equal(b.replies, 0);
	a.leaves = NULL;
	/* In vain: the next half minute has the stale answer. */
	bench_now_ms += LAB_TIMEOUT_MS - EARLY_MS;
	lab_tick(&h->lab);
	bench_now_ms += 20000;
	have_reply(h, &a);
	assert_stale(&a, "no answer in time");
}

/* They are in nobody's count of what waits, and still have their limit. */
static void those_that_go_on_count(void **state)
{
	struct house *h = *state;
	struct visit a = visit("a."), b = visit("b.");

	let_expire(h, &a);
	h->options.queries_in_flight = 1;
	resolver_rebase(h->resolver, h->cache, &h->options);
	ask_the_silent(h, &a);
	bench_now_ms += EARLY_MS;
	visit_wait(&a);
	have_reply(h, &b);
	assert_failed(&b);
	assert_string_equal(b.ede, "limit reached");
	bench_now_ms += LAB_TIMEOUT_MS;
	lab_tick(&h->lab);
	each_say(h, NULL);
	wait_for_reply(h, &b);
	assert_fresh(&b);
}

/* The resolver goes, the question is under way: nothing is left. */
static void the_end_comes_first(void **state)
{
	struct house *h = *state;
	struct visit a = visit("a.");

	let_expire(h, &a);
	ask_the_silent(h, &a);
	bench_now_ms += EARLY_MS;
	visit_wait(&a);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(with_dead_upstreams_it_is_given),
		TEST(what_is_known_at_once_to_fail),
		TEST(after_serve_stale_it_is_not),
		TEST(what_says_nothing_new_is_a_failure),
		TEST(a_denial_is_no_failure),
		TEST(without_edns_there_is_no_word_of_it),
		TEST(a_stale_denial_has_its_own_code),
		TEST(an_upstream_that_turns_good_ends_it),
		TEST(too_many_are_given_it),
		TEST(what_takes_long_is_given_and_goes_on),
		TEST(what_takes_long_is_waited_for_if_there_is_no_other),
		TEST(it_goes_on_when_all_have_left),
		TEST(those_that_go_on_count),
		TEST(the_end_comes_first),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
