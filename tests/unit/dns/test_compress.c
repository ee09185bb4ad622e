/* Names written compressed can be read, and are as short as they should be. */
#include "dns/compress.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "dns/message.h"
#include "tests/unit/dns/wire.h"

#define ROWS(table) (sizeof(table) / sizeof *(table))

static struct name name_of(const char *text)
{
	struct name name;

	assert_int_equal(name_from_text(text, &name), STATUS_OK);
	return name;
}

static void assert_reads(const struct writer *w, size_t at, const struct name *want)
{
	struct reader r = { .rest = bytes_of(w->p + at, w->n - at) };
	struct name got;

	assert_int_equal(name_read(wr_done(w), &r, &got), STATUS_OK);
	assert_true(name_equal(&got, want));
}

/* Behind a header of zeros. */
static const struct names_row {
	const char *name;
	const char *names[4];
	const char *want;
} names_rows[] = {
	{ "one", { "www.ex" }, "03'www'02'ex'00" },
	{ "the root is a byte", { "ex", ".", "." }, "02'ex'00 00 00" },
	{ "the same again", { "www.ex", "www.ex" }, "03'www'02'ex'00 c00c" },
	{ "in another case, the first is kept", { "www.ex", "WWW.eX" },
		"03'www'02'ex'00 c00c" },
	{ "the parent", { "www.ex", "ex" }, "03'www'02'ex'00 c010" },
	{ "a sibling", { "www.ex", "ftp.ex" }, "03'www'02'ex'00 03'ftp'c010" },
	{ "a child of a sibling", { "www.ex", "ftp.ex", "a.ftp.ex", "b.A.ftp.ex" },
		"03'www'02'ex'00 03'ftp'c010 01'a'c014 01'b'c01a" },
	{ "the end of a label is no label", { "www.ex", "ww.ex", "x" },
		"03'www'02'ex'00 02'ww'c010 01'x'00" },
	{ "a letter and its neighbour by 32", { "@.ex", "`.ex" },
		"01'@'02'ex'00 01'`'c00e" },
};

static void test_names(void **state)
{
	(void)state;
	for (size_t i = 0; i < ROWS(names_rows); i++) {
		const struct names_row *row = &names_rows[i];
		struct compressor c = { { 0 } };
		uint8_t out[128] = { 0 };
		struct writer w = { .p = out, .n = DNS_HEADER_BYTES, .cap = sizeof out };
		struct bytes want = wire_new(row->want);

		for (size_t j = 0; j < 4 && row->names[j] != NULL; j++) {
			struct name name = name_of(row->names[j]);
			size_t at = w.n;

			compress_name(&c, &w, &name);
			assert_reads(&w, at, &name);
		}
		wire_assert_equal(row->name,
			bytes_of(out + DNS_HEADER_BYTES, w.n - DNS_HEADER_BYTES), want);
		wire_free(want);
	}
}

/* Each name is one label longer than the one before, which it points to. */
static void test_a_ladder_can_be_read(void **state)
{
	static uint8_t out[65536];
	struct compressor c = { { 0 } };
	struct writer w = { .p = out, .n = DNS_HEADER_BYTES, .cap = sizeof out };
	char text[300] = "";

	(void)state;
	for (int i = 0; i < 127; i++) {
		size_t at = w.n;
		struct name name;

		memmove(text + 2, text, strlen(text) + 1);
		text[0] = i % 2 ? 'a' : 'b';
		text[1] = '.';
		name = name_of(text);
		compress_name(&c, &w, &name);
		assert_reads(&w, at, &name);
	}
}

/* A pointer has 14 bits. */
static void test_far_names_are_not_pointed_to(void **state)
{
	static uint8_t out[65536];
	struct compressor c = { { 0 } };
	struct writer w = { .p = out, .n = 0x3fff, .cap = sizeof out };
	const struct name near = name_of("near.ex"), far = name_of("far.xx");

	(void)state;
	compress_name(&c, &w, &near); /* its second label is beyond */
	compress_name(&c, &w, &near);
	assert_int_equal(w.n, 0x3fff + near.n + 2);
	compress_name(&c, &w, &far);
	compress_name(&c, &w, &far);
	assert_int_equal(w.n, 0x3fff + near.n + 2 + 2 * far.n);
	assert_reads(&w, 0x3fff + near.n, &near);
}

static void test_without_room(void **state)
{
	struct compressor c = { { 0 } };
	uint8_t out[DNS_HEADER_BYTES + 4] = { 0 };
	struct writer w = { .p = out, .n = DNS_HEADER_BYTES, .cap = sizeof out };
	const struct name name = name_of("www.example");

	(void)state;
	compress_name(&c, &w, &name);
	assert_true(w.bad);
	compress_name(&c, &w, &name);
	assert_true(w.bad);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_a_ladder_can_be_read),
		cmocka_unit_test(test_far_names_are_not_pointed_to),
		cmocka_unit_test(test_without_room),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
