#include <setjmp.h>
#include <stdalign.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/arena.h"

static void memory_is_zeroed_aligned_and_apart(void **state)
{
	static const size_t sizes[] = { 0, 1, 7, 16, 17, 4000, 4096, 4097, 100000, 1 };
	struct arena arena;
	unsigned char *before[sizeof sizes / sizeof *sizes];

	(void)state;
	arena_init(&arena);
	for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
		before[i] = arena_alloc(&arena, sizes[i]);
		assert_non_null(before[i]);
		assert_int_equal((uintptr_t)before[i] % alignof(max_align_t), 0);
		for (size_t j = 0; j < sizes[i]; j++)
			assert_int_equal(before[i][j], 0);
		memset(before[i], (int)i + 1, sizes[i]);
	}
	/* None of them wrote over another. */
	for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
		for (size_t j = 0; j < sizes[i]; j++)
			assert_int_equal(before[i][j], i + 1);
	arena_deinit(&arena);
}

static void a_size_that_would_wrap_is_refused(void **state)
{
	static const size_t sizes[] = { SIZE_MAX, SIZE_MAX - 15, SIZE_MAX / 2 + 1 };
	struct arena arena;

	(void)state;
	arena_init(&arena);
	for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
		assert_null(arena_alloc(&arena, sizes[i]));
	arena_deinit(&arena);
}

static void a_product_that_would_wrap_is_refused(void **state)
{
	static const struct {
		size_t count, size;
	} rows[] = {
		{ SIZE_MAX, 2 },
		{ 2, SIZE_MAX },
		{ SIZE_MAX / 2 + 2, 2 },
		{ SIZE_MAX / 16 + 1, 16 },
	};
	struct arena arena;

	(void)state;
	arena_init(&arena);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		assert_null(arena_copy(&arena, "", rows[i].count, rows[i].size));
	arena_deinit(&arena);
}

static void copies_are_copies(void **state)
{
	uint32_t numbers[] = { 1, 2, 3 };
	char text[] = "pintle";
	struct arena arena;
	uint32_t *copied;
	char *copied_text;

	(void)state;
	arena_init(&arena);
	copied = arena_copy(&arena, numbers, 3, sizeof *numbers);
	copied_text = arena_text(&arena, text);
	numbers[1] = 9;
	text[0] = 'x';
	assert_int_equal(copied[1], 2);
	assert_string_equal(copied_text, "pintle");
	assert_string_equal(arena_text(&arena, ""), "");
	assert_non_null(arena_copy(&arena, NULL, 0, 8));
	arena_deinit(&arena);
}

static void an_arena_can_be_emptied_twice_and_used_again(void **state)
{
	struct arena arena;

	(void)state;
	arena_init(&arena);
	arena_deinit(&arena);
	assert_non_null(arena_alloc(&arena, 10));
	arena_deinit(&arena);
	arena_deinit(&arena);
	assert_null(arena.newest);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(memory_is_zeroed_aligned_and_apart),
		cmocka_unit_test(a_size_that_would_wrap_is_refused),
		cmocka_unit_test(a_product_that_would_wrap_is_refused),
		cmocka_unit_test(copies_are_copies),
		cmocka_unit_test(an_arena_can_be_emptied_twice_and_used_again),
	};

	return cmocka_run_group_tests_name("arena", tests, NULL, NULL);
}
