/* What leaves for an upstream. */
#include "dns/query.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/dns/wire.h"

#define ROWS(table) (sizeof(table) / sizeof *(table))

static const struct query_row {
	const char *name;
	struct query_options options;
	const char *want;
} query_rows[] = {
	{ "plain", { .pad_to = 0 },
		"1234 0100 0001 0000 0000 0001 03'wWw'03'lan'00 001c 0001"
		"00 0029 04d0 0000 0000 0000" },
	{ "DO", { .dnssec_ok = true },
		"1234 0100 0001 0000 0000 0001 03'wWw'03'lan'00 001c 0001"
		"00 0029 04d0 0000 8000 0000" },
	{ "CD", { .checking_disabled = true },
		"1234 0110 0001 0000 0000 0001 03'wWw'03'lan'00 001c 0001"
		"00 0029 04d0 0000 0000 0000" },
	{ "keepalive", { .keepalive = true },
		"1234 0100 0001 0000 0000 0001 03'wWw'03'lan'00 001c 0001"
		"00 0029 04d0 0000 0000 0004 000b 0000" },
	{ "AD is wanted", { .want_ad = true },
		"1234 0120 0001 0000 0000 0001 03'wWw'03'lan'00 001c 0001"
		"00 0029 04d0 0000 0000 0000" },
	{ "no subnet", { .subnet_opt_out = true },
		"1234 0100 0001 0000 0000 0001 03'wWw'03'lan'00 001c 0001"
		"00 0029 04d0 0000 0000 0008 0008 0004 0001 00 00" },
	{ "no subnet, keepalive, padded to 64",
		{ .subnet_opt_out = true, .keepalive = true, .pad_to = 64 },
		"1234 0100 0001 0000 0000 0001 03'wWw'03'lan'00 001c 0001"
		"00 0029 04d0 0000 0000 001c 0008 0004 0001 00 00 000b 0000"
		"000c 000c 00*12" },
	{ "keepalive, padded to 64", { .keepalive = true, .pad_to = 64 },
		"1234 0100 0001 0000 0000 0001 03'wWw'03'lan'00 001c 0001"
		"00 0029 04d0 0000 0000 001c 000b 0000 000c 0014 00*20" },
	{ "padded to 64", { .dnssec_ok = true, .checking_disabled = true, .pad_to = 64 },
		"1234 0110 0001 0000 0000 0001 03'wWw'03'lan'00 001c 0001"
		"00 0029 04d0 0000 8000 001c 000c 0018 00*24" },
};

static struct question question_of(const char *text, uint16_t type)
{
	struct question q = { .type = type, .class = CLASS_IN };

	assert_int_equal(name_from_text(text, &q.name), STATUS_OK);
	return q;
}

static void test_write(void **state)
{
	struct question q = question_of("wWw.lan", TYPE_AAAA);

	(void)state;
	for (size_t i = 0; i < ROWS(query_rows); i++) {
		const struct query_row *row = &query_rows[i];
		struct bytes want = wire_new(row->want);
		uint8_t out[QUERY_WIRE_MAX];
		struct writer w = { .p = out, .cap = sizeof out };

		assert_int_equal(query_write(&q, 0x1234, &row->options, &w), STATUS_OK);
		wire_assert_equal(row->name, wr_done(&w), want);
		wire_free(want);
	}
}

/* With the two bytes of a stream's length in front, padding still counts from
 * the message's start. */
static void test_behind_a_length(void **state)
{
	const struct query_options options = { .pad_to = 128 };
	struct question q = question_of("www.example", TYPE_A);
	uint8_t out[QUERY_WIRE_MAX + 2];
	struct writer w = { .p = out, .cap = sizeof out };

	(void)state;
	wr_uint(&w, 128, 2);
	assert_int_equal(query_write(&q, 1, &options, &w), STATUS_OK);
	assert_int_equal(w.n, 2 + 128);
}

static void test_longest(void **state)
{
	const struct query_options options = { .dnssec_ok = true,
		.checking_disabled = true,
		.keepalive = true,
		.pad_to = 512 };
	uint8_t out[QUERY_WIRE_MAX];
	struct writer w = { .p = out, .cap = sizeof out };
	struct question q;
	struct message m;
	char text[300] = "";

	(void)state;
	for (int i = 0; i < 127; i++)
		strcat(text, "a.");
	q = question_of(text, TYPE_A);
	assert_int_equal(query_write(&q, 1, &options, &w), STATUS_OK);
	assert_int_equal(w.n, 512);
	assert_int_equal(message_parse(wr_done(&w), &m), STATUS_OK);
	assert_true(question_equal(&m.question, &q));
}

static void test_refused(void **state)
{
	const struct query_options plain = { .pad_to = 0 }, too_much = { .pad_to = 513 };
	struct question q = question_of(".", TYPE_A);
	uint8_t out[QUERY_WIRE_MAX];
	struct writer small = { .p = out, .cap = sizeof out - 1 };
	struct writer begun = { .p = out, .cap = sizeof out, .n = 1 };
	struct writer bad = { .p = out, .cap = sizeof out, .bad = true };
	struct writer w = { .p = out, .cap = sizeof out };

	(void)state;
	assert_int_equal(query_write(&q, 1, &plain, &small), STATUS_NOSPACE);
	assert_int_equal(query_write(&q, 1, &plain, &begun), STATUS_NOSPACE);
	assert_int_equal(query_write(&q, 1, &plain, &bad), STATUS_NOSPACE);
	assert_int_equal(query_write(&q, 1, &too_much, &w), STATUS_RANGE);
	assert_int_equal(w.n, 0);
}

static void test_set_id(void **state)
{
	uint8_t wire[3] = { 1, 2, 3 };

	(void)state;
	query_set_id(wire, 0xfffe);
	assert_memory_equal(wire, "\xff\xfe\x03", 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_write),
		cmocka_unit_test(test_behind_a_length),
		cmocka_unit_test(test_longest),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_set_id),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
