/* From where `loglist update` would fetch a list and its signature. */
#include "config/url.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/rows.h"

static const struct row {
	const char *name, *url, *problem;
} rows[] = {
	{ "a name", "https://lists.example/l.json", NULL },
	{ "a port", "https://lists.example:8443/l", NULL },
	{ "the last port", "https://a.example:65535/l", NULL },
	{ "a short path", "https://lists.example/", NULL },
	{ "an IPv4 address", "https://192.0.2.1/l", NULL },
	{ "an IPv4 address with a port", "https://192.0.2.1:8443/l", NULL },
	{ "an IPv6 address", "https://[2001:db8::1]/l", NULL },
	{ "an IPv6 address with a port", "https://[2001:db8::1]:8443/l", NULL },
	{ "http", "http://a.example/l", "does not begin with https://" },
	{ "a file", "file:///etc/passwd", "does not begin with https://" },
	{ "nothing", "", "does not begin with https://" },
	{ "no host", "https:///l", "has no host name or address that is one" },
	{ "a user", "https://u@a.example/l", "has no host name or address that is one" },
	{ "an address short of a number", "https://192.0.2/l",
		"has no host name or address that is one" },
	{ "an IPv6 address without brackets", "https://2001:db8::1/l",
		"has no host name or address that is one" },
	{ "brackets that stay open", "https://[2001:db8::1/l",
		"has no host name or address that is one" },
	{ "empty brackets", "https://[]/l", "has no host name or address that is one" },
	{ "an interface", "https://[fe80::1%eth0]/l",
		"has no host name or address that is one" },
	{ "an IPv4 address in brackets", "https://[192.0.2.1]/l",
		"has no host name or address that is one" },
	{ "a name in brackets", "https://[a.example]/l",
		"has no host name or address that is one" },
	{ "nobody's address", "https://0.0.0.0/l", "has nobody's address" },
	{ "nobody's IPv6 address", "https://[::]/l", "has nobody's address" },
	{ "behind the brackets", "https://[2001:db8::1]8/l", "has a port that is none" },
	{ "port 0", "https://a.example:0/l", "has a port that is none" },
	{ "no port", "https://a.example:/l", "has a port that is none" },
	{ "a port that is no number", "https://a.example:80x/l",
		"has a port that is none" },
	{ "a port too big", "https://a.example:65536/l", "has a port that is none" },
	{ "an address's port too big", "https://[::1]:65536/l",
		"has a port that is none" },
	{ "a space", "https://a.example/a b", "has a character that URLs do not have" },
	{ "no path", "https://a.example", "has no path" },
	{ "no path, but a port", "https://a.example:443", "has no path" },
	{ "no path, but a query", "https://a.example?l", "has no path" },
	{ "a query", "https://a.example/l?x=1", "has a ? or #" },
	{ "an empty query", "https://a.example/l?", "has a ? or #" },
	{ "a fragment", "https://a.example/l#x", "has a ? or #" },
};

static void url_row(void **state)
{
	const struct row *row = *state;

	if (row->problem == NULL)
		assert_null(url_problem(row->url));
	else
		assert_string_equal(url_problem(row->url), row->problem);
}

static void the_longest(void **state)
{
	char url[URL_BYTES_MAX + 2] = "https://a.example/";

	(void)state;
	memset(url + strlen(url), 'l', URL_BYTES_MAX - strlen(url));
	assert_null(url_problem(url));
	url[URL_BYTES_MAX] = 'l';
	assert_string_equal(url_problem(url), "is too long");
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(the_longest) };

	return run_rows("url_problem", rows, sizeof *rows, ROWS(rows), url_row) +
	       cmocka_run_group_tests(tests, NULL, NULL);
}
