/* Names from wire and text, and back. */
#include "dns/name.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/dns/wire.h"

#define ROWS(table) (sizeof(table) / sizeof *(table))

/* A header's worth of bytes, which no name may reach into. */
#define HEAD "00*12 "

/* Labels of 63, 63, 63 and 61 bytes, with the root 255 bytes in all. */
#define LABEL_63 "3f61*63 "
#define LONGEST  LABEL_63 LABEL_63 LABEL_63 "3d61*61 00"

static const struct read_row {
	const char *name;
	const char *wire;
	size_t at;        /* where the name begins */
	const char *text; /* NULL: malformed */
	size_t left;      /* bytes behind it */
} read_rows[] = {
	{ "the root", HEAD "00", 12, ".", 0 },
	{ "one label", HEAD "03'lan'00", 12, "lan.", 0 },
	{ "the case is kept", HEAD "03'wWw'07'eXAMPLE'00", 12, "wWw.eXAMPLE.", 0 },
	{ "bytes behind stay", HEAD "03'lan'00 0001", 12, "lan.", 2 },
	{ "a pointer alone", HEAD "03'lan'00 c00c", 17, "lan.", 0 },
	{ "a pointer into the middle", HEAD "03'www'03'lan'00 c010", 21, "lan.", 0 },
	{ "labels, then a pointer", HEAD "03'lan'00 03'www'c00c 0001", 17, "www.lan.",
		2 },
	{ "a pointer to a pointer", HEAD "03'lan'00 03'www'c00c c011", 23, "www.lan.",
		0 },
	{ "a pointer to the root", HEAD "00 03'www'c00c", 13, "www.", 0 },
	{ "a label of 63", HEAD "3f'a'*63 00", 12,
		"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.", 0 },
	{ "odd bytes", HEAD "05'.\\'00 20ff 00", 12, "\\.\\\\\\000\\032\\255.", 0 },

	{ "nothing", HEAD, 12, NULL, 0 },
	{ "no root", HEAD "03'lan'", 12, NULL, 0 },
	{ "cut in a label", HEAD "03'la'", 12, NULL, 0 },
	{ "cut after a length", HEAD "03", 12, NULL, 0 },
	{ "cut in a pointer", HEAD "03'lan'00 c0", 17, NULL, 0 },
	{ "label type 01", HEAD "4000*64 00", 12, NULL, 0 },
	{ "label type 10", HEAD "8000*64 00", 12, NULL, 0 },
	{ "a pointer to itself", HEAD "c00c", 12, NULL, 0 },
	{ "a pointer to its own label", HEAD "01'a'c00c", 12, NULL, 0 },
	{ "a pointer forward", HEAD "c00e 00", 12, NULL, 0 },
	{ "a pointer past the end", HEAD "ffff", 12, NULL, 0 },
	{ "two pointers at each other", HEAD "c00e c00c", 14, NULL, 0 },
	{ "a loop through a label", HEAD "01'a'c012 00 01'b'c00c", 17, NULL, 0 },
	{ "a pointer into the header", HEAD "c000", 12, NULL, 0 },
	{ "a pointer to the header's end", HEAD "03'www'c00b", 12, NULL, 0 },
	{ "a target that runs into its pointer", HEAD "03'a' c00c 00", 14, NULL, 0 },
	{ "a target that runs past its pointer", HEAD "05'a' c00c'xy' 00", 14, NULL, 0 },
	{ "a target that runs off", HEAD "05'ab' c00c", 15, NULL, 0 },
	{ "256 bytes", HEAD LABEL_63 LABEL_63 LABEL_63 "3e61*62 00", 12, NULL, 0 },
	{ "256 bytes, the root through a pointer",
		HEAD "00" LABEL_63 LABEL_63 LABEL_63 "3e61*62 c00c", 13, NULL, 0 },
	{ "too long through a pointer", HEAD LONGEST "01'a'c00c", 267, NULL, 0 },
};

static void test_read(void **state)
{
	(void)state;
	for (size_t i = 0; i < ROWS(read_rows); i++) {
		const struct read_row *row = &read_rows[i];
		struct bytes wire = wire_new(row->wire);
		struct reader r = { .rest = bytes_of(
					    wire.p + row->at, wire.n - row->at) };
		char text[NAME_TEXT_MAX];
		struct name name;
		enum status status = name_read(wire, &r, &name);

		if ((status == STATUS_OK) != (row->text != NULL))
			fail_msg("%s: %s", row->name, status_text(status));
		if (r.bad != (row->text == NULL))
			fail_msg("%s: reader %s", row->name, r.bad ? "bad" : "good");
		if (row->text != NULL) {
			name_to_text(&name, text);
			if (strcmp(text, row->text) != 0)
				fail_msg("%s: %s", row->name, text);
			if (r.rest.n != row->left)
				fail_msg("%s: %zu bytes left", row->name, r.rest.n);
		}
		wire_free(wire);
	}
}

