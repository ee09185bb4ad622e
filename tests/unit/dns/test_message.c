/* Whole messages: what is well-formed and what is not. */
#include "dns/message.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/dns/wire.h"

#define ROWS(table) (sizeof(table) / sizeof *(table))

#define WWW "03'www'07'example'03'com'00 0001 0001 "
#define OPT "00 0029 04d0 00000000 0000 "

/* A CNAME at 33, the A record it leads to at 51, and an OPT. */
#define ANSWER                                                                         \
	"beef 8180 0001 0002 0000 0001" WWW "c00c 0005 0001 0000012c 0006 03'cdn'c010" \
	"c02d 0001 0001 0000003c 0004 5db8d822" OPT

/* One record in the answer section, owned by the question's name. */
#define ONE(record) "0000 8180 0001 0001 0000 0000" WWW "c00c" record

static const struct parse_row {
	const char *name;
	const char *wire;
	bool ok;
} parse_rows[] = {
	{ "a query", "1234 0100 0001 0000 0000 0000" WWW, true },
	{ "a query with OPT", "1234 0100 0001 0000 0000 0001" WWW OPT, true },
	{ "no question", "1234 0100 0000 0000 0000 0000", true },
	{ "an answer", ANSWER, true },
	{ "an SOA for a negative answer",
		"0000 8183 0001 0000 0001 0000" WWW "c010 0006 0001 00000e10 0026"
		"02'ns'c010 0a'hostmaster'c010 00000001 00000e10 00000384 00127500 "
		"0000003c",
		true },
	{ "an OPT before another record",
		"0000 8180 0001 0000 0000 0002" WWW OPT "00 0010 0001 00000000 0001 00",
		true },
	{ "an unknown type", ONE("ff00 0001 0000003c 0002 ffff"), true },
	{ "an empty unknown record", ONE("ff00 0001 0000003c 0000"), true },
	{ "MX", ONE("000f 0001 0000003c 0004 000a c00c"), true },
	{ "no RDATA in class ANY", ONE("0001 00ff 00000000 0000"), true },
	{ "SOA",
		ONE("0006 0001 0000003c 0018 c00c c00c 00000001 00000e10 00000384"
		    "00127500 0000003c"),
		true },

	{ "empty", "", false },
	{ "eleven bytes", "1234 0100 0000 0000 0000 00", false },
	{ "no question after all", "1234 0100 0001 0000 0000 0000", false },
	{ "two questions", "1234 0100 0002 0000 0000 0000" WWW WWW, false },
	{ "a byte left over", "1234 0100 0001 0000 0000 0000" WWW "00", false },
	{ "a byte after a bare header", "1234 0100 0000 0000 0000 0000 00", false },
	{ "a question without class", "1234 0100 0001 0000 0000 0000 00 0001 00", false },
	{ "a compressed question", "1234 0100 0001 0000 0000 0000 c000 0001 0001",
		false },
	{ "a question that ends compressed",
		"0000 0100 0001 0000 0000 0000 01'a'c00a 0001 0001", false },
	{ "a record fewer than counted", "1234 8180 0001 0001 0000 0000" WWW, false },
	{ "a record more than counted", "1234 8180 0001 0000 0000 0000" WWW OPT, false },
	{ "counts of 65535", "1234 8180 0001 ffff ffff ffff" WWW, false },
	{ "RDATA that runs off", ONE("ff00 0001 0000003c 0003 ffff"), false },
	{ "an owner that loops",
		"0000 8180 0001 0001 0000 0000" WWW "c021 ff00 0001 0000003c 0000",
		false },
	{ "an A of three bytes", ONE("0001 0001 0000003c 0003 7f0000"), false },
	{ "an A of five bytes", ONE("0001 0001 0000003c 0005 7f00000100"), false },
	{ "an AAAA of four bytes", ONE("001c 0001 0000003c 0004 7f000001"), false },
	{ "an empty A", ONE("0001 0001 0000003c 0000"), false },
	{ "a CNAME that runs off", ONE("0005 0001 0000003c 0002 05'a'"), false },
	{ "a CNAME with a byte behind", ONE("0005 0001 0000003c 0003 c00c 00"), false },
	{ "a CNAME to itself", ONE("0005 0001 0000003c 0002 c02d"), false },
	{ "an NS past its RDATA", ONE("0002 0001 0000003c 0001 c00c"), false },
	{ "an SOA without MINIMUM",
		ONE("0006 0001 0000003c 0014 c00c c00c 00000001 00000e10 00000384"
		    "00127500"),
		false },
	{ "an MX without a name", ONE("000f 0001 0000003c 0002 000a"), false },

	{ "OPT in the answer section", "0000 8180 0001 0001 0000 0000" WWW OPT, false },
	{ "OPT in the authority section", "0000 8180 0001 0000 0001 0000" WWW OPT,
		false },
	{ "two OPTs", "0000 0100 0001 0000 0000 0002" WWW OPT OPT, false },
	{ "an OPT with an owner",
		"0000 0100 0001 0000 0000 0001" WWW "c00c 0029 04d0 00000000 0000",
		false },
	{ "an OPT with a broken option",
		"0000 0100 0001 0000 0000 0001" WWW "00 0029 04d0 00000000 0003 000c 00",
		false },
};

