/* A hosts file: what of it counts, and what is made of it. */
#include "local/hosts.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/log.h"
#include "tests/unit/local/scene.h"
#include "tests/unit/rows.h"

/* --- lines ----------------------------------------------------------------- */

/* `items`: "LINE:NAME/BYTES" for each name, BYTES of its address, and "LINE:broken". */
static const struct line_row {
	const char *name;
	const char *hosts;
	const char *items;
} line_rows[] = {
	{ "nothing", "", "" },
	{ "empty lines", "\n\n \t\n", "" },
	{ "comments", "# 192.0.2.1 a\n  # b\n#\n", "" },
	{ "one name", "192.0.2.1 a.example\n", "1:a.example./4" },
	{ "no line feed at the end", "192.0.2.1 a", "1:a./4" },
	{ "CR LF", "192.0.2.1 a\r\n192.0.2.2\tb\r\n", "1:a./4 2:b./4" },
	{ "many names", "192.0.2.1 a b\tc  d \n", "1:a./4 1:b./4 1:c./4 1:d./4" },
	{ "a comment behind names", "192.0.2.1 a b#c d", "1:a./4 1:b./4" },
	{ "a comment behind the address", "192.0.2.1 # a", "1:broken" },
	{ "leading white space", " \t192.0.2.1 a", "1:a./4" },
	{ "IPv6", "::1 a\n2001:DB8::1 b", "1:a./16 2:b./16" },
	{ "IPv6 in IPv4's form", "::ffff:192.0.2.1 a", "1:a./16" },
	{ "an address with a zone", "fe80::1%lo0 localhost\n::1 b", "2:b./16" },
	{ "a dot at the end", "192.0.2.1 a.example.", "1:a.example./4" },
	{ "underscores and hyphens", "192.0.2.1 _a-b.x", "1:_a-b.x./4" },
	{ "upper case stays", "192.0.2.1 NAS", "1:NAS./4" },
	{ "an address as a name", "0.0.0.0 0.0.0.0\n0.0.0.0 a", "2:a./4" },
	{ "an address among names", "192.0.2.1 192.0.2.1 a", "1:a./4" },
	{ "an address alone", "192.0.2.1\n192.0.2.2 b", "1:broken 2:b./4" },
	{ "a name alone", "a\n192.0.2.2 b", "1:broken 2:b./4" },
	{ "a name before the address", "a 192.0.2.1", "1:broken" },
	{ "IPv4 with three parts", "192.0.2 a", "1:broken" },
	{ "IPv4 with leading zeros", "127.000.000.001 a", "1:broken" },
	{ "a zone behind IPv4", "192.0.2.1%eth0 a", "1:broken" },
	{ "a prefix", "192.0.2.0/24 a", "1:broken" },
	{ "an address in brackets", "[::1] a", "1:broken" },
	{ "a wildcard", "192.0.2.1 *.a b", "1:broken 1:b./4" },
	{ "a bad name among good ones", "192.0.2.1 a b!c d", "1:a./4 1:broken 1:d./4" },
	{ "two dots", "192.0.2.1 a..b", "1:broken" },
	{ "a dot", "192.0.2.1 .", "1:broken" },
	{ "UTF-8",
		"192.0.2.1 b\xc3\xbc"
		"cher",
		"1:broken" },
	{ "adblock's syntax", "||ads.example^\n192.0.2.1 a", "1:broken 2:a./4" },
	{ "dnsmasq's syntax", "address=/ads.example/0.0.0.0", "1:broken" },
	{ "a long word",
		"192.0.2.1 "
		"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa b",
		"1:broken 1:b./4" },
};

static void describe(struct hosts_reader *reader, struct text *said)
{
	struct hosts_entry entry;
	enum hosts_item item;
	char name[NAME_TEXT_MAX];

	while ((item = hosts_next(reader, &entry)) != HOSTS_END) {
		text_add(said, "%s%u:", said->n > 0 ? " " : "", entry.line);
		if (item == HOSTS_BROKEN) {
			text_add(said, "broken");
			continue;
		}
		name_to_text(&entry.name, name);
		text_add(said, "%s/%zu", name, entry.address_n);
	}
}

static void lines_are_read(void **state)
{
	const struct line_row *row = *state;
	size_t n = strlen(row->hosts);
	char words[512], *copy = malloc(n + 1);
	struct text said = text_in(words, sizeof words);
	struct hosts_reader reader = { .rest = bytes_of(copy, n) };

	assert_non_null(copy);
	/* Without a terminator, for a sanitizer. */
	memcpy(copy, row->hosts, n);
	describe(&reader, &said);
	assert_string_equal(words, row->items);
	free(copy);
}

