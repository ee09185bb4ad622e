#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/log.h"
#include "tests/unit/query/house.h"

static char logged[8][200];
static size_t logged_n;

static void keep_line(enum log_level level, const char *line)
{
	(void)level;
	if (strncmp(line, "query", 5) == 0 && logged_n < 8)
		snprintf(logged[logged_n++], sizeof *logged, "%s", line);
}

static int setup(void **state)
{
	struct house *h = calloc(1, sizeof *h);

	assert_non_null(h);
	log_replace(keep_line);
	logged_n = 0;
	house_init(h);
	*state = h;
	return 0;
}

static int teardown(void **state)
{
	house_deinit(*state);
	free(*state);
	log_replace(NULL);
	return 0;
}

static struct visit visit(const char *name, uint16_t id)
{
	return (struct visit){ .name = name, .id = id };
}

static void assert_answer(const struct visit *v, unsigned rcode, unsigned answers)
{
	assert_int_equal(v->replies, 1);
	assert_int_equal(v->message.id, v->id);
	assert_int_equal(message_rcode(&v->message), rcode);
	assert_int_equal(v->message.counts[SECTION_ANSWER], answers);
	assert_int_equal(v->message.edns.present, v->udp_size > 0);
}

static void assert_name(const struct visit *v)
{
	char text[NAME_TEXT_MAX];

	name_to_text(&v->message.question.name, text);
	assert_string_equal(text, v->name);
}

/* --- joining --------------------------------------------------------------- */

static void identical_questions_are_asked_once(void **state)
{
	struct house *h = *state;
	struct visit a = visit("www.example.", 1), b = visit("wWw.eXAMPLE.", 2);

	b.udp_size = 1232;
	assert_int_equal(visit_ask(h, &a), QUERY_PENDING);
	assert_int_equal(visit_ask(h, &b), QUERY_PENDING);
	assert_int_equal(resolver_stats(h->resolver).in_flight, 2);
	visit_wait(&a);
	visit_wait(&b);
	assert_int_equal(h->lab.servers[0].queries, 1);
	assert_answer(&a, RCODE_NOERROR, 1);
	assert_answer(&b, RCODE_NOERROR, 1);
	assert_name(&a);
	assert_name(&b);
	assert_int_equal(resolver_stats(h->resolver).in_flight, 0);
	assert_int_equal(resolver_stats(h->resolver).answered, 2);
}

static void other_questions_are_not_joined(void **state)
{
	struct house *h = *state;
	struct visit a = visit("a.", 1), type = a, dnssec = a, cd = a;

	type.type = TYPE_AAAA;
	dnssec.udp_size = 1232;
	dnssec.dnssec_ok = true;
	cd.flags = DNS_FLAG_RD | DNS_FLAG_CD;
	assert_int_equal(visit_ask(h, &a), QUERY_PENDING);
	assert_int_equal(visit_ask(h, &type), QUERY_PENDING);
	assert_int_equal(visit_ask(h, &dnssec), QUERY_PENDING);
	assert_int_equal(visit_ask(h, &cd), QUERY_PENDING);
	visit_wait(&cd);
	visit_wait(&type);
	assert_int_equal(h->lab.servers[0].queries, 4);
	assert_true(cd.message.flags & DNS_FLAG_CD);
}

static void answer_much(struct dot_client *client, struct bytes query)
{
	static const uint8_t a[] = { 0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 192, 0, 2,
		7 };
	uint8_t frame[4096];
	struct writer w = { .p = frame, .cap = sizeof frame };

	wr_uint(&w, 0, 2);
	w.n += dot_reply(query, RCODE_NOERROR, frame + 2);
	for (int i = 1; i < 50; i++)
		wr_bytes(&w, bytes_of(a, sizeof a));
	wr_patch16(&w, 0, (uint16_t)(w.n - 2));
	wr_patch16(&w, 2 + 6, 50);
	dot_client_send(client, wr_done(&w));
}

static void each_has_its_own_limit(void **state)
{
	struct house *h = *state;
	struct visit classic = visit("a.", 1), edns = classic, tcp = classic;

	h->lab.servers[0].on_query = answer_much;
	edns.udp_size = 4096;
	tcp.tcp = true;
	assert_int_equal(visit_ask(h, &classic), QUERY_PENDING);
	assert_int_equal(visit_ask(h, &edns), QUERY_PENDING);
	assert_int_equal(visit_ask(h, &tcp), QUERY_PENDING);
	visit_wait(&classic);
	/* As many as fit: some resolvers know no TCP. */
	assert_answer(&classic, RCODE_NOERROR, 30);
	assert_true(classic.message.flags & DNS_FLAG_TC);
	assert_answer(&edns, RCODE_NOERROR, 50);
	assert_answer(&tcp, RCODE_NOERROR, 50);
	assert_int_equal(h->lab.servers[0].queries, 1);
}

