/* One record as a line: what it becomes on the wire, and why others are refused. */
#include "local/record_line.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/base64.h"
#include "dns/message.h"
#include "tests/unit/rows.h"

#define S50  "01234567890123456789012345678901234567890123456789"
#define S250 S50 S50 S50 S50 S50

static const struct taken_row {
	const char *line;
	const char *head; /* "owner TTL type" */
	const char *rdata;
} taken_rows[] = {
	{ "router.lan. 300 IN A 192.168.1.1", "router.lan. 300 A", "c0a80101" },
	{ "router.lan 300 IN A 192.168.1.1", "router.lan. 300 A", "c0a80101" },
	{ "r.lan A 192.168.1.1", "r.lan. 60 A", "c0a80101" },
	{ "r.lan 5 A 192.168.1.1", "r.lan. 5 A", "c0a80101" },
	{ "r.lan IN A 192.168.1.1", "r.lan. 60 A", "c0a80101" },
	{ "r.lan IN 7 A 192.168.1.1", "r.lan. 7 A", "c0a80101" },
	{ "r.lan in a 192.168.1.1", "r.lan. 60 A", "c0a80101" },
	{ "  r.lan   0  A 192.168.1.1  ", "r.lan. 0 A", "c0a80101" },
	{ "r.lan 2147483647 A 192.0.2.1", "r.lan. 2147483647 A", "c0000201" },
	{ "R.Lan A 192.0.2.1", "R.Lan. 60 A", "c0000201" },
	{ "*.dev.lan A 192.0.2.1", "*.dev.lan. 60 A", "c0000201" },
	{ "a\\.b.lan A 192.0.2.1", "a\\.b.lan. 60 A", "c0000201" },
	{ "_x._tcp.lan TYPE1 192.0.2.1", "_x._tcp.lan. 60 A", "c0000201" },
	{ "a AAAA 2001:db8::1", "a. 60 AAAA", "20010db8000000000000000000000001" },
	{ "a AAAA ::ffff:192.0.2.1", "a. 60 AAAA", "00000000000000000000ffffc0000201" },
	{ "a CNAME b.c.", "a. 60 CNAME", "0162016300" },
	{ "a CNAME b.c", "a. 60 CNAME", "0162016300" },
	{ "a CNAME .", "a. 60 CNAME", "00" },
	{ "a NS ns.a", "a. 60 NS", "026e73016100" },
	{ "a PTR b", "a. 60 PTR", "016200" },
	{ "a MX 10 m.a", "a. 60 MX", "000a016d016100" },
	{ "a MX 65535 .", "a. 60 MX", "ffff00" },
	{ "a SOA b c 1 2 3 4 4294967295", "a. 60 SOA",
		"016200016300000000010000000200000003"
		"00000004ffffffff" },
	{ "a TXT x", "a. 60 TXT", "0178" },
	{ "a TXT \"x y\" z", "a. 60 TXT", "03782079017a" },
	{ "a TXT \"\"", "a. 60 TXT", "00" },
	{ "a TXT \"a;(b)\"", "a. 60 TXT", "05613b286229" },
	{ "a TXT a\\;b", "a. 60 TXT", "03613b62" },
	{ "a TXT \"\\\"\\\\\\255\"", "a. 60 TXT", "03225cff" },
	{ "a SPF v=spf1", "a. 60 SPF", "06763d73706631" },
	{ "_s._tcp.a SRV 1 2 65535 h.a", "_s._tcp.a. 60 SRV", "00010002ffff0168016100" },
	{ "a NAPTR 1 2 \"s\" \"x\" \"\" r.", "a. 60 NAPTR",
		"00010002017301780001"
		"7200" },
	{ "a HINFO cpu os", "a. 60 HINFO", "03637075026f73" },
	{ "a RP m. t.", "a. 60 RP", "016d00017400" },
	{ "a AFSDB 1 h", "a. 60 AFSDB", "0001016800" },
	{ "a KX 1 h", "a. 60 KX", "0001016800" },
	{ "a CAA 0 issue \"ca.example\"", "a. 60 CAA",
		"000569737375656361"
		"2e6578616d706c65" },
	{ "a DS 1 8 2 abcd", "a. 60 DS", "00010802abcd" },
	{ "a SSHFP 4 2 abcd ef01", "a. 60 SSHFP", "0402abcdef01" },
	{ "_443._tcp.a TLSA 3 1 1 abcd", "_443._tcp.a. 60 TLSA", "030101abcd" },
	{ "a SMIMEA 3 1 1 ab", "a. 60 SMIMEA", "030101ab" },
	{ "a URI 10 1 \"http://x\"", "a. 60 URI", "000a0001687474703a2f2f78" },
	{ "a SVCB 1 .", "a. 60 SVCB", "000100" },
	{ "a HTTPS 0 b.c", "a. 60 HTTPS", "00000162016300" },
	{ "a HTTPS \\# 3 000100", "a. 60 HTTPS", "000100" },
	{ "a TYPE64 \\# 3 000100", "a. 60 SVCB", "000100" },
	{ "a TYPE65280 \\# 3 ab cdef", "a. 60 TYPE65280", "abcdef" },
	{ "a TYPE65280 \\# 0", "a. 60 TYPE65280", "" },
	{ "a EUI48 \\# 6 00005e00532a", "a. 60 EUI48", "00005e00532a" },
	{ "a LOC \\# 1 00", "a. 60 LOC", "00" },
};