static void test_parse(void **state)
{
	(void)state;
	for (size_t i = 0; i < ROWS(parse_rows); i++) {
		const struct parse_row *row = &parse_rows[i];
		struct bytes wire = wire_new(row->wire);
		struct message m;
		enum status status = message_parse(wire, &m);

		if ((status == STATUS_OK) != row->ok)
			fail_msg("%s: %s", row->name, status_text(status));
		wire_free(wire);
	}
}

/* No prefix of a message is a message: all of its bytes are accounted for. */
static void test_every_prefix(void **state)
{
	struct bytes wire = wire_new(ANSWER);
	struct message m;

	(void)state;
	assert_int_equal(message_parse(wire, &m), STATUS_OK);
	for (size_t n = 0; n < wire.n; n++) {
		uint8_t *cut = malloc(n > 0 ? n : 1);

		assert_non_null(cut);
		memcpy(cut, wire.p, n);
		if (message_parse(bytes_of(cut, n), &m) != STATUS_MALFORMED)
			fail_msg("cut after %zu bytes", n);
		free(cut);
	}
	wire_free(wire);
}

static void test_too_long(void **state)
{
	/* A question of 5 bytes and a record with 11 around its RDATA. */
	struct bytes fits = wire_new("0000 8180 0001 0001 0000 0000 00 0010 0001"
				     "00 ff00 0001 00000000 ffe3 00*65507");
	struct bytes over = wire_new("0000 8180 0001 0001 0000 0000 00 0010 0001"
				     "00 ff00 0001 00000000 ffe4 00*65508");
	struct message m;

	(void)state;
	assert_int_equal(fits.n, DNS_MESSAGE_MAX);
	assert_int_equal(message_parse(fits, &m), STATUS_OK);
	assert_int_equal(message_parse(over, &m), STATUS_MALFORMED);
	wire_free(fits);
	wire_free(over);
}

static void test_fields(void **state)
{
	struct bytes wire = wire_new(ANSWER);
	char text[NAME_TEXT_MAX];
	struct message m;

	(void)state;
	assert_int_equal(message_parse(wire, &m), STATUS_OK);
	assert_int_equal(m.id, 0xbeef);
	assert_int_equal(m.flags, DNS_FLAG_QR | DNS_FLAG_RD | DNS_FLAG_RA);
	assert_true(m.has_question);
	name_to_text(&m.question.name, text);
	assert_string_equal(text, "www.example.com.");
	assert_int_equal(m.question.type, TYPE_A);
	assert_int_equal(m.question.class, CLASS_IN);
	assert_int_equal(m.question_end, 33);
	assert_int_equal(m.counts[SECTION_ANSWER], 2);
	assert_int_equal(m.counts[SECTION_ADDITIONAL], 1);
	assert_true(m.edns.present);
	assert_int_equal(m.opt_start, 67);
	assert_int_equal(m.opt_end, 78);
	assert_int_equal(m.opt_end, wire.n);
	wire_free(wire);
}

static const struct walk_row {
	enum dns_section section;
	const char *owner;
	uint16_t type;
	uint32_t ttl_s;
	size_t start, end;
} walk_rows[] = {
	{ SECTION_ANSWER, "www.example.com.", TYPE_CNAME, 300, 33, 51 },
	{ SECTION_ANSWER, "cdn.example.com.", TYPE_A, 60, 51, 67 },
	{ SECTION_ADDITIONAL, ".", TYPE_OPT, 0, 67, 78 },
};

