/* The answer section: the chain of CNAMEs, and what it ends in. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "dns/chain.h"
#include "tests/unit/dns/kept.h"
#include "tests/unit/rows.h"

/* Names of eight bytes. */
#define WWW "03'www'02'ex'00 "
#define CDN "03'cdn'02'nt'00 "
#define TOP "03'top'02'ex'00 "
#define BAD "03'bad'02'xx'00 "

#define HEAD(answers)    "0000 8180 0001" answers "0000 0000 "
#define ASKED_A          WWW "0001 0001 "
#define A(owner)         owner "0001 0001 0000003c 0004 c0000201 "
#define AAAA(owner)      owner "001c 0001 0000003c 0010 20010db8 00*12 "
#define CNAME(owner, to) owner "0005 0001 0000003c 0008" to
/* Of `type` by ex. */
#define RRSIG(owner, type) \
	owner "002e 0001 0000003c 001a" type "0d02 0000003c 00*8 1234 02'ex'00 'sign' "

/* DNAMEs of four bytes, below which the names of eight lie. */
#define D1          "02'd1'00 "
#define D2          "02'd2'00 "
#define WWW_D1      "03'www'02'd1'00 "
#define WWW_D2      "03'www'02'd2'00 "
#define DNAME(a, b) a "0027 0001 0000003c 0004" b