static void a_line_is_taken(void **state)
{
	const struct taken_row *row = *state;
	struct record_line *line = malloc(sizeof *line);
	char words[256], head[NAME_TEXT_MAX + 32], hex[2048], name[NAME_TEXT_MAX];
	char type[TYPE_TEXT_MAX];
	struct text error = text_in(words, sizeof words), text;

	assert_non_null(line);
	if (record_line_read(row->line, &error, line) != STATUS_OK)
		fail_msg("%s", words);
	text = text_in(head, sizeof head);
	name_to_text(&line->owner, name);
	type_to_text(line->type, type);
	text_add(&text, "%s %u %s", name, line->ttl_s, type);
	assert_string_equal(head, row->head);
	assert_true(line->rdata_n < sizeof hex / 2);
	hex_encode(bytes_of(line->rdata, line->rdata_n), hex);
	assert_string_equal(hex, row->rdata);
	free(line);
}

#define NO_NAME  "does not begin with a domain name"
#define NO_TTL   "has a TTL that is not a number of seconds"
#define NO_TYPE  "has a type that is not known; others are written TYPEnnn"
#define FEW      "has less fields than its type"
#define MANY     "has more fields than its type"
#define NUMBER   "has a field that is not a number, or too big a one"
#define FIELDS   "has fields that its type does not have"
#define STRING   "has a text of more than 255 bytes, or a wrong escape"
#define CLASS    "is of a class other than IN"
#define COMPUTED "is of a type that cannot be answered from a list"
#define META     "is of a type that no record has"
#define HEX      "has bytes that are not hexadecimal, or too many"
#define CONTROL  "has a control character in it"

static const struct refused_row {
	const char *line;
	const char *error;
} refused_rows[] = {
	/* the owner */
	{ "@ A 192.0.2.1", NO_NAME },
	{ "a..b A 192.0.2.1", NO_NAME },
	{ "\"a\" A 192.0.2.1", NO_NAME },
	{ "a\\256 A 192.0.2.1", NO_NAME },
	/* TTL and class */
	{ "a", "has no type" },
	{ "a 300", "has no type" },
	{ "a IN", "has no type" },
	{ "a 1h A 192.0.2.1", NO_TTL },
	{ "a 2147483648 A 192.0.2.1", NO_TTL },
	{ "a 99999999999999999999999 A 192.0.2.1", NO_TTL },
	{ "a 1 2 A 192.0.2.1", NO_TYPE },
	{ "a IN IN A 192.0.2.1", NO_TYPE },
	{ "a -1 A 192.0.2.1", NO_TYPE },
	{ "a CH A 192.0.2.1", CLASS },
	{ "a 300 HS A 192.0.2.1", CLASS },
	{ "a CLASS3 A 192.0.2.1", CLASS },
	{ "a ANY A 192.0.2.1", CLASS },
	/* the type */
	{ "a 192.0.2.1", NO_TTL },
	{ "a AA 192.0.2.1", NO_TYPE },
	{ "a TYPE65536 \\# 0", NO_TYPE },
	{ "a OPT \\# 0", META },
	{ "a ANY", CLASS },
	{ "a TYPE255 \\# 0", META },
	{ "a AXFR \\# 0", META },
	{ "a TYPE0 \\# 0", COMPUTED },
	{ "a RRSIG \\# 0", COMPUTED },
	{ "a NSEC b. A", COMPUTED },
	{ "a NSEC3 \\# 0", COMPUTED },
	{ "a DNAME b.", COMPUTED },
	{ "a LOC 52 22 23.000 N 4 53 32.000 E -2.00m",
		"is of a type whose fields are not known; write bytes: \\# 2 abcd" },
	/* what getdns takes, and what it says no to */
	{ "a A", FEW },
	{ "a A 192.0.2.1 garbage", MANY },
	{ "a A 192.0.2.1 192.0.2.2", MANY },
	{ "a A 192.0.2.1garbage", FIELDS },
	{ "a A 192.0.2", FIELDS },
	{ "a A 192.0.2.256", FIELDS },
	{ "a A 010.1.1.1", FIELDS },
	{ "a A ::1", FIELDS },
	{ "a AAAA 192.0.2.1", FIELDS },
	{ "a AAAA fe80::1%eth0", FIELDS },
	{ "a CNAME", FEW },
	{ "a CNAME b c", MANY },
	{ "a CNAME b..c", FIELDS },
	{ "a MX m", FEW },
	{ "a MX 65536 m", NUMBER },
	{ "a MX ten m", NUMBER },
	{ "a MX 10 m m", MANY },
	{ "a SRV 1 2 70000 h", NUMBER },
	{ "a SRV 1 2 3", FEW },
	{ "a SOA b c 1 2 3 4", FEW },
	{ "a SOA b c 1 2 3 4 1h", NUMBER },
	{ "a SOA b c 4294967296 2 3 4 5", NUMBER },
	{ "a CAA 256 issue x", NUMBER },
	{ "a CAA 0 issue", FEW },
	{ "a HINFO cpu", FEW },
	{ "a DS 1 8 2 abc", FIELDS },
	{ "a DS 1 RSASHA256 2 abcd", NUMBER },
	{ "a TLSA 256 1 1 ab", NUMBER },
	{ "a SSHFP 1 1 zz", FIELDS },
	{ "a NAPTR 1 2 s x y", FEW },
	/* texts */
	{ "a TXT", FEW },
	{ "a TXT \\256", STRING },
	{ "a TXT a\\", STRING },
	{ "a TXT \"unterminated", "has a quote that is not closed" },
	{ "a TXT \"a\"b", "has no space behind a closing quote" },
	{ "a TXT \"a\"\"b\"", "has no space behind a closing quote" },
	{ "a TXT k=\"v\"", "has a quote in the middle of a word" },
	{ "a TXT x ; comment",
		"has a comment or a bare semicolon in it; write \\; or take it out" },
	{ "a TXT ( x )", "has a parenthesis in it, which one line does not need" },
	/* bytes */
	{ "a A \\# 4 c0000201", "has bytes where its type has fields" },
	{ "a CNAME \\# 2 c00c", "has bytes where its type has fields" },
	{ "a TYPE65280 \\#", "has no length behind \\#" },
	{ "a TYPE65280 \\# x", "has no length behind \\#" },
	{ "a TYPE65280 \\# 2 ab", "has another length than it says" },
	{ "a TYPE65280 \\# 1 abcd", "has another length than it says" },
	{ "a TYPE65280 \\# 1 a", HEX },
	{ "a TYPE65280 \\# 1 zz", HEX },
	{ "a TYPE65280 abcd",
		"is of a type whose fields are not known; write bytes: \\# 2 abcd" },
	{ "a HTTPS \\# 2 0001", "has a target that is not a name" },
};

