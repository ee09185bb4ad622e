/* Authority and additional section: what may stand beside an answer. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "dns/chain.h"
#include "tests/unit/dns/kept.h"
#include "tests/unit/dns/wire.h"
#include "tests/unit/rows.h"

/* Names of eight bytes, and of four. */
#define WWW "03'www'02'ex'00 "
#define NS1 "03'ns1'02'ex'00 "
#define TOP "03'top'02'ex'00 "
#define BAD "03'bad'02'xx'00 "
#define EX  "02'ex'00 "
#define XX  "02'xx'00 "

#define HEAD(counts)  "0000 8180 0001" counts
#define NXDOMAIN(n)   "0000 8183 0001 0000" n "0000 "
#define ASKED(type)   WWW type "0001 "
#define A(owner)      owner "0001 0001 0000003c 0004 c0000201 "
#define AAAA(owner)   owner "001c 0001 0000003c 0010 20010db8 00*12 "
#define NS(owner, to) owner "0002 0001 0000003c 0008" to
#define SOA(owner)    owner "0006 0001 0000003c 0016 00 00 00*16 0000003c "
#define NSEC(owner)   owner "002f 0001 0000003c 0006 02'ex'00 0000 "
#define NSEC3(owner)  owner "0032 0001 0000003c 0004 01000000 "
#define RRSIG(owner, type, signer) \
	owner "002e 0001 0000003c 001a" type "0d02 0000003c 00*8 1234" signer "'sign' "
#define OPT "00 0029 04d0 00000000 0000 "

