/* Popular answers are asked for anew before they end. */
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

#define PREFETCHES_MAX 64

static int setup(void **state)
{
	struct house *h = calloc(1, sizeof *h);

	assert_non_null(h);
	house_init(h);
	h->options.prefetch = true;
	resolver_rebase(h->resolver, h->cache, &h->options);
	*state = h;
	return 0;
}

static int teardown(void **state)
{
	house_deinit(*state);
	free(*state);
	return 0;
}

static uint64_t prefetches(const struct house *h)
{
	return resolver_stats(h->resolver).prefetches;
}

/* Asked for, and asked for again; now 59 of its 60 seconds have passed. */
static void make_popular(struct house *h, const char *name)
{
	struct visit v = { .name = name, .id = 1 };

	assert_int_equal(visit_ask(h, &v), QUERY_PENDING);
	visit_wait(&v);
	v.replies = 0;
	assert_int_equal(visit_ask(h, &v), QUERY_ANSWERED);
}

static void hit(struct house *h, const char *name)
{
	struct visit v = { .name = name, .id = 1, .udp_size = 1232 };

	assert_int_equal(visit_ask(h, &v), QUERY_ANSWERED);
	assert_int_equal(message_rcode(&v.message), RCODE_NOERROR);
	assert_int_equal(v.ede_code, -1);
}

/* Until so many answers have come. */
static void settle(struct house *h, uint64_t answers)
{
	const struct upstream *u = h->lab.set.items[0];

	RUN_UNTIL(&h->lab.bench.loop, upstream_stats(u).answers >= answers);
	bench_settle(&h->lab.bench.loop);
	assert_int_equal(h->lab.servers[0].queries, answers);
}

/* A second at a time, for ten minutes. */
static void what_is_asked_for_again_and_again_never_misses(void **state)
{
	struct house *h = *state;
	struct resolver_stats stats;

	make_popular(h, "a.");
	for (unsigned s = 1; s <= 600; s++) {
		bench_now_ms += 1000;
		hit(h, "a.");
		settle(h, 1 + prefetches(h));
	}
	stats = resolver_stats(h->resolver);
	assert_int_equal(stats.prefetches, 11);
	assert_int_equal(h->lab.servers[0].queries, 12);
	/* They are no clients. */
	assert_int_equal(stats.received, 602);
	assert_int_equal(stats.answered, 602);
	assert_int_equal(stats.in_flight, 0);
	assert_int_equal(stats.stale, 0);
}

static char told[2][100];
static size_t told_n;

static void keep_prefetch(enum log_level level, const char *line)
{
	(void)level;
	if (strncmp(line, "prefetch", 8) == 0 && told_n < 2)
		snprintf(told[told_n++], sizeof *told, "%s", line);
}

/* When its answer is there; clients' lines are their own. */
static void it_has_a_line_in_the_query_log(void **state)
{
	struct house *h = *state;

	log_replace(keep_prefetch);
	h->options.log_queries = LOG_QUERIES_TEXT;
	resolver_rebase(h->resolver, h->cache, &h->options);
	make_popular(h, "a.");
	bench_now_ms += 59000;
	hit(h, "a.");
	assert_int_equal(told_n, 0);
	settle(h, 2);
	log_replace(NULL);
	assert_int_equal(told_n, 1);
	assert_memory_equal(told[0], "prefetch a. A: upstream a NOERROR ", 34);
}

static void not_if_it_is_not_wanted(void **state)
{
	struct house *h = *state;

	h->options.prefetch = false;
	resolver_rebase(h->resolver, h->cache, &h->options);
	make_popular(h, "a.");
	bench_now_ms += 59000;
	hit(h, "a.");
	bench_settle(&h->lab.bench.loop);
	assert_int_equal(prefetches(h), 0);
	assert_int_equal(h->lab.servers[0].queries, 1);
}

static void one_at_a_time_is_asked_for(void **state)
{
	struct house *h = *state;

	make_popular(h, "a.");
	bench_now_ms += 59000;
	for (int i = 0; i < 10; i++)
		hit(h, "A.");
	assert_int_equal(prefetches(h), 1);
	settle(h, 2);
}

/* A client who comes when a prefetch has begun and the answer has ended. */
static struct visit come_late(struct house *h)
{
	make_popular(h, "a.");
	bench_now_ms += 59000;
	hit(h, "a.");
	bench_now_ms += 1000;
	return (struct visit){ .name = "a.", .id = 2 };
}

