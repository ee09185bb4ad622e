/* Pins from text and back. */
#include "pinning/pin.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/rows.h"

/* The bytes 0 to 31. */
#define B64 "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
#define HEX "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"

/* 32 bytes of 0xff: its base64 begins with a slash, as the forms do. */
#define B64_SLASH "//////////////////////////////////////////8="

static const struct row {
	const char *name;
	const char *text;
	int first; /* the first byte that comes out, -1: refused */
} rows[] = {
	{ "curl", "sha256//" B64, 0 },
	{ "OpenWrt", "sha256/" B64, 0 },
	{ "RFC 7469", "pin-sha256=\"" B64 "\"", 0 },
	{ "bare base64", B64, 0 },
	{ "bare hexadecimal", HEX, 0 },
	{ "hexadecimal in capitals",
		"000102030405060708090A0B0C0D0E0F101112131415161718191A1B1C1D1E1F", 0 },
	{ "DANE end entity", "3 1 1 " HEX, 0 },
	{ "DANE trust anchor", "2 1 1 " HEX, 0 },
	{ "curl, base64 begins with a slash", "sha256//" B64_SLASH, 255 },
	{ "OpenWrt, base64 begins with a slash", "sha256/" B64_SLASH, 255 },
	{ "bare base64 begins with a slash", B64_SLASH, 255 },

	{ "nothing", "", -1 },
	{ "a form without a pin: curl", "sha256//", -1 },
	{ "a form without a pin: OpenWrt", "sha256/", -1 },
	{ "a form without a pin: RFC 7469", "pin-sha256=\"\"", -1 },
	{ "a form without a pin: DANE", "3 1 1 ", -1 },
	{ "a form cut short", "sha256", -1 },
	{ "one quote for two", "pin-sha256=\"", -1 },
	{ "31 bytes in base64", "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHg==", -1 },
	{ "33 bytes in base64", "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8g", -1 },
	{ "30 bytes, no padding", "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwd", -1 },
	{ "64 bytes in base64",
		"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8gISIjJCUmJygpKissLS4vMDEyMzQ1"
		"Njc4OTo7PD0+Pw==",
		-1 },
	{ "two pins in one", B64 B64, -1 },
	{ "31 bytes in hexadecimal",
		"000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e", -1 },
	{ "33 bytes in hexadecimal", HEX "20", -1 },
	{ "a hexadecimal digit short",
		"000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1", -1 },
	{ "not a hexadecimal digit",
		"g00102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f", -1 },
	{ "hexadecimal with colons",
		"00:01:02:03:04:05:06:07:08:09:0a:0b:0c:0d:0e:0f:10:11:12:13:14:15:16:17:"
		"18:19:1a:1b:1c:1d:1e:1f",
		-1 },
	{ "hexadecimal with 0x", "0x" HEX, -1 },
	{ "padding missing", "sha256//AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8", -1 },
	{ "padding twice", B64 "=", -1 },
	{ "padding of a whole group", B64 "====", -1 },
	{ "padding in the middle", "AAEC=wQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=", -1 },
	{ "padding in front", "=AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8", -1 },
	{ "unused bits set", "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh9=", -1 },
	{ "the URL alphabet", "__________________________________________8=", -1 },
	{ "space in front", " " B64, -1 },
	{ "space behind", B64 " ", -1 },
	{ "newline behind", B64 "\n", -1 },
	{ "carriage return behind", "sha256//" B64 "\r", -1 },
	{ "tab behind hexadecimal", HEX "\t", -1 },
	{ "space behind the form", "sha256// " B64, -1 },
	{ "space inside", "sha256//AAECAwQFBgcICQoL DA0ODxAREhMUFRYXGBkaGxwdHh8=", -1 },
	{ "newline inside", "AAECAwQFBgcICQoLDA0O\nDxAREhMUFRYXGBkaGxwdHh8=", -1 },
	{ "text behind", B64 "x", -1 },
	{ "four characters behind", B64 "AAAA", -1 },
	{ "a comma and another pin", B64 "," B64, -1 },
	{ "a semicolon, as curl separates", "sha256//" B64 ";sha256//" B64, -1 },
	{ "three slashes", "sha256///" B64, -1 },
	{ "the form twice", "sha256//sha256//" B64, -1 },
	{ "another hash", "sha1//" B64, -1 },
	{ "another hash of the same size", "sha3-256//" B64, -1 },
	{ "the form in capitals", "SHA256//" B64, -1 },
	{ "a colon for the slashes", "sha256:" B64, -1 },
	{ "RFC 7469 without quotes", "pin-sha256=" B64, -1 },
	{ "RFC 7469, first quote only", "pin-sha256=\"" B64, -1 },
	{ "RFC 7469, last quote only", "pin-sha256=" B64 "\"", -1 },
	{ "RFC 7469, single quotes", "pin-sha256='" B64 "'", -1 },
	{ "RFC 7469 with a directive", "pin-sha256=\"" B64 "\"; max-age=1", -1 },
	{ "curl in quotes", "sha256//\"" B64 "\"", -1 },
	{ "curl with hexadecimal", "sha256//" HEX, -1 },
	{ "RFC 7469 with hexadecimal", "pin-sha256=\"" HEX "\"", -1 },
	{ "DANE with base64", "3 1 1 " B64, -1 },
	{ "DANE, whole certificate", "3 0 1 " HEX, -1 },
	{ "DANE, SHA-512", "3 1 2 " HEX, -1 },
	{ "DANE, PKIX-EE", "1 1 1 " HEX, -1 },
	{ "DANE, two spaces", "3 1 1  " HEX, -1 },
	{ "DANE without its last space", "3 1 1" HEX, -1 },
	{ "a byte above 127", "\xc3" B64, -1 },
};