static const struct kept_row rows[] = {
	{ "the zone's SOA", NXDOMAIN("0001") ASKED("0001") SOA(EX), false, "0", 0 },
	{ "a SOA at the very name", NXDOMAIN("0001") ASKED("0001") SOA(WWW), false, "0",
		0 },
	{ "the root's SOA", NXDOMAIN("0001") ASKED("0001") SOA("00"), false, "0", 0 },
	{ "another zone's SOA", NXDOMAIN("0001") ASKED("0001") SOA(XX), false, "", 0 },
	{ "a SOA from below", NXDOMAIN("0001") ASKED("0001") SOA("01'a'" WWW), false, "",
		0 },
	{ "the SOA of the chain's end, not of its start",
		"0000 8183 0001 0001 0002 0000" ASKED("0001") WWW
		"0005 0001 0000003c 0008" BAD SOA(EX) SOA(XX),
		false, "0 2", 0 },
	{ "no such name, and another's address",
		"0000 8183 0001 0001 0000 0000" ASKED("0001") A(BAD), false, "", 0 },
	{ "another type, and a SOA that says there is nothing",
		HEAD("0001 0001 0000") ASKED("001c") A(WWW) SOA(EX), false, "1", 0 },
	{ "the zone's name servers",
		HEAD("0001 0002 0000") ASKED("0001") A(WWW) NS(EX, NS1) NS(EX, BAD),
		false, "0 1 2", 0 },
	{ "another zone's name servers",
		HEAD("0001 0001 0000") ASKED("0001") A(WWW) NS(XX, NS1), false, "0", 0 },
	{ "an address in the authority section",
		HEAD("0001 0001 0000") ASKED("0001") A(WWW) A(WWW), false, "0", 0 },
	{ "a DS in the authority section",
		HEAD("0001 0001 0000") ASKED("0001") A(WWW) EX
		"002b 0001 0000003c 0004 00000000",
		true, "0", 0 },

	{ "a proof and its signature",
		NXDOMAIN("0004") ASKED("0001") SOA(EX) RRSIG(EX, "0006", EX) NSEC(TOP)
			RRSIG(TOP, "002f", EX),
		true, "0 1 2 3", 0 },
	{ "a proof for who takes none",
		NXDOMAIN("0004") ASKED("0001") SOA(EX) RRSIG(EX, "0006", EX) NSEC(TOP)
			RRSIG(TOP, "002f", EX),
		false, "0", 0 },
	{ "an NSEC3",
		NXDOMAIN("0003") ASKED("0001") SOA(EX) NSEC3("04'hash'" EX)
			RRSIG("04'hash'" EX, "0032", EX),
		true, "0 1 2", 0 },
	{ "a proof that nobody signed", NXDOMAIN("0002") ASKED("0001") SOA(EX) NSEC(TOP),
		true, "0", 0 },
	{ "a proof whose signature is another's",
		NXDOMAIN("0003") ASKED("0001") SOA(EX) NSEC(TOP) RRSIG(NS1, "002f", EX),
		true, "0 2", 0 },
	{ "a proof whose signature is of another type",
		NXDOMAIN("0003") ASKED("0001") SOA(EX) NSEC(TOP) RRSIG(TOP, "0032", EX),
		true, "0 2", 0 },
	{ "a proof of another zone",
		NXDOMAIN("0003") ASKED("0001") SOA(EX) NSEC(BAD) RRSIG(BAD, "002f", XX),
		true, "0", 0 },
	{ "a proof whose signer has no say there",
		NXDOMAIN("0003") ASKED("0001") SOA(EX) NSEC(BAD) RRSIG(BAD, "002f", EX),
		true, "0", 0 },
	{ "a proof whose signature is of another class",
		NXDOMAIN("0003") ASKED("0001") SOA(EX) NSEC(TOP) TOP
		"002e 0003 0000003c 001a 002f 0d02 0000003c 00*8 1234 02'ex'00 'sign'",
		true, "0", 0 },
	{ "proofs beside signatures that were asked for",
		HEAD("0001 0002 0000") ASKED("002e") RRSIG(WWW, "0001", EX) NSEC(TOP)
			RRSIG(TOP, "002f", EX),
		true, "0 1 2", 0 },
	{ "a proof that a stranger has signed as well",
		NXDOMAIN("0004") ASKED("0001") SOA(EX) NSEC(TOP) RRSIG(TOP, "002f", EX)
			RRSIG(TOP, "002f", XX),
		true, "0 1 2", 0 },
	{ "a proof whose signature is in another section",
		HEAD("0002 0001 0000") ASKED("0001") A(WWW) RRSIG(TOP, "002f", EX)
			NSEC(TOP),
		true, "0", 0 },
	{ "a proof whose signature is cut",
		NXDOMAIN("0003") ASKED("0001") SOA(EX) NSEC(TOP) TOP
		"002e 0001 0000003c 0004 002f0d02",
		true, "0", 0 },
	{ "a proof for the chain's start",
		"0000 8180 0001 0002 0002 0000" ASKED("0001") WWW
		"0005 0001 0000003c 0008" BAD A(BAD) NSEC(TOP) RRSIG(TOP, "002f", EX),
		true, "0 1 2 3", 0 },
	{ "a proof by the root",
		NXDOMAIN("0003") ASKED("0001") SOA("00")
			NSEC("02'ew'00") "02'ew'00 002e 0001 0000003c 0017 002f 0d02 "
					 "0000003c 00*8 1234 00 'sign'",
		true, "0 1 2", 0 },

	{ "addresses of the name servers",
		HEAD("0001 0001 0002") ASKED("0001") A(WWW) NS(EX, NS1) A(NS1) AAAA(NS1),
		false, "0 1 2 3", 0 },
	{ "addresses of name servers that were dropped",
		HEAD("0001 0001 0001") ASKED("0001") A(WWW) NS(XX, BAD) A(BAD), false,
		"0", 0 },
	{ "an address of nobody",
		HEAD("0001 0000 0002") ASKED("0001") A(WWW) A(BAD) A(NS1), false, "0",
		0 },
	{ "another address of the name that was asked",
		HEAD("0001 0000 0001") ASKED("0001") A(WWW) AAAA(WWW), false, "0", 0 },
	{ "a text of a name server",
		HEAD("0001 0001 0001") ASKED("0001") A(WWW) NS(EX, NS1) NS1
		"0010 0001 0000003c 0002 01'x'",
		false, "0 1", 0 },
	{ "an address signed",
		HEAD("0001 0001 0002") ASKED("0001") A(WWW) NS(EX, NS1) A(NS1)
			RRSIG(NS1, "0001", EX),
		true, "0 1 2 3", 0 },
	{ "an address signed for who does not want it",
		HEAD("0001 0001 0002") ASKED("0001") A(WWW) NS(EX, NS1) A(NS1)
			RRSIG(NS1, "0001", EX),
		false, "0 1 2", 0 },
	{ "a mail host's address",
		HEAD("0001 0000 0002") ASKED("000f") WWW
		"000f 0001 0000003c 000a 000a" NS1 A(NS1) A(BAD),
		false, "0 1", 0 },
	{ "a service's address",
		HEAD("0001 0000 0002") ASKED("0021") WWW
		"0021 0001 0000003c 000e 0000 0000 0035" NS1 A(BAD) AAAA(NS1),
		false, "0 2", 0 },
	{ "a rule's address",
		HEAD("0001 0000 0002") ASKED("0023") WWW
		"0023 0001 0000003c 0010 0000 0000 01's' 00 00" NS1 A(NS1) A(BAD),
		false, "0 1", 0 },
	{ "an HTTPS record's address",
		HEAD("0001 0000 0002") ASKED("0041") WWW
		"0041 0001 0000003c 000a 0001" NS1 A(NS1) A(WWW),
		false, "0 1", 0 },
	{ "an HTTPS record of the very name",
		HEAD("0001 0000 0002") ASKED("0041") WWW
		"0041 0001 0000003c 0003 0001 00" A(NS1) A(WWW),
		false, "0 2", 0 },
	{ "an HTTPS record that leads to another",
		HEAD("0001 0000 0003") ASKED("0041") WWW
		"0041 0001 0000003c 000a 0000" NS1 NS1
		"0041 0001 0000003c 000a 0001" TOP A(TOP) A(BAD),
		false, "0 1 2", 0 },
	{ "an HTTPS record that nothing leads to",
		HEAD("0001 0000 0001") ASKED("0001") A(WWW) WWW
		"0041 0001 0000003c 0003 0001 00",
		false, "0", 0 },
	{ "a key of a transaction",
		HEAD("0001 0000 0001") ASKED("0001") A(WWW) "00 00fa 00ff 00000000 0000",
		false, "0", 0 },
	{ "an OPT at the end",
		HEAD("0001 0001 0002") ASKED("0001") A(WWW) NS(EX, NS1) A(NS1) OPT, false,
		"0 1 2", 0 },
	{ "an OPT in between",
		HEAD("0001 0001 0002") ASKED("0001") A(WWW) NS(EX, NS1) OPT A(NS1), false,
		"0 1 3", 0 },
	{ "an OPT in front of what does not belong",
		HEAD("0001 0000 0002") ASKED("0001") A(WWW) OPT A(NS1), false, "0", 0 },
};