static void who_comes_after_its_end_waits_for_it(void **state)
{
	struct house *h = *state;
	struct visit v = come_late(h);

	assert_int_equal(visit_ask(h, &v), QUERY_PENDING);
	visit_wait(&v);
	assert_int_equal(message_rcode(&v.message), RCODE_NOERROR);
	settle(h, 2);
}

static void a_client_that_leaves_does_not_end_it(void **state)
{
	struct house *h = *state;
	struct visit v = come_late(h);

	assert_int_equal(visit_ask(h, &v), QUERY_PENDING);
	visit_leave(&v);
	settle(h, 2);
	hit(h, "a.");
}

static void a_failure_disturbs_nobody(void **state)
{
	struct house *h = *state;
	const struct upstream *last = h->lab.set.items[1];
	struct visit v = { .name = "a.", .id = 2, .udp_size = 1232 };

	make_popular(h, "a.");
	bench_now_ms += 54000;
	h->lab.servers[0].on_query = h->lab.servers[1].on_query = lab_servfail;
	for (int i = 0; i < 6; i++) {
		hit(h, "a.");
		RUN_UNTIL(&h->lab.bench.loop, upstream_stats(last).answers == 1);
		bench_now_ms += 999;
	}
	/* At 54 s, and not before 5 s have passed (the last was at 58.995 s) again. */
	assert_int_equal(prefetches(h), 1);
	hit(h, "a.");
	RUN_UNTIL(&h->lab.bench.loop, upstream_stats(last).answers == 2);
	assert_int_equal(prefetches(h), 2);
	/* Nothing of it is remembered when it ends. */
	bench_now_ms += 6;
	h->lab.servers[0].on_query = NULL;
	assert_int_equal(visit_ask(h, &v), QUERY_PENDING);
	visit_wait(&v);
	assert_int_equal(message_rcode(&v.message), RCODE_NOERROR);
	assert_int_equal(v.ede_code, -1);
	assert_int_equal(resolver_stats(h->resolver).failed, 0);
}

/* Nobody may be asked at all. */
static void what_cannot_be_asked_is_no_prefetch(void **state)
{
	struct house *h = *state;
	struct visit other = { .name = "b.", .id = 2 };

	make_popular(h, "a.");
	bench_now_ms += 59000 - HEALTH_HOLD_MS;
	lab_stop(&h->lab, 0);
	lab_stop(&h->lab, 1);
	upstream_fail_all(h->lab.set.items[0], "test");
	assert_int_equal(visit_ask(h, &other), QUERY_PENDING);
	visit_hold(&other);
	cache_flush_failures(h->cache);
	other.replies = 0;
	assert_int_equal(visit_ask(h, &other), QUERY_PENDING);
	visit_wait(&other);
	assert_int_equal(message_rcode(&other.message), RCODE_SERVFAIL);
	hit(h, "a.");
	assert_int_equal(prefetches(h), 0);
}

static void many_are_asked_for_and_not_all(void **state)
{
	struct house *h = *state;
	char name[16];

	for (unsigned i = 0; i < PREFETCHES_MAX + 6; i++) {
		snprintf(name, sizeof name, "n%u.", i);
		make_popular(h, name);
	}
	bench_now_ms += 59000;
	for (unsigned i = 0; i < PREFETCHES_MAX + 6; i++) {
		snprintf(name, sizeof name, "n%u.", i);
		hit(h, name);
	}
	assert_int_equal(prefetches(h), PREFETCHES_MAX);
	settle(h, 2 * PREFETCHES_MAX + 6);
	/* There is room again, and the others' time has not passed. */
	for (unsigned i = 0; i < PREFETCHES_MAX + 6; i++) {
		snprintf(name, sizeof name, "n%u.", i);
		hit(h, name);
	}
	settle(h, 2 * PREFETCHES_MAX + 12);
	assert_int_equal(prefetches(h), PREFETCHES_MAX + 6);
}

/* The resolver goes while one is asked for: nothing is left. */
static void the_end_comes_first(void **state)
{
	struct house *h = *state;

	make_popular(h, "a.");
	bench_now_ms += 59000;
	hit(h, "a.");
	assert_int_equal(prefetches(h), 1);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_is_asked_for_again_and_again_never_misses),
		TEST(it_has_a_line_in_the_query_log),
		TEST(not_if_it_is_not_wanted),
		TEST(one_at_a_time_is_asked_for),
		TEST(who_comes_after_its_end_waits_for_it),
		TEST(a_client_that_leaves_does_not_end_it),
		TEST(a_failure_disturbs_nobody),
		TEST(what_cannot_be_asked_is_no_prefetch),
		TEST(many_are_asked_for_and_not_all),
		TEST(the_end_comes_first),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
