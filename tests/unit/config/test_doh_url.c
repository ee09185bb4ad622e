/* A DoH server's URL: its host, its port, its path, and GET or POST. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "config/url.h"
#include "tests/unit/rows.h"

static const struct taken {
	const char *name, *url;
	const char *host, *path;
	uint16_t port;
	bool is_address;
} taken[] = {
	{ "POST", "https://dns.example/dns-query", "dns.example", "/dns-query", 443,
		false },
	{ "GET", "https://dns.example/dns-query{?dns}", "dns.example", "/dns-query{?dns}",
		443, false },
	{ "GET behind a parameter", "https://dns.example:8443/q?k=v{&dns}", "dns.example",
		"/q?k=v{&dns}", 8443, false },
	{ "POST with a parameter", "https://dns.example/q?k=%2F", "dns.example",
		"/q?k=%2F", 443, false },
	{ "a short path", "https://dns.example/", "dns.example", "/", 443, false },
	{ "an IPv4 address", "https://192.0.2.1/q", "192.0.2.1", "/q", 443, true },
	{ "an IPv6 address", "https://[2001:db8::1]:444/q{?dns}", "2001:db8::1",
		"/q{?dns}", 444, true },
};

static const struct refused {
	const char *name, *url, *problem;
} refused[] = {
	{ "http", "http://dns.example/q", "does not begin with https://" },
	{ "a stamp", "sdns://AgcAAAAAAAAABzEuMC4wLjE", "does not begin with https://" },
	{ "upper case", "HTTPS://dns.example/q", "does not begin with https://" },
	{ "no host", "https:///q", "has no host name or address that is one" },
	{ "a user", "https://me@dns.example/q",
		"has no host name or address that is one" },
	{ "a user and a word", "https://me:pw@dns.example/q", "has a port that is none" },
	{ "a trailing dot", "https://dns.example./q",
		"has no host name or address that is one" },
	{ "nobody", "https://[::]/q", "has nobody's address" },
	{ "port 0", "https://dns.example:0/q", "has a port that is none" },
	{ "no path", "https://dns.example", "has no path" },
	{ "no path, but GET", "https://dns.example{?dns}", "has no path" },
	{ "no path, but a query", "https://dns.example?dns", "has no path" },
	{ "a fragment", "https://dns.example/q#x", "has a #" },
	{ "an empty fragment", "https://dns.example/q#", "has a #" },
	{ "a fragment before GET", "https://dns.example/q#{?dns}", "has a #" },
	{ "a fragment behind GET", "https://dns.example/q{?dns}#",
		"has something else in braces" },
	{ "another variable", "https://dns.example/q{?name}",
		"has something else in braces" },
	{ "two variables", "https://dns.example/q{?dns,ct}",
		"has something else in braces" },
	{ "an explode", "https://dns.example/q{?dns*}", "has something else in braces" },
	{ "a prefix", "https://dns.example/q{?dns:4}", "has something else in braces" },
	{ "in the path", "https://dns.example/{dns}", "has something else in braces" },
	{ "a label", "https://dns.example/q{.dns}", "has something else in braces" },
	{ "a reserved expansion", "https://dns.example/q{+dns}",
		"has something else in braces" },
	{ "a fragment expansion", "https://dns.example/q{#dns}",
		"has something else in braces" },
	{ "upper case in braces", "https://dns.example/q{?DNS}",
		"has something else in braces" },
	{ "empty braces", "https://dns.example/q{}", "has something else in braces" },
	{ "open braces", "https://dns.example/q{?dns", "has something else in braces" },
	{ "a brace alone", "https://dns.example/q{", "has something else in braces" },
	{ "a closing brace alone", "https://dns.example/q}",
		"has a character that URLs do not have" },
	{ "not at the end", "https://dns.example/q{?dns}/x",
		"has something else in braces" },
	{ "twice", "https://dns.example/q{?dns}{&dns}", "has something else in braces" },
	{ "in the host", "https://{dns}.example/q",
		"has no host name or address that is one" },
	{ "behind a query", "https://dns.example/q?k=v{?dns}",
		"has {?dns} behind a ?, where it is {&dns}" },
	{ "without a query", "https://dns.example/q{&dns}",
		"has {&dns} without a ? before it, where it is {?dns}" },
	{ "half an escape", "https://dns.example/q%2",
		"has a % without two hexadecimal digits" },
	{ "half an escape before GET", "https://dns.example/q%2{?dns}",
		"has a % without two hexadecimal digits" },
	{ "no escape", "https://dns.example/q%zz",
		"has a % without two hexadecimal digits" },
	{ "a quote", "https://dns.example/q\"", "has a character that URLs do not have" },
	{ "a backslash", "https://dns.example/q\\x",
		"has a character that URLs do not have" },
	{ "brackets", "https://dns.example/q[1]",
		"has a character that URLs do not have" },
	{ "a space", "https://dns.example/q x", "has a character that URLs do not have" },
	{ "a line break", "https://dns.example/q\r\nHost: x",
		"has a character that URLs do not have" },
	{ "not ASCII", "https://dns.example/\xc3\xb6",
		"has a character that URLs do not have" },
};

static void taken_row(void **state)
{
	const struct taken *row = *state;
	struct doh_url out;

	assert_null(doh_url_read(row->url, &out));
	assert_string_equal(out.host, row->host);
	assert_string_equal(out.path, row->path);
	assert_ptr_equal(out.path + strlen(out.path), row->url + strlen(row->url));
	assert_int_equal(out.port, row->port);
	assert_int_equal(out.address.sa.sa_family != AF_UNSPEC, row->is_address);
	if (row->is_address)
		assert_int_equal(endpoint_port(&out.address), row->port);
}

static void refused_row(void **state)
{
	const struct refused *row = *state;
	struct doh_url out;
	const char *problem = doh_url_read(row->url, &out);

	assert_non_null(problem);
	assert_string_equal(problem, row->problem);
}

static void the_longest(void **state)
{
	static const char expression[] = "{?dns}";
	char url[URL_BYTES_MAX + 2] = "https://a.example/";
	struct doh_url out;

	(void)state;
	memset(url + strlen(url), 'l', URL_BYTES_MAX - strlen(url));
	memcpy(url + URL_BYTES_MAX - strlen(expression), expression, strlen(expression));
	assert_null(doh_url_read(url, &out));
	memmove(url + 20, url + 19, URL_BYTES_MAX - 19);
	assert_string_equal(doh_url_read(url, &out), "is too long");
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(the_longest) };

	return run_rows("doh_url_read", taken, sizeof *taken, ROWS(taken), taken_row) +
	       run_rows("doh_url_read", refused, sizeof *refused, ROWS(refused),
		       refused_row) +
	       cmocka_run_group_tests(tests, NULL, NULL);
}
