/* Validations that end before they are done: clients leave, the configuration is another,
 * all ends, there is no memory. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/fail_alloc.h"
#include "tests/unit/query/validated.h"

#define TURNS_MAX       60
#define ALLOCATIONS_MAX 200

/* The client is answered while another waits for the same, the n-th turn later one has
 * left; and then both have. */
static void clients_leave_after_the_nth_turn(void **state)
{
	struct house *h = *state;

	fake.needs = 2;
	fake.works = 1;
	validated_say(VALIDATION_BOGUS, VALIDATION_BOGUS);
	for (int n = 0; n < TURNS_MAX; n++) {
		struct visit a = validated_visit("a."), b = a, c = validated_visit("c.");

		assert_int_equal(visit_ask(h, &a), QUERY_PENDING);
		assert_int_equal(visit_ask(h, &b), QUERY_PENDING);
		assert_int_equal(visit_ask(h, &c), QUERY_PENDING);
		for (int i = 0; i < n && c.waits; i++)
			assert_true(bench_turn(&h->lab.bench.loop));
		visit_leave(&a);
		visit_leave(&b);
		if (c.waits)
			visit_wait(&c);
		bench_settle(&h->lab.bench.loop);
		assert_int_equal(validator_stats(validated_by).under_way, 0);
		assert_int_equal(resolver_stats(h->resolver).in_flight, 0);
		cache_flush(h->cache);
		upstream_fail_all(h->lab.set.items[0], "test");
		bench_settle(&h->lab.bench.loop);
		bench_now_ms += 60000;
	}
	RUN_UNTIL(&h->lab.bench.loop, fake.made == fake.freed);
}

/* Nobody is asked on their behalf any more. */
static void a_question_of_the_chain_ends_with_who_needs_it(void **state)
{
	struct house *h = *state;
	struct visit a = validated_visit("a."), b = validated_visit("b.");

	assert_int_equal(visit_ask(h, &a), QUERY_PENDING);
	validated_wait_for_need(h);
	assert_int_equal(visit_ask(h, &b), QUERY_PENDING);
	RUN_UNTIL(&h->lab.bench.loop, fake.made == 2);
	visit_leave(&a);
	assert_int_equal(fake.freed, 1);
	assert_int_equal(validator_stats(validated_by).under_way, 1);
	h->lab.servers[0].on_query = h->lab.servers[1].on_query = NULL;
	visit_leave(&b);
	assert_int_equal(fake.freed, 2);
	/* It is asked for anew. */
	validated_get(h, &a);
	assert_int_equal(message_rcode(&a.message), RCODE_NOERROR);
}

static void who_leaves_leaves_the_thread_alone(void **state)
{
	struct house *h = *state;
	struct visit a = validated_visit("a.");

	fake.works = 1;
	fake_hold();
	assert_int_equal(visit_ask(h, &a), QUERY_PENDING);
	RUN_UNTIL(&h->lab.bench.loop, fake_is_held());
	visit_leave(&a);
	assert_int_equal(fake.freed, 0);
	fake_let_go();
	RUN_UNTIL(&h->lab.bench.loop, fake.freed == 1);
}

/* --- another configuration ------------------------------------------------------ */

static const struct change_row {
	const char *name;
	bool need, work; /* what is under way */
	bool off;        /* afterwards */
} change_rows[] = {
	{ "a question, another validator", true, false, false },
	{ "a thread, another validator", false, true, false },
	{ "a question, off", true, false, true },
	{ "a thread, off", false, true, true },
};

static void it_begins_again(struct house *h, const struct change_row *row)
{
	struct visit a = validated_visit("a.");

	fake.needs = fake.works = 0;
	validated_say(VALIDATION_BOGUS, VALIDATION_SECURE);
	if (row->work)
		fake_hold();
	fake.works = row->work;
	assert_int_equal(visit_ask(h, &a), QUERY_PENDING);
	if (row->need)
		validated_wait_for_need(h);
	else
		RUN_UNTIL(&h->lab.bench.loop, fake_is_held());
	h->lab.servers[0].on_query = h->lab.servers[1].on_query = NULL;
	h->lab.servers[0].queries = h->lab.servers[1].queries = 0;
	validated_change(h, row->off ? NULL : validated_anchors(h, row->name));
	fake_let_go();
	visit_wait(&a);
	assert_int_equal(message_rcode(&a.message), RCODE_NOERROR);
	assert_int_equal((a.message.flags & DNS_FLAG_AD) != 0, !row->off);
}

static void with_another_configuration(void **state)
{
	struct house *h = *state;

	for (size_t i = 0; i < sizeof change_rows / sizeof *change_rows; i++) {
		print_message("%s\n", change_rows[i].name);
		it_begins_again(h, &change_rows[i]);
		RUN_UNTIL(&h->lab.bench.loop, fake.made == fake.freed);
		cache_flush(h->cache);
		upstream_fail_all(h->lab.set.items[0], "test");
		bench_settle(&h->lab.bench.loop);
		bench_now_ms += 60000;
		validated_change(h, validated_anchors(h, NULL));
	}
}

