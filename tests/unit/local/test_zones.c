/* local_zone and forward: which zone's word counts. */
#include "tests/unit/local/scene.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/rows.h"

static const struct said_row {
	const char *name;
	struct scene scene;
	const char *question, *said;
} said_rows[] = {
	{ "nxdomain", { .zones = { "ads.example nxdomain" } }, "x.ads.example A",
		"NXDOMAIN SOA ads.example. EDE 15" },
	{ "nxdomain, the zone itself", { .zones = { "ads.example nxdomain" } },
		"Ads.Example A", "NXDOMAIN SOA Ads.Example. EDE 15" },
	{ "nxdomain, beside it", { .zones = { "ads.example nxdomain" } }, "example A",
		"NONE" },
	{ "nxdomain, a name that ends alike", { .zones = { "ads.example nxdomain" } },
		"bads.example A", "NONE" },
	{ "nodata", { .zones = { "ads.example nodata" } }, "x.ads.example A",
		"NOERROR SOA ads.example. EDE 15" },
	{ "refuse", { .zones = { "ads.example refuse" } }, "x.ads.example A",
		"REFUSED EDE 15" },
	{ "Firefox's canary", { .zones = { "use-application-dns.net nxdomain" } },
		"use-application-dns.net A",
		"NXDOMAIN SOA use-application-dns.net. EDE 15" },
	{ "Private Relay's", { .zones = { "mask.icloud.com nxdomain" } },
		"mask.icloud.com AAAA", "NXDOMAIN SOA mask.icloud.com. EDE 15" },
	{ "Private Relay's over HTTP/2", { .zones = { "mask-h2.icloud.com nxdomain" } },
		"mask-h2.icloud.com A", "NXDOMAIN SOA mask-h2.icloud.com. EDE 15" },
	{ "a record goes before",
		{ .records = { "a.ads.example A 192.0.2.1" },
			.zones = { "ads.example refuse" } },
		"a.ads.example A", "NOERROR a.ads.example. 60 A 192.0.2.1" },
	{ "a record has no other type",
		{ .records = { "a.ads.example A 192.0.2.1" },
			.zones = { "ads.example nxdomain" } },
		"a.ads.example AAAA", "NOERROR SOA ads.example." },
	{ "a hosts file goes before",
		{ .hosts = "192.0.2.1 a.ads.example\n",
			.zones = { "ads.example nxdomain" } },
		"a.ads.example A", "NOERROR a.ads.example. 60 A 192.0.2.1" },
	{ "the closest zone",
		{ .zones = { "example nxdomain", "good.example transparent" } },
		"x.good.example A", "NONE" },
	{ "the zone above a closer one",
		{ .zones = { "example nxdomain", "good.example transparent" } },
		"bad.example A", "NXDOMAIN SOA example. EDE 15" },
	{ "the zone above exists, then",
		{ .zones = { "example nxdomain", "good.example transparent" } },
		"example A", "NOERROR SOA example. EDE 15" },
	{ "a closer one within a transparent one",
		{ .zones = { "lan transparent", "x.lan refuse" } }, "a.x.lan A",
		"REFUSED EDE 15" },
	/* names are looked at from their last label on */
	{ "a last label that looks alike", { .zones = { "example nxdomain" } },
		"a.exAMBle A", "NONE" },
	{ "a last label in another case", { .zones = { "eXamplE nxdomain" } },
		"a.ExampLe A", "NXDOMAIN SOA example. EDE 15" },
	{ "a last label of one letter", { .zones = { "X refuse" } }, "a.x A",
		"REFUSED EDE 15" },
	{ "the root", { .zones = { ". refuse" } }, "a.example A", "REFUSED EDE 15" },
	{ "all but one", { .zones = { ". refuse", "example transparent" } },
		"a.example A", "NONE" },
	{ "a wildcard for all", { .records = { "* A 192.0.2.1" } }, "a.example A",
		"NOERROR a.example. 60 A 192.0.2.1" },
	/* special zones */
	{ "transparent lifts a special zone", { .zones = { "lan transparent" } },
		"nas.lan A", "NONE" },
	/* DS records are the zone's above (RFC 4035 §3.1.4.1). */
	{ "DS of a zone that is let out of a special one",
		{ .zones = { "corp.internal transparent" } }, "corp.internal DS",
		"NOERROR SOA internal." },
	{ "DS below that", { .zones = { "corp.internal transparent" } },
		"a.corp.internal DS", "NONE" },
	{ "DS of a special zone", { .zones = { "lan transparent" } }, "lan DS", "NONE" },
	{ "DS of a zone in a reverse zone",
		{ .zones = { "1.168.192.in-addr.arpa transparent" } },
		"1.168.192.in-addr.arpa DS", "NOERROR SOA 168.192.in-addr.arpa." },
	{ "DS of a zone let out of local_zone",
		{ .zones = { "example nxdomain", "good.example transparent" } },
		"good.example DS", "NOERROR SOA example. EDE 15" },
	{ "DS of a zone let out of a refused one",
		{ .zones = { "example refuse", "good.example transparent" } },
		"good.example DS", "REFUSED EDE 15" },
	{ "transparent lifts resolver.arpa", { .zones = { "resolver.arpa transparent" } },
		"_dns.resolver.arpa SVCB", "NONE" },
	{ "transparent lifts a reverse zone",
		{ .zones = { "168.192.in-addr.arpa transparent" } },
		"1.1.168.192.in-addr.arpa PTR", "NONE" },
	{ "transparent lifts a part of one", { .zones = { "corp.internal transparent" } },
		"a.corp.internal A", "NONE" },
	{ "and not the rest", { .zones = { "corp.internal transparent" } },
		"corpx.internal A", "NXDOMAIN SOA internal." },
	{ "a zone above a special one", { .zones = { "arpa transparent" } },
		"resolver.arpa A", "NOERROR SOA resolver.arpa." },
	{ "another action for a special zone", { .zones = { "onion refuse" } },
		"a.onion A", "REFUSED EDE 15" },
	{ "a record in a transparent zone",
		{ .records = { "nas.lan A 192.0.2.1" }, .zones = { "lan transparent" } },
		"nas.lan AAAA", "NOERROR SOA nas.lan." },
	/* routes */
	{ "a route lifts a special zone", { .forwards = { "lan" } }, "nas.lan A",
		"NONE" },
	{ "and its own name", { .forwards = { "lan" } }, "lan SOA", "NONE" },
	{ "local", { .forwards = { "local" } }, "x.local A", "NONE" },
	{ "home.arpa", { .forwards = { "home.arpa" } }, "x.home.arpa A", "NONE" },
	{ "internal", { .forwards = { "internal" } }, "x.internal A", "NONE" },
	{ "a reverse zone", { .forwards = { "10.in-addr.arpa" } },
		"1.0.0.10.in-addr.arpa PTR", "NONE" },
	{ "a part of a reverse zone", { .forwards = { "1.168.192.in-addr.arpa" } },
		"1.1.168.192.in-addr.arpa PTR", "NONE" },
	{ "and not the rest of it", { .forwards = { "1.168.192.in-addr.arpa" } },
		"1.2.168.192.in-addr.arpa PTR", "NXDOMAIN SOA 168.192.in-addr.arpa." },
	{ "above a reverse zone", { .forwards = { "in-addr.arpa" } },
		"1.0.0.10.in-addr.arpa PTR", "NXDOMAIN SOA 10.in-addr.arpa." },
	{ "another zone", { .forwards = { "corp.example" } }, "nas.lan A",
		"NXDOMAIN SOA lan." },
	{ "within a special zone, which exists then", { .forwards = { "corp.internal" } },
		"internal A", "NOERROR SOA internal." },
	{ "a record in a forwarded zone",
		{ .records = { "nas.lan A 192.0.2.1" }, .forwards = { "lan" } },
		"nas.lan A", "NOERROR nas.lan. 60 A 192.0.2.1" },
	{ "an address in a forwarded reverse zone",
		{ .records = { "nas.lan A 192.168.1.2" },
			.forwards = { "168.192.in-addr.arpa" } },
		"2.1.168.192.in-addr.arpa PTR",
		"NOERROR 2.1.168.192.in-addr.arpa. 60 PTR nas.lan." },
	{ "a route and a zone of the same name",
		{ .zones = { "corp.example nxdomain" }, .forwards = { "corp.example" } },
		"a.corp.example A", "NXDOMAIN SOA corp.example. EDE 15" },
	{ "a route below a zone",
		{ .zones = { "example nxdomain" }, .forwards = { "corp.example" } },
		"a.corp.example A", "NONE" },
	{ "a zone below a route",
		{ .zones = { "x.corp.example nodata" }, .forwards = { "corp.example" } },
		"a.x.corp.example A", "NOERROR SOA x.corp.example. EDE 15" },
};

