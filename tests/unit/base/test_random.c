#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/random.h"

static void a_draw_fills_what_it_should_and_no_more(void **state)
{
	static const size_t sizes[] = { 0, 1, 2, 16, 255, 256, 257, 1000 };

	(void)state;
	for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
		uint8_t ored[1001] = { 0 }, out[1001];

		/* A byte that stays zero in 20 draws was not filled: 256^-20. */
		for (int draw = 0; draw < 20; draw++) {
			memset(out, 0, sizeof out);
			random_bytes(out, sizes[i]);
			for (size_t j = 0; j < sizeof out; j++)
				ored[j] |= out[j];
		}
		for (size_t j = 0; j < sizeof out; j++)
			assert_true((ored[j] != 0) == (j < sizes[i]));
	}
}

static void no_draw_comes_twice(void **state)
{
	/* 16 bytes each, more draws than the buffer within holds. */
	static uint8_t drawn[200][16];

	(void)state;
	for (size_t i = 0; i < 200; i++) {
		random_bytes(drawn[i], sizeof drawn[i]);
		for (size_t j = 0; j < i; j++)
			assert_memory_not_equal(drawn[i], drawn[j], sizeof drawn[i]);
	}
}

static void a_number_stays_below_its_bound(void **state)
{
	static const uint32_t bounds[] = { 1, 2, 3, 7, 255, 256, 65536, 0x80000001,
		UINT32_MAX };

	(void)state;
	for (size_t i = 0; i < sizeof bounds / sizeof *bounds; i++)
		for (int draw = 0; draw < 1000; draw++)
			assert_true(random_below(bounds[i]) < bounds[i]);
}

static void every_number_is_as_likely(void **state)
{
	enum { BOUND = 6, EACH = 10000 };
	unsigned count[BOUND] = { 0 };

	(void)state;
	for (int draw = 0; draw < BOUND * EACH; draw++)
		count[random_below(BOUND)]++;
	/* Standard deviation 91: ten of them. */
	for (unsigned i = 0; i < BOUND; i++)
		assert_in_range(count[i], EACH - 910, EACH + 910);
}

/* With a plain remainder the first third would come twice as often. */
static void a_bound_just_above_half_has_no_favourites(void **state)
{
	const uint32_t bound = UINT32_C(3) << 30;
	unsigned low = 0;

	(void)state;
	for (int draw = 0; draw < 30000; draw++)
		low += random_below(bound) < bound / 3;
	assert_in_range(low, 9000, 11000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_draw_fills_what_it_should_and_no_more),
		cmocka_unit_test(no_draw_comes_twice),
		cmocka_unit_test(a_number_stays_below_its_bound),
		cmocka_unit_test(every_number_is_as_likely),
		cmocka_unit_test(a_bound_just_above_half_has_no_favourites),
	};

	return cmocka_run_group_tests_name("random", tests, NULL, NULL);
}
