/* SVCB and HTTPS as text: the vectors of RFC 9460 App. D, and what is not to be
 * published. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/base64.h"
#include "local/svcb.h"
#include "tests/unit/rows.h"

#define FOO     "03666f6f076578616d706c6503636f6d00" /* foo.example.com. */
#define FOO_ORG "03666f6f076578616d706c65036f726700" /* foo.example.org. */
#define EXAMPLE "foo.example.com."
#define HINT_A  "20010db8000000000000000000000001"
#define HINT_B  "20010db8000000000000000000530001"

static const struct taken_row {
	const char *name;
	const char *text;
	const char *rdata;
} taken_rows[] = {
	/* App. D.1 */
	{ "alias", "0 " EXAMPLE, "0000" FOO },
	/* App. D.2 */
	{ "the target is the owner", "1 .", "000100" },
	{ "a port", "16 " EXAMPLE " port=53", "0010" FOO "000300020035" },
	{ "a key without a word", "1 " EXAMPLE " key667=hello",
		"0001" FOO "029b000568656c6c6f" },
	{ "the same, with an escape in quotes", "1 " EXAMPLE " key667=\"hello\\210qoo\"",
		"0001" FOO "029b000968656c6c6fd2716f6f" },
	{ "two IPv6 hints", "1 " EXAMPLE " ipv6hint=\"2001:db8::1,2001:db8::53:1\"",
		"0001" FOO "00060020" HINT_A HINT_B },
	{ "an IPv6 hint in IPv4's form",
		"1 example.com. ipv6hint=\"2001:db8:122:344::192.0.2.33\"",
		"0001076578616d706c6503636f6d000006001020010db8012203440000"
		"0000c0000221" },
	{ "keys in another order",
		"16 foo.example.org. alpn=h2,h3-19 mandatory=ipv4hint,alpn "
		"ipv4hint=192.0.2.1",
		"0010" FOO_ORG "0000000400010004000100090268320568332d3139"
		"00040004c0000201" },
	{ "a comma and a backslash in an item",
		"16 foo.example.org. alpn=\"f\\\\\\\\oo\\\\,bar,h2\"",
		"0010" FOO_ORG "0001000c08665c6f6f2c626172026832" },
	{ "the same without quotes", "16 foo.example.org. alpn=f\\\\\\092oo\\092,bar,h2",
		"0010" FOO_ORG "0001000c08665c6f6f2c626172026832" },
	/* others */
	{ "no default protocol", "1 . alpn=h3 no-default-alpn",
		"00010000010003026833"
		"00020000" },
	{ "ech", "1 . ech=AEX+",
		"0001000005000300"
		"45fe" },
	{ "a path of DoH (RFC 9461)", "1 . dohpath=/q{?dns}",
		"00010000070008"
		"2f717b3f646e737d" },
	{ "oblivious HTTP (RFC 9540)", "1 . ohttp", "00010000080000" },
	{ "a key as a number, which has a word", "1 . key3=\\000\\053",
		"000100000300020035" },
	{ "a key without a value", "1 . key9=", "00010000090000" },
	{ "another key without a value", "1 . key9", "00010000090000" },
	{ "the highest key", "1 . key65534=x", "000100fffe000178" },
};

static const char *convert(const char *text, uint8_t *out, size_t cap, size_t *n)
{
	static struct words words;
	struct writer w = { .p = out, .cap = cap };
	const char *problem = words_split(text, &words);

	if (problem == NULL)
		problem = svcb_from_words(words.words, words.n, &w);
	*n = w.n;
	return problem;
}

static void text_is_taken(void **state)
{
	const struct taken_row *row = *state;
	uint8_t rdata[512];
	char hex[1025];
	const char *problem;
	size_t n;

	problem = convert(row->text, rdata, sizeof rdata, &n);
	if (problem != NULL)
		fail_msg("%s", problem);
	hex_encode(bytes_of(rdata, n), hex);
	assert_string_equal(hex, row->rdata);
	assert_null(svcb_problem(bytes_of(rdata, n)));
}

#define TWICE     "has a parameter twice"
#define MANDATORY "has a list of mandatory keys with one twice, or itself"
#define UNKNOWN   "has a parameter that is not known; others are written keyNNNNN"
#define HINT      "has a hint that is not an address of its family"
#define ITEM      "has an empty item in a list"
#define ALONE     "has a value where the key alone stands"

