#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/base64.h"

/* RFC 4648 §10, and the two characters that differ from base64url. */
static const struct {
	const char *plain, *text;
} vectors[] = {
	{ "", "" },
	{ "f", "Zg==" },
	{ "fo", "Zm8=" },
	{ "foo", "Zm9v" },
	{ "foob", "Zm9vYg==" },
	{ "fooba", "Zm9vYmE=" },
	{ "foobar", "Zm9vYmFy" },
	{ "\xfb\xff\xfe", "+//+" },
};

static void vectors_go_both_ways(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof vectors / sizeof *vectors; i++) {
		struct bytes plain = bytes_of_text(vectors[i].plain);
		char text[BASE64_TEXT_MAX(6)];
		uint8_t out[6];
		size_t n;

		base64_encode(plain, text);
		assert_string_equal(text, vectors[i].text);
		assert_int_equal(base64_decode(bytes_of_text(text), out, sizeof out, &n),
			STATUS_OK);
		assert_true(bytes_equal(bytes_of(out, n), plain));
	}
}

/* RFC 4648 §5, and the example of RFC 8484 §4.1.1. */
static void base64url_has_no_padding(void **state)
{
	static const struct {
		const char *plain, *text;
	} urls[] = {
		{ "", "" },
		{ "f", "Zg" },
		{ "fo", "Zm8" },
		{ "foo", "Zm9v" },
		{ "\xfb\xff\xfe", "-__-" },
		{ "\xfb\xff\xfe\xff", "-__-_w" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof urls / sizeof *urls; i++) {
		char text[BASE64_TEXT_MAX(6)];

		base64url_encode(bytes_of_text(urls[i].plain), text);
		assert_string_equal(text, urls[i].text);
	}
}

static void every_byte_goes_both_ways(void **state)
{
	uint8_t in[256], out[256];
	char text[BASE64_TEXT_MAX(256)];
	size_t n;

	(void)state;
	for (size_t i = 0; i < sizeof in; i++)
		in[i] = (uint8_t)i;
	base64_encode(bytes_of(in, sizeof in), text);
	assert_int_equal(strlen(text), sizeof text - 1);
	assert_int_equal(
		base64_decode(bytes_of_text(text), out, sizeof out, &n), STATUS_OK);
	assert_int_equal(n, sizeof in);
	assert_memory_equal(in, out, sizeof in);
}

static void other_text_is_refused(void **state)
{
	static const struct {
		const char *name, *text;
	} rows[] = {
		{ "no padding, 2", "Zg" },
		{ "no padding, 3", "Zm8" },
		{ "half the padding", "Zg=" },
		{ "one character", "Z" },
		{ "too much padding", "Z===" },
		{ "padding alone", "====" },
		{ "padding within", "Zg==Zg==" },
		{ "padding before", "=Zm8" },
		{ "a gap in the padding", "Zg=v" },
		{ "unused bits, one byte", "Zh==" },
		{ "unused bits, two bytes", "Zm9=" },
		{ "a space", "Zm 8" },
		{ "a line end", "Zm9v\n" },
		{ "a line end in a group", "Zm9\n" },
		{ "base64url", "-__-" },
		{ "not ASCII", "Zm9\xc3" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		uint8_t out[16];
		size_t n;

		if (base64_decode(bytes_of_text(rows[i].text), out, sizeof out, &n) !=
			STATUS_MALFORMED)
			fail_msg("accepted: %s", rows[i].name);
	}
}

static void a_nul_is_not_in_the_alphabet(void **state)
{
	uint8_t out[16];
	size_t n;

	(void)state;
	assert_int_equal(base64_decode(bytes_of("Zm9\0", 4), out, sizeof out, &n),
		STATUS_MALFORMED);
}

static void what_does_not_fit_is_refused(void **state)
{
	static const struct {
		const char *text;
		size_t bytes;
	} rows[] = { { "Zg==", 1 }, { "Zm8=", 2 }, { "Zm9v", 3 }, { "Zm9vYg==", 4 } };

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct bytes text = bytes_of_text(rows[i].text);
		uint8_t out[5];
		size_t n;

		memset(out, 0xee, sizeof out);
		assert_int_equal(
			base64_decode(text, out, rows[i].bytes - 1, &n), STATUS_NOSPACE);
		assert_int_equal(out[rows[i].bytes - 1], 0xee);
		assert_int_equal(base64_decode(text, out, rows[i].bytes, &n), STATUS_OK);
		assert_int_equal(n, rows[i].bytes);
		assert_int_equal(out[rows[i].bytes], 0xee);
	}
}

static void hexadecimal_goes_both_ways(void **state)
{
	char text[2 * 5 + 1];
	uint8_t out[5];
	size_t n;

	(void)state;
	hex_encode(bytes_of("\x00\x09\xaf\xf0\xff", 5), text);
	assert_string_equal(text, "0009aff0ff");
	assert_int_equal(hex_decode(bytes_of_text("0009AfF0fF"), out, 5, &n), STATUS_OK);
	assert_int_equal(n, 5);
	assert_memory_equal(out, "\x00\x09\xaf\xf0\xff", 5);
	hex_encode(bytes_of(NULL, 0), text);
	assert_string_equal(text, "");
}

static void hexadecimal_refuses(void **state)
{
	static const struct {
		const char *name, *text;
		enum status status;
	} rows[] = {
		{ "an odd digit", "000", STATUS_MALFORMED },
		{ "a letter beyond f", "0g", STATUS_MALFORMED },
		{ "a prefix", "0x00", STATUS_MALFORMED },
		{ "a separator", "00:00:", STATUS_MALFORMED },
		{ "a space", " 0", STATUS_MALFORMED },
		{ "a sign", "+1", STATUS_MALFORMED },
		{ "before the digits", "/0", STATUS_MALFORMED },
		{ "behind the digits", ":0", STATUS_MALFORMED },
		{ "before A", "@0", STATUS_MALFORMED },
		{ "before a", "`0", STATUS_MALFORMED },
		{ "too much", "00112233", STATUS_NOSPACE },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		uint8_t out[3];
		size_t n;

		if (hex_decode(bytes_of_text(rows[i].text), out, sizeof out, &n) !=
			rows[i].status)
			fail_msg("another outcome: %s", rows[i].name);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(vectors_go_both_ways),
		cmocka_unit_test(base64url_has_no_padding),
		cmocka_unit_test(every_byte_goes_both_ways),
		cmocka_unit_test(other_text_is_refused),
		cmocka_unit_test(a_nul_is_not_in_the_alphabet),
		cmocka_unit_test(what_does_not_fit_is_refused),
		cmocka_unit_test(hexadecimal_goes_both_ways),
		cmocka_unit_test(hexadecimal_refuses),
	};

	return cmocka_run_group_tests_name("base64", tests, NULL, NULL);
}
