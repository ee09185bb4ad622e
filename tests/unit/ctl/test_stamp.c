/* DNS stamps: decoded, and made an upstream of. */
#include "ctl/stamp.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/base64.h"
#include "tests/unit/rows.h"

#define PROPERTIES "\x05\0\0\0\0\0\0\0"
#define NO_HASH    "\0"
#define IP     \
	"\x09" \
	"192.0.2.1"
#define NO_IP "\0"
#define HOST   \
	"\x0b" \
	"dns.example"
#define PATH   \
	"\x0a" \
	"/dns-query"
#define HASH_32 "0123456789abcdef0123456789abcdef"
#define BOOT   \
	"\x0a" \
	"192.0.2.53"

#define ROW(text) text, sizeof(text) - 1

static enum status make(const char *bytes, size_t n, const char *address,
	struct text *error, struct bytes *out)
{
	char text[3000] = "sdns://";
	struct config_error config_error;
	struct import import;
	enum status status;

	base64url_encode(bytes_of(bytes, n), text + strlen(text));
	import_init(&import);
	status = stamp_read(text, address, error, &import);
	if (status == STATUS_OK)
		status = import_write(&import, "s", &config_error, out);
	import_deinit(&import);
	return status;
}

static const struct taken {
	const char *name, *bytes;
	size_t n;
	const char *address, *has, *has_not;
} taken[] = {
	{ "dot", ROW("\x03" PROPERTIES IP NO_HASH HOST), NULL,
		"auth_name: \"dns.example\"\n    address: [\"192.0.2.1:853\"]", "doh" },
	{ "dot_port",
		ROW("\x03" PROPERTIES "\x0e"
		    "192.0.2.1:8853" NO_HASH HOST),
		NULL, "[\"192.0.2.1:8853\"]", "pins" },
	{ "dot_port_of_the_host",
		ROW("\x03" PROPERTIES IP NO_HASH "\x10"
		    "dns.example:8853"),
		NULL, "[\"192.0.2.1:8853\"]", NULL },
	{ "dot_address_given", ROW("\x03" PROPERTIES NO_IP NO_HASH HOST), "192.0.2.9",
		"[\"192.0.2.9:853\"]", "bootstrap" },
	{ "dot_address_given_for_a_port",
		ROW("\x03" PROPERTIES "\x05"
		    ":8853" NO_HASH HOST),
		"192.0.2.9", "[\"192.0.2.9:8853\"]", NULL },
	{ "dot_other_address_given", ROW("\x03" PROPERTIES IP NO_HASH HOST),
		"[2001:db8::1]:9853", "[\"[2001:db8::1]:9853\"]", "192.0.2.1" },
	{ "dot_bootstrap", ROW("\x03" PROPERTIES NO_IP NO_HASH HOST BOOT), NULL,
		"bootstrap: [\"192.0.2.53:53\"]", "address" },
	{ "bootstrap_not_needed", ROW("\x03" PROPERTIES IP NO_HASH HOST BOOT), NULL,
		"[\"192.0.2.1:853\"]", "192.0.2.53" },
	{ "hash_is_no_pin", ROW("\x03" PROPERTIES IP "\x20" HASH_32 HOST), NULL,
		"hash: 3031323334353637383961626364656630", "pins:" },
	{ "hashes", ROW("\x03" PROPERTIES IP "\xa0" HASH_32 "\x20" HASH_32 HOST), NULL,
		"TBSCertificate", "pins:" },
	{ "properties", ROW("\x03" PROPERTIES IP NO_HASH HOST), NULL,
		"it filters no names", "it keeps no logs" },
	{ "doh", ROW("\x02" PROPERTIES IP NO_HASH HOST PATH), NULL,
		"protocol: doh\n    url: \"https://dns.example/dns-query\"\n"
		"    address: [\"192.0.2.1:443\"]",
		"auth_name" },
	{ "doh_port",
		ROW("\x02" PROPERTIES "\x0e"
		    "192.0.2.1:8443" NO_HASH HOST PATH),
		NULL, "[\"192.0.2.1:8443\"]", "example:8443" },
	{ "doh_port_alone",
		ROW("\x02" PROPERTIES "\x05"
		    ":8443" NO_HASH HOST PATH BOOT),
		NULL, "https://dns.example:8443/dns-query", "address" },
	{ "doh_port_of_the_host",
		ROW("\x02" PROPERTIES IP NO_HASH "\x10"
		    "dns.example:8443" PATH),
		NULL, "[\"192.0.2.1:8443\"]", "443\"]\n    address" },
	{ "doh_host_an_address", ROW("\x02" PROPERTIES NO_IP NO_HASH IP PATH), NULL,
		"url: \"https://192.0.2.1/dns-query\"", "bootstrap" },
};

