/* What passes as a host name, for OpenSSL reads more into one than it should. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tls/policy.h"

#define LABEL_63 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define NAME_253                           \
	LABEL_63 "." LABEL_63 "." LABEL_63 \
		 ".aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

struct row {
	const char *name, *host, *problem;
};

static const struct row rows[] = {
	{ "a name", "dns.example", NULL },
	{ "one label", "router", NULL },
	{ "upper case", "DNS.Example", NULL },
	{ "digits", "1dot1dot1dot1.cloudflare-dns.com", NULL },
	{ "a numeric label", "1.1.1.1.example", NULL },
	{ "an underscore", "_dns.resolver_1.example", NULL },
	{ "punycode", "xn--bcher-kva.example", NULL },
	{ "63 characters in a label", LABEL_63 ".example", NULL },
	{ "253 characters", NAME_253, NULL },
	{ "empty", "", "is empty" },
	{ "a dot", ".", "begins or ends with a dot" },
	{ "a leading dot", ".lab", "begins or ends with a dot" },
	{ "a trailing dot", "dns.example.", "begins or ends with a dot" },
	{ "an empty label", "dns..example", "has two dots in a row" },
	{ "IPv4", "1.1.1.1", "is an address, not a name" },
	{ "IPv6", "2606:4700::1111", "is an address, not a name" },
	{ "mapped IPv4", "::ffff:1.1.1.1", "is an address, not a name" },
	{ "short IPv4", "127.1", "ends in a number, as addresses do" },
	{ "IPv4 as one number", "2130706433", "ends in a number, as addresses do" },
	{ "IPv4 with a digit too many", "1.1.1.1.1",
		"ends in a number, as addresses do" },
	{ "bracketed IPv6", "[::1]", "has a character that host names do not have" },
	{ "a port", "dns.example:853", "has a character that host names do not have" },
	{ "a wildcard", "*.example", "has a character that host names do not have" },
	{ "a space", "dns example", "has a character that host names do not have" },
	{ "a line feed", "dns.example\n", "has a character that host names do not have" },
	{ "UTF-8",
		"b\xc3\xbc"
		"cher.example",
		"has a character that host names do not have" },
	{ "a leading hyphen", "dns.-a.example",
		"has a label that begins or ends with a hyphen" },
	{ "a trailing hyphen", "dns-.example",
		"has a label that begins or ends with a hyphen" },
	{ "64 characters in a label", LABEL_63 "a.example",
		"has a label longer than 63 characters" },
	{ "64 characters in the last label", "a." LABEL_63 "a",
		"has a label longer than 63 characters" },
	{ "254 characters", NAME_253 "a", "is longer than 253 characters" },
};

static void check(void **state)
{
	const struct row *row = *state;
	const char *problem = auth_name_problem(row->host);

	if (row->problem == NULL)
		assert_null(problem);
	else
		assert_string_equal(problem != NULL ? problem : "none", row->problem);
}

int main(void)
{
	struct CMUnitTest tests[sizeof rows / sizeof *rows] = { 0 };

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		tests[i].name = rows[i].name;
		tests[i].test_func = check;
		tests[i].initial_state = (void *)(uintptr_t)&rows[i];
	}
	return cmocka_run_group_tests_name("auth_name", tests, NULL, NULL);
}
