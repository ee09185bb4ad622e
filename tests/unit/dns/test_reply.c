/* What a client gets. */
#include "dns/reply.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/dns/wire.h"

#define ROWS(table) (sizeof(table) / sizeof *(table))

/* 33 bytes with the header. */
#define ASKED            "03'wWw'07'Example'03'COM'00 0001 0001 "
#define KNOWN            "03'www'07'example'03'com'00 0001 0001 "
#define OPT(size, flags) "00 0029" size "0000" flags "0000 "
/* Two records, 65 bytes with header and question; TTLs at 39 and 55. */
#define RECORDS                                 \
	"c00c 0001 0001 0000012c 0004 5db8d822" \
	"c010 0002 0001 00000e10 0004 01'a'c010"

#define QUERY      "1234 0100 0001 0000 0000 0000" ASKED
#define QUERY_EDNS "1234 0100 0001 0000 0000 0001" ASKED OPT("1000", "8000")

static const struct reply_terms limit_64 = { .limit = 64 };
static const struct reply_terms limit_65 = { .limit = 65 };
static const struct reply_terms limit_512 = { .limit = 512 };

static struct message parsed(struct bytes wire)
{
	struct message m;

	assert_int_equal(message_parse(wire, &m), STATUS_OK);
	return m;
}

static const struct limit_row {
	const char *name;
	const char *query;
	bool udp;
	size_t want;
} limit_rows[] = {
	{ "UDP without EDNS", QUERY, true, 512 },
	{ "UDP, a size of 0", "1234 0100 0001 0000 0000 0001" ASKED OPT("0000", "0000"),
		true, 512 },
	{ "UDP, 511", "1234 0100 0001 0000 0000 0001" ASKED OPT("01ff", "0000"), true,
		512 },
	{ "UDP, 513", "1234 0100 0001 0000 0000 0001" ASKED OPT("0201", "0000"), true,
		513 },
	{ "UDP, 1232", "1234 0100 0001 0000 0000 0001" ASKED OPT("04d0", "0000"), true,
		1232 },
	{ "UDP, 4096", QUERY_EDNS, true, 1232 },
	{ "TCP without EDNS", QUERY, false, 65535 },
	{ "TCP, EDNS says nothing", QUERY_EDNS, false, 65535 },
};

static void test_limit(void **state)
{
	(void)state;
	for (size_t i = 0; i < ROWS(limit_rows); i++) {
		const struct limit_row *row = &limit_rows[i];
		struct bytes wire = wire_new(row->query);
		struct message m = parsed(wire);
		size_t limit = reply_limit(&m, row->udp);

		if (limit != row->want)
			fail_msg("%s: %zu", row->name, limit);
		wire_free(wire);
	}
}