static void taken_row(void **state)
{
	const struct taken *row = *state;
	char words[512], *yaml;
	struct text error = text_in(words, sizeof words);
	struct bytes out = { NULL, 0 };

	if (make(row->bytes, row->n, row->address, &error, &out) != STATUS_OK)
		fail_msg("%s", words);
	yaml = strndup((const char *)out.p, out.n);
	if (strstr(yaml, row->has) == NULL)
		fail_msg("not there: %s\n%s", row->has, yaml);
	if (row->has_not != NULL && strstr(yaml, row->has_not) != NULL)
		fail_msg("there: %s\n%s", row->has_not, yaml);
	free(yaml);
	free((void *)out.p);
}

static const struct refused {
	const char *name, *bytes;
	size_t n;
	const char *address;
	enum status status;
	const char *words;
} refused[] = {
	{ "plain", ROW("\0" PROPERTIES IP), NULL, STATUS_UNSUPPORTED, "plain DNS" },
	{ "dnscrypt", ROW("\x01" PROPERTIES IP), NULL, STATUS_UNSUPPORTED, "DNSCrypt" },
	{ "doq", ROW("\x04" PROPERTIES IP), NULL, STATUS_UNSUPPORTED, "QUIC" },
	{ "odoh", ROW("\x05" PROPERTIES), NULL, STATUS_UNSUPPORTED, "Oblivious" },
	{ "relay", ROW("\x81" IP), NULL, STATUS_UNSUPPORTED, "relay" },
	{ "unknown", ROW("\x42"), NULL, STATUS_UNSUPPORTED, "number 66" },
	{ "empty", ROW(""), NULL, STATUS_MALFORMED, "format" },
	{ "cut_in_properties", ROW("\x03\0\0"), NULL, STATUS_MALFORMED, "format" },
	{ "cut_in_address",
		ROW("\x03" PROPERTIES "\x09"
		    "192"),
		NULL, STATUS_MALFORMED, "format" },
	{ "cut_in_a_set", ROW("\x03" PROPERTIES IP "\xa0" HASH_32), NULL,
		STATUS_MALFORMED, "format" },
	{ "no_host", ROW("\x03" PROPERTIES IP NO_HASH), NULL, STATUS_MALFORMED,
		"format" },
	{ "no_path", ROW("\x02" PROPERTIES IP NO_HASH HOST), NULL, STATUS_MALFORMED,
		"format" },
	{ "surplus", ROW("\x03" PROPERTIES IP NO_HASH HOST BOOT "x"), NULL,
		STATUS_MALFORMED, "format" },
	{ "hash_of_31",
		ROW("\x03" PROPERTIES IP "\x03"
		    "abc" HOST),
		NULL, STATUS_MALFORMED, "format" },
	{ "quote_in_the_host",
		ROW("\x03" PROPERTIES IP NO_HASH "\x03"
		    "a\"b"),
		NULL, STATUS_MALFORMED, "format" },
	{ "line_end_in_the_path",
		ROW("\x02" PROPERTIES IP NO_HASH HOST "\x03"
		    "/\nb"),
		NULL, STATUS_MALFORMED, "format" },
	{ "address_none",
		ROW("\x03" PROPERTIES "\x03"
		    "abc" NO_HASH HOST),
		NULL, STATUS_MALFORMED, "address is none" },
	{ "address_of_nobody",
		ROW("\x03" PROPERTIES "\x07"
		    "0.0.0.0" NO_HASH HOST),
		NULL, STATUS_MALFORMED, "address is none" },
	{ "port_none",
		ROW("\x03" PROPERTIES "\x03"
		    ":ab" NO_HASH HOST),
		NULL, STATUS_MALFORMED, "address is none" },
	{ "host_an_address", ROW("\x03" PROPERTIES IP NO_HASH IP), NULL, STATUS_MALFORMED,
		"is an address" },
	{ "host_empty", ROW("\x03" PROPERTIES IP NO_HASH "\0"), NULL, STATUS_MALFORMED,
		"is empty" },
	{ "path_empty", ROW("\x02" PROPERTIES IP NO_HASH HOST "\0"), NULL,
		STATUS_MALFORMED, "no path" },
	{ "no_address", ROW("\x03" PROPERTIES NO_IP NO_HASH HOST), NULL, STATUS_CONFIG,
		"give --address" },
	{ "port_without_address",
		ROW("\x03" PROPERTIES "\x05"
		    ":8853" NO_HASH HOST),
		NULL, STATUS_CONFIG, "--address IP:8853" },
	{ "address_given_none", ROW("\x03" PROPERTIES IP NO_HASH HOST), "here",
		STATUS_UNSUPPORTED, "--address here" },
	{ "address_given_of_nobody", ROW("\x03" PROPERTIES IP NO_HASH HOST),
		"::", STATUS_UNSUPPORTED, "--address ::" },
};

