/* Upstream messages in the form that is cached. */
#include "dns/answer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "dns/any.h"
#include "tests/unit/dns/wire.h"

#define ROWS(table) (sizeof(table) / sizeof *(table))

#define WWW        "03'www'07'example'03'com'00 0001 0001 "
#define OPT        "00 0029 04d0 00000000 0000 "
#define A(ttl)     "c00c 0001 0001" ttl "0004 5db8d822 "
#define NS(ttl)    "c010 0002 0001" ttl "0002 c010 "
#define CNAME(ttl) "c00c 0005 0001" ttl "0002 c010 "
#define SOA(ttl, minimum)    \
	"c010 0006 0001" ttl \
	"0018 c010 c010 00000001 00000e10 00000384 00127500" minimum " "

/* A name that is a SOA's class and TTL, and that SOA behind a question for it. */
#define OF_TTL     "06 0001 0000003c 00 "
#define SOA_OF_TTL "c00c 0006 0001 0000003c 0016 00 00 00*16 0000003c "

static const struct ttl_row {
	const char *name;
	const char *wire;
	uint32_t ttl_s;
} ttl_rows[] = {
	{ "one record", "0000 8180 0001 0001 0000 0000" WWW A("0000012c"), 300 },
	{ "the smallest of three",
		"0000 8180 0001 0002 0001 0000" WWW A("0000012c") A("0000000a")
			NS("00000e10"),
		10 },
	{ "the authority section counts",
		"0000 8180 0001 0001 0001 0000" WWW A("0000012c") NS("00000007"), 7 },
	{ "a TTL of 0", "0000 8180 0001 0001 0000 0000" WWW A("00000000"), 0 },
	{ "the largest TTL", "0000 8180 0001 0001 0000 0000" WWW A("7fffffff"),
		0x7fffffff },
	{ "beyond the largest TTL", "0000 8180 0001 0001 0000 0000" WWW A("ffffffff"),
		0x7fffffff },
	{ "an SOA does not cap a positive answer",
		"0000 8180 0001 0001 0001 0000" WWW A("0000012c")
			SOA("00000e10", "00000001"),
		300 },
	{ "the OPT's TTL does not count",
		"0000 8180 0001 0001 0000 0001" WWW A("0000012c") OPT, 300 },

	{ "NXDOMAIN, MINIMUM smaller",
		"0000 8183 0001 0000 0001 0000" WWW SOA("00000e10", "0000003c"), 60 },
	{ "NXDOMAIN, the SOA's TTL smaller",
		"0000 8183 0001 0000 0001 0000" WWW SOA("0000001e", "0000003c"), 30 },
	{ "NXDOMAIN without SOA", "0000 8183 0001 0000 0000 0000" WWW, 0 },
	{ "NXDOMAIN with an address and without SOA",
		"0000 8183 0001 0001 0000 0000" WWW A("0000012c"), 0 },
	{ "NXDOMAIN, MINIMUM 0",
		"0000 8183 0001 0000 0001 0000" WWW SOA("00000e10", "00000000"), 0 },
	{ "NXDOMAIN behind a CNAME",
		"0000 8183 0001 0001 0001 0000" WWW CNAME("0000000f")
			SOA("00000e10", "0000003c"),
		15 },
	{ "NXDOMAIN, SOA in the wrong section",
		"0000 8183 0001 0000 0000 0001" WWW SOA("00000e10", "0000003c"), 0 },
	{ "NODATA", "0000 8180 0001 0000 0001 0000" WWW SOA("00000e10", "0000003c"), 60 },
	{ "NODATA without SOA", "0000 8180 0001 0000 0000 0000" WWW, 0 },
	{ "NODATA with NS only", "0000 8180 0001 0000 0001 0000" WWW NS("00000e10"), 0 },
	{ "a CNAME to nothing", "0000 8180 0001 0001 0000 0000" WWW CNAME("00000e10"),
		0 },
	{ "an A in the additional section",
		"0000 8180 0001 0000 0000 0001" WWW A("0000012c"), 0 },
	{ "an SOA behind the OPT",
		"0000 8183 0001 0000 0000 0002" WWW OPT SOA("00000e10", "0000003c"), 0 },

	{ "SERVFAIL", "0000 8182 0001 0000 0000 0000" WWW, 0 },
	{ "REFUSED with records", "0000 8185 0001 0001 0000 0000" WWW A("0000012c"), 0 },
};

static const struct answer_options plain = { .dnssec_ok = false };

static struct message parsed(struct bytes wire)
{
	struct message m;