static const struct error_row {
	const char *name;
	const char *query;
	unsigned rcode;
	const char *ede; /* NULL: none */
	size_t limit;
	const char *want; /* NULL: refused with `status` */
	enum status status;
} error_rows[] = {
	{ "SERVFAIL", QUERY, RCODE_SERVFAIL, NULL, 512,
		"1234 8182 0001 0000 0000 0000" ASKED, STATUS_OK },
	{ "without EDNS no EDE", QUERY, RCODE_SERVFAIL, "pin", 512,
		"1234 8182 0001 0000 0000 0000" ASKED, STATUS_OK },
	{ "DO is repeated", QUERY_EDNS, RCODE_SERVFAIL, NULL, 512,
		"1234 8182 0001 0000 0000 0001" ASKED OPT("04d0", "8000"), STATUS_OK },
	{ "EDE", QUERY_EDNS, RCODE_SERVFAIL, "pin", 512,
		"1234 8182 0001 0000 0000 0001" ASKED
		"00 0029 04d0 0000 8000 0009 000f 0005 001c 'pin'",
		STATUS_OK },
	{ "EDE fits exactly", QUERY_EDNS, RCODE_SERVFAIL, "pin", 53,
		"1234 8182 0001 0000 0000 0001" ASKED
		"00 0029 04d0 0000 8000 0009 000f 0005 001c 'pin'",
		STATUS_OK },
	{ "EDE does not fit", QUERY_EDNS, RCODE_SERVFAIL, "pin", 52,
		"1234 8182 0001 0000 0000 0001" ASKED OPT("04d0", "8000"), STATUS_OK },
	{ "RD and CD are repeated", "1234 0010 0001 0000 0000 0000" ASKED, RCODE_REFUSED,
		NULL, 512, "1234 8095 0001 0000 0000 0000" ASKED, STATUS_OK },
	{ "AA, TC, RA, Z and AD are not", "1234 06e0 0001 0000 0000 0000" ASKED,
		RCODE_NXDOMAIN, NULL, 512, "1234 8083 0001 0000 0000 0000" ASKED,
		STATUS_OK },
	{ "the opcode is repeated", "1234 2100 0001 0000 0000 0000" ASKED, RCODE_NOTIMP,
		NULL, 512, "1234 a184 0001 0000 0000 0000" ASKED, STATUS_OK },
	{ "the query's records are not repeated",
		"1234 0100 0001 0001 0000 0000" ASKED
		"c00c 0001 0001 00000000 0004 7f000001",
		RCODE_FORMERR, NULL, 512, "1234 8181 0001 0000 0000 0000" ASKED,
		STATUS_OK },
	{ "without a question", "1234 0100 0000 0000 0000 0000", RCODE_FORMERR, NULL, 512,
		"1234 8181 0000 0000 0000 0000", STATUS_OK },
	{ "BADVERS", QUERY_EDNS, RCODE_BADVERS, NULL, 512,
		"1234 8180 0001 0000 0000 0001" ASKED "00 0029 04d0 0100 8000 0000",
		STATUS_OK },

	{ "BADVERS without an OPT", QUERY, RCODE_BADVERS, NULL, 512, NULL,
		STATUS_UNSUPPORTED },
	{ "no room for the question", QUERY, RCODE_SERVFAIL, NULL, 32, NULL,
		STATUS_NOSPACE },
	{ "no room for the OPT", QUERY_EDNS, RCODE_SERVFAIL, NULL, 43, NULL,
		STATUS_NOSPACE },
};

static void test_error(void **state)
{
	(void)state;
	for (size_t i = 0; i < ROWS(error_rows); i++) {
		const struct error_row *row = &error_rows[i];
		struct bytes wire = wire_new(row->query);
		struct message m = parsed(wire);
		const struct reply_terms terms = { .limit = row->limit };
		struct ede ede = { .present = row->ede != NULL, .code = EDE_POLICY };
		uint8_t out[512];
		struct writer w = { .p = out, .cap = sizeof out };
		enum status status;

		if (row->ede != NULL)
			strcpy(ede.text, row->ede);
		status = reply_error(&m, row->rcode, &ede, &terms, &w);
		if (status != row->status)
			fail_msg("%s: %s", row->name, status_text(status));
		if (row->want != NULL) {
			struct bytes want = wire_new(row->want);

			wire_assert_equal(row->name, wr_done(&w), want);
			wire_free(want);
		}
		wire_free(wire);
	}
}

static const struct unparsed_row {
	const char *name;
	const char *query;
	const char *want; /* NULL: nothing is sent */
} unparsed_rows[] = {
	{ "a header alone", "1234 0100 0001 0000 0000 0000",
		"1234 8181 0000 0000 0000 0000" },
	{ "rubbish behind", "1234 0100 ffff ffff ffff ffff ff*99",
		"1234 8181 0000 0000 0000 0000" },
	{ "opcode and CD", "1234 7810 0000 0000 0000 0000",
		"1234 f891 0000 0000 0000 0000" },
	{ "AA, TC, RA, Z, AD and rcode are not repeated", "1234 06ef 0000 0000 0000 0000",
		"1234 8081 0000 0000 0000 0000" },

	{ "nothing", "", NULL },
	{ "eleven bytes", "1234 0100 0001 0000 0000 00", NULL },
	{ "a response", "1234 8100 0001 0000 0000 0000", NULL },
};

