/* What is answered without asking anybody. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/dns/wire.h"
#include "tests/unit/query/house.h"
#include "tests/unit/rows.h"

#define PENDING (-1) /* would be asked upstream */
#define DROPPED (-2)

struct row {
	const char *name;
	const char *wire;
	int rcode;         /* for an allowed client */
	int rcode_refused; /* for another one */
};

#define HEAD       "1234 0100 0001 0000 0000 0000 "
#define HEAD_EDNS  "1234 0100 0001 0000 0000 0001 "
#define QUESTION   "03'www'02'ex'00 0001 0001 "
#define OPT(v)     "00 0029 04d0 00" v "0000 0000 "
#define OPTIONS(n) "00 0029 04d0 00000000" n
#define OF_TYPE(t) HEAD "03'www'02'ex'00 " t " 0001"

static const struct row rows[] = {
	{ "a query", HEAD QUESTION, PENDING, RCODE_REFUSED },
	{ "with EDNS", HEAD_EDNS QUESTION OPT("00"), PENDING, RCODE_REFUSED },
	{ "type ANY", OF_TYPE("00ff"), RCODE_NOERROR, RCODE_REFUSED },
	{ "type ANY of the root", HEAD "00 00ff 0001", RCODE_NOERROR, RCODE_REFUSED },
	{ "a type nobody knows", OF_TYPE("ff01"), PENDING, RCODE_REFUSED },
	{ "nothing", "", DROPPED, DROPPED },
	{ "eleven bytes", "1234 0100 0001 0000 0000 00", DROPPED, DROPPED },
	{ "a response", "1234 8180 0001 0000 0000 0000" QUESTION, DROPPED, DROPPED },
	{ "a broken response", "1234 8180 0001 0000 0000 0000 3f", DROPPED, DROPPED },
	{ "a header alone that promises a question", HEAD, RCODE_FORMERR, RCODE_REFUSED },
	{ "no question", "1234 0100 0000 0000 0000 0000", RCODE_FORMERR, RCODE_REFUSED },
	{ "two questions", "1234 0100 0002 0000 0000 0000" QUESTION QUESTION,
		RCODE_FORMERR, RCODE_REFUSED },
	{ "bytes left over", HEAD QUESTION "00", RCODE_FORMERR, RCODE_REFUSED },
	{ "an answer in the query",
		"1234 0100 0001 0001 0000 0000" QUESTION
		"c00c 0001 0001 00000000 0004 c0000201",
		RCODE_FORMERR, RCODE_REFUSED },
	{ "two OPTs", "1234 0100 0001 0000 0000 0002" QUESTION OPT("00") OPT("00"),
		RCODE_FORMERR, RCODE_REFUSED },
	{ "EDNS version 1", HEAD_EDNS QUESTION OPT("01"), RCODE_BADVERS, RCODE_REFUSED },
	{ "EDNS version 1 and a broken cookie",
		HEAD_EDNS QUESTION "00 0029 04d0 00010000 0005 000a 0001 00",
		RCODE_BADVERS, RCODE_REFUSED },
	{ "EDNS version 1 and no question", "1234 0100 0000 0000 0000 0001" OPT("01"),
		RCODE_BADVERS, RCODE_REFUSED },
	{ "an option that nobody knows",
		HEAD_EDNS QUESTION OPTIONS("0006") "ff01 0002 abcd", PENDING,
		RCODE_REFUSED },
	{ "an option that runs over the end",
		HEAD_EDNS QUESTION OPTIONS("0006") "ff01 0003 abcd", RCODE_FORMERR,
		RCODE_REFUSED },
	{ "a client's cookie", HEAD_EDNS QUESTION OPTIONS("000c") "000a 0008 'abcdefgh'",
		PENDING, RCODE_REFUSED },
	{ "a cookie with a server's",
		HEAD_EDNS QUESTION OPTIONS("0014") "000a 0010 'abcdefgh' 'ijklmnop'",
		PENDING, RCODE_REFUSED },
	{ "the longest cookie", HEAD_EDNS QUESTION OPTIONS("002c") "000a 0028 'a'*40",
		PENDING, RCODE_REFUSED },
	{ "an empty cookie", HEAD_EDNS QUESTION OPTIONS("0004") "000a 0000",
		RCODE_FORMERR, RCODE_REFUSED },
	{ "a cookie of 7 bytes", HEAD_EDNS QUESTION OPTIONS("000b") "000a 0007 'abcdefg'",
		RCODE_FORMERR, RCODE_REFUSED },
	{ "a cookie of 15 bytes", HEAD_EDNS QUESTION OPTIONS("0013") "000a 000f 'a'*15",
		RCODE_FORMERR, RCODE_REFUSED },
	{ "a cookie of 41 bytes", HEAD_EDNS QUESTION OPTIONS("002d") "000a 0029 'a'*41",
		RCODE_FORMERR, RCODE_REFUSED },
	{ "of two cookies the first counts",
		HEAD_EDNS QUESTION OPTIONS("0011") "000a 0008 'abcdefgh' 000a 0001 00",
		PENDING, RCODE_REFUSED },
	{ "a cookie without a question",
		"1234 0100 0000 0000 0000 0001" OPTIONS("000c") "000a 0008 'abcdefgh'",
		RCODE_NOERROR, RCODE_REFUSED },
	{ "a broken cookie without a question",
		"1234 0100 0000 0000 0000 0001" OPTIONS("0005") "000a 0001 00",
		RCODE_FORMERR, RCODE_REFUSED },
	{ "EDNS without a question", "1234 0100 0000 0000 0000 0001" OPT("00"),
		RCODE_FORMERR, RCODE_REFUSED },
	{ "a keepalive that should be empty",
		HEAD_EDNS QUESTION OPTIONS("0006") "000b 0002 0064", PENDING,
		RCODE_REFUSED },
	{ "a subnet", HEAD_EDNS QUESTION OPTIONS("000b") "0008 0007 0001 1800 c00002",
		PENDING, RCODE_REFUSED },
	{ "opcode STATUS", "1234 1000 0001 0000 0000 0000" QUESTION, RCODE_NOTIMP,
		RCODE_REFUSED },
	{ "opcode NOTIFY", "1234 2400 0001 0000 0000 0000" QUESTION, RCODE_NOTIMP,
		RCODE_REFUSED },
	/* RFC 2136 §2.4: in an update a record of class ANY has no RDATA. */
	{ "opcode UPDATE",
		"1234 2800 0001 0001 0000 0000 03'www'02'ex'00 0006 0001"
		"c00c 0001 00ff 00000000 0000",
		RCODE_NOTIMP, RCODE_REFUSED },
	{ "an opcode that cannot be parsed", "1234 2800 0002 0000 0000 0000" QUESTION,
		RCODE_NOTIMP, RCODE_REFUSED },
	{ "class CH", HEAD "07'version'04'bind'00 0010 0003", RCODE_REFUSED,
		RCODE_REFUSED },
	{ "class ANY", HEAD "03'www'02'ex'00 0001 00ff", RCODE_REFUSED, RCODE_REFUSED },
	{ "type AXFR", OF_TYPE("00fc"), RCODE_REFUSED, RCODE_REFUSED },
	{ "type IXFR", OF_TYPE("00fb"), RCODE_REFUSED, RCODE_REFUSED },
	{ "type MAILB", OF_TYPE("00fd"), RCODE_REFUSED, RCODE_REFUSED },
	{ "type TSIG", OF_TYPE("00fa"), RCODE_REFUSED, RCODE_REFUSED },
	{ "type OPT as a question", OF_TYPE("0029"), RCODE_REFUSED, RCODE_REFUSED },
};