static void a_nul_is_no_name(void **state)
{
	static const char hosts[] = "192.0.2.1 a\0b c\n1.2\0.3.4 d";
	char words[128];
	struct text said = text_in(words, sizeof words);
	struct hosts_reader reader = { .rest = bytes_of(hosts, sizeof hosts - 1) };

	(void)state;
	describe(&reader, &said);
	assert_string_equal(words, "1:broken 1:c./4 2:broken");
}

/* --- answers --------------------------------------------------------------- */

static char logged[2048];

static void keep_line(enum log_level level, const char *line)
{
	size_t n = strlen(logged);

	(void)level;
	snprintf(logged + n, sizeof logged - n, "%s\n", line);
}

static void names_and_addresses(void **state)
{
	struct local *local = scene_new(
		&(struct scene){ .hosts = "192.168.1.9 nas.lan NAS\n"
					  "fd00::9     nas.lan\n"
					  "192.168.1.9 nas.lan storage.example\n"
					  "192.168.1.8 two.lan\n"
					  "192.168.1.9 two.lan\n" });

	(void)state;
	assert_int_equal(local_hosts_n(local), 4);
	scene_assert(local, "nas.lan A", "NOERROR nas.lan. 60 A 192.168.1.9");
	scene_assert(local, "NAS.Lan AAAA", "NOERROR NAS.Lan. 60 AAAA fd00::9");
	scene_assert(local, "nas A", "NOERROR nas. 60 A 192.168.1.9");
	scene_assert(local, "nas AAAA", "NOERROR SOA nas.");
	scene_assert(local, "nas.lan TXT", "NOERROR SOA lan.");
	scene_assert(local, "storage.example HTTPS", "NOERROR SOA storage.example.");
	scene_assert(local, "x.storage.example A", "NONE");
	scene_assert(local, "example A", "NONE");
	scene_assert(local, "two.lan A",
		"NOERROR two.lan. 60 A 192.168.1.8 two.lan. 60 A 192.168.1.9");
	scene_assert(local, "lan A", "NOERROR SOA lan.");
	scene_assert(local, "other.lan A", "NXDOMAIN SOA lan.");
	scene_assert(local, "9.1.168.192.in-addr.arpa PTR",
		"NOERROR 9.1.168.192.in-addr.arpa. 60 PTR nas.lan.");
	scene_assert(local, "8.1.168.192.in-addr.arpa PTR",
		"NOERROR 8.1.168.192.in-addr.arpa. 60 PTR two.lan.");
	scene_assert(
		local, "8.1.168.192.in-addr.arpa A", "NOERROR SOA 168.192.in-addr.arpa.");
	scene_assert(local, "7.1.168.192.in-addr.arpa PTR",
		"NXDOMAIN SOA 168.192.in-addr.arpa.");
	scene_assert(local,
		"9.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.d.f.ip6."
		"arpa "
		"PTR",
		"NOERROR "
		"9.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.d.f.ip6."
		"arpa. 60 PTR nas.lan.");
	local_free(local);
}

static void localhost_is_what_it_is(void **state)
{
	struct local *local = scene_new(
		&(struct scene){ .hosts = "192.0.2.1 localhost LOCALHOST x.localhost\n"
					  "127.0.0.1 ads.example\n"
					  "127.0.1.1 me.example me\n"
					  "127.0.1.2 localhost we.example\n" });

	(void)state;
	scene_assert(local, "localhost A", "NOERROR localhost. 60 A 127.0.0.1");
	scene_assert(local, "x.localhost A", "NOERROR x.localhost. 60 A 127.0.0.1");
	scene_assert(local, "1.0.0.127.in-addr.arpa PTR",
		"NOERROR 1.0.0.127.in-addr.arpa. 60 PTR localhost.");
	scene_assert(local, "1.1.0.127.in-addr.arpa PTR",
		"NOERROR 1.1.0.127.in-addr.arpa. 60 PTR me.example.");
	scene_assert(local, "2.1.0.127.in-addr.arpa PTR",
		"NOERROR 2.1.0.127.in-addr.arpa. 60 PTR we.example.");
	scene_assert(local, "1.2.0.192.in-addr.arpa PTR",
		"NXDOMAIN SOA 2.0.192.in-addr.arpa.");
	scene_assert(local, "ads.example A", "NOERROR ads.example. 60 A 127.0.0.1");
	assert_int_equal(local_hosts_n(local), 4);
	local_free(local);
}

