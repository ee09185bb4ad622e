/* Names with a meaning of their own: each with what is below it, in another case, and
 * with names that only look like it. */
#include "tests/unit/local/scene.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "local/special.h"
#include "tests/unit/rows.h"

#define ZEROS_31     "0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0."
#define HOST_NIBBLES "1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0."

static struct local *local;

static const struct said_row {
	const char *question;
	const char *said;
} rows[] = {
	/* localhost: RFC 6761 §6.3 */
	{ "localhost A", "NOERROR localhost. 60 A 127.0.0.1" },
	{ "localhost AAAA", "NOERROR localhost. 60 AAAA ::1" },
	{ "LocalHost A", "NOERROR LocalHost. 60 A 127.0.0.1" },
	{ "www.localhost A", "NOERROR www.localhost. 60 A 127.0.0.1" },
	{ "a.b.c.localhost AAAA", "NOERROR a.b.c.localhost. 60 AAAA ::1" },
	{ "localhost MX", "NOERROR SOA localhost." },
	{ "localhost TXT", "NOERROR SOA localhost." },
	{ "localhost SOA", "NOERROR SOA localhost." },
	{ "localhost HTTPS", "NOERROR SOA localhost." },
	{ "localhost DS", "NOERROR SOA localhost." },
	{ "www.localhost HTTPS", "NOERROR SOA localhost." },
	{ "localhost ANY", "NOERROR localhost. 60 A 127.0.0.1" },
	{ "localhost.example A", "NONE" },
	{ "xlocalhost A", "NONE" },
	{ "localhost.localdomain A", "NONE" },
	{ "localhostx AAAA", "NONE" },
	/* resolver.arpa: RFC 9462 §6.4 */
	{ "_dns.resolver.arpa SVCB", "NOERROR SOA resolver.arpa." },
	{ "resolver.arpa A", "NOERROR SOA resolver.arpa." },
	{ "_DNS.Resolver.ARPA SVCB", "NOERROR SOA resolver.arpa." },
	{ "_443._foo.resolver.arpa TLSA", "NOERROR SOA resolver.arpa." },
	{ "resolver.arpa DS", "NOERROR SOA resolver.arpa." },
	{ "_dns.resolver.example SVCB", "NONE" },
	{ "_dns.xresolver.arpa SVCB", "NONE" },
	{ "resolver.arpa.example A", "NONE" },
	{ "resolver A", "NONE" },
	{ "arpa NS", "NONE" },
	/* onion: RFC 7686 §2 */
	{ "onion A", "NXDOMAIN SOA onion." },
	{ "2gzyxa5ihm7nsggfxnu52rck2vv4rvmdlkiu3zzui5du4xyclen53wid.onion A",
		"NXDOMAIN SOA onion." },
	{ "www.x.ONION HTTPS", "NXDOMAIN SOA onion." },
	{ "onion.example A", "NONE" },
	{ "xonion A", "NONE" },
	/* alt: RFC 9476 */
	{ "alt A", "NXDOMAIN SOA alt." },
	{ "x.alt AAAA", "NXDOMAIN SOA alt." },
	{ "X.ALT AAAA", "NXDOMAIN SOA alt." },
	{ "alt.example A", "NONE" },
	{ "salt A", "NONE" },
	/* invalid, test: RFC 6761 §6.4, §6.2 */
	{ "invalid A", "NXDOMAIN SOA invalid." },
	{ "a.invalid TXT", "NXDOMAIN SOA invalid." },
	{ "A.Invalid TXT", "NXDOMAIN SOA invalid." },
	{ "invalid.example A", "NONE" },
	{ "test A", "NXDOMAIN SOA test." },
	{ "www.test A", "NXDOMAIN SOA test." },
	{ "www.TEST A", "NXDOMAIN SOA test." },
	{ "test.example A", "NONE" },
	{ "atest A", "NONE" },
	/* local: RFC 6762 §22.1 */
	{ "local SOA", "NXDOMAIN SOA local." },
	{ "printer.local A", "NXDOMAIN SOA local." },
	{ "Printer.Local A", "NXDOMAIN SOA local." },
	{ "_ipp._tcp.local PTR", "NXDOMAIN SOA local." },
	{ "local.example A", "NONE" },
	{ "notlocal A", "NONE" },
	/* internal, lan */
	{ "internal A", "NXDOMAIN SOA internal." },
	{ "db.corp.internal A", "NXDOMAIN SOA internal." },
	{ "DB.INTERNAL A", "NXDOMAIN SOA internal." },
	{ "internal.example A", "NONE" },
	{ "lan A", "NXDOMAIN SOA lan." },
	{ "nas.lan A", "NXDOMAIN SOA lan." },
	{ "NAS.LAN A", "NXDOMAIN SOA lan." },
	{ "nas.lan DS", "NXDOMAIN SOA lan." },
	{ "lan DS", "NXDOMAIN SOA lan." },
	{ "wlan A", "NONE" },
	{ "lan.example A", "NONE" },
	/* home.arpa: RFC 8375 §4 */
	{ "home.arpa A", "NOERROR SOA home.arpa." },
	{ "home.arpa SOA", "NOERROR SOA home.arpa." },
	{ "home.arpa ANY", "NOERROR SOA home.arpa." },
	{ "x.home.arpa ANY", "NXDOMAIN SOA home.arpa." },
	{ "Home.Arpa NS", "NOERROR Home.Arpa. 60 NS home.arpa." },
	{ "nas.home.arpa A", "NXDOMAIN SOA home.arpa." },
	{ "NAS.Home.Arpa A", "NXDOMAIN SOA home.arpa." },
	{ "home.arpa DS", "NONE" },
	{ "nas.home.arpa DS", "NXDOMAIN SOA home.arpa." },
	{ "xhome.arpa A", "NONE" },
	{ "home.arpa.example A", "NONE" },
	/* RFC 8880: insecure, and asked for */
	{ "ipv4only.arpa A", "NONE" },
	{ "ipv4only.arpa AAAA", "NONE" },
	/* reverse zones: RFC 6303 §4.1 */
	{ "10.in-addr.arpa SOA", "NOERROR SOA 10.in-addr.arpa." },
	{ "10.in-addr.arpa NS", "NOERROR 10.in-addr.arpa. 60 NS 10.in-addr.arpa." },
	{ "10.in-addr.arpa PTR", "NOERROR SOA 10.in-addr.arpa." },
	{ "10.in-addr.arpa DS", "NONE" },
	{ "4.3.2.10.in-addr.arpa PTR", "NXDOMAIN SOA 10.in-addr.arpa." },
	{ "4.3.2.10.IN-ADDR.ARPA PTR", "NXDOMAIN SOA 10.in-addr.arpa." },
	{ "4.3.2.11.in-addr.arpa PTR", "NONE" },
	{ "4.3.2.110.in-addr.arpa PTR", "NONE" },
	{ "1.1.15.172.in-addr.arpa PTR", "NONE" },
	{ "1.1.16.172.in-addr.arpa PTR", "NXDOMAIN SOA 16.172.in-addr.arpa." },
	{ "1.1.24.172.in-addr.arpa PTR", "NXDOMAIN SOA 24.172.in-addr.arpa." },
	{ "1.1.31.172.in-addr.arpa PTR", "NXDOMAIN SOA 31.172.in-addr.arpa." },
	{ "1.1.32.172.in-addr.arpa PTR", "NONE" },
	{ "172.in-addr.arpa NS", "NONE" },
	{ "1.1.168.192.in-addr.arpa PTR", "NXDOMAIN SOA 168.192.in-addr.arpa." },
	{ "1.1.169.192.in-addr.arpa PTR", "NONE" },
	{ "192.in-addr.arpa NS", "NONE" },
	/* §4.2 */
	{ "0.0.0.0.in-addr.arpa PTR", "NXDOMAIN SOA 0.in-addr.arpa." },
	{ "2.0.0.127.in-addr.arpa PTR", "NXDOMAIN SOA 127.in-addr.arpa." },
	{ "1.0.0.127.in-addr.arpa PTR",
		"NOERROR 1.0.0.127.in-addr.arpa. 60 PTR localhost." },
	{ "1.0.0.128.in-addr.arpa PTR", "NONE" },
	{ "1.2.254.169.in-addr.arpa PTR", "NXDOMAIN SOA 254.169.in-addr.arpa." },
	{ "1.2.253.169.in-addr.arpa PTR", "NONE" },
	{ "1.2.0.192.in-addr.arpa PTR", "NXDOMAIN SOA 2.0.192.in-addr.arpa." },
	{ "1.100.51.198.in-addr.arpa PTR", "NXDOMAIN SOA 100.51.198.in-addr.arpa." },
	{ "1.113.0.203.in-addr.arpa PTR", "NXDOMAIN SOA 113.0.203.in-addr.arpa." },
	{ "255.255.255.255.in-addr.arpa PTR",
		"NOERROR SOA 255.255.255.255.in-addr.arpa." },
	{ "254.255.255.255.in-addr.arpa PTR", "NONE" },
	/* RFC 7793 §2.1: 100.64.0.0/10 */
	{ "1.0.63.100.in-addr.arpa PTR", "NONE" },
	{ "1.0.64.100.in-addr.arpa PTR", "NXDOMAIN SOA 64.100.in-addr.arpa." },
	{ "1.0.127.100.in-addr.arpa PTR", "NXDOMAIN SOA 127.100.in-addr.arpa." },
	{ "1.0.128.100.in-addr.arpa PTR", "NONE" },
	/* RFC 6303 §4.3 to §4.6 */
	{ "1." ZEROS_31 "ip6.arpa PTR",
		"NOERROR 1." ZEROS_31 "ip6.arpa. 60 PTR localhost." },
	{ "0." ZEROS_31 "ip6.arpa PTR", "NOERROR SOA 0." ZEROS_31 "ip6.arpa." },
	{ "2." ZEROS_31 "ip6.arpa PTR", "NONE" },
	{ "d.f.ip6.arpa NS", "NOERROR d.f.ip6.arpa. 60 NS d.f.ip6.arpa." },
	{ "1.0.0.d.F.IP6.arpa PTR", "NXDOMAIN SOA d.f.ip6.arpa." },
	{ "1.0.0.c.f.ip6.arpa PTR", "NONE" },
	{ "0.8.e.f.ip6.arpa PTR", "NXDOMAIN SOA 8.e.f.ip6.arpa." },
	{ "0.9.E.F.ip6.arpa PTR", "NXDOMAIN SOA 9.e.f.ip6.arpa." },
	{ "0.a.e.f.ip6.arpa PTR", "NXDOMAIN SOA a.e.f.ip6.arpa." },
	{ "0.b.e.f.ip6.arpa PTR", "NXDOMAIN SOA b.e.f.ip6.arpa." },
	{ "0.c.e.f.ip6.arpa PTR", "NONE" },
	{ HOST_NIBBLES "8.b.d.0.1.0.0.2.ip6.arpa PTR",
		"NXDOMAIN SOA 8.b.d.0.1.0.0.2.ip6.arpa." },
	{ "9.b.d.0.1.0.0.2.ip6.arpa PTR", "NONE" },
	/* only when that is configured */
	{ "use-application-dns.net A", "NONE" },
	{ "mask.icloud.com A", "NONE" },
	{ "mask-h2.icloud.com A", "NONE" },
	/* what is not special at all */
	{ ". NS", "NONE" },
	{ ". A", "NONE" },
	{ "com NS", "NONE" },
	{ "www.example.com A", "NONE" },
	{ "a\\.lan A", "NONE" },
	{ "\\001.\\255.example TXT", "NONE" },
};

static void row_is_said(void **state)
{
	const struct said_row *row = *state;

	scene_assert(local, row->question, row->said);
}

/* What is asked elsewhere lies in none of them. */
static void covered(void **state)
{
	const struct said_row *row = *state;
	char name[256];
	struct name parsed;
	size_t n = strcspn(row->question, " ");

	if (strcmp(row->question + n, " DS") == 0)
		return;
	snprintf(name, sizeof name, "%.*s", (int)n, row->question);
	assert_int_equal(name_from_text(name, &parsed), STATUS_OK);
	assert_int_equal(special_covers(&parsed), strcmp(row->said, "NONE") != 0);
}

int main(void)
{
	static const struct scene nothing;
	int failed;

	local = scene_new(&nothing);
	failed = run_rows("special", rows, sizeof *rows, ROWS(rows), row_is_said);
	failed += run_rows("covered", rows, sizeof *rows, ROWS(rows), covered);
	local_free(local);
	return failed;
}
