/* Every allocation on the way of a client's query fails once. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "tests/unit/fail_alloc.h"
#include "tests/unit/query/house.h"

#define ALLOCATIONS_MAX 1000

static struct house house;

static void a_query_without_memory(void **state)
{
	struct visit v = { .name = "a.", .id = 1 };
	bool failed = true;
	long n = 0;

	(void)state;
	house_init(&house);
	for (; failed && n < ALLOCATIONS_MAX; n++) {
		enum query_outcome outcome;

		v.replies = 0;
		/* visit_send() needs one itself. */
		fail_alloc_at(n + 1);
		outcome = visit_ask(&house, &v);
		if (outcome == QUERY_PENDING)
			visit_wait(&v);
		failed = fail_alloc_happened();
		fail_alloc_at(-1);
		assert_int_not_equal(outcome, QUERY_DROP);
		if (!failed)
			assert_int_equal(message_rcode(&v.message), RCODE_NOERROR);
		/* From the beginning again. */
		assert_int_equal(resolver_stats(house.resolver).in_flight, 0);
		cache_flush(house.cache);
		for (size_t i = 0; i < LAB_SERVERS; i++)
			upstream_fail_all(house.lab.set.items[i], "test");
		bench_settle(&house.lab.bench.loop);
		bench_now_ms += 60000;
	}
	assert_false(failed);
	assert_true(n > 6);
	house_deinit(&house);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(a_query_without_memory) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
