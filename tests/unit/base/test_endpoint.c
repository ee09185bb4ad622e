#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <arpa/inet.h>
#include <cmocka.h>

#include "base/endpoint.h"

static struct endpoint parsed(const char *text)
{
	struct endpoint e;

	if (endpoint_parse(text, 853, &e) != STATUS_OK)
		fail_msg("refused: '%s'", text);
	return e;
}

static void endpoints_are_read_and_written(void **state)
{
	static const struct {
		const char *text, *with_port, *address;
	} rows[] = {
		{ "192.0.2.1", "192.0.2.1:853", "192.0.2.1" },
		{ "192.0.2.1:53", "192.0.2.1:53", "192.0.2.1" },
		{ "0.0.0.0:1", "0.0.0.0:1", "0.0.0.0" },
		{ "255.255.255.255:65535", "255.255.255.255:65535", "255.255.255.255" },
		{ "2001:db8::1", "[2001:db8::1]:853", "2001:db8::1" },
		{ "[2001:db8::1]", "[2001:db8::1]:853", "2001:db8::1" },
		{ "[2001:DB8:0::1]:53", "[2001:db8::1]:53", "2001:db8::1" },
		{ "::", "[::]:853", "::" },
		{ "0::1", "[::1]:853", "::1" },
		{ "::ffff:192.0.2.1", "[::ffff:192.0.2.1]:853", "::ffff:192.0.2.1" },
		{ "fe80::1%lo", "[fe80::1%lo]:853", "fe80::1%lo" },
		{ "[fe80::1%lo]:53", "[fe80::1%lo]:53", "fe80::1%lo" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct endpoint e = parsed(rows[i].text), again;
		char text[ENDPOINT_TEXT_MAX];

		endpoint_format_address(&e, text);
		assert_string_equal(text, rows[i].address);
		endpoint_format(&e, text);
		assert_string_equal(text, rows[i].with_port);
		again = parsed(text);
		assert_true(endpoint_equal(&e, &again));
	}
}

static void what_is_no_endpoint_is_refused(void **state)
{
	static const char *const rows[] = {
		"",
		":",
		":53",
		"localhost",
		"dns.example:53",
		"192.0.2",
		"192.0.2.256",
		"192.0.2.1.1",
		"192.0.2.1:",
		"192.0.2.1:0",
		"192.0.2.1:65536",
		"192.0.2.1:99999",
		"192.0.2.1:000053",
		"192.0.2.1:-1",
		"192.0.2.1:+53",
		"192.0.2.1: 53",
		"192.0.2.1:53 ",
		" 192.0.2.1",
		"192.0.2.1:0x35",
		"192.0.2.1@53",
		"192.0.2.1#53",
		"192.0.2.01x",
		"[192.0.2.1]:53",
		"[]:53",
		"[",
		"[]",
		"[2001:db8::1",
		"[2001:db8::1]53",
		"[2001:db8::1]:",
		"[2001:db8::1]:0",
		"[2001:db8::1]:53:54",
		"2001:db8::1]:53",
		"2001:db8",
		"2001:db8::1::2",
		"12345::1",
		"fe80::1%",
		"fe80::1%no-such-link",
		"192.0.2.1%lo",
		"[[::1]]:53",
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct endpoint e;

		if (endpoint_parse(rows[i], 853, &e) != STATUS_MALFORMED)
			fail_msg("accepted: '%s'", rows[i]);
	}
}

static void a_text_longer_than_any_endpoint_is_refused(void **state)
{
	struct endpoint e;
	char text[300] = "192.0.2.1:";

	(void)state;
	memset(text + strlen(text), '1', 200);
	assert_int_equal(endpoint_parse(text, 853, &e), STATUS_MALFORMED);
	text[0] = '[';
	assert_int_equal(endpoint_parse(text, 853, &e), STATUS_MALFORMED);
}

static void the_parts_are_those_of_the_family(void **state)
{
	struct endpoint four = parsed("192.0.2.1:53"), six = parsed("[2001:db8::1]:54");

	(void)state;
	assert_true(
		bytes_equal(endpoint_address(&four), bytes_of("\xc0\x00\x02\x01", 4)));
	assert_int_equal(endpoint_address(&six).n, 16);
	assert_int_equal(endpoint_port(&four), 53);
	assert_int_equal(endpoint_port(&six), 54);
	assert_int_equal(endpoint_size(&four), sizeof(struct sockaddr_in));
	assert_int_equal(endpoint_size(&six), sizeof(struct sockaddr_in6));
}

static void endpoints_differ_in_family_address_port_and_link(void **state)
{
	static const char *const different[] = { "192.0.2.1:53", "192.0.2.1:54",
		"192.0.2.2:53", "[::ffff:192.0.2.1]:53", "[fe80::1]:53",
		"[fe80::1%lo]:53" };
	size_t n = sizeof different / sizeof *different;

	(void)state;
	for (size_t i = 0; i < n; i++) {
		for (size_t j = 0; j < n; j++) {
			struct endpoint a = parsed(different[i]),
					b = parsed(different[j]);

			assert_true(endpoint_equal(&a, &b) == (i == j));
		}
	}
}

static void only_zero_is_the_wildcard(void **state)
{
	static const struct {
		const char *text;
		bool wildcard;
	} rows[] = { { "0.0.0.0", true }, { "::", true }, { "0.0.0.1", false },
		{ "::1", false }, { "127.0.0.1", false }, { "::ffff:0.0.0.0", false } };

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct endpoint e = parsed(rows[i].text);

		assert_true(endpoint_is_wildcard(&e) == rows[i].wildcard);
	}
}