/* www.ex has the mail hosts x00, x01, …, and the first of them and `last` an address. */
static struct bytes many_hosts(uint8_t *room, size_t cap, unsigned n, unsigned last)
{
	struct writer w = { .p = room, .cap = cap };
	struct bytes head = wire_new("0000 8180 0001 0000 0000 0002" ASKED("000f"));

	wr_bytes(&w, head);
	wr_patch16(&w, 6, (uint16_t)n);
	wire_free(head);
	for (unsigned i = 0; i < n; i++) {
		wr_uint(&w, 0xc00c000f0001, 6);
		wr_uint(&w, 60, 4);
		wr_uint(&w, 0x0007000a0378, 6);
		wr_uint(&w, i, 2);
		wr_uint(&w, 0, 1);
	}
	for (unsigned i = 0; i <= last; i += last) {
		wr_uint(&w, 0x0378, 2);
		wr_uint(&w, i, 2);
		wr_uint(&w, 0x0000010001, 5);
		wr_uint(&w, 60, 4);
		wr_uint(&w, 0x0004c0000201, 6);
	}
	assert_false(w.bad);
	return wr_done(&w);
}

static void so_many_hosts_are_looked_for_and_no_more(void **state)
{
	static const struct answer_options options = { .dnssec_ok = false };
	uint8_t room[8192], out[8192];
	uint16_t ttl_at[CHAIN_HOSTS_MAX * 2 + 2];
	const unsigned n = CHAIN_HOSTS_MAX * 2;

	(void)state;
	for (unsigned last = CHAIN_HOSTS_MAX - 1; last <= CHAIN_HOSTS_MAX; last++) {
		struct writer w = { .p = out, .cap = sizeof out };
		struct answer answer;
		struct message m;

		assert_int_equal(
			message_parse(many_hosts(room, sizeof room, n, last), &m),
			STATUS_OK);
		assert_int_equal(
			answer_make(&m, &options, &w, ttl_at, ROWS(ttl_at), &answer),
			STATUS_OK);
		assert_int_equal(answer.ttl_n, n + (last < CHAIN_HOSTS_MAX ? 2 : 1));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(so_many_hosts_are_looked_for_and_no_more),
	};
	int failed = run_rows("beside", rows, sizeof *rows, ROWS(rows), kept_test);

	return failed + cmocka_run_group_tests(tests, NULL, NULL);
}
