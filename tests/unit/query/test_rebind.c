/* Answers that lead into the house. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "query/rebind.h"
#include "tests/unit/rows.h"

/* --- addresses ------------------------------------------------------------- */

static const struct address_row {
	const char *address;
	bool inside;
} address_rows[] = {
	{ "0.0.0.0", true },
	{ "0.255.255.255", true },
	{ "1.0.0.0", false },
	{ "9.255.255.255", false },
	{ "10.0.0.0", true },
	{ "10.255.255.255", true },
	{ "11.0.0.0", false },
	{ "100.63.255.255", false },
	{ "100.64.0.0", true },
	{ "100.127.255.255", true },
	{ "100.128.0.0", false },
	{ "126.255.255.255", false },
	{ "127.0.0.1", true },
	{ "127.255.255.255", true },
	{ "128.0.0.0", false },
	{ "169.253.255.255", false },
	{ "169.254.169.254", true },
	{ "169.255.0.0", false },
	{ "172.15.255.255", false },
	{ "172.16.0.0", true },
	{ "172.31.255.255", true },
	{ "172.32.0.0", false },
	{ "191.255.255.255", false },
	{ "192.0.0.1", true },
	{ "192.0.0.8", false },
	{ "192.0.0.170", false }, /* ipv4only.arpa (RFC 7050) */
	{ "192.167.255.255", false },
	{ "192.168.0.1", true },
	{ "192.169.0.0", false },
	{ "198.17.255.255", false },
	{ "198.18.0.0", true },
	{ "198.19.255.255", true },
	{ "198.20.0.0", false },
	{ "203.0.113.1", false },
	{ "239.255.255.255", false },
	{ "240.0.0.1", true },
	{ "255.255.255.255", true },
	{ "::", true },
	{ "::1", true },
	{ "::2", true }, /* compatible with 0.0.0.2 */
	{ "::10.0.0.1", true },
	{ "::203.0.113.1", false },
	{ "::ffff:192.168.1.1", true },
	{ "::ffff:0.0.0.0", true },
	{ "::ffff:203.0.113.1", false },
	{ "64:ff9b::10.1.2.3", true },
	{ "64:ff9b::203.0.113.1", false },
	{ "64:ff9b::1:10.1.2.3", false },
	{ "64:ff9b:1::10.1.2.3", true },
	{ "64:ff9b:1:2:3:4:10.1.2.3", true },
	{ "64:ff9b:1::203.0.113.1", false },
	{ "64:ff9b::192.0.0.170", false },
	{ "64:ff9b:2::10.1.2.3", false },
	{ "::ffff:0:192.168.1.1", true },
	{ "::ffff:0:203.0.113.1", false },
	{ "::fffe:0:192.168.1.1", false },
	{ "2001::1:3f57:fefe", true }, /* Teredo's client 192.168.1.1 */
	{ "2001::1:34ff:8efe", false },
	{ "2001:1::3f57:fefe", false },
	{ "2001:db8::10.0.0.1", false },
	{ "2002:c0a8:101::1", true },
	{ "2002:7f00:1::", true },
	{ "2002:cb00:7101::10.0.0.1", false },
	{ "2003:c0a8:101::1", false },
	{ "fbff::1", false },
	{ "fc00::", true },
	{ "fdff:ffff::1", true },
	{ "fe00::1", false },
	{ "fe7f::1", false },
	{ "fe80::1", true },
	{ "febf::1", true },
	{ "fec0::1", true },
	{ "feff::1", true },
	{ "ff02::1", false },
	{ "2001:db8::1", false },
	{ "2606:4700:4700::1111", false },
};

static void an_address_is_inside_or_not(void **state)
{
	const struct address_row *row = *state;
	struct endpoint e;

	assert_int_equal(endpoint_parse(row->address, 1, &e), STATUS_OK);
	assert_int_equal(rebind_is_inside(endpoint_address(&e)), row->inside);
}

/* --- records --------------------------------------------------------------- */

/* One record behind the question "a.b" A; `section` 1 to 3, `rdata` in hex. */
static const struct record_row {
	const char *name;
	unsigned section, type;
	const char *rdata;
	const char *found; /* NULL: nothing */
} record_rows[] = {
	{ "A outside", 1, TYPE_A, "cb007101", NULL },
	{ "A inside", 1, TYPE_A, "c0a80101", "192.168.1.1" },
	{ "A inside, beside the answer", 3, TYPE_A, "0a000001", "10.0.0.1" },
	{ "A inside, as a glue", 2, TYPE_A, "7f000001", "127.0.0.1" },
	{ "AAAA outside", 1, TYPE_AAAA, "20010db8000000000000000000000001", NULL },
	{ "AAAA inside", 1, TYPE_AAAA, "fd000000000000000000000000000001", "fd00::1" },
	{ "AAAA, mapped", 1, TYPE_AAAA, "00000000000000000000ffffc0a80101",
		"::ffff:192.168.1.1" },
	{ "TXT with the same bytes", 1, TYPE_TXT, "04c0a80101", NULL },
	{ "an unknown type with them", 1, 65280, "c0a80101", NULL },
	{ "HTTPS without hints", 1, TYPE_HTTPS,
		"0001"
		"00"
		"000100030268 32",
		NULL },
	{ "HTTPS, ipv4hint outside", 1, TYPE_HTTPS,
		"0001"
		"00"
		"00040004cb007101",
		NULL },
	{ "HTTPS, ipv4hint inside", 1, TYPE_HTTPS,
		"0001"
		"00"
		"00040004c0a80101",
		"192.168.1.1" },
	{ "HTTPS, the second hint inside", 1, TYPE_HTTPS,
		"0001"
		"00"
		"00040008cb0071010a000001",
		"10.0.0.1" },
	{ "HTTPS, hint behind another key", 1, TYPE_HTTPS,
		"0001"
		"00"
		"0003000201bb"
		"000400040a000001",
		"10.0.0.1" },
	{ "SVCB, ipv6hint inside", 1, TYPE_SVCB,
		"0001"
		"0161016200"
		"00060010fe800000000000000000000000000001",
		"fe80::1" },
	{ "SVCB, ipv6hint outside", 1, TYPE_SVCB,
		"0001"
		"0161016200"
		"0006001020010db8000000000000000000000001",
		NULL },
	{ "SVCB, an alias", 1, TYPE_SVCB,
		"0000"
		"0161016200",
		NULL },
	{ "SVCB, half a hint", 1, TYPE_SVCB,
		"0001"
		"00"
		"00040003c0a801",
		"what cannot be read" },
	{ "SVCB, a key past the end", 1, TYPE_SVCB,
		"0001"
		"00"
		"00040009cb007101",
		"what cannot be read" },
	{ "SVCB, cut in the target", 1, TYPE_SVCB,
		"0001"
		"0161",
		"what cannot be read" },
	{ "SVCB, empty", 1, TYPE_SVCB, "", "what cannot be read" },
};