static void loopback_is_a_block_and_an_address(void **state)
{
	static const struct {
		const char *text;
		bool loopback;
	} rows[] = { { "127.0.0.1", true }, { "127.255.255.255", true }, { "::1", true },
		{ "126.255.255.255", false }, { "128.0.0.0", false }, { "::", false },
		{ "::2", false }, { "7f00::1", false }, { "::ffff:127.0.0.1", true },
		{ "::ffff:192.0.2.1", false } };

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct endpoint e = parsed(rows[i].text);

		assert_true(endpoint_is_loopback(&e) == rows[i].loopback);
	}
}

static void a_block_contains_its_addresses(void **state)
{
	static const struct {
		const char *block, *address;
		bool inside;
	} rows[] = {
		{ "192.0.2.0/24", "192.0.2.0", true },
		{ "192.0.2.0/24", "192.0.2.255", true },
		{ "192.0.2.0/24", "192.0.3.0", false },
		{ "192.0.2.0/24", "192.0.1.255", false },
		{ "10.0.0.0/7", "11.255.255.255", true },
		{ "10.0.0.0/7", "12.0.0.0", false },
		{ "192.0.2.128/25", "192.0.2.127", false },
		{ "192.0.2.1", "192.0.2.1", true },
		{ "192.0.2.1", "192.0.2.0", false },
		{ "192.0.2.1/32", "192.0.2.2", false },
		{ "0.0.0.0/0", "203.0.113.7", true },
		{ "0.0.0.0/0", "2001:db8::1", false },
		{ "::/0", "2001:db8::1", true },
		{ "::/0", "192.0.2.1", false },
		{ "2001:db8::/33", "2001:db8:7fff::1", true },
		{ "2001:db8::/33", "2001:db8:8000::1", false },
		{ "2001:db8::1/128", "2001:db8::1", true },
		{ "2001:db8::1/128", "2001:db8::2", false },
		/* An IPv4 client of a socket for both families. */
		{ "192.0.2.0/24", "::ffff:192.0.2.9", true },
		{ "192.0.2.0/24", "::ffff:192.0.3.9", false },
		{ "::/0", "::ffff:192.0.2.9", false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct endpoint e = parsed(rows[i].address);
		struct prefix prefix;

		assert_int_equal(prefix_parse(rows[i].block, &prefix), STATUS_OK);
		if (prefix_contains(&prefix, &e) != rows[i].inside)
			fail_msg("%s in %s", rows[i].address, rows[i].block);
	}
}

static void what_is_no_block_is_refused(void **state)
{
	static const char *const rows[] = {
		"",
		"/",
		"/24",
		"192.0.2.0/",
		"192.0.2.0/33",
		"192.0.2.0/-1",
		"192.0.2.0/ 24",
		"192.0.2.0/24/24",
		"192.0.2.0/255.255.255.0",
		"192.0.2.0/024000",
		"192.0.2/24",
		"192.0.2.0:53/24",
		"2001:db8::/129",
		"2001:db8::/",
		"[2001:db8::]/32",
		"fe80::1%lo/64",
		"loopback",
		/* bits behind the prefix */
		"192.0.2.1/24",
		"192.0.2.128/24",
		"0.0.0.1/0",
		"2001:db8::1/64",
		"::1/0",
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct prefix prefix;

		if (prefix_parse(rows[i], &prefix) != STATUS_MALFORMED)
			fail_msg("accepted: '%s'", rows[i]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(endpoints_are_read_and_written),
		cmocka_unit_test(what_is_no_endpoint_is_refused),
		cmocka_unit_test(a_text_longer_than_any_endpoint_is_refused),
		cmocka_unit_test(the_parts_are_those_of_the_family),
		cmocka_unit_test(endpoints_differ_in_family_address_port_and_link),
		cmocka_unit_test(only_zero_is_the_wildcard),
		cmocka_unit_test(loopback_is_a_block_and_an_address),
		cmocka_unit_test(a_block_contains_its_addresses),
		cmocka_unit_test(what_is_no_block_is_refused),
	};

	return cmocka_run_group_tests_name("endpoint", tests, NULL, NULL);
}
