/* What a client gets told beside the answer: AD and the OPT's options. */
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

static struct message parsed(struct bytes wire)
{
	struct message m;

	assert_int_equal(message_parse(wire, &m), STATUS_OK);
	return m;
}

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

#define COOKIE  "'abcdefgh' 01 000000 65000000 'ijklmnop'"
#define OPTIONS "000a 0018" COOKIE "000b 0002 0064"

static const struct terms_row {
	const char *name;
	const char *query;
	bool authenticated;
	const char *ede; /* the answer's; NULL: none */
	size_t limit;
	const char *want;
} terms_rows[] = {
	{ "not authenticated", QUERY_EDNS, false, NULL, 512,
		"1234 8180 0001 0001 0001 0001" ASKED RECORDS
		"00 0029 04d0 0000 8000 0022" OPTIONS },
	{ "authenticated, to one with DO", QUERY_EDNS, true, NULL, 512,
		"1234 81a0 0001 0001 0001 0001" ASKED RECORDS
		"00 0029 04d0 0000 8000 0022" OPTIONS },
	{ "authenticated, to one with AD", "1234 0120 0001 0000 0000 0000" ASKED, true,
		NULL, 512, "1234 81a0 0001 0001 0001 0000" ASKED RECORDS },
	{ "authenticated, to one who knows neither", QUERY, true, NULL, 512,
		"1234 8180 0001 0001 0001 0000" ASKED RECORDS },
	{ "authenticated, to one with EDNS alone",
		"1234 0100 0001 0000 0000 0001" ASKED OPT("1000", "0000"), true, NULL,
		512,
		"1234 8180 0001 0001 0001 0001" ASKED RECORDS
		"00 0029 04d0 0000 0000 0022" OPTIONS },
	{ "an answer's own EDE", QUERY_EDNS, false, "pin", 512,
		"1234 8180 0001 0001 0001 0001" ASKED RECORDS
		"00 0029 04d0 0000 8000 002b" OPTIONS "000f 0005 001c 'pin'" },
	{ "it fits exactly with EDE", QUERY_EDNS, false, "pin", 119,
		"1234 8180 0001 0001 0001 0001" ASKED RECORDS
		"00 0029 04d0 0000 8000 002b" OPTIONS "000f 0005 001c 'pin'" },
	{ "a byte too long with EDE", QUERY_EDNS, false, "pin", 118,
		"1234 8180 0001 0001 0001 0001" ASKED RECORDS
		"00 0029 04d0 0000 8000 0022" OPTIONS },
	{ "it fits exactly", QUERY_EDNS, false, NULL, 110,
		"1234 8180 0001 0001 0001 0001" ASKED RECORDS
		"00 0029 04d0 0000 8000 0022" OPTIONS },
	{ "a byte too long for the options; what is cut says nothing of AD", QUERY_EDNS,
		true, NULL, 109,
		"1234 8380 0001 0000 0000 0001" ASKED
		"00 0029 04d0 0000 8000 0022" OPTIONS },
};

static void test_terms(void **state)
{
	struct bytes cookie = wire_new(COOKIE);

	(void)state;
	for (size_t i = 0; i < ROWS(terms_rows); i++) {
		const struct terms_row *row = &terms_rows[i];
		struct reply_terms terms = { .limit = row->limit,
			.edns = { .cookie = true,
				.keepalive = true,
				.keepalive_ms = 10000 } };
		struct bytes wire = wire_new(row->query), want = wire_new(row->want);
		struct answer answer = known_answer(300);
		struct message m = parsed(wire);
		uint8_t out[512];
		struct writer w = { .p = out, .cap = sizeof out };

		memcpy(terms.edns.cookie_bytes, cookie.p, cookie.n);
		answer.authenticated = row->authenticated;
		answer.ede =
			(struct ede){ .present = row->ede != NULL, .code = EDE_POLICY };
		if (row->ede != NULL)
			strcpy(answer.ede.text, row->ede);
		assert_int_equal(reply_answer(&m, &answer, 0, 0, &terms, &w), STATUS_OK);
		wire_assert_equal(row->name, wr_done(&w), want);
		wire_free(answer.wire);
		wire_free(want);
		wire_free(wire);
	}
	wire_free(cookie);
}

/* It may have outlived its signatures. */
static void test_stale_is_not_authentic(void **state)
{
	static const struct ede ede = { .present = true, .code = EDE_STALE };
	const struct reply_terms terms = { .limit = 512 };
	struct bytes wire = wire_new(QUERY_EDNS);
	struct answer answer = known_answer(300);
	struct message m = parsed(wire), reply;
	uint8_t out[512];
	struct writer w = { .p = out, .cap = sizeof out };

	(void)state;
	answer.authenticated = true;
	assert_int_equal(reply_stale(&m, &answer, &ede, &terms, &w), STATUS_OK);
	reply = parsed(wr_done(&w));
	assert_int_equal(reply.flags & DNS_FLAG_AD, 0);
	wire_free(answer.wire);
	wire_free(wire);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_terms),
		cmocka_unit_test(test_stale_is_not_authentic),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