static size_t from_hex(const char *hex, uint8_t *out)
{
	size_t n = 0;

	while (*hex != '\0') {
		unsigned byte;

		hex += strspn(hex, " ");
		assert_int_equal(sscanf(hex, "%2x", &byte), 1);
		out[n++] = (uint8_t)byte;
		hex += 2;
	}
	return n;
}

static struct answer answer_with(const struct record_row *row, uint8_t wire[512])
{
	struct writer w = { .p = wire, .cap = 512 };
	uint8_t rdata[128];
	size_t n = from_hex(row->rdata, rdata);
	struct answer answer = { .question_end = 12 + 9, .ttl_s = 300 };

	wr_uint(&w, 0, 2);
	wr_uint(&w, DNS_FLAG_QR | DNS_FLAG_RA, 2);
	wr_uint(&w, 1, 2);
	for (unsigned section = 1; section <= 3; section++)
		wr_uint(&w, section == row->section, 2);
	wr_bytes(&w, bytes_of("\1a\1b", 5));
	wr_uint(&w, TYPE_A, 2);
	wr_uint(&w, CLASS_IN, 2);
	wr_uint(&w, 0xc00c, 2);
	wr_uint(&w, row->type, 2);
	wr_uint(&w, CLASS_IN, 2);
	wr_uint(&w, 300, 4);
	wr_uint(&w, n, 2);
	wr_bytes(&w, bytes_of(rdata, n));
	assert_false(w.bad);
	answer.wire = wr_done(&w);
	answer.ttl_n = 1;
	return answer;
}

static void a_record_leads_inside_or_not(void **state)
{
	const struct record_row *row = *state;
	char words[ENDPOINT_TEXT_MAX];
	uint8_t wire[512];
	struct answer answer = answer_with(row, wire);

	assert_int_equal(rebind_find(&answer, words), row->found != NULL);
	if (row->found != NULL)
		assert_string_equal(words, row->found);
}

static void an_answer_is_emptied(void **state)
{
	const struct record_row row = { NULL, 1, TYPE_A, "c0a80101", NULL };
	char words[ENDPOINT_TEXT_MAX];
	uint8_t wire[512];
	struct answer answer = answer_with(&row, wire);
	struct record_walk walk;
	struct record soa;
	struct message m;
	uint16_t ttl_at = 0;

	(void)state;
	answer.authenticated = true;
	rebind_empty(&answer, wire, &ttl_at, "192.168.1.1");
	assert_int_equal(message_parse(answer.wire, &m), STATUS_OK);
	assert_int_equal(answer.wire.n, answer.question_end + REBIND_ROOM);
	assert_int_equal(m.counts[0] + m.counts[2], 0);
	assert_int_equal(m.counts[SECTION_AUTHORITY], 1);
	walk = record_walk(&m);
	assert_true(record_next(&walk, &soa));
	assert_int_equal(soa.type, TYPE_SOA);
	assert_int_equal(soa.ttl_s, 60);
	assert_int_equal(soa.ttl_at, ttl_at);
	assert_true(name_equal(&soa.owner, &m.question.name));
	assert_int_equal(message_rcode(&m), RCODE_NOERROR);
	assert_true(m.has_question);
	assert_false(rebind_find(&answer, words));
	assert_false(answer.authenticated);
	assert_int_equal(answer.ttl_n, 1);
	assert_int_equal(answer.ttl_s, 60);
	assert_true(answer.ede.present);
	assert_int_equal(answer.ede.code, EDE_BLOCKED);
	assert_string_equal(answer.ede.text, "rebind_protection: 192.168.1.1");
}

static void one_that_lives_shorter_goes_on_to(void **state)
{
	const struct record_row row = { NULL, 1, TYPE_A, "c0a80101", NULL };
	uint8_t wire[512];
	struct answer answer = answer_with(&row, wire);
	uint16_t ttl_at;

	(void)state;
	answer.ttl_s = 7;
	rebind_empty(&answer, wire, &ttl_at, "x");
	assert_int_equal(answer.ttl_s, 7);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_answer_is_emptied),
		cmocka_unit_test(one_that_lives_shorter_goes_on_to),
	};

	return run_rows("address", address_rows, sizeof *address_rows, ROWS(address_rows),
		       an_address_is_inside_or_not) +
	       run_rows("record", record_rows, sizeof *record_rows, ROWS(record_rows),
		       a_record_leads_inside_or_not) +
	       cmocka_run_group_tests(tests, NULL, NULL);
}