static void too_many_are_told_so(void **state)
{
	struct house *h = *state;
	struct visit a = visit("a.", 1), b = visit("b.", 2), c = visit("c.", 3);

	h->options.queries_in_flight = 2;
	resolver_rebase(h->resolver, h->cache, &h->options);
	c.udp_size = 1232;
	assert_int_equal(visit_ask(h, &a), QUERY_PENDING);
	assert_int_equal(visit_ask(h, &b), QUERY_PENDING);
	assert_int_equal(visit_ask(h, &c), QUERY_ANSWERED);
	assert_answer(&c, RCODE_SERVFAIL, 0);
	assert_string_equal(c.ede, "limit reached");
	visit_wait(&a);
	visit_wait(&b);
	c.replies = 0;
	assert_int_equal(visit_ask(h, &c), QUERY_PENDING);
	visit_wait(&c);
	assert_answer(&c, RCODE_NOERROR, 1);
}

/* --- leaving --------------------------------------------------------------- */

static void one_of_two_leaves(void **state)
{
	struct house *h = *state;
	struct visit a = visit("a.", 1), b = visit("a.", 2);

	assert_int_equal(visit_ask(h, &a), QUERY_PENDING);
	assert_int_equal(visit_ask(h, &b), QUERY_PENDING);
	visit_leave(&a);
	visit_wait(&b);
	assert_answer(&b, RCODE_NOERROR, 1);
	assert_int_equal(a.replies, 0);
}

static void all_leave(void **state)
{
	struct house *h = *state;
	struct visit a = visit("a.", 1), b = visit("a.", 2);

	assert_int_equal(visit_ask(h, &a), QUERY_PENDING);
	assert_int_equal(visit_ask(h, &b), QUERY_PENDING);
	visit_leave(&b);
	visit_leave(&a);
	query_cancel(&a.query);
	assert_int_equal(resolver_stats(h->resolver).in_flight, 0);
	bench_settle(&h->lab.bench.loop);
	/* The connection was wanted, the question no more. */
	assert_int_equal(h->lab.servers[0].queries, 0);
	assert_int_equal(visit_ask(h, &a), QUERY_PENDING);
	visit_wait(&a);
	assert_int_equal(h->lab.servers[0].queries, 1);
}

/* A reply that cannot be written ends a client with all that it waits for. */
static void one_leaves_while_another_is_answered(void **state)
{
	struct house *h = *state;
	struct visit a = visit("a.", 1), b = visit("a.", 2), c = visit("c.", 3);

	a.leaves = &b;
	h->lab.servers[0].on_query = lab_say_nothing;
	assert_int_equal(visit_ask(h, &a), QUERY_PENDING);
	assert_int_equal(visit_ask(h, &b), QUERY_PENDING);
	RUN_UNTIL(&h->lab.bench.loop, h->lab.servers[0].queries == 1);
	bench_now_ms += LAB_TIMEOUT_MS;
	visit_wait(&a);
	assert_answer(&a, RCODE_SERVFAIL, 0);
	assert_int_equal(b.replies, 0);
	assert_int_equal(resolver_stats(h->resolver).in_flight, 0);
	h->lab.servers[0].on_query = NULL;
	assert_int_equal(visit_ask(h, &c), QUERY_PENDING);
	visit_wait(&c);
}

/* --- cache ----------------------------------------------------------------- */

static uint32_t ttl_of(const struct visit *v)
{
	struct record_walk walk = record_walk(&v->message);
	struct record record;

	assert_true(record_next(&walk, &record));
	return record.ttl_s;
}

static void an_answer_is_remembered_and_ages(void **state)
{
	struct house *h = *state;
	struct visit a = visit("a.", 1), b = visit("A.", 2);

	assert_int_equal(visit_ask(h, &a), QUERY_PENDING);
	visit_wait(&a);
	assert_int_equal(ttl_of(&a), 60);
	bench_now_ms += 25000;
	assert_int_equal(visit_ask(h, &b), QUERY_ANSWERED);
	assert_answer(&b, RCODE_NOERROR, 1);
	assert_name(&b);
	assert_int_equal(ttl_of(&b), 35);
	assert_int_equal(h->lab.servers[0].queries, 1);
	bench_now_ms += 35000;
	b.replies = 0;
	assert_int_equal(visit_ask(h, &b), QUERY_PENDING);
	visit_wait(&b);
}

static void a_failure_is_remembered_until_it_is_flushed(void **state)
{
	struct house *h = *state;
	struct visit a = visit("a.", 1), b = visit("a.", 2);

	a.udp_size = b.udp_size = 1232;
	lab_stop(&h->lab, 0);
	lab_stop(&h->lab, 1);
	assert_int_equal(visit_ask(h, &a), QUERY_PENDING);
	visit_hold(&a);
	assert_answer(&a, RCODE_SERVFAIL, 0);
	assert_int_equal(a.ede_code, EDE_NETWORK_ERROR);
	assert_non_null(strstr(a.ede, "a: connection refused"));
	bench_now_ms += 1000; /* the upstreams might be tried again */
	assert_int_equal(visit_ask(h, &b), QUERY_ANSWERED);
	assert_answer(&b, RCODE_SERVFAIL, 0);
	assert_string_equal(b.ede, a.ede);
	assert_int_equal(b.ede_code, a.ede_code);
	cache_flush_failures(h->cache);
	b.replies = 0;
	assert_int_equal(visit_ask(h, &b), QUERY_PENDING);
	visit_wait(&b);
	assert_int_equal(resolver_stats(h->resolver).failed, 3);
}

