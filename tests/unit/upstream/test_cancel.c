#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/upstream/lab.h"

static void cancelled_after_the_nth_turn(void **state)
{
	struct lab *lab = *state;
	unsigned done = 0;

	lab_load(lab);
	for (int n = 0; n < 40; n++) {
		struct asked a, b;

		lab_ask(lab, &a);
		lab_ask(lab, &b);
		for (int i = 0; i < n && !b.done; i++)
			assert_true(bench_turn(&lab->bench.loop));
		done += a.done;
		if (!a.done)
			exchange_cancel(a.exchange);
		a.done += 10;
		lab_wait_for(lab, &b);
		assert_in_range(a.done, 10, 11);
		/* From the beginning again. */
		upstream_fail_all(lab->set.items[0], "test");
		bench_settle(&lab->bench.loop);
	}
	assert_in_range(done, 1, 39);
}

static void cancelled_and_nothing_is_left(void **state)
{
	struct lab *lab = *state;
	struct asked a;

	lab->servers[0].on_query = lab_say_nothing;
	lab_load(lab);
	lab_ask(lab, &a);
	RUN_UNTIL(&lab->bench.loop, lab->servers[0].queries == 1);
	exchange_cancel(a.exchange);
	bench_now_ms += 10 * LAB_TIMEOUT_MS;
	bench_settle(&lab->bench.loop);
	assert_int_equal(a.done, 0);
	assert_int_equal(upstream_health(lab->set.items[0])->state, HEALTH_GOOD);
}

static void the_exchanger_goes_with_questions_under_way(void **state)
{
	struct lab *lab = *state;
	struct asked a, b;

	lab->servers[0].on_query = lab_say_nothing;
	lab_load(lab);
	lab_ask(lab, &a);
	RUN_UNTIL(&lab->bench.loop, lab->servers[0].queries == 1);
	lab_ask(lab, &b);
	exchanger_free(lab->exchanger);
	lab->exchanger = NULL;
	bench_settle(&lab->bench.loop);
	assert_int_equal(a.done + b.done, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		LAB_TEST(cancelled_after_the_nth_turn),
		LAB_TEST(cancelled_and_nothing_is_left),
		LAB_TEST(the_exchanger_goes_with_questions_under_way),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