static void row_is_said(void **state)
{
	const struct said_row *row = *state;
	struct local *local = scene_new(&row->scene);

	scene_assert(local, row->question, row->said);
	local_free(local);
}

#define MACHINE " is this machine (RFC 6761), and cannot be else"

static const struct refused_row {
	const char *name;
	struct scene scene;
	const char *error;
} refused_rows[] = {
	{ "a zone twice", { .zones = { "a.example nodata", "A.Example nxdomain" } },
		"z:2: local_zone[].zone: A.Example. stands here twice" },
	{ "localhost", { .zones = { "localhost nxdomain" } },
		"z:1: local_zone[].zone: localhost." MACHINE },
	{ "localhost as transparent", { .zones = { "localhost transparent" } },
		"z:1: local_zone[].zone: localhost." MACHINE },
	{ "below localhost", { .zones = { "x.LocalHost nodata" } },
		"z:1: local_zone[].zone: x.LocalHost." MACHINE },
};

static void row_is_refused(void **state)
{
	const struct refused_row *row = *state;
	char error[512];

	scene_refused(&row->scene, error, sizeof error);
	assert_string_equal(error, row->error);
}

int main(void)
{
	return run_rows("said", said_rows, sizeof *said_rows, ROWS(said_rows),
		       row_is_said) +
	       run_rows("refused", refused_rows, sizeof *refused_rows, ROWS(refused_rows),
		       row_is_refused);
}
