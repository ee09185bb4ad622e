/* Answers of those who may speak for one zone alone. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "dns/answer.h"
#include "tests/unit/dns/wire.h"
#include "tests/unit/rows.h"

/* Names of eight bytes; the zone is "ex". */
#define WWW "03'www'02'ex'00 "
#define TOP "03'top'02'ex'00 "
#define BAD "03'bad'02'xx'00 "
#define TWO "03'two'02'yy'00 "
#define EX  "02'ex'00 "
#define XX  "02'xx'00 "

#define HEAD(counts)     "0000 8180 0001" counts
#define ASKED(type)      WWW type "0001 "
#define A(owner)         owner "0001 0001 0000003c 0004 c0000201 "
#define CNAME(owner, to) owner "0005 0001 0000003c 0008" to
#define NS(owner, to)    owner "0002 0001 0000003c 0008" to
#define SOA(owner)       owner "0006 0001 0000003c 0016 00 00 00*16 0000003c "
#define RRSIG(owner, type) \
	owner "002e 0001 0000003c 001a" type "0d02 0000003c 00*8 1234 02'xx'00 'sign' "
#define DNAME(owner, to) owner "0027 0001 0000003c 0004" to

/* What is wanted is compressed: c00c is WWW, c010 is EX. */
static const struct bound_row {
	const char *name;
	const char *wire, *want;
	bool dnssec_ok;
} rows[] = {
	{ "its own address", HEAD("0001 0000 0000") ASKED("0001") A(WWW),
		HEAD("0001 0000 0000") ASKED("0001") A(WWW), false },
	{ "a CNAME inside the zone",
		HEAD("0002 0000 0000") ASKED("0001") CNAME(WWW, TOP) A(TOP),
		HEAD("0002 0000 0000") ASKED("0001") CNAME(WWW, TOP) A(TOP), false },
	{ "a CNAME out of it: the address is the name's own",
		HEAD("0002 0000 0000") ASKED("0001") CNAME(WWW, BAD) A(BAD),
		HEAD("0001 0000 0000") ASKED("0001") A("c00c"), false },
	{ "two addresses",
		HEAD("0003 0000 0000") ASKED("0001") CNAME(WWW, BAD) A(BAD) A(BAD),
		HEAD("0002 0000 0000") ASKED("0001") A("c00c") A("c00c"), false },
	{ "inside, then out, then on",
		HEAD("0004 0000 0000") ASKED("0001") CNAME(WWW, TOP) CNAME(TOP, BAD)
			CNAME(BAD, TWO) A(TWO),
		HEAD("0002 0000 0000") ASKED(
			"0001") "c00c 0005 0001 0000003c 0006 03'top'c010" A("c024"),
		false },
	{ "out and in again",
		HEAD("0003 0000 0000") ASKED("0001") CNAME(WWW, BAD) CNAME(BAD, TOP)
			A(TOP),
		HEAD("0001 0000 0000") ASKED("0001") A("c00c"), false },
	{ "a CNAME out of it, and nothing there",
		HEAD("0001 0000 0000") ASKED("0001") CNAME(WWW, BAD),
		HEAD("0001 0000 0000") ASKED("0001") CNAME(WWW, BAD), false },
	{ "and nothing at the end of two",
		HEAD("0002 0001 0000") ASKED("0001") CNAME(WWW, BAD) CNAME(BAD, TWO)
			SOA("00"),
		HEAD("0001 0001 0000") ASKED(
			"0001") "c00c 0005 0001 0000003c 0008 03'bad'02'xx'00" SOA("00"),
		false },
	{ "signatures of other names",
		HEAD("0003 0000 0000") ASKED("0001") CNAME(WWW, BAD) A(BAD)
			RRSIG(BAD, "0001"),
		HEAD("0001 0000 0000") ASKED("0001") A("c00c"), true },
	{ "a DNAME of a zone above",
		HEAD("0003 0000 0000") ASKED("0001") DNAME("00", XX) WWW
		"0005 0001 0000003c 000b 03'www'02'ex'02'xx'00" A(
			"03'www'02'ex'02'xx'00"),
		HEAD("0001 0000 0000") ASKED("0001") A("c00c"), false },
	{ "a DNAME of a zone above that leads into this one",
		HEAD("0003 0000 0000") ASKED("0001") DNAME("00", EX) WWW
		"0005 0001 0000003c 000b 03'www'02'ex'02'ex'00" A(
			"03'www'02'ex'02'ex'00"),
		HEAD("0002 0000 0000")
			ASKED("0001") "c00c 0005 0001 0000003c 0009 03'www'02'ex'c010" A(
				"c024"),
		false },
	{ "name servers of the root",
		HEAD("0001 0002 0001") ASKED("0001") A(WWW) NS("00", TOP) NS(EX, BAD)
			A(BAD),
		HEAD("0001 0001 0000") ASKED("0001")
			A("c00c") "c010 0002 0001 0000003c 0008 03'bad'02'xx'00",
		false },
	{ "the root's SOA", "0000 8183 0001 0000 0001 0000" ASKED("0001") SOA("00"),
		"0000 8183 0001 0000 0001 0000" ASKED("0001") SOA("00"), false },
	{ "the address of a mail host elsewhere",
		HEAD("0001 0000 0001") ASKED("000f") WWW
		"000f 0001 0000003c 000a 000a" BAD A(BAD),
		HEAD("0001 0000 0000")
			ASKED("000f") "c00c 000f 0001 0000003c 000a 000a 03'bad'02'xx'00",
		false },
};

static void an_answer_speaks_of_its_zone(void **state)
{
	static const struct name zone = { 4, "\2ex" };
	const struct bound_row *row = *state;
	const struct answer_options options = { .dnssec_ok = row->dnssec_ok,
		.zone = &zone };
	struct bytes wire = wire_new(row->wire), want = wire_new(row->want);
	uint8_t out[512];
	uint16_t ttl_at[8];
	struct writer w = { .p = out, .cap = sizeof out };
	struct answer answer;
	struct message m;

	assert_int_equal(message_parse(wire, &m), STATUS_OK);
	assert_int_equal(
		answer_make(&m, &options, &w, ttl_at, ROWS(ttl_at), &answer), STATUS_OK);
	wire_assert_equal(row->name, answer.wire, want);
	wire_free(want);
	wire_free(wire);
}

int main(void)
{
	return run_rows(
		"bound", rows, sizeof *rows, ROWS(rows), an_answer_speaks_of_its_zone);
}