static void test_unparsed(void **state)
{
	(void)state;
	for (size_t i = 0; i < ROWS(unparsed_rows); i++) {
		const struct unparsed_row *row = &unparsed_rows[i];
		struct bytes wire = wire_new(row->query);
		uint8_t out[12];
		struct writer w = { .p = out, .cap = sizeof out };
		enum status status = reply_unparsed(wire, RCODE_FORMERR, &w);

		if ((status == STATUS_OK) != (row->want != NULL))
			fail_msg("%s: %s", row->name, status_text(status));
		if (row->want != NULL) {
			struct bytes want = wire_new(row->want);

			wire_assert_equal(row->name, wr_done(&w), want);
			wire_free(want);
		} else {
			assert_int_equal(w.n, 0);
		}
		wire_free(wire);
	}
}

static void test_unparsed_no_room(void **state)
{
	struct bytes wire = wire_new("1234 0100 0001 0000 0000 0000");
	uint8_t out[11];
	struct writer w = { .p = out, .cap = sizeof out };

	(void)state;
	assert_int_equal(reply_unparsed(wire, RCODE_FORMERR, &w), STATUS_NOSPACE);
	assert_int_equal(w.n, 0);
	wire_free(wire);
}

static const struct answer_row {
	const char *name;
	const char *query;
	uint32_t age_s, ttl_min_s;
	size_t limit;
	const char *want; /* NULL: refused with `status` */
	enum status status;
} answer_rows[] = {
	{ "fresh", QUERY, 0, 0, 512, "1234 8180 0001 0001 0001 0000" ASKED RECORDS,
		STATUS_OK },
	{ "with an OPT", QUERY_EDNS, 0, 0, 512,
		"1234 8180 0001 0001 0001 0001" ASKED RECORDS OPT("04d0", "8000"),
		STATUS_OK },
	{ "CD", "1234 0110 0001 0000 0000 0000" ASKED, 0, 0, 512,
		"1234 8190 0001 0001 0001 0000" ASKED RECORDS, STATUS_OK },
	{ "without RD, RA stays", "1234 0000 0001 0000 0000 0000" ASKED, 0, 0, 512,
		"1234 8080 0001 0001 0001 0000" ASKED RECORDS, STATUS_OK },
	{ "AD is not repeated", "1234 0120 0001 0000 0000 0000" ASKED, 0, 0, 512,
		"1234 8180 0001 0001 0001 0000" ASKED RECORDS, STATUS_OK },
	{ "aged", QUERY, 299, 0, 512,
		"1234 8180 0001 0001 0001 0000" ASKED
		"c00c 0001 0001 00000001 0004 5db8d822"
		"c010 0002 0001 00000ce5 0004 01'a'c010",
		STATUS_OK },
	{ "aged below zero", QUERY, 301, 0, 512,
		"1234 8180 0001 0001 0001 0000" ASKED
		"c00c 0001 0001 00000000 0004 5db8d822"
		"c010 0002 0001 00000ce3 0004 01'a'c010",
		STATUS_OK },
	{ "aged by the largest number", QUERY, UINT32_MAX, 0, 512,
		"1234 8180 0001 0001 0001 0000" ASKED
		"c00c 0001 0001 00000000 0004 5db8d822"
		"c010 0002 0001 00000000 0004 01'a'c010",
		STATUS_OK },
	{ "not below the least", QUERY, 290, 30, 512,
		"1234 8180 0001 0001 0001 0000" ASKED
		"c00c 0001 0001 0000001e 0004 5db8d822"
		"c010 0002 0001 00000cee 0004 01'a'c010",
		STATUS_OK },
	{ "it fits exactly", QUERY, 0, 0, 65,
		"1234 8180 0001 0001 0001 0000" ASKED RECORDS, STATUS_OK },
	{ "a byte too long", QUERY, 299, 0, 64,
		"1234 8380 0001 0001 0000 0000" ASKED
		"c00c 0001 0001 00000001 0004 5db8d822",
		STATUS_OK },
	{ "one record fits exactly", QUERY, 299, 0, 49,
		"1234 8380 0001 0001 0000 0000" ASKED
		"c00c 0001 0001 00000001 0004 5db8d822",
		STATUS_OK },
	{ "a byte too long for one record", QUERY, 0, 0, 48,
		"1234 8380 0001 0000 0000 0000" ASKED, STATUS_OK },
	{ "it fits exactly with an OPT", QUERY_EDNS, 0, 0, 76,
		"1234 8180 0001 0001 0001 0001" ASKED RECORDS OPT("04d0", "8000"),
		STATUS_OK },
	{ "a byte too long with an OPT", QUERY_EDNS, 0, 0, 75,
		"1234 8380 0001 0000 0000 0001" ASKED OPT("04d0", "8000"), STATUS_OK },

	{ "not even the question fits", QUERY, 0, 0, 32, NULL, STATUS_NOSPACE },
	{ "not even the OPT fits", QUERY_EDNS, 0, 0, 43, NULL, STATUS_NOSPACE },
	{ "a longer question",
		"1234 0100 0001 0000 0000 0000 04'wwww'07'example'03'com'00 0001 0001", 0,
		0, 512, NULL, STATUS_MALFORMED },
	{ "a shorter question", "1234 0100 0001 0000 0000 0000 00 0001 0001", 0, 0, 512,
		NULL, STATUS_MALFORMED },
	{ "no question", "1234 0100 0000 0000 0000 0000", 0, 0, 512, NULL,
		STATUS_MALFORMED },
};