static void what_nobody_should_reach(void **state)
{
	struct local *local = scene_new(&(struct scene){
		.hosts = "0.0.0.0 ads.example\n:: ads.example\n0.0.0.0 b.example\n" });

	(void)state;
	scene_assert(local, "ads.example A", "NOERROR ads.example. 60 A 0.0.0.0");
	scene_assert(local, "ads.example AAAA", "NOERROR ads.example. 60 AAAA ::");
	scene_assert(local, "b.example AAAA", "NOERROR SOA b.example.");
	scene_assert(local, "0.0.0.0.in-addr.arpa PTR", "NXDOMAIN SOA 0.in-addr.arpa.");
	local_free(local);
}

static void a_special_name_may_be_there(void **state)
{
	struct local *local = scene_new(
		&(struct scene){ .hosts = "192.0.2.1 a.onion resolver.arpa\n" });

	(void)state;
	scene_assert(local, "a.onion A", "NOERROR a.onion. 60 A 192.0.2.1");
	scene_assert(local, "b.onion A", "NXDOMAIN SOA onion.");
	scene_assert(local, "resolver.arpa A", "NOERROR resolver.arpa. 60 A 192.0.2.1");
	scene_assert(local, "_dns.resolver.arpa SVCB", "NOERROR SOA resolver.arpa.");
	local_free(local);
}

static void broken_lines_are_told_of_once(void **state)
{
	struct local *local;

	(void)state;
	logged[0] = '\0';
	log_replace(keep_line);
	local = scene_new(&(struct scene){ .hosts = "192.0.2.1 a\nbroken\n" });
	local_free(local);
	local = scene_new(&(struct scene){ .hosts = "x y\n192.0.2.1\n192.0.2.1 a\n" });
	log_replace(NULL);
	assert_string_equal(logged,
		"hosts:2: not an address and host names; skipped\n"
		"hosts:1: not an address and host names; skipped, and others further "
		"down\n");
	scene_assert(local, "a A", "NOERROR a. 60 A 192.0.2.1");
	local_free(local);
}

/* As many addresses as anybody has of one name, and more than fit into a message. */
static void a_name_has_a_limit(void **state)
{
	enum { LINES = 5000, LINE = 24 };
	char *hosts = calloc(LINES, LINE), said[SCENE_SAID_MAX];
	struct text text;
	struct local *local;

	(void)state;
	assert_non_null(hosts);
	text = text_in(hosts, (size_t)LINES * LINE);
	for (int i = 0; i < LINES; i++)
		text_add(&text, "10.0.%d.%d many.lan\n", i / 256, i % 256);
	logged[0] = '\0';
	log_replace(keep_line);
	local = scene_new(&(struct scene){ .hosts = hosts });
	log_replace(NULL);
	assert_string_equal(logged,
		"hosts:1025: not an address and host names; skipped, and others further "
		"down\n");
	scene_ask(local, "many.lan A", said);
	assert_memory_equal(said, "NOERROR many.lan. 60 A 10.0.0.0 ", 32);
	local_free(local);
	free(hosts);
}

static void a_long_list_is_read(void **state)
{
	enum { LINES = 100000, LINE = 40 };
	char *hosts = malloc((size_t)LINES * LINE);
	struct text text;
	struct local *local;

	(void)state;
	assert_non_null(hosts);
	text = text_in(hosts, (size_t)LINES * LINE);
	for (int i = 0; i < LINES; i++)
		text_add(&text, "0.0.0.0 ad%d.net%d.example\n", i, i % 1000);
	local = scene_new(&(struct scene){ .hosts = hosts });
	free(hosts);
	assert_int_equal(local_hosts_n(local), LINES);
	scene_assert(
		local, "ad0.net0.example A", "NOERROR ad0.net0.example. 60 A 0.0.0.0");
	scene_assert(local, "AD99999.Net999.example A",
		"NOERROR AD99999.Net999.example. 60 A 0.0.0.0");
	scene_assert(local, "ad99999.net998.example A", "NONE");
	scene_assert(local, "x.ad0.net0.example A", "NONE");
	scene_assert(local, "net0.example A", "NONE");
	local_free(local);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_nul_is_no_name),
		cmocka_unit_test(names_and_addresses),
		cmocka_unit_test(localhost_is_what_it_is),
		cmocka_unit_test(what_nobody_should_reach),
		cmocka_unit_test(a_special_name_may_be_there),
		cmocka_unit_test(broken_lines_are_told_of_once),
		cmocka_unit_test(a_name_has_a_limit),
		cmocka_unit_test(a_long_list_is_read),
	};

	return run_rows("lines", line_rows, sizeof *line_rows, ROWS(line_rows),
		       lines_are_read) +
	       cmocka_run_group_tests(tests, NULL, NULL);
}
