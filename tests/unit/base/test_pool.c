#include <setjmp.h>
#include <stdalign.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/pool.h"
#include "tests/unit/fail_alloc.h"

#define ITEMS 8
#define KEPT  3

static void take_all(struct pool *pool, void *items[ITEMS])
{
	for (size_t i = 0; i < ITEMS; i++) {
		items[i] = pool_take(pool);
		assert_non_null(items[i]);
	}
}

static void give_all(struct pool *pool, void *items[ITEMS])
{
	for (size_t i = 0; i < ITEMS; i++)
		pool_give(pool, items[i]);
}

static void items_are_aligned_and_apart(void **state)
{
	static const size_t sizes[] = { 0, 1, 7, 8, 9, 1000, 4097 };

	(void)state;
	for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++) {
		struct pool pool;
		void *items[ITEMS];

		pool_init(&pool, sizes[s], KEPT);
		/* The second time some of them are not new. */
		for (int again = 0; again < 2; again++) {
			take_all(&pool, items);
			for (size_t i = 0; i < ITEMS; i++) {
				assert_int_equal(
					(uintptr_t)items[i] % alignof(max_align_t), 0);
				memset(items[i], (int)i + 1, sizes[s]);
			}
			for (size_t i = 0; i < ITEMS; i++)
				for (size_t at = 0; at < sizes[s]; at++)
					assert_int_equal(
						((uint8_t *)items[i])[at], i + 1);
			give_all(&pool, items);
		}
		pool_deinit(&pool);
	}
}

/* Where nothing is kept, because of AddressSanitizer, there is nothing to compare. */
static void as_many_lie_ready_as_were_asked_for(void **state)
{
	static const unsigned most[] = { 0, 1, KEPT, ITEMS, ITEMS + 1 };

	(void)state;
	for (size_t m = 0; m < sizeof most / sizeof *most; m++) {
		unsigned least = most[m] < ITEMS ? most[m] : ITEMS;
		struct pool pool;
		void *items[ITEMS];

		pool_init(&pool, 100, most[m]);
		if (pool.kept_max == 0)
			least = 0;
		take_all(&pool, items);
		assert_int_equal(pool.kept_n, 0);
		give_all(&pool, items);
		assert_int_equal(pool.kept_n, least);
		/* These take no memory, the next one does. */
		fail_alloc_at(0);
		for (unsigned i = 0; i < least; i++) {
			items[i] = pool_take(&pool);
			assert_non_null(items[i]);
		}
		assert_null(pool_take(&pool));
		fail_alloc_at(-1);
		assert_int_equal(pool.kept_n, 0);
		for (unsigned i = 0; i < least; i++)
			pool_give(&pool, items[i]);
		pool_deinit(&pool);
	}
}

static void the_last_one_given_comes_first(void **state)
{
	struct pool pool;
	void *a, *b;

	(void)state;
	pool_init(&pool, 100, KEPT);
	a = pool_take(&pool);
	b = pool_take(&pool);
	pool_give(&pool, a);
	pool_give(&pool, b);
	if (pool.kept_max > 0) {
		assert_ptr_equal(pool_take(&pool), b);
		assert_ptr_equal(pool_take(&pool), a);
		pool_give(&pool, a);
		pool_give(&pool, b);
	}
	pool_deinit(&pool);
}

/* What is given back to a pool that has ended is freed: a leak checker would tell. */
static void nothing_lies_in_a_pool_that_has_ended(void **state)
{
	struct pool pool;
	void *late;

	(void)state;
	pool_init(&pool, 100, KEPT);
	late = pool_take(&pool);
	pool_deinit(&pool);
	pool_give(&pool, late);
	assert_int_equal(pool.kept_n, 0);
	assert_null(pool.kept);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(items_are_aligned_and_apart),
		cmocka_unit_test(as_many_lie_ready_as_were_asked_for),
		cmocka_unit_test(the_last_one_given_comes_first),
		cmocka_unit_test(nothing_lies_in_a_pool_that_has_ended),
	};

	return cmocka_run_group_tests_name("pool", tests, NULL, NULL);
}