/* KNOWN and RECORDS; its wire is to be freed. */
static struct answer known_answer(uint32_t ttl_s)
{
	static const uint16_t ttl_at[] = { 39, 55 };

	return (struct answer){ .wire = wire_new(
					"0000 8180 0001 0001 0001 0000" KNOWN RECORDS),
		.ttl_at = ttl_at,
		.ttl_n = 2,
		.question_end = 33,
		.ttl_s = ttl_s };
}

static void test_answer(void **state)
{
	const struct answer answer = known_answer(300);

	(void)state;
	for (size_t i = 0; i < ROWS(answer_rows); i++) {
		const struct answer_row *row = &answer_rows[i];
		struct bytes wire = wire_new(row->query);
		struct message m = parsed(wire);
		const struct reply_terms terms = { .limit = row->limit };
		uint8_t *out = malloc(row->limit);
		struct writer w = { .p = out, .cap = row->limit };
		enum status status;

		assert_non_null(out);
		status =
			reply_answer(&m, &answer, row->age_s, row->ttl_min_s, &terms, &w);
		if (status != row->status)
			fail_msg("%s: %s", row->name, status_text(status));
		if (row->want != NULL) {
			struct bytes want = wire_new(row->want);

			wire_assert_equal(row->name, wr_done(&w), want);
			wire_free(want);
		}
		free(out);
		wire_free(wire);
	}
	wire_free(answer.wire);
}

/* As RECORDS, 30 seconds each. */
#define STALE_RECORDS                           \
	"c00c 0001 0001 0000001e 0004 5db8d822" \
	"c010 0002 0001 0000001e 0004 01'a'c010"
#define STALE_OPT "00 0029 04d0 0000 8000 0009 000f 0005 0003 'pin'"

static const struct stale_row {
	const char *name;
	const char *query;
	size_t limit;
	const char *want; /* NULL: there is no room */
} stale_rows[] = {
	{ "without EDNS no EDE", QUERY, 512,
		"1234 8180 0001 0001 0001 0000" ASKED STALE_RECORDS },
	{ "EDE", QUERY_EDNS, 512,
		"1234 8180 0001 0001 0001 0001" ASKED STALE_RECORDS STALE_OPT },
	{ "EDE fits exactly", QUERY_EDNS, 85,
		"1234 8180 0001 0001 0001 0001" ASKED STALE_RECORDS STALE_OPT },
	{ "EDE does not fit", QUERY_EDNS, 84,
		"1234 8180 0001 0001 0001 0001" ASKED STALE_RECORDS OPT("04d0", "8000") },
	{ "cut, without EDNS", QUERY, 60,
		"1234 8380 0001 0001 0000 0000" ASKED
		"c00c 0001 0001 0000001e 0004 5db8d822" },
	{ "cut, with an EDE", QUERY_EDNS, 75,
		"1234 8380 0001 0000 0000 0001" ASKED STALE_OPT },
	{ "cut, without", QUERY_EDNS, 52,
		"1234 8380 0001 0000 0000 0001" ASKED OPT("04d0", "8000") },
	{ "not even the question fits", QUERY, 32, NULL },
	{ "not even the OPT fits", QUERY_EDNS, 43, NULL },
};