static const struct refused_row {
	const char *name;
	const char *text;
	const char *problem;
} refused_rows[] = {
	/* App. D.3 */
	{ "a key twice", "1 " EXAMPLE " key123=abc key123=def", TWICE },
	{ "mandatory without a value", "1 " EXAMPLE " mandatory", ITEM },
	{ "alpn without a value", "1 " EXAMPLE " alpn", ITEM },
	{ "port without a value", "1 " EXAMPLE " port",
		"has a port that is not a number up to 65535" },
	{ "ipv4hint without a value", "1 " EXAMPLE " ipv4hint", ITEM },
	{ "ipv6hint without a value", "1 " EXAMPLE " ipv6hint", ITEM },
	{ "no-default-alpn with a value", "1 " EXAMPLE " alpn=h2 no-default-alpn=abc",
		ALONE },
	{ "a mandatory key that is not there", "1 " EXAMPLE " mandatory=key123",
		"lacks a parameter that it calls mandatory" },
	{ "mandatory is mandatory", "1 " EXAMPLE " mandatory=mandatory", MANDATORY },
	{ "a mandatory key twice", "1 " EXAMPLE " mandatory=key123,key123 key123=abc",
		MANDATORY },
	/* others */
	{ "nothing", "", "needs a priority and a target" },
	{ "no target", "1", "needs a priority and a target" },
	{ "a priority in words", "one .",
		"has a priority that is not a number up to 65535" },
	{ "a priority too high", "65536 .",
		"has a priority that is not a number up to 65535" },
	{ "a target with two dots", "1 a..b", "has a target that is not a name" },
	{ "a target in quotes", "1 \"a\"", "has a target that is not a name" },
	{ "an alias with a parameter", "0 " EXAMPLE " port=53",
		"has parameters, which do not count with priority 0" },
	{ "a word that is no key", "1 . sport=53", UNKNOWN },
	{ "a key in upper case", "1 . PORT=53", UNKNOWN },
	{ "a key with a leading zero", "1 . key0123=x", UNKNOWN },
	{ "key65535", "1 . key65535=x", UNKNOWN },
	{ "key65536", "1 . key65536=x", UNKNOWN },
	{ "key without a number", "1 . key=x", UNKNOWN },
	{ "no key", "1 . =x", UNKNOWN },
	{ "one key in word and number", "1 . port=53 key3=\\000\\053", TWICE },
	{ "a port too high", "1 . port=65536",
		"has a port that is not a number up to 65535" },
	{ "a port of three bytes", "1 . key3=abc", "has a port that is not two bytes" },
	{ "an IPv6 address as IPv4 hint", "1 . ipv4hint=2001:db8::1", HINT },
	{ "an IPv4 address as IPv6 hint", "1 . ipv6hint=192.0.2.1", HINT },
	{ "an address with a NUL behind", "1 . ipv4hint=192.0.2.1\\000", HINT },
	{ "an empty item at the end", "1 . alpn=h2,", ITEM },
	{ "an empty item at the beginning", "1 . alpn=,h2", ITEM },
	{ "a list that ends in a backslash", "1 . alpn=h2\\092",
		"has a list that ends in a backslash" },
	{ "alpn in bytes, cut", "1 . key1=\\005h2",
		"has a list of protocols with an empty or a cut one" },
	{ "hints in bytes, cut", "1 . key4=abc", "has cut hints" },
	{ "no-default-alpn without alpn", "1 . no-default-alpn",
		"has no-default-alpn without alpn" },
	{ "ohttp with a value", "1 . ohttp=1", ALONE },
	{ "ech that is no Base64", "1 . ech=A-B", "has an ech that is not Base64" },
	{ "ech without a value", "1 . ech=", "has an empty ech" },
	{ "a relative path of DoH", "1 . dohpath=q{?dns}",
		"has a dohpath that does not begin with a slash" },
	{ "an escape that is none", "1 . key9=\\256", "has an escape that is none" },
	{ "a quote in the middle", "1 . alpn=h\"2\"",
		"has a quote in the middle of a value" },
	{ "a key in quotes", "1 . \"port\"=53", "has no space behind a closing quote" },
};

static void text_is_refused(void **state)
{
	const struct refused_row *row = *state;
	uint8_t rdata[512];
	size_t n;
	const char *problem = convert(row->text, rdata, sizeof rdata, &n);

	assert_non_null(problem);
	assert_string_equal(problem, row->problem);
}

static const struct wire_row {
	const char *name;
	const char *rdata;
	const char *problem;
} wire_rows[] = {
	{ "empty", "", "has a target that is not a name" },
	{ "a priority alone", "0001", "has a target that is not a name" },
	{ "a compressed target", "0001c00c", "has a target that is not a name" },
	{ "a cut target", "000103666f", "has a target that is not a name" },
	{ "a cut key", "00010000", "ends in the middle of a parameter" },
	{ "a cut length", "0001000003", "ends in the middle of a parameter" },
	{ "a cut value",
		"000100000300020035"
		"000400",
		"ends in the middle of a parameter" },
	{ "keys that fall",
		"0001000004000401020304"
		"000300020035",
		"has parameters that are not in the order of their keys" },
	{ "a key twice",
		"000100000300020035"
		"000300020035",
		"has parameters that are not in the order of their keys" },
	{ "mandatory keys that fall",
		"0001000000000400040003"
		"0003000200350004000401020304",
		MANDATORY },
	{ "an odd list of mandatory keys", "00010000000003000300",
		"has a list of mandatory keys that is empty or cut" },
	{ "the invalid key", "000100ffff0000", "has key65535, which is no key" },
};

static void bytes_are_refused(void **state)
{
	const struct wire_row *row = *state;
	uint8_t rdata[128];
	const char *problem;
	size_t n;

	assert_int_equal(hex_decode(bytes_of_text(row->rdata), rdata, sizeof rdata, &n),
		STATUS_OK);
	problem = svcb_problem(bytes_of(rdata, n));
	assert_non_null(problem);
	assert_string_equal(problem, row->problem);
}

int main(void)
{
	return run_rows("taken", taken_rows, sizeof *taken_rows, ROWS(taken_rows),
		       text_is_taken) +
	       run_rows("refused", refused_rows, sizeof *refused_rows, ROWS(refused_rows),
		       text_is_refused) +
	       run_rows("bytes", wire_rows, sizeof *wire_rows, ROWS(wire_rows),
		       bytes_are_refused);
}