static void without_upstreams_the_reply_comes_at_once(void **state)
{
	struct house *h = *state;
	struct visit a = visit("a.", 1), b = visit("b.", 2);

	lab_stop(&h->lab, 0);
	lab_stop(&h->lab, 1);
	assert_int_equal(visit_ask(h, &a), QUERY_PENDING);
	visit_hold(&a);
	cache_flush_failures(h->cache);
	a.replies = 0;
	assert_int_equal(visit_ask(h, &a), QUERY_PENDING);
	visit_wait(&a);
	b.udp_size = 1232;
	assert_int_equal(visit_ask(h, &b), QUERY_ANSWERED);
	assert_answer(&b, RCODE_SERVFAIL, 0);
	assert_int_equal(b.ede_code, EDE_NETWORK_ERROR);
}

/* --- what upstreams say ---------------------------------------------------- */

static void bare_formerr(struct dot_client *client, struct bytes query)
{
	uint8_t frame[] = { 0, 12, query.p[0], query.p[1], 0x81, 0x80 | RCODE_FORMERR, 0,
		0, 0, 0, 0, 0, 0, 0 };

	dot_client_send(client, bytes_of(frame, sizeof frame));
}

static void truncated(struct dot_client *client, struct bytes query)
{
	uint8_t frame[514];
	size_t n = dot_reply(query, RCODE_NOERROR, frame + 2);

	frame[0] = (uint8_t)(n >> 8);
	frame[1] = (uint8_t)n;
	frame[4] |= DNS_FLAG_TC >> 8;
	dot_client_send(client, bytes_of(frame, n + 2));
}

static void nxdomain(struct dot_client *client, struct bytes query)
{
	dot_client_answer(client, query, RCODE_NXDOMAIN);
}

static void refused(struct dot_client *client, struct bytes query)
{
	dot_client_answer(client, query, RCODE_REFUSED);
}

static void what_all_upstreams_say(void **state)
{
	static const struct {
		void (*say)(struct dot_client *client, struct bytes query);
		unsigned rcode;
		const char *ede;
	} rows[] = {
		{ nxdomain, RCODE_NXDOMAIN, "" },
		{ refused, RCODE_REFUSED, "" },
		{ lab_servfail, RCODE_SERVFAIL, "b: answered SERVFAIL" },
		{ bare_formerr, RCODE_SERVFAIL, "b: answered FORMERR" },
		{ truncated, RCODE_SERVFAIL,
			"a: answered, but cut; b: answered, but cut" },
	};
	struct house *h = *state;

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		char name[] = "a.";
		struct visit v = visit(name, 7);

		name[0] = (char)('a' + i);
		v.udp_size = 1232;
		h->lab.servers[0].on_query = h->lab.servers[1].on_query = rows[i].say;
		assert_int_equal(visit_ask(h, &v), QUERY_PENDING);
		visit_wait(&v);
		assert_answer(&v, rows[i].rcode, 0);
		assert_string_equal(v.ede, rows[i].ede);
	}
}

/* --- the log --------------------------------------------------------------- */

static void queries_are_logged_if_wanted(void **state)
{
	struct house *h = *state;
	struct visit a = visit("a\\000b.example.", 1), b = a, c = visit("c.example.", 2);

	assert_int_equal(visit_ask(h, &a), QUERY_PENDING);
	visit_wait(&a);
	assert_int_equal(logged_n, 0);
	h->options.log_queries = LOG_QUERIES_TEXT;
	resolver_rebase(h->resolver, h->cache, &h->options);
	assert_int_equal(visit_ask(h, &b), QUERY_ANSWERED);
	assert_int_equal(visit_ask(h, &c), QUERY_PENDING);
	visit_wait(&c);
	assert_int_equal(logged_n, 2);
	assert_string_equal(
		logged[0], "query a\\000b.example. A from 192.0.2.9: cache NOERROR 0 ms");
	assert_memory_equal(
		logged[1], "query c.example. A from 192.0.2.9: upstream a NOERROR ", 54);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(identical_questions_are_asked_once),
		TEST(other_questions_are_not_joined),
		TEST(each_has_its_own_limit),
		TEST(too_many_are_told_so),
		TEST(one_of_two_leaves),
		TEST(all_leave),
		TEST(one_leaves_while_another_is_answered),
		TEST(an_answer_is_remembered_and_ages),
		TEST(a_failure_is_remembered_until_it_is_flushed),
		TEST(without_upstreams_the_reply_comes_at_once),
		TEST(what_all_upstreams_say),
		TEST(queries_are_logged_if_wanted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