/* Its route has changed while a thread looks at it: the client has it, the cache not. */
static void what_others_would_say_is_not_kept(void **state)
{
	struct house *h = *state;
	struct visit a = validated_visit("a.");
	const char *others[] = { h->lab.config.upstreams[1].name };
	const struct config_forward route = {
		.zone = { 3, "\1a" }, .upstreams = others, .upstream_n = 1
	};
	const struct exchanger_options routed = { .strategy = STRATEGY_ORDERED,
		.routes = { &route, 1 } };

	fake.works = 1;
	fake_hold();
	assert_int_equal(visit_ask(h, &a), QUERY_PENDING);
	RUN_UNTIL(&h->lab.bench.loop, fake_is_held());
	exchanger_rebase(h->lab.exchanger, &routed);
	exchanger_reroute(h->lab.exchanger);
	fake_let_go();
	visit_wait(&a);
	assert_int_equal(message_rcode(&a.message), RCODE_NOERROR);
	assert_int_equal(h->lab.servers[1].queries, 0);
	validated_get(h, &a);
	assert_int_equal(h->lab.servers[1].queries, 1);
	validated_have(h, &a);
}

/* The answer is asked for a second time when it is turned off. */
static void off_in_the_middle_of_a_retry(void **state)
{
	struct house *h = *state;
	struct visit a = validated_visit("a.");

	h->lab.servers[1].on_query = lab_hold;
	validated_say(VALIDATION_BOGUS, VALIDATION_SECURE);
	assert_int_equal(visit_ask(h, &a), QUERY_PENDING);
	RUN_UNTIL(&h->lab.bench.loop, lab_holds());
	validated_change(h, NULL);
	lab_answer_held();
	visit_wait(&a);
	assert_int_equal(message_rcode(&a.message), RCODE_NOERROR);
	assert_int_equal(a.message.flags & DNS_FLAG_AD, 0);
}

static void the_same_is_the_same(void **state)
{
	struct house *h = *state;
	struct validator *builtin = validated_anchors(h, NULL);
	struct validator *one = validated_anchors(h, "1"),
			 *two = validated_anchors(h, "2");

	assert_true(validator_equal(builtin, validated_by));
	assert_true(validator_equal(NULL, NULL));
	assert_false(validator_equal(one, NULL));
	assert_false(validator_equal(NULL, one));
	assert_false(validator_equal(one, two));
	assert_false(validator_equal(one, builtin));
	validator_free(builtin);
	validator_free(one);
	validator_free(two);
}

static void anchors_at_fault(void **state)
{
	const struct validator_options options = { .anchors = { (const uint8_t *)"", 0 },
		.file = "root.ds" };
	char words[100];
	struct text error = text_in(words, sizeof words);
	struct validator *out;

	(void)state;
	assert_int_equal(validator_new(NULL, &options, &error, &out), STATUS_CONFIG);
	assert_null(out);
	assert_string_equal(words, "root.ds:1: empty");
}

/* --- all ends ------------------------------------------------------------------- */

static void the_end_comes_while_a_question_is_out(void **state)
{
	struct house *h = *state;
	struct visit a = validated_visit("a.");

	assert_int_equal(visit_ask(h, &a), QUERY_PENDING);
	validated_wait_for_need(h);
	visit_leave(&a);
}

/* A prefetch has no client to leave. */
static void the_end_comes_while_a_thread_works(void **state)
{
	struct house *h = *state;
	struct visit a = validated_visit("a.");

	h->options.prefetch = true;
	resolver_rebase(h->resolver, h->cache, &h->options);
	validated_get(h, &a);
	validated_have(h, &a);
	bench_now_ms += 59000;
	fake.works = 1;
	fake_hold();
	validated_have(h, &a);
	RUN_UNTIL(&h->lab.bench.loop, fake_is_held());
}

static void without_memory(void **state)
{
	struct house *h = *state;
	bool failed = true;
	long n = 0;

	fake.needs = fake.works = 1;
	for (; failed && n < ALLOCATIONS_MAX; n++) {
		struct visit a = validated_visit("a.");
		enum query_outcome outcome;

		/* visit_send() needs one itself. */
		fail_alloc_at(n + 1);
		outcome = visit_ask(h, &a);
		if (outcome == QUERY_PENDING)
			visit_wait(&a);
		failed = fail_alloc_happened();
		fail_alloc_at(-1);
		/* Nothing goes through unseen. */
		if (message_rcode(&a.message) == RCODE_NOERROR)
			assert_true((a.message.flags & DNS_FLAG_AD) != 0);
		else
			assert_int_equal(message_rcode(&a.message), RCODE_SERVFAIL);
		assert_int_equal(validator_stats(validated_by).under_way, 0);
		cache_flush(h->cache);
		for (size_t i = 0; i < LAB_SERVERS; i++)
			upstream_fail_all(h->lab.set.items[i], "test");
		bench_settle(&h->lab.bench.loop);
		bench_now_ms += 60000;
	}
	assert_false(failed);
	assert_true(n > 10);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, validated_setup, validated_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(clients_leave_after_the_nth_turn),
		TEST(a_question_of_the_chain_ends_with_who_needs_it),
		TEST(who_leaves_leaves_the_thread_alone),
		TEST(with_another_configuration),
		TEST(what_others_would_say_is_not_kept),
		TEST(off_in_the_middle_of_a_retry),
		TEST(the_same_is_the_same),
		TEST(anchors_at_fault),
		TEST(the_end_comes_while_a_question_is_out),
		TEST(the_end_comes_while_a_thread_works),
		TEST(without_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