static const struct kept_row rows[] = {
	{ "an address", HEAD("0001") ASKED_A A(WWW), false, "0", 0 },
	{ "case does not matter", HEAD("0001") ASKED_A A("03'wWw'02'EX'00"), false, "0",
		0 },
	{ "no record", HEAD("0000") ASKED_A, false, "", 0 },
	{ "an address of another name beside", HEAD("0002") ASKED_A A(WWW) A(BAD), false,
		"0", 0 },
	{ "an address of another name in front", HEAD("0002") ASKED_A A(BAD) A(WWW),
		false, "1", 0 },
	{ "an address of the parent", HEAD("0002") ASKED_A A(WWW) A("02'ex'00"), false,
		"0", 0 },
	{ "another type beside", HEAD("0002") ASKED_A A(WWW) AAAA(WWW), false, "0", 0 },
	{ "another class beside",
		HEAD("0002") ASKED_A A(WWW) WWW "0001 0003 0000003c 0004 c0000201", false,
		"0", 0 },
	{ "another class alone",
		HEAD("0001") ASKED_A WWW "0001 0003 0000003c 0004 c0000201", false, NULL,
		STATUS_MALFORMED },
	{ "an NS in the answer section",
		HEAD("0002") ASKED_A A(WWW) WWW "0002 0001 0000003c 0008" BAD, false, "0",
		0 },
	{ "another name's address alone", HEAD("0001") ASKED_A A(BAD), false, NULL,
		STATUS_MALFORMED },
	{ "another type alone", HEAD("0001") ASKED_A AAAA(WWW), false, NULL,
		STATUS_MALFORMED },
	{ "a type nobody knows",
		HEAD("0002") WWW "ff01 0001" WWW "ff01 0001 0000003c 0003 c00cff" A(WWW),
		false, "0", 0 },

	{ "a chain", HEAD("0003") ASKED_A CNAME(WWW, CDN) CNAME(CDN, TOP) A(TOP), false,
		"0 1 2", 0 },
	{ "a chain in another order",
		HEAD("0003") ASKED_A A(TOP) CNAME(CDN, TOP) CNAME(WWW, CDN), false,
		"0 1 2", 0 },
	{ "a chain's end is missing", HEAD("0001") ASKED_A CNAME(WWW, CDN), false, "0",
		0 },
	{ "another name's address at the chain's end",
		HEAD("0002") ASKED_A CNAME(WWW, CDN) A(BAD), false, NULL,
		STATUS_MALFORMED },
	{ "an address in the chain's middle",
		HEAD("0004") ASKED_A CNAME(WWW, CDN) A(CDN) CNAME(CDN, TOP) A(TOP), false,
		"0 2 3", 0 },
	{ "an address beside the chain's start",
		HEAD("0003") ASKED_A A(WWW) CNAME(WWW, CDN) A(CDN), false, "1 2", 0 },
	{ "a CNAME that leads from elsewhere to the chain",
		HEAD("0003") ASKED_A CNAME(BAD, CDN) CNAME(WWW, CDN) A(CDN), false, "1 2",
		0 },
	{ "a CNAME that leads elsewhere from the side",
		HEAD("0003") ASKED_A A(WWW) CNAME(CDN, BAD) A(BAD), false, "0", 0 },
	{ "the same CNAME twice",
		HEAD("0003") ASKED_A CNAME(WWW, CDN) CNAME(WWW, CDN) A(CDN), false,
		"0 1 2", 0 },
	{ "a chain that branches",
		HEAD("0003") ASKED_A CNAME(WWW, CDN) CNAME(WWW, TOP) A(CDN), false, NULL,
		STATUS_MALFORMED },
	{ "a chain that branches later on",
		HEAD("0004") ASKED_A CNAME(WWW, CDN) CNAME(CDN, TOP) CNAME(CDN, BAD)
			A(TOP),
		false, NULL, STATUS_MALFORMED },
	{ "a CNAME of another class",
		HEAD("0002") ASKED_A WWW "0005 0003 0000003c 0008" CDN A(CDN), false,
		NULL, STATUS_MALFORMED },
	{ "a CNAME to itself", HEAD("0001") ASKED_A CNAME(WWW, WWW), false, NULL,
		STATUS_MALFORMED },
	{ "a circle of two", HEAD("0002") ASKED_A CNAME(WWW, CDN) CNAME(CDN, WWW), false,
		NULL, STATUS_MALFORMED },
	{ "a circle behind the start",
		HEAD("0003") ASKED_A CNAME(WWW, CDN) CNAME(CDN, TOP) CNAME(TOP, CDN),
		false, NULL, STATUS_MALFORMED },
	{ "a circle to the side",
		HEAD("0003") ASKED_A A(WWW) CNAME(CDN, TOP) CNAME(TOP, CDN), false, "0",
		0 },
	{ "who asks for a CNAME does not follow it",
		HEAD("0002") WWW "0005 0001" CNAME(WWW, CDN) A(CDN), false, "0", 0 },

	{ "a DNAME",
		HEAD("0003") WWW_D1 "0001 0001" DNAME(D1, D2) CNAME(WWW_D1, WWW_D2)
			A(WWW_D2),
		false, "0 1 2", 0 },
	{ "a DNAME behind its CNAME",
		HEAD("0003") WWW_D1 "0001 0001" CNAME(WWW_D1, WWW_D2) DNAME(D1, D2)
			A(WWW_D2),
		false, "0 1 2", 0 },
	{ "a DNAME in the chain's middle",
		HEAD("0004") WWW "0001 0001" CNAME(WWW, WWW_D1) DNAME(D1, D2)
			CNAME(WWW_D1, WWW_D2) A(WWW_D2),
		false, "0 1 2 3", 0 },
	{ "a DNAME that says otherwise",
		HEAD("0003") WWW_D1 "0001 0001" DNAME(D1, D1) CNAME(WWW_D1, WWW_D2)
			A(WWW_D2),
		false, NULL, STATUS_MALFORMED },
	{ "a DNAME whose CNAME has another beginning",
		HEAD("0003") WWW_D1 "0001 0001" DNAME(D1, D2)
			CNAME(WWW_D1, "03'wwx'02'd2'00") A("03'wwx'02'd2'00"),
		false, NULL, STATUS_MALFORMED },
	{ "a DNAME without its CNAME", HEAD("0001") WWW_D1 "0001 0001" DNAME(D1, D2),
		false, "0", 0 },
	{ "a DNAME without its CNAME is not followed",
		HEAD("0002") WWW_D1 "0001 0001" DNAME(D1, D2) A(WWW_D2), false, NULL,
		STATUS_MALFORMED },
	{ "a DNAME of another name", HEAD("0002") ASKED_A DNAME(D1, D2) A(WWW), false,
		"1", 0 },
	{ "a DNAME at the very name does nothing to it",
		HEAD("0002") D1 "0001 0001" DNAME(D1, D2) A(D1), false, "1", 0 },
	{ "who asks for a DNAME", HEAD("0001") D1 "0027 0001" DNAME(D1, D2), false, "0",
		0 },
	{ "a DNAME that cannot be read",
		HEAD("0002") WWW_D1 "0001 0001" D1 "0027 0001 0000003c 0001 3f" A(WWW_D1),
		false, NULL, STATUS_MALFORMED },

	{ "signatures for who takes them",
		HEAD("0004") ASKED_A CNAME(WWW, TOP) RRSIG(WWW, "0005") A(TOP)
			RRSIG(TOP, "0001"),
		true, "0 1 2 3", 0 },
	{ "and for others not",
		HEAD("0004") ASKED_A CNAME(WWW, TOP) RRSIG(WWW, "0005") A(TOP)
			RRSIG(TOP, "0001"),
		false, "0 2", 0 },
	{ "a signature alone, not wanted", HEAD("0001") ASKED_A RRSIG(WWW, "0001"), false,
		"", 0 },
	{ "a signature of another type", HEAD("0002") ASKED_A A(WWW) RRSIG(WWW, "001c"),
		true, "0", 0 },
	{ "a signature of another name", HEAD("0002") ASKED_A A(WWW) RRSIG(TOP, "0001"),
		true, "0", 0 },
	{ "a signature that is cut",
		HEAD("0002") ASKED_A A(WWW) WWW "002e 0001 0000003c 0001 00", true, "0",
		0 },
	{ "a DNAME's signature",
		HEAD("0004") WWW_D1 "0001 0001" DNAME(D1, D2) RRSIG(D1, "0027")
			CNAME(WWW_D1, WWW_D2) A(WWW_D2),
		true, "0 1 2 3", 0 },
	{ "who asks for signatures gets them",
		HEAD("0002") WWW "002e 0001" RRSIG(WWW, "0001") RRSIG(TOP, "0001"), false,
		"0", 0 },
	{ "an NSEC in the answer section",
		HEAD("0002") ASKED_A A(WWW) WWW "002f 0001 0000003c 000a" TOP "0000",
		true, "0", 0 },
	{ "who asks for an NSEC",
		HEAD("0001") WWW "002f 0001" WWW "002f 0001 0000003c 000a" TOP "0000",
		false, "0", 0 },
};