/* Lines that are no names for a test. */
static const struct odd_row {
	const char *name;
	const char *line;
	const char *error;
} odd_rows[] = {
	{ "a byte outside of ASCII",
		"b\xc3\xbc"
		"cher.lan A 192.0.2.1",
		"has a byte outside of ASCII; write it as \\DDD, and names as xn--..." },
	{ "a label too long", S50 S50 " A 192.0.2.1", NO_NAME },
	{ "a name too long", S250 S250 S250 S250 S50 " A 192.0.2.1", NO_NAME },
	{ "a text too long", "a TXT " S250 "123456", STRING },
	{ "a line feed", "a TXT \"a\nb\"", CONTROL },
	{ "a delete", "a TXT a\x7f", CONTROL },
	{ "an escaped control character", "a TXT \\\x01", CONTROL },
	{ "a carriage return", "a A 192.0.2.1\r", CONTROL },
	{ "nothing", "", "is empty" },
	{ "blanks", "  \t ", "is empty" },
};

static void assert_refused(const char *text, const char *problem)
{
	struct record_line *line = malloc(sizeof *line);
	char words[256];
	struct text error = text_in(words, sizeof words);

	assert_non_null(line);
	assert_int_equal(record_line_read(text, &error, line), STATUS_CONFIG);
	assert_string_equal(words, problem);
	free(line);
}

static void a_line_is_refused(void **state)
{
	const struct refused_row *row = *state;

	assert_refused(row->line, row->error);
}

static void an_odd_line_is_refused(void **state)
{
	const struct odd_row *row = *state;

	assert_refused(row->line, row->error);
}

/* More words than a line has, and more bytes than a record. */
static void what_is_too_much_is_refused(void **state)
{
	char *text = calloc(1, 70000);
	struct text t;

	(void)state;
	assert_non_null(text);
	t = text_in(text, 70000);
	text_add(&t, "a TXT");
	for (int i = 0; i < 600; i++)
		text_add(&t, " x");
	assert_refused(text, "has too many words");
	t = text_in(text, 70000);
	text_add(&t, "a TXT");
	for (int i = 0; i < 100; i++)
		text_add(&t, " " S250);
	assert_refused(text, "is too long");
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(
		what_is_too_much_is_refused) };
	int failed = run_rows("taken", taken_rows, sizeof *taken_rows, ROWS(taken_rows),
		a_line_is_taken);

	failed += run_rows("refused", refused_rows, sizeof *refused_rows,
		ROWS(refused_rows), a_line_is_refused);
	failed += run_rows("odd", odd_rows, sizeof *odd_rows, ROWS(odd_rows),
		an_odd_line_is_refused);
	return failed + cmocka_run_group_tests(tests, NULL, NULL);
}
