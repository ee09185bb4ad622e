#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"

static void pieces_are_joined(void **state)
{
	char out[32] = "left over";
	struct text t = text_in(out, sizeof out);

	(void)state;
	assert_string_equal(out, "");
	text_add(&t, "%s=%d", "a", 1);
	text_add(&t, "%s", "");
	text_add(&t, ", %s=%d", "b", 22);
	assert_string_equal(out, "a=1, b=22");
	assert_int_equal(t.n, strlen(out));
	assert_false(t.cut);
}

static void what_does_not_fit_is_cut_and_said(void **state)
{
	static const struct {
		size_t cap;
		const char *out;
		bool cut;
	} rows[] = {
		{ 1, "", true },
		{ 2, "a", true },
		{ 6, "abcde", true },
		{ 7, "abcdef", false },
		{ 8, "abcdef", false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		char out[9];
		struct text t;

		memset(out, '#', sizeof out);
		t = text_in(out, rows[i].cap);
		text_add(&t, "%s", "abc");
		text_add(&t, "%s", "def");
		assert_string_equal(out, rows[i].out);
		assert_true(t.cut == rows[i].cut);
		assert_int_equal(out[rows[i].cap], '#');
		/* Full stays full. */
		text_add(&t, "%s", "ghijkl");
		assert_true(t.cut);
		assert_int_equal(t.n, rows[i].cap - 1);
		assert_int_equal(out[rows[i].cap], '#');
	}
}

static void what_has_no_format_is_cut_as_well(void **state)
{
	(void)state;
	for (size_t cap = 1; cap <= 10; cap++) {
		char want[11], out[11];
		struct text a, b;

		memset(out, '#', sizeof out);
		a = text_in(want, cap);
		b = text_in(out, cap);
		text_add(&a, "%s%s%d", "ab%", "", 1234);
		text_add_plain(&b, "ab%");
		text_add_plain(&b, "");
		text_add_number(&b, 1234);
		assert_string_equal(out, want);
		assert_int_equal(b.n, a.n);
		assert_true(b.cut == a.cut);
		assert_int_equal(out[cap], '#');
	}
}

static void numbers_are_written_in_full(void **state)
{
	static const struct {
		uint64_t number;
		const char *out;
	} rows[] = {
		{ 0, "0" },
		{ 7, "7" },
		{ 10, "10" },
		{ 128, "128" },
		{ 1000000007, "1000000007" },
		{ UINT64_MAX, "18446744073709551615" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		char out[32];
		struct text t = text_in(out, sizeof out);

		text_add_number(&t, rows[i].number);
		assert_string_equal(out, rows[i].out);
		assert_false(t.cut);
	}
}

static void a_copy_is_cut_and_terminated(void **state)
{
	char out[4] = "###";

	(void)state;
	text_copy(out, sizeof out, "ab");
	assert_string_equal(out, "ab");
	text_copy(out, sizeof out, "abc");
	assert_string_equal(out, "abc");
	text_copy(out, sizeof out, "abcd");
	assert_string_equal(out, "abc");
	text_copy(out, 1, "abcd");
	assert_string_equal(out, "");
	text_copy(out, sizeof out, "%s%n");
	assert_string_equal(out, "%s%");
}

static void a_strangers_bytes_are_made_safe(void **state)
{
	static const struct {
		const char *name, *in;
		size_t n;
		const char *out;
	} rows[] = {
		{ "plain", "abc ~!", 6, "abc ~!" },
		{ "a line end", "a\nb", 3, "a\\x0ab" },
		{ "a carriage return", "\r", 1, "\\x0d" },
		{ "an escape sequence", "\x1b[2J", 4, "\\x1b[2J" },
		{ "a NUL", "a\0b", 3, "a\\x00b" },
		{ "delete", "\x7f", 1, "\\x7f" },
		{ "a C1 control in UTF-8", "\xc2\x9b", 2, "\\xc2\\x9b" },
		{ "high bytes", "\x80\xff", 2, "\\x80\\xff" },
		{ "a backslash, or \\x0a could be faked", "\\x0a", 4, "\\x5cx0a" },
		{ "a format", "%s%n", 4, "%s%n" },
		{ "nothing", "", 0, "" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		char out[64];
		struct text t = text_in(out, sizeof out);

		text_add_untrusted(&t, rows[i].in, rows[i].n);
		if (strcmp(out, rows[i].out) != 0)
			fail_msg("%s: %s", rows[i].name, out);
		assert_false(t.cut);
	}
}

static void a_strangers_bytes_are_cut_too(void **state)
{
	char in[1000], out[50];
	struct text t = text_in(out, sizeof out);

	(void)state;
	memset(in, 0xff, sizeof in);
	text_add_untrusted(&t, in, sizeof in);
	assert_true(t.cut);
	assert_int_equal(strlen(out), sizeof out - 1);
}

static void test_equal(void **state)
{
	const char one[] = "one", same[] = "one";

	(void)state;
	assert_true(text_equal(one, same));
	assert_true(text_equal(NULL, NULL));
	assert_false(text_equal(one, "One"));
	assert_false(text_equal(one, ""));
	assert_false(text_equal(one, NULL));
	assert_false(text_equal(NULL, one));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pieces_are_joined),
		cmocka_unit_test(test_equal),
		cmocka_unit_test(what_does_not_fit_is_cut_and_said),
		cmocka_unit_test(what_has_no_format_is_cut_as_well),
		cmocka_unit_test(numbers_are_written_in_full),
		cmocka_unit_test(a_copy_is_cut_and_terminated),
		cmocka_unit_test(a_strangers_bytes_are_made_safe),
		cmocka_unit_test(a_strangers_bytes_are_cut_too),
	};

	return cmocka_run_group_tests_name("text", tests, NULL, NULL);
}