static void test_stale(void **state)
{
	static const struct ede ede = { .present = true, .code = 3, .text = "pin" };
	const struct answer answer = known_answer(30);

	(void)state;
	for (size_t i = 0; i < ROWS(stale_rows); i++) {
		const struct stale_row *row = &stale_rows[i];
		struct bytes wire = wire_new(row->query);
		struct message m = parsed(wire);
		uint8_t out[512];
		struct writer w = { .p = out, .cap = sizeof out };
		const struct reply_terms terms = { .limit = row->limit };
		enum status status = reply_stale(&m, &answer, &ede, &terms, &w);

		if (status != (row->want != NULL ? STATUS_OK : STATUS_NOSPACE))
			fail_msg("%s: %s", row->name, status_text(status));
		if (row->want != NULL) {
			struct bytes want = wire_new(row->want);

			wire_assert_equal(row->name, wr_done(&w), want);
			wire_free(want);
		}
		wire_free(wire);
	}
	wire_free(answer.wire);
}

/* An error's rcode comes out of the answer, not out of the limit or the OPT. */
static void test_answer_rcode(void **state)
{
	struct bytes known = wire_new("0000 8183 0001 0000 0000 0000" KNOWN);
	struct bytes want = wire_new("1234 8183 0001 0000 0000 0000" ASKED);
	const struct answer answer = { .wire = known, .question_end = 33, .rcode = 3 };
	struct bytes wire = wire_new(QUERY);
	struct message m = parsed(wire);
	uint8_t out[64];
	struct writer w = { .p = out, .cap = sizeof out };

	(void)state;
	assert_int_equal(reply_answer(&m, &answer, 0, 0, &limit_64, &w), STATUS_OK);
	wire_assert_equal("NXDOMAIN", wr_done(&w), want);
	wire_free(answer.wire);
	wire_free(want);
	wire_free(wire);
}

/* Room for less than `limit`: an error rather than a needless TC. */
static void test_answer_less_room_than_limit(void **state)
{
	const struct answer answer = known_answer(0);
	struct bytes wire = wire_new(QUERY);
	struct message m = parsed(wire);
	uint8_t out[50]; /* less than the second TTL needs */
	struct writer w = { .p = out, .cap = sizeof out };
	struct writer bad = { .p = out, .cap = sizeof out, .bad = true };

	(void)state;
	assert_int_equal(reply_answer(&m, &answer, 0, 0, &limit_512, &w), STATUS_NOSPACE);
	assert_int_equal(w.n, 0);
	assert_int_equal(reply_answer(&m, &answer, 0, 0, &limit_65, &w), STATUS_NOSPACE);
	assert_int_equal(w.n, 0);
	assert_int_equal(
		reply_answer(&m, &answer, 0, 0, &limit_512, &bad), STATUS_NOSPACE);
	wire_free(answer.wire);
	wire_free(wire);
}

/* Behind a stream's length, offsets count from the reply's first byte. */
static void test_behind_a_length(void **state)
{
	struct bytes want = wire_new("0041 1234 8180 0001 0001 0001 0000" ASKED RECORDS);
	const struct answer answer = known_answer(0);
	struct bytes wire = wire_new(QUERY);
	struct message m = parsed(wire);
	uint8_t out[67];
	struct writer w = { .p = out, .cap = sizeof out };

	(void)state;
	wr_uint(&w, 65, 2);
	assert_int_equal(reply_answer(&m, &answer, 0, 0, &limit_65, &w), STATUS_OK);
	wire_assert_equal("framed", wr_done(&w), want);
	wire_free(answer.wire);
	wire_free(want);
	wire_free(wire);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_limit),
		cmocka_unit_test(test_error),
		cmocka_unit_test(test_unparsed),
		cmocka_unit_test(test_unparsed_no_room),
		cmocka_unit_test(test_answer),
		cmocka_unit_test(test_stale),
		cmocka_unit_test(test_answer_rcode),
		cmocka_unit_test(test_answer_less_room_than_limit),
		cmocka_unit_test(test_behind_a_length),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