	assert_int_equal(message_parse(wire, &m), STATUS_OK);
	return m;
}

static void test_ttl(void **state)
{
	(void)state;
	for (size_t i = 0; i < ROWS(ttl_rows); i++) {
		const struct ttl_row *row = &ttl_rows[i];
		struct bytes wire = wire_new(row->wire);
		struct message m = parsed(wire);
		uint8_t out[512];
		uint16_t ttl_at[8];
		struct writer w = { .p = out, .cap = sizeof out };
		struct answer answer;

		if (answer_make(&m, &plain, &w, ttl_at, ROWS(ttl_at), &answer) !=
			STATUS_OK)
			fail_msg("%s: no answer", row->name);
		if (answer.ttl_s != row->ttl_s)
			fail_msg("%s: %u", row->name, answer.ttl_s);
		wire_free(wire);
	}
}

/* QTYPE ANY and CNAME are answered by what is there. */
static void test_other_questions(void **state)
{
	static const char *const wires[] = {
		"0000 8180 0001 0001 0000 0000 01'a'00 00ff 0001" A("0000012c"),
		"0000 8180 0001 0001 0000 0000 01'a'00 0005 0001"
		"c00c 0005 0001 0000012c 0002 c00c",
	};

	(void)state;
	for (size_t i = 0; i < ROWS(wires); i++) {
		struct bytes wire = wire_new(wires[i]);
		struct message m = parsed(wire);
		uint8_t out[512];
		uint16_t ttl_at[8];
		struct writer w = { .p = out, .cap = sizeof out };
		struct answer answer;

		assert_int_equal(
			answer_make(&m, &plain, &w, ttl_at, 8, &answer), STATUS_OK);
		assert_int_equal(answer.ttl_s, 300);
		wire_free(wire);
	}
}

static const struct wire_row {
	const char *name;
	const char *wire;
	const char *want;
} wire_rows[] = {
	{ "the opcode is reset", "beef fd80 0001 0001 0000 0000" WWW A("0000012c"),
		"0000 8180 0001 0001 0000 0000" WWW A("0000012c") },
	{ "AA, AD, Z and CD are cleared, the OPT is dropped",
		"beef 85f0 0001 0001 0000 0001" WWW A("0000012c") OPT,
		"0000 8180 0001 0001 0000 0000" WWW A("0000012c") },
	{ "RD and RA as they were",
		"beef 8003 0001 0000 0001 0000" WWW SOA("00000e10", "0000003c"),
		"0000 8003 0001 0000 0001 0000" WWW SOA("0000003c", "0000003c") },
	{ "what is behind the OPT moves up",
		"beef 8180 0001 0001 0001 0002" WWW A("0000012c") NS("0000000a") OPT
		"c010 0001 0001 00000001 0004 5db8d822",
		"0000 8180 0001 0001 0001 0001" WWW A("0000012c")
			NS("0000000a") "c010 0001 0001 00000001 0004 5db8d822" },
	{ "a TTL with the high bit is capped",
		"beef 8180 0001 0001 0000 0000" WWW A("80000000"),
		"0000 8180 0001 0001 0000 0000" WWW A("7fffffff") },
};

static void test_wire(void **state)
{
	(void)state;
	for (size_t i = 0; i < ROWS(wire_rows); i++) {
		const struct wire_row *row = &wire_rows[i];
		struct bytes wire = wire_new(row->wire);
		struct message m = parsed(wire);
		uint8_t out[512];
		uint16_t ttl_at[8];
		struct writer w = { .p = out, .cap = sizeof out };
		struct bytes want = wire_new(row->want);
		struct answer answer;

		if (answer_make(&m, &plain, &w, ttl_at, ROWS(ttl_at), &answer) !=
			STATUS_OK)
			fail_msg("%s: no answer", row->name);
		wire_assert_equal(row->name, answer.wire, want);
		wire_free(want);
		wire_free(wire);
	}
}

static void test_ttl_offsets(void **state)
{
	struct bytes wire = wire_new("0000 8180 0001 0001 0001 0002" WWW A("0000012c")
			NS("00000e10") OPT A("00000001"));
	struct message m = parsed(wire);
	uint8_t out[512];
	uint16_t ttl_at[8];
	struct writer w = { .p = out, .cap = sizeof out };
	struct answer answer;

	(void)state;
	assert_int_equal(
		answer_make(&m, &plain, &w, ttl_at, ROWS(ttl_at), &answer), STATUS_OK);
	assert_int_equal(answer.question_end, 33);
	assert_int_equal(answer.ttl_n, 2);
	assert_int_equal(answer.ttl_at[0], 33 + 6);
	assert_int_equal(answer.ttl_at[1], 49 + 6);
	assert_int_equal(answer.rcode, RCODE_NOERROR);
	wire_free(wire);
}