static void test_read_longest(void **state)
{
	struct bytes wire = wire_new(HEAD LONGEST);
	struct reader r = { .rest = bytes_of(wire.p + 12, wire.n - 12) };
	char text[NAME_TEXT_MAX];
	struct name name;

	(void)state;
	assert_int_equal(name_read(wire, &r, &name), STATUS_OK);
	assert_int_equal(name.n, 255);
	name_to_text(&name, text);
	assert_int_equal(strlen(text), 254);
	wire_free(wire);
}

static void test_read_longest_through_a_pointer(void **state)
{
	struct bytes wire = wire_new(HEAD "00" LABEL_63 LABEL_63 LABEL_63 "3d61*61 c00c");
	struct reader r = { .rest = bytes_of(wire.p + 13, wire.n - 13) };
	struct name name;

	(void)state;
	assert_int_equal(name_read(wire, &r, &name), STATUS_OK);
	assert_int_equal(name.n, 255);
	assert_int_equal(name.wire[254], 0);
	wire_free(wire);
}

/* The longest text: 250 bytes that all need four characters. */
static void test_longest_text(void **state)
{
	struct bytes wire = wire_new(HEAD "3fff*63 3fff*63 3fff*63 3dff*61 00");
	struct reader r = { .rest = bytes_of(wire.p + 12, wire.n - 12) };
	char text[NAME_TEXT_MAX];
	struct name name, again;

	(void)state;
	assert_int_equal(name_read(wire, &r, &name), STATUS_OK);
	name_to_text(&name, text);
	assert_int_equal(strlen(text), 4 * 250 + 4);
	assert_int_equal(name_from_text(text, &again), STATUS_OK);
	assert_true(name_equal(&name, &again));
	wire_free(wire);
}

static void test_read_bad_reader(void **state)
{
	struct bytes wire = wire_new(HEAD "00");
	struct reader r = { .rest = bytes_of(wire.p + 12, 1), .bad = true };
	struct name name;

	(void)state;
	assert_int_equal(name_read(wire, &r, &name), STATUS_MALFORMED);
	wire_free(wire);
}

static const struct text_row {
	const char *name;
	const char *text;
	const char *wire; /* NULL: malformed */
} text_rows[] = {
	{ "the root", ".", "00" },
	{ "without a final dot", "www.example", "03'www'07'example'00" },
	{ "with a final dot", "www.example.", "03'www'07'example'00" },
	{ "an escaped dot", "a\\.b.c", "03'a.b'01'c'00" },
	{ "an escaped backslash", "\\\\", "01'\\'00" },
	{ "decimal escapes", "\\000\\255", "0200ff00" },
	{ "an underscore and a star", "*._tcp", "01'*'04'_tcp'00" },
	{ "a label of 63",
		"\\097aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
		"3f'a'*63 00" },

	{ "nothing", "", NULL },
	{ "two dots", "..", NULL },
	{ "an empty label", "a..b", NULL },
	{ "a leading dot", ".a", NULL },
	{ "two dots at the end", "a..", NULL },
	{ "a lone backslash", "a\\", NULL },
	{ "a number cut short", "\\09", NULL },
	{ "a number not of digits", "\\09x", NULL },
	{ "a number over 255", "\\256", NULL },
	{ "a label of 64",
		"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
		NULL },
};

static void test_text(void **state)
{
	(void)state;
	for (size_t i = 0; i < ROWS(text_rows); i++) {
		const struct text_row *row = &text_rows[i];
		struct name name;
		enum status status = name_from_text(row->text, &name);

		if ((status == STATUS_OK) != (row->wire != NULL))
			fail_msg("%s: %s", row->name, status_text(status));
		if (row->wire != NULL) {
			struct bytes want = wire_new(row->wire);

			wire_assert_equal(row->name, name_bytes(&name), want);
			wire_free(want);
		}
	}
}

/* 127 labels of one byte make 255; a byte more does not fit. */
static void test_text_length(void **state)
{
	char text[300] = "";
	struct name name;

	(void)state;
	for (int i = 0; i < 127; i++)
		strcat(text, "a.");
	assert_int_equal(name_from_text(text, &name), STATUS_OK);
	assert_int_equal(name.n, 255);
	text[0] = '\0';
	for (int i = 0; i < 126; i++)
		strcat(text, "a.");
	strcat(text, "bb");
	assert_int_equal(name_from_text(text, &name), STATUS_MALFORMED);
}