static struct house house;

static void assert_replied(const struct row *row, int rcode, bool tcp)
{
	struct visit v = { .tcp = tcp };
	struct bytes wire = wire_new(row->wire);
	enum query_outcome outcome = visit_send(&house, &v, wire);

	if (rcode == PENDING) {
		assert_int_equal(outcome, QUERY_PENDING);
		visit_leave(&v);
	} else if (rcode == DROPPED) {
		assert_int_equal(outcome, QUERY_DROP);
	} else {
		assert_int_equal(outcome, QUERY_ANSWERED);
		assert_int_equal(v.message.id, 0x1234);
		assert_int_equal(message_rcode(&v.message), rcode);
		assert_int_equal(message_opcode(&v.message), wire.p[2] >> 3 & 15);
		assert_true(v.message.flags & DNS_FLAG_QR);
	}
	wire_free(wire);
}

static void a_message_has_its_rcode(void **state)
{
	const struct row *row = *state;

	assert_int_equal(endpoint_parse("192.0.2.9", 4444, &house.client), STATUS_OK);
	assert_replied(row, row->rcode, false);
	assert_replied(row, row->rcode, true);
	assert_int_equal(endpoint_parse("198.51.100.9", 4444, &house.client), STATUS_OK);
	assert_replied(row, row->rcode_refused, false);
	assert_replied(row, row->rcode_refused, true);
	bench_settle(&house.lab.bench.loop);
}

int main(void)
{
	int failed;

	house_init(&house);
	failed = run_rows(
		"receive", rows, sizeof *rows, ROWS(rows), a_message_has_its_rcode);
	house_deinit(&house);
	return failed;
}