/* Names in second records that read a first one's TTL, and would be others as soon as
 * that has become less: all are the question's. A SOA's low byte of its type is a length,
 * and what follows up to RDLENGTH a label. */
static const struct wire_row ttl_names[] = {
	{ "an owner that ends in a pointer's half",
		"0000 8180 0001 0002 0000 0000 03'www'02'ex'00 0010 0001"
		"c00c 0010 0001 03'www' 0265 'x'00*612 c01e 0010 0001 0000003c "
		"0002 01'x'",
		NULL },
	{ "an owner of other letters",
		"0000 8180 0001 0002 0000 0000" OF_TTL "00ff 0001" SOA_OF_TTL
		"c01b 0001 0001 0000003c 0004 c0000201",
		NULL },
	{ "RDATA of other letters",
		"0000 8180 0001 0002 0000 0000" OF_TTL "00ff 0001" SOA_OF_TTL
		"c00c 0005 0001 0000003c 0002 c01b",
		NULL },
};

static void test_no_name_in_a_ttl(void **state)
{
	(void)state;
	for (size_t i = 0; i < ROWS(ttl_names); i++) {
		struct bytes wire = wire_new(ttl_names[i].wire);
		struct message m = parsed(wire);
		uint8_t out[1024];
		uint16_t ttl_at[8];
		struct writer w = { .p = out, .cap = sizeof out };
		struct answer answer;
		struct record_walk walk;
		struct record record;

		assert_int_equal(
			answer_make(&m, &plain, &w, ttl_at, ROWS(ttl_at), &answer),
			STATUS_OK);
		assert_int_equal(answer.ttl_n, 2);
		answer_cap(&answer, out, 30);
		m = parsed(answer.wire);
		walk = record_walk(&m);
		for (int n = 0; n < 2; n++) {
			struct reader r = { .rest = { 0 } };
			struct name name;

			assert_true(record_next(&walk, &record));
			assert_int_equal(record.ttl_s, 30);
			r.rest = record.rdata;
			name = record.owner;
			if (record.type == TYPE_CNAME)
				assert_int_equal(name_read(m.wire, &r, &name), STATUS_OK);
			if (!name_equal(&name, &m.question.name))
				fail_msg("%s", ttl_names[i].name);
		}
		wire_free(wire);
	}
}

static const struct refused_row {
	const char *name;
	const char *wire;
	size_t room, cap;
	enum status want;
} refused_rows[] = {
	{ "it fits exactly", "0000 8180 0001 0001 0000 0000" WWW A("0000012c"), 49, 1,
		STATUS_OK },
	{ "a byte too little", "0000 8180 0001 0001 0000 0000" WWW A("0000012c"), 48, 1,
		STATUS_NOSPACE },
	{ "no room at all", "0000 8180 0001 0001 0000 0000" WWW A("0000012c"), 0, 1,
		STATUS_NOSPACE },
	{ "a TTL too many", "0000 8180 0001 0001 0000 0000" WWW A("0000012c"), 49, 0,
		STATUS_NOSPACE },
	{ "a query", "0000 0100 0001 0000 0000 0000" WWW, 512, 8, STATUS_MALFORMED },
	{ "no question", "0000 8180 0000 0000 0000 0000", 512, 8, STATUS_MALFORMED },
	{ "BADVERS", "0000 8180 0001 0000 0000 0001" WWW "00 0029 04d0 01000000 0000",
		512, 8, STATUS_UNSUPPORTED },
	{ "truncated", "0000 8380 0001 0001 0000 0000" WWW A("0000012c"), 512, 8,
		STATUS_UNSUPPORTED },
};

static void test_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < ROWS(refused_rows); i++) {
		const struct refused_row *row = &refused_rows[i];
		struct bytes wire = wire_new(row->wire);
		struct message m = parsed(wire);
		uint8_t *out = malloc(row->room > 0 ? row->room : 1);
		uint16_t ttl_at[8];
		struct writer w = { .p = out, .cap = row->room };
		struct answer answer;
		enum status status;

		assert_non_null(out);
		status = answer_make(&m, &plain, &w, ttl_at, row->cap, &answer);
		if (status != row->want)
			fail_msg("%s: %s", row->name, status_text(status));
		free(out);
		wire_free(wire);
	}
}