static const struct pair_row {
	const char *name;
	const char *a, *b;
	bool equal, within; /* a is b; a is b or below it */
} pair_rows[] = {
	{ "the same", "www.example", "www.example", true, true },
	{ "another case", "WWW.eXample", "www.Example", true, true },
	{ "the root", ".", ".", true, true },
	{ "below", "www.example", "EXAMPLE", false, true },
	{ "far below", "a.b.c.example", "example", false, true },
	{ "below the root", "www.example", ".", false, true },
	{ "above", "example", "www.example", false, false },
	{ "the root below", ".", "example", false, false },
	{ "a longer label", "notexample", "example", false, false },
	{ "an inner label", "example.www", "example", false, false },
	{ "another name", "www.example", "ftp.example", false, false },
	{ "not only letters change", "a@", "a`", false, false },
	{ "brackets are no letters", "a[", "a{", false, false },
	{ "a length inside a label", "\\003www.x", "www.x", false, false },
};

static void test_pairs(void **state)
{
	(void)state;
	for (size_t i = 0; i < ROWS(pair_rows); i++) {
		const struct pair_row *row = &pair_rows[i];
		struct name a, b;

		assert_int_equal(name_from_text(row->a, &a), STATUS_OK);
		assert_int_equal(name_from_text(row->b, &b), STATUS_OK);
		if (name_equal(&a, &b) != row->equal)
			fail_msg("%s: equal", row->name);
		if (name_within(&a, &b) != row->within)
			fail_msg("%s: within", row->name);
	}
}

/* Each pointer leads to the one before it: cheap to write, and dear to read if it
 * went on for ever. */
static void test_chain_of_pointers(void **state)
{
	enum { ROOT_AT = 12, MOST = 64 };
	uint8_t message[ROOT_AT + 1 + 2 * (MOST + 1)] = { 0 };
	size_t at = ROOT_AT + 1, before = ROOT_AT;

	(void)state;
	for (unsigned pointers = 1; pointers <= MOST + 1; pointers++) {
		struct reader r;
		struct name name;
		enum status status;

		message[at] = (uint8_t)(0xc0 | before >> 8);
		message[at + 1] = (uint8_t)before;
		r = (struct reader){ .rest = bytes_of(message + at, 2) };
		status = name_read(bytes_of(message, at + 2), &r, &name);
		assert_int_equal(status, pointers <= MOST ? STATUS_OK : STATUS_MALFORMED);
		before = at;
		at += 2;
	}
}

static void test_lower(void **state)
{
	struct name name;
	char text[NAME_TEXT_MAX];

	(void)state;
	assert_int_equal(name_from_text("WwW.AZ-[az09\\200", &name), STATUS_OK);
	name_lower(&name);
	name_to_text(&name, text);
	assert_string_equal(text, "www.az-[az09\\200.");
}

/* Each byte at each place, with neighbours that a carry would change. */
static void test_lower_each_byte(void **state)
{
	static const uint8_t around[] = { 0x00, '@', 'A', 'Z', '[', 0x7f, 0xc1, 0xff };

	(void)state;
	for (unsigned i = 0; i < 256 * sizeof around; i++) {
		uint8_t c = (uint8_t)i, beside = around[i / 256];
		uint8_t low = c >= 'A' && c <= 'Z' ? (uint8_t)(c + 32) : c;
		uint8_t beside_low =
			beside == 'A' || beside == 'Z' ? beside + 32 : beside;

		for (size_t at = 1; at < 22; at++) {
			struct name name = { .n = 23, .wire = { 21 } }, want;

			memset(name.wire + 1, beside, 21);
			want = name;
			memset(want.wire + 1, beside_low, 21);
			name.wire[at] = c;
			want.wire[at] = low;
			assert_true(name_equal(&name, &want));
			name_lower(&name);
			assert_memory_equal(name.wire, want.wire, name.n);
			want.wire[at] ^= 0x80;
			assert_false(name_equal(&name, &want));
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_read),
		cmocka_unit_test(test_read_longest),
		cmocka_unit_test(test_read_longest_through_a_pointer),
		cmocka_unit_test(test_longest_text),
		cmocka_unit_test(test_read_bad_reader),
		cmocka_unit_test(test_text),
		cmocka_unit_test(test_text_length),
		cmocka_unit_test(test_pairs),
		cmocka_unit_test(test_lower),
		cmocka_unit_test(test_lower_each_byte),
		cmocka_unit_test(test_chain_of_pointers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