static void refused_row(void **state)
{
	const struct refused *row = *state;
	char words[512] = "";
	struct text error = text_in(words, sizeof words);
	struct bytes out = { NULL, 0 };

	assert_int_equal(
		make(row->bytes, row->n, row->address, &error, &out), row->status);
	assert_null(out.p);
	if (strstr(words, row->words) == NULL)
		fail_msg("%s, not %s", words, row->words);
}

static const struct text_row {
	const char *name, *text;
	enum status status;
} texts[] = {
	{ "bare", "sdns://AwUAAAAAAAAACTE5Mi4wLjIuMQALZG5zLmV4YW1wbGU", STATUS_OK },
	{ "padded", "sdns://AwUAAAAAAAAACTE5Mi4wLjIuMQALZG5zLmV4YW1wbGU=", STATUS_OK },
	{ "padded_too_much", "sdns://AwUAAAAAAAAACTE5Mi4wLjIuMQALZG5zLmV4YW1wbGU===",
		STATUS_MALFORMED },
	{ "behind_the_padding", "sdns://AwUAAAAAAAAACTE5Mi4wLjIuMQALZG5zLmV4YW1wbGU=A",
		STATUS_MALFORMED },
	{ "other_alphabet", "sdns://A+/AAAA", STATUS_MALFORMED },
	{ "space", "sdns://AwUA AAAA", STATUS_MALFORMED },
	{ "other_scheme", "https://AwUAAAAA", STATUS_MALFORMED },
	{ "no_scheme", "AwUAAAAA", STATUS_MALFORMED },
	{ "nothing", "sdns://", STATUS_MALFORMED },
};

static void text_row(void **state)
{
	const struct text_row *row = *state;
	uint8_t bytes[STAMP_BYTES_MAX];
	char words[512] = "";
	struct text error = text_in(words, sizeof words);
	struct stamp stamp;

	assert_int_equal(stamp_from_text(row->text, bytes, &error, &stamp), row->status);
	assert_int_equal(words[0] != '\0', row->status != STATUS_OK);
}

/* More than anybody needs to decode. */
static void too_long(void **state)
{
	static char text[20000] = "sdns://";
	uint8_t bytes[STAMP_BYTES_MAX];
	char words[512];
	struct text error = text_in(words, sizeof words);
	struct stamp stamp;

	(void)state;
	memset(text + 7, 'A', sizeof text - 8);
	assert_int_equal(stamp_from_text(text, bytes, &error, &stamp), STATUS_MALFORMED);
}

int main(void)
{
	static const struct CMUnitTest tests[] = { cmocka_unit_test(too_long) };
	int failed =
		run_rows("stamp taken", taken, sizeof *taken, ROWS(taken), taken_row);

	failed += run_rows(
		"stamp refused", refused, sizeof *refused, ROWS(refused), refused_row);
	failed += run_rows("stamp text", texts, sizeof *texts, ROWS(texts), text_row);
	failed += cmocka_run_group_tests_name("stamp", tests, NULL, NULL);
	return failed;
}