static void parse_row(void **state)
{
	const struct row *row = *state;
	struct pin pin;

	if (row->first < 0) {
		assert_int_equal(pin_parse(row->text, &pin), STATUS_MALFORMED);
		return;
	}
	assert_int_equal(pin_parse(row->text, &pin), STATUS_OK);
	for (int i = 0; i < PIN_BYTES; i++)
		assert_int_equal(pin.sha256[i], row->first == 0 ? i : 255);
}

static void formats_as_curl_does(void **state)
{
	char text[PIN_TEXT_MAX];
	struct pin pin;

	(void)state;
	assert_int_equal(pin_parse(HEX, &pin), STATUS_OK);
	pin_format(&pin, text);
	assert_string_equal(text, "sha256//" B64);
	assert_int_equal(strlen(text) + 1, PIN_TEXT_MAX);
}

static void what_is_formatted_parses(void **state)
{
	(void)state;
	for (unsigned seed = 0; seed < 256; seed++) {
		char text[PIN_TEXT_MAX];
		struct pin in, out;

		for (unsigned i = 0; i < PIN_BYTES; i++)
			in.sha256[i] = (uint8_t)(seed * 37 + i * i);
		pin_format(&in, text);
		assert_int_equal(pin_parse(text, &out), STATUS_OK);
		assert_true(pin_equal(&in, &out));
	}
}

static void every_byte_counts(void **state)
{
	struct pin a, b;

	(void)state;
	assert_int_equal(pin_parse(HEX, &a), STATUS_OK);
	for (int i = 0; i < PIN_BYTES; i++) {
		b = a;
		assert_true(pin_equal(&a, &b));
		b.sha256[i] ^= 1;
		assert_false(pin_equal(&a, &b));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(formats_as_curl_does),
		cmocka_unit_test(what_is_formatted_parses),
		cmocka_unit_test(every_byte_counts),
	};
	int failed = run_rows("pin_parse", rows, sizeof *rows, ROWS(rows), parse_row);

	return failed + cmocka_run_group_tests_name("pin", tests, NULL, NULL);
}
