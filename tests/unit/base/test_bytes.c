#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/bytes.h"

static const uint8_t counting[] = { 0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x08,
	0x09 };

static void a_number_is_read_in_network_order(void **state)
{
	static const struct {
		unsigned width;
		uint64_t value;
	} rows[] = {
		{ 1, 0x01 },
		{ 2, 0x0102 },
		{ 3, 0x010203 },
		{ 4, 0x01020304 },
		{ 6, 0x010203040506 },
		{ 8, 0x0102030405060708 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct reader r = { .rest = bytes_of(counting, sizeof counting) };

		assert_true(rd_uint(&r, rows[i].width) == rows[i].value);
		assert_int_equal(r.rest.n, sizeof counting - rows[i].width);
		assert_false(r.bad);
	}
}

static void reading_to_the_last_byte_is_fine(void **state)
{
	struct reader r = { .rest = bytes_of(counting, 2) };

	(void)state;
	assert_int_equal(rd_uint(&r, 2), 0x0102);
	assert_int_equal(rd_take(&r, 0).n, 0);
	assert_false(r.bad);
	assert_int_equal(r.rest.n, 0);
}

static void reading_past_the_end_is_sticky(void **state)
{
	struct reader r = { .rest = bytes_of(counting, 3) };

	(void)state;
	assert_int_equal(rd_uint(&r, 4), 0);
	assert_true(r.bad);
	/* Three bytes are there, and are not given out any more. */
	assert_int_equal(rd_uint(&r, 1), 0);
	assert_int_equal(rd_take(&r, 1).n, 0);
	assert_null(rd_take(&r, 0).p);
	assert_true(r.bad);
}

static void a_length_that_would_wrap_is_refused(void **state)
{
	struct reader r = { .rest = bytes_of(counting, sizeof counting) };

	(void)state;
	assert_int_equal(rd_take(&r, SIZE_MAX).n, 0);
	assert_true(r.bad);
}

static void nothing_can_be_read_from_nothing(void **state)
{
	struct reader r = { .rest = bytes_of(NULL, 0) };

	(void)state;
	assert_int_equal(rd_take(&r, 0).n, 0);
	assert_false(r.bad);
	assert_int_equal(rd_uint(&r, 1), 0);
	assert_true(r.bad);
}

static void what_is_written_is_read_back(void **state)
{
	uint8_t out[64];
	struct writer w = { .p = out, .cap = sizeof out };
	struct reader r;

	(void)state;
	for (unsigned width = 1; width <= 8; width++)
		wr_uint(&w, UINT64_MAX / 3 + width, width);
	r = (struct reader){ .rest = wr_done(&w) };
	for (unsigned width = 1; width <= 8; width++) {
		uint64_t low = UINT64_MAX >> (64 - 8 * width);

		assert_true(rd_uint(&r, width) == ((UINT64_MAX / 3 + width) & low));
	}
	assert_false(r.bad);
	assert_int_equal(r.rest.n, 0);
}

static void writing_too_much_is_sticky_and_stays_inside(void **state)
{
	uint8_t out[5] = { 0, 0, 0, 0, 0xee };
	struct writer w = { .p = out, .cap = 4 };

	(void)state;
	wr_uint(&w, 0x0102, 2);
	wr_uint(&w, 0x03040506, 4);
	assert_true(w.bad);
	wr_uint(&w, 0x07, 1);
	assert_true(w.bad);
	assert_int_equal(wr_done(&w).n, 0);
	assert_int_equal(out[2], 0);
	assert_int_equal(out[4], 0xee);
}

static void writing_just_what_fits_is_fine(void **state)
{
	uint8_t out[4];
	struct writer w = { .p = out, .cap = sizeof out };

	(void)state;
	wr_bytes(&w, bytes_of(counting, 4));
	wr_bytes(&w, bytes_of(NULL, 0));
	assert_false(w.bad);
	assert_true(bytes_equal(wr_done(&w), bytes_of(counting, 4)));
}

static void zeros_are_written_where_they_fit(void **state)
{
	static const struct {
		size_t n;
		bool bad;
	} rows[] = { { 0, false }, { 1, false }, { 3, false }, { 4, true },
		{ SIZE_MAX, true } };

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		uint8_t out[5] = { 0xee, 0xee, 0xee, 0xee, 0xee };
		struct writer w = { .p = out, .n = 1, .cap = 4 };

		wr_zeros(&w, rows[i].n);
		assert_true(w.bad == rows[i].bad);
		assert_int_equal(w.n, w.bad ? 1 : 1 + rows[i].n);
		for (size_t at = 0; at < sizeof out; at++)
			assert_int_equal(out[at], at >= 1 && at < w.n ? 0 : 0xee);
	}
}

static void a_patch_changes_two_bytes(void **state)
{
	uint8_t out[8];
	struct writer w = { .p = out, .cap = sizeof out };

	(void)state;
	wr_bytes(&w, bytes_of(counting, 4));
	wr_patch16(&w, 1, 0xabcd);
	assert_false(w.bad);
	assert_true(bytes_equal(wr_done(&w), bytes_of("\x01\xab\xcd\x04", 4)));
}

static void a_patch_ends_within_what_was_written(void **state)
{
	static const size_t refused[] = { 3, 4, 7, 100, SIZE_MAX - 1, SIZE_MAX };

	(void)state;
	for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
		uint8_t out[8] = { 0 };
		struct writer w = { .p = out, .cap = sizeof out };

		wr_bytes(&w, bytes_of(counting, 4));
		wr_patch16(&w, refused[i], 0xabcd);
		assert_true(w.bad);
		assert_int_equal(out[3], 4);
		assert_int_equal(out[4], 0);
	}
}

static void views_are_compared_by_content(void **state)
{
	static const struct {
		const char *a, *b;
		bool equal;
	} rows[] = {
		{ "", "", true },
		{ "abc", "abc", true },
		{ "abc", "abd", false },
		{ "abc", "ab", false },
		{ "", "a", false },
		{ "ABC", "abc", false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct bytes a = bytes_of_text(rows[i].a), b = bytes_of_text(rows[i].b);

		assert_true(bytes_equal(a, b) == rows[i].equal);
		assert_true(bytes_equal(b, a) == rows[i].equal);
	}
	assert_true(bytes_equal(bytes_of(NULL, 0), bytes_of_text("")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_number_is_read_in_network_order),
		cmocka_unit_test(reading_to_the_last_byte_is_fine),
		cmocka_unit_test(reading_past_the_end_is_sticky),
		cmocka_unit_test(a_length_that_would_wrap_is_refused),
		cmocka_unit_test(nothing_can_be_read_from_nothing),
		cmocka_unit_test(what_is_written_is_read_back),
		cmocka_unit_test(writing_too_much_is_sticky_and_stays_inside),
		cmocka_unit_test(writing_just_what_fits_is_fine),
		cmocka_unit_test(zeros_are_written_where_they_fit),
		cmocka_unit_test(a_patch_changes_two_bytes),
		cmocka_unit_test(a_patch_ends_within_what_was_written),
		cmocka_unit_test(views_are_compared_by_content),
	};

	return cmocka_run_group_tests_name("bytes", tests, NULL, NULL);
}