static void test_walk(void **state)
{
	struct bytes wire = wire_new(ANSWER);
	struct message m;
	struct record_walk walk;
	struct record record;
	size_t n = 0;

	(void)state;
	assert_int_equal(message_parse(wire, &m), STATUS_OK);
	walk = record_walk(&m);
	while (record_next(&walk, &record)) {
		const struct walk_row *row = &walk_rows[n++];
		char text[NAME_TEXT_MAX];

		assert_true(n <= ROWS(walk_rows));
		name_to_text(&record.owner, text);
		assert_string_equal(text, row->owner);
		assert_int_equal(record.section, row->section);
		assert_int_equal(record.type, row->type);
		assert_int_equal(record.ttl_s, row->ttl_s);
		assert_int_equal(record.start, row->start);
		assert_int_equal(record.end, row->end);
		assert_ptr_equal(record.rdata.p + record.rdata.n, wire.p + row->end);
		assert_int_equal(record.ttl_at + 6 + record.rdata.n, row->end);
	}
	assert_int_equal(n, ROWS(walk_rows));
	assert_false(record_next(&walk, &record));
	wire_free(wire);
}

static void test_codes(void **state)
{
	struct bytes wire =
		wire_new("0000 a805 0000 0000 0000 0001 00 0029 04d0 ff000000 0000");
	struct message m;

	(void)state;
	assert_int_equal(message_parse(wire, &m), STATUS_OK);
	assert_int_equal(message_opcode(&m), 5);
	assert_int_equal(message_rcode(&m), 0xff5);
	assert_false(m.has_question);
	m.edns.present = false;
	assert_int_equal(message_rcode(&m), 5);
	wire_free(wire);
}

static void test_header(void **state)
{
	struct bytes wire = wire_new("1234 8180 ffff ffff ffff ffff");
	uint16_t id, flags;

	(void)state;
	assert_int_equal(message_header(wire, &id, &flags), STATUS_OK);
	assert_int_equal(id, 0x1234);
	assert_int_equal(flags, 0x8180);
	for (size_t n = 0; n < 12; n++)
		assert_int_equal(message_header(bytes_of(wire.p, n), &id, &flags),
			STATUS_MALFORMED);
	wire_free(wire);
}

static void test_question_equal(void **state)
{
	struct question a = { .type = TYPE_A, .class = CLASS_IN }, b;

	(void)state;
	assert_int_equal(name_from_text("www.example", &a.name), STATUS_OK);
	b = a;
	assert_int_equal(name_from_text("WWW.example", &b.name), STATUS_OK);
	assert_true(question_equal(&a, &b));
	b.type = TYPE_AAAA;
	assert_false(question_equal(&a, &b));
	b.type = TYPE_A;
	b.class = CLASS_CH;
	assert_false(question_equal(&a, &b));
	b.class = CLASS_IN;
	assert_int_equal(name_from_text("ww.example", &b.name), STATUS_OK);
	assert_false(question_equal(&a, &b));
}

/* RFC 8484 §5.1. */
#define AGED(first, second, opt)                                                   \
	"beef 8180 0001 0001 0001 0001" WWW "c00c 0001 0001" first "0004 5db8d822" \
	"c00c ff00 0001" second "0002 ffff"                                        \
	"00 0029 04d0" opt "0000"

static const struct age_row {
	const char *name;
	uint32_t age_s;
	const char *before, *after;
} age_rows[] = {
	{ "no age", 0, AGED("0000003c", "00000e10", "00008000"),
		AGED("0000003c", "00000e10", "00008000") },
	{ "a second", 1, AGED("0000003c", "00000100", "00008000"),
		AGED("0000003b", "000000ff", "00008000") },
	{ "as old as one lives", 60, AGED("0000003c", "00000e10", "00008000"),
		AGED("00000000", "00000dd4", "00008000") },
	{ "older than one lives", 61, AGED("0000003c", "00000e10", "ffffffff"),
		AGED("00000000", "00000dd3", "ffffffff") },
	{ "older than anything", UINT32_MAX, AGED("ffffffff", "00000000", "00000000"),
		AGED("00000000", "00000000", "00000000") },
};

static void test_age(void **state)
{
	(void)state;
	for (size_t i = 0; i < ROWS(age_rows); i++) {
		struct bytes before = wire_new(age_rows[i].before);
		struct bytes after = wire_new(age_rows[i].after);
		struct message m;

		assert_int_equal(message_parse(before, &m), STATUS_OK);
		message_age(&m, (uint8_t *)(uintptr_t)before.p, age_rows[i].age_s);
		wire_assert_equal(age_rows[i].name, before, after);
		wire_free(before);
		wire_free(after);
	}
}