/* c0 -> c1 -> ... , then an address. */
static struct bytes long_chain(uint8_t *room, size_t cap, unsigned n, bool backwards)
{
	struct writer w = { .p = room, .cap = cap };

	wr_uint(&w, 0x0000818000010000, 8);
	wr_uint(&w, 0, 4);
	wr_patch16(&w, 6, (uint16_t)(n + 1));
	wr_uint(&w, 0x0263, 2);
	wr_uint(&w, 'A', 1);
	wr_uint(&w, 0, 1);
	wr_uint(&w, 0x00010001, 4);
	for (unsigned i = 0; i <= n; i++) {
		unsigned at = backwards ? n - i : i;

		wr_uint(&w, 0x0263, 2);
		wr_uint(&w, 'A' + at, 1);
		wr_uint(&w, 0, 1);
		wr_uint(&w, at < n ? 5 : 1, 2);
		wr_uint(&w, 1, 2);
		wr_uint(&w, 60, 4);
		wr_uint(&w, 4, 2);
		wr_uint(&w, 0x0263, 2);
		wr_uint(&w, 'A' + at + 1, 1);
		wr_uint(&w, 0, 1);
	}
	assert_false(w.bad);
	return wr_done(&w);
}

static void a_chain_is_so_long_and_no_longer(void **state)
{
	const struct answer_options options = { .dnssec_ok = false };
	uint8_t room[1024], out[1024];
	uint16_t ttl_at[32];

	(void)state;
	for (unsigned i = 0; i < 4; i++) {
		unsigned n = CHAIN_MAX + i / 2;
		struct writer w = { .p = out, .cap = sizeof out };
		struct answer answer;
		struct message m;

		assert_int_equal(
			message_parse(long_chain(room, sizeof room, n, i % 2), &m),
			STATUS_OK);
		assert_int_equal(answer_make(&m, &options, &w, ttl_at, 32, &answer),
			i / 2 ? STATUS_LIMIT : STATUS_OK);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_chain_is_so_long_and_no_longer),
	};
	int failed = run_rows("chain", rows, sizeof *rows, ROWS(rows), kept_test);

	return failed + cmocka_run_group_tests(tests, NULL, NULL);
}