/* RFC 8482 §4.2. */
static void test_any(void **state)
{
	static const struct {
		const char *query, *want;
		uint16_t ttl_at;
	} rows[] = {
		{ "1234 0100 0001 0000 0000 0000 01'a'00 00ff 0001",
			"0000 8180 0001 0001 0000 0000 01'a'00 00ff 0001"
			"01'a'00 000d 0001 00000e10 0009 07'RFC8482'00",
			12 + 7 + 7 },
		{ "1234 0100 0001 0000 0000 0000 00 00ff 0001",
			"0000 8180 0001 0001 0000 0000 00 00ff 0001"
			"00 000d 0001 00000e10 0009 07'RFC8482'00",
			12 + 5 + 5 },
	};

	(void)state;
	for (size_t i = 0; i < ROWS(rows); i++) {
		struct bytes query = wire_new(rows[i].query),
			     want = wire_new(rows[i].want);
		struct message m = parsed(query), made;
		uint8_t out[64];
		uint16_t ttl_at;
		struct writer w = { .p = out, .cap = sizeof out };
		struct writer small = { .p = out, .cap = want.n - 1 };
		struct answer answer;

		assert_int_equal(any_answer(&m, &w, &ttl_at, &answer), STATUS_OK);
		wire_assert_equal("ANY", answer.wire, want);
		assert_int_equal(ttl_at, rows[i].ttl_at);
		assert_int_equal(answer.ttl_n, 1);
		made = parsed(answer.wire);
		assert_int_equal(answer.question_end, made.question_end);
		assert_int_equal(
			any_answer(&m, &small, &ttl_at, &answer), STATUS_NOSPACE);
		wire_free(query);
		wire_free(want);
	}
}

/* What a message says of itself, and whether that is asked for and believed. */
static void test_ede_and_ad(void **state)
{
	static const struct answer_options trusting = { .trust_ad = true };
	struct bytes wire = wire_new("0000 81a0 0001 0001 0000 0001" WWW A(
		"0000012c") "00 0029 04d0 00000000 0017 000a 0002 abcd 000f 0007 000f "
			    "'n'0a'-'c3 00"
			    "000f 0002 0001");
	struct message m = parsed(wire);
	uint8_t out[512];
	uint16_t ttl_at[8];
	struct writer w = { .p = out, .cap = sizeof out };
	struct answer answer;

	(void)state;
	assert_int_equal(answer_make(&m, &plain, &w, ttl_at, 8, &answer), STATUS_OK);
	assert_false(answer.authenticated);
	assert_true(answer.ede.present);
	assert_int_equal(answer.ede.code, 15);
	assert_string_equal(answer.ede.text, "n?-?");
	assert_int_equal(answer_make(&m, &trusting, &w, ttl_at, 8, &answer), STATUS_OK);
	assert_true(answer.authenticated);
	m.flags &= (uint16_t)~DNS_FLAG_AD;
	assert_int_equal(answer_make(&m, &trusting, &w, ttl_at, 8, &answer), STATUS_OK);
	assert_false(answer.authenticated);
	wire_free(wire);
}

/* Addresses beside an answer that was validated are nobody's word. */
static void test_nothing_beside(void **state)
{
	static const struct answer_options alone = { .nothing_beside = true };
	struct bytes wire =
		wire_new("0000 8180 0001 0001 0000 0002 03'www'00 000f 0001"
			 "c00c 000f 0001 0000012c 0004 000ac00c" A("0000003c") OPT);
	struct message m = parsed(wire);
	uint8_t out[512];
	uint16_t ttl_at[8];
	struct writer w = { .p = out, .cap = sizeof out };
	struct answer answer;

	(void)state;
	assert_int_equal(answer_make(&m, &plain, &w, ttl_at, 8, &answer), STATUS_OK);
	assert_int_equal(answer.ttl_n, 2);
	assert_int_equal(answer_make(&m, &alone, &w, ttl_at, 8, &answer), STATUS_OK);
	assert_int_equal(answer.ttl_n, 1);
	assert_int_equal(answer.ttl_s, 300);
	m = parsed(answer.wire);
	assert_int_equal(m.counts[SECTION_ANSWER], 1);
	assert_int_equal(m.counts[SECTION_ADDITIONAL], 0);
	wire_free(wire);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ttl),
		cmocka_unit_test(test_other_questions),
		cmocka_unit_test(test_wire),
		cmocka_unit_test(test_ttl_offsets),
		cmocka_unit_test(test_no_name_in_a_ttl),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_any),
		cmocka_unit_test(test_nothing_beside),
		cmocka_unit_test(test_ede_and_ad),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
