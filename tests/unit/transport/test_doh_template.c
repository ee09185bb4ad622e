#include "transport/doh_template.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/rows.h"

/* RFC 8484 §4.1.1: a query for www.example.com, type A. */
static const uint8_t www[] = { 0, 0, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 3, 'w', 'w', 'w', 7,
	'e', 'x', 'a', 'm', 'p', 'l', 'e', 3, 'c', 'o', 'm', 0, 0, 1, 0, 1 };
#define WWW "AAABAAABAAAAAAAAA3d3dwdleGFtcGxlA2NvbQAAAQAB"

static const struct good_row {
	const char *name;
	const char *host;
	uint16_t port;
	const char *path;
	const char *authority, *request;
	bool get;
} good[] = {
	{ "GET, as in the RFC", "dnsserver.example.net", 443, "/dns-query{?dns}",
		"dnsserver.example.net", "/dns-query?dns=" WWW, true },
	{ "POST", "dnsserver.example.net", 443, "/dns-query", "dnsserver.example.net",
		"/dns-query", false },
	{ "another port", "dns.lab", 8443, "/dns-query", "dns.lab:8443", "/dns-query",
		false },
	{ "port 80 is another, too", "dns.lab", 80, "/", "dns.lab:80", "/", false },
	{ "an IPv4 address", "192.0.2.1", 443, "/dns-query", "192.0.2.1", "/dns-query",
		false },
	{ "an IPv6 address", "2001:db8::1", 443, "/q", "[2001:db8::1]", "/q", false },
	{ "an IPv6 address and a port", "2001:db8::1", 8443, "/q", "[2001:db8::1]:8443",
		"/q", false },
	{ "a query of its own, GET", "dns.lab", 443, "/q?user=1{&dns}", "dns.lab",
		"/q?user=1&dns=" WWW, true },
	{ "a query of its own, POST", "dns.lab", 443, "/q?user=1", "dns.lab", "/q?user=1",
		false },
	{ "something behind", "dns.lab", 443, "/q{?dns}&x=1", "dns.lab",
		"/q?dns=" WWW "&x=1", true },
	{ "percent-encoded", "dns.lab", 443, "/a%20b{?dns}", "dns.lab", "/a%20b?dns=" WWW,
		true },
};

static void good_one(void **state)
{
	const struct good_row *row = *state;
	char path[DOH_REQUEST_PATH_MAX];
	struct doh_template t;

	assert_int_equal(
		doh_template_init(&t, row->host, row->port, row->path), STATUS_OK);
	assert_string_equal(t.authority, row->authority);
	assert_int_equal(t.get, row->get);
	assert_int_equal(
		doh_template_path(&t, bytes_of(www, sizeof www), path), STATUS_OK);
	assert_string_equal(path, row->request);
}

#define LONG_HOST_64 "abcdefghijklmnopqrstuvwxyz.abcdefghijklmnopqrstuvwxyz.abcdefghij"
#define LONG_HOST    LONG_HOST_64 LONG_HOST_64 LONG_HOST_64 LONG_HOST_64 LONG_HOST_64

static const struct bad_row {
	const char *name;
	const char *host, *path;
	enum status status;
} bad[] = {
	{ "no host", "", "/dns-query", STATUS_RANGE },
	{ "a host with a slash", "dns.lab/x", "/dns-query", STATUS_RANGE },
	{ "a host with a user", "me@dns.lab", "/dns-query", STATUS_RANGE },
	{ "a host with a line break", "dns.lab\r\nx", "/dns-query", STATUS_RANGE },
	{ "a host in brackets", "[::1]", "/dns-query", STATUS_RANGE },
	{ "too long a host", LONG_HOST, "/dns-query", STATUS_RANGE },
	{ "no path", "dns.lab", "", STATUS_MALFORMED },
	{ "no slash", "dns.lab", "dns-query", STATUS_MALFORMED },
	{ "no slash before the variable", "dns.lab", "{?dns}", STATUS_MALFORMED },
	{ "white space", "dns.lab", "/dns query", STATUS_MALFORMED },
	{ "a line break", "dns.lab", "/dns-query\r\nx: y", STATUS_MALFORMED },
	{ "a fragment", "dns.lab", "/dns-query#x", STATUS_MALFORMED },
	{ "a fragment behind", "dns.lab", "/dns-query{?dns}#x", STATUS_MALFORMED },
	{ "not ASCII", "dns.lab", "/d\xc3\xb6h", STATUS_MALFORMED },
	{ "another variable", "dns.lab", "/dns-query{?name}", STATUS_MALFORMED },
	{ "a longer variable", "dns.lab", "/dns-query{?dnsx}", STATUS_MALFORMED },
	{ "two variables", "dns.lab", "/dns-query{?dns,x}", STATUS_MALFORMED },
	{ "two expressions", "dns.lab", "/dns-query{?dns}{&dns}", STATUS_MALFORMED },
	{ "another operator", "dns.lab", "/dns-query{dns}", STATUS_MALFORMED },
	{ "an open brace", "dns.lab", "/dns-query{?dns", STATUS_MALFORMED },
	{ "a closing brace", "dns.lab", "/dns-query}", STATUS_MALFORMED },
	{ "two question marks", "dns.lab", "/q?x=1{?dns}", STATUS_MALFORMED },
	{ "going on with nothing", "dns.lab", "/q{&dns}", STATUS_MALFORMED },
};

static void bad_one(void **state)
{
	const struct bad_row *row = *state;
	struct doh_template t;

	assert_int_equal(doh_template_init(&t, row->host, 443, row->path), row->status);
}

static void a_long_path(void **state)
{
	char path[DOH_PATH_MAX + 1], out[DOH_REQUEST_PATH_MAX];
	static uint8_t query[QUERY_WIRE_MAX + 1];
	struct doh_template t;

	(void)state;
	memset(path, 'x', sizeof path);
	path[0] = '/';
	path[DOH_PATH_MAX] = '\0';
	assert_int_equal(doh_template_init(&t, "dns.lab", 443, path), STATUS_NOSPACE);
	path[DOH_PATH_MAX - 1] = '\0';
	assert_int_equal(doh_template_init(&t, "dns.lab", 443, path), STATUS_OK);

	/* The longest of both fits. */
	memcpy(path + DOH_PATH_MAX - 7, "{?dns}", 7);
	assert_int_equal(doh_template_init(&t, "dns.lab", 443, path), STATUS_OK);
	assert_int_equal(
		doh_template_path(&t, bytes_of(query, QUERY_WIRE_MAX), out), STATUS_OK);
	assert_int_equal(doh_template_path(&t, bytes_of(query, sizeof query), out),
		STATUS_NOSPACE);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(a_long_path) };
	int failed = run_rows("templates", good, sizeof *good, ROWS(good), good_one);

	failed += run_rows("no templates", bad, sizeof *bad, ROWS(bad), bad_one);
	return failed + cmocka_run_group_tests(tests, NULL, NULL);
}