static const struct answers_row {
	const char *name;
	const char *wire;
	bool answers;
} answers_rows[] = {
	{ "an answer", ANSWER, true },
	{ "an answer in capitals",
		"0000 8180 0001 0000 0000 0000 03'WWW'07'EXAMPLE'03'com'00 0001 0001",
		true },
	{ "an error without the question", "0000 8181 0000 0000 0000 0000", true },
	{ "a query", "0000 0100 0001 0000 0000 0000" WWW, false },
	{ "another opcode", "0000 a980 0001 0000 0000 0000" WWW, false },
	{ "another name", "0000 8180 0001 0000 0000 0000 03'www'00 0001 0001", false },
	{ "another type",
		"0000 8180 0001 0000 0000 0000 03'www'07'example'03'com'00 001c 0001",
		false },
	{ "another class",
		"0000 8180 0001 0000 0000 0000 03'www'07'example'03'com'00 0001 0003",
		false },
	{ "no question, and no error", "0000 8180 0000 0000 0000 0000", false },
	{ "NXDOMAIN of nothing", "0000 8183 0000 0000 0000 0000", false },
};

static void test_answers(void **state)
{
	struct question question = { .type = TYPE_A, .class = CLASS_IN };

	(void)state;
	assert_int_equal(name_from_text("www.example.com", &question.name), STATUS_OK);
	for (size_t i = 0; i < ROWS(answers_rows); i++) {
		struct bytes wire = wire_new(answers_rows[i].wire);
		struct message m;

		print_message("%s\n", answers_rows[i].name);
		assert_int_equal(message_parse(wire, &m), STATUS_OK);
		assert_int_equal(message_answers(&m, &question), answers_rows[i].answers);
		wire_free(wire);
	}
}

static const struct type_row {
	const char *text;
	long type;        /* -1: not a type */
	const char *back; /* as it is written */
} type_rows[] = {
	{ "A", 1, "A" },
	{ "aaaa", 28, "AAAA" },
	{ "HTTPS", 65, "HTTPS" },
	{ "ANY", 255, "ANY" },
	{ "TYPE65280", 65280, "TYPE65280" },
	{ "type28", 28, "AAAA" },
	{ "TYPE0", 0, "TYPE0" },
	{ "TYPE65535", 65535, "TYPE65535" },

	{ "", -1, NULL },
	{ "B", -1, NULL },
	{ "AAAAA", -1, NULL },
	{ "TYPE", -1, NULL },
	{ "TYPE-1", -1, NULL },
	{ "TYPE 1", -1, NULL },
	{ "TYPE1x", -1, NULL },
	{ "TYPE65536", -1, NULL },
	{ "TYPE999999999999999999999", -1, NULL },
	{ "1", -1, NULL },
};

static void test_types(void **state)
{
	(void)state;
	for (size_t i = 0; i < ROWS(type_rows); i++) {
		const struct type_row *row = &type_rows[i];
		char text[TYPE_TEXT_MAX];
		uint16_t type;
		enum status status = type_from_text(row->text, &type);

		if ((status == STATUS_OK) != (row->type >= 0))
			fail_msg("%s: %s", row->text, status_text(status));
		if (status != STATUS_OK)
			continue;
		assert_int_equal(type, row->type);
		type_to_text(type, text);
		assert_string_equal(text, row->back);
	}
}

/* Every number is written in a way that reads back. */
static void test_all_types(void **state)
{
	(void)state;
	for (unsigned type = 0; type <= UINT16_MAX; type++) {
		char text[TYPE_TEXT_MAX];
		uint16_t back;

		type_to_text((uint16_t)type, text);
		assert_int_equal(type_from_text(text, &back), STATUS_OK);
		assert_int_equal(back, type);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_parse),
		cmocka_unit_test(test_every_prefix),
		cmocka_unit_test(test_too_long),
		cmocka_unit_test(test_fields),
		cmocka_unit_test(test_walk),
		cmocka_unit_test(test_age),
		cmocka_unit_test(test_answers),
		cmocka_unit_test(test_codes),
		cmocka_unit_test(test_header),
		cmocka_unit_test(test_question_equal),
		cmocka_unit_test(test_types),
		cmocka_unit_test(test_all_types),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
