/* local_records: what they answer together, and which cannot stand together. */
#include "tests/unit/local/scene.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/rows.h"

static const struct said_row {
	const char *name;
	struct scene scene;
	const char *question, *said;
} said_rows[] = {
	{ "a record of a special zone", { .records = { "r.lan 300 A 192.168.1.1" } },
		"r.lan A", "NOERROR r.lan. 300 A 192.168.1.1" },
	{ "a record of any zone", { .records = { "www.example.com A 192.168.1.1" } },
		"www.example.com A", "NOERROR www.example.com. 60 A 192.168.1.1" },
	{ "the question's case", { .records = { "r.lan A 192.168.1.1" } }, "R.lAN A",
		"NOERROR R.lAN. 60 A 192.168.1.1" },
	{ "another type of the name", { .records = { "r.lan A 192.168.1.1" } },
		"r.lan AAAA", "NOERROR SOA lan." },
	{ "another type outside", { .records = { "www.example.com A 192.168.1.1" } },
		"www.example.com HTTPS", "NOERROR SOA www.example.com." },
	{ "a name below", { .records = { "www.example.com A 192.168.1.1" } },
		"a.www.example.com A", "NONE" },
	{ "a name above", { .records = { "www.example.com A 192.168.1.1" } },
		"example.com A", "NONE" },
	{ "a name beside, in a special zone", { .records = { "r.lan A 192.168.1.1" } },
		"s.lan A", "NXDOMAIN SOA lan." },
	{ "a name between (RFC 8020)", { .records = { "a.b.lan A 192.168.1.1" } },
		"b.lan A", "NOERROR SOA lan." },
	{ "the zone itself, with something below",
		{ .records = { "a.b.lan A 192.168.1.1" } }, "lan A", "NOERROR SOA lan." },
	{ "two of one type, with the lower TTL",
		{ .records = { "r.lan 300 A 192.168.1.1", "R.LAN 200 A 192.168.1.2" } },
		"r.lan A", "NOERROR r.lan. 200 A 192.168.1.1 r.lan. 200 A 192.168.1.2" },
	{ "two types", { .records = { "r.lan 3 A 192.168.1.1", "r.lan 2 MX 1 r.lan" } },
		"r.lan A", "NOERROR r.lan. 3 A 192.168.1.1" },
	{ "a TXT", { .records = { "r.lan TXT \"a b\"" } }, "r.lan TXT",
		"NOERROR r.lan. 60 TXT 03612062" },
	{ "an HTTPS", { .records = { "r.lan HTTPS 1 . alpn=h2" } }, "r.lan HTTPS",
		"NOERROR r.lan. 60 HTTPS 0001000001000302"
		"6832" },
	{ "an unknown type", { .records = { "r.lan TYPE65280 \\# 1 ab" } },
		"r.lan TYPE65280", "NOERROR r.lan. 60 TYPE65280 ab" },
	{ "ANY (RFC 8482)", { .records = { "r.lan A 192.0.2.1", "r.lan TXT x" } },
		"r.lan ANY", "NOERROR r.lan. 60 A 192.0.2.1" },
	{ "ANY of an alias", { .records = { "a.lan CNAME r.lan", "r.lan A 192.0.2.1" } },
		"a.lan ANY", "NOERROR a.lan. 60 CNAME r.lan." },
	{ "the root", { .records = { ". TXT x" } }, ". TXT", "NOERROR . 60 TXT 0178" },
	{ "an NS of a reverse zone's own name",
		{ .records = { "10.in-addr.arpa NS ns.lan" } }, "10.in-addr.arpa NS",
		"NOERROR 10.in-addr.arpa. 60 NS ns.lan." },
	/* aliases */
	{ "an alias", { .records = { "www.lan 5 CNAME r.lan", "r.lan 9 A 192.168.1.1" } },
		"www.lan A", "NOERROR www.lan. 5 CNAME r.lan. r.lan. 9 A 192.168.1.1" },
	{ "an alias itself",
		{ .records = { "www.lan CNAME r.lan", "r.lan A 192.168.1.1" } },
		"www.lan CNAME", "NOERROR www.lan. 60 CNAME r.lan." },
	{ "an alias to another type",
		{ .records = { "www.lan CNAME r.lan", "r.lan A 192.168.1.1" } },
		"www.lan AAAA", "NOERROR www.lan. 60 CNAME r.lan. SOA lan." },
	{ "an alias of an alias",
		{ .records = { "r.lan A 192.168.1.1", "b.lan CNAME r.lan",
			  "a.lan CNAME B.lan" } },
		"a.lan A",
		"NOERROR a.lan. 60 CNAME B.lan. B.lan. 60 CNAME r.lan. r.lan. 60 A "
		"192.168.1.1" },
	{ "an alias of localhost", { .records = { "me.lan CNAME localhost" } },
		"me.lan AAAA",
		"NOERROR me.lan. 60 CNAME localhost. localhost. 60 AAAA ::1" },
	{ "an alias out of a special zone",
		{ .records = { "www.lan CNAME a.example", "a.example A 192.0.2.1" } },
		"www.lan A",
		"NOERROR www.lan. 60 CNAME a.example. a.example. 60 A 192.0.2.1" },
	{ "an alias to a wildcard",
		{ .records = { "a.lan CNAME x.dev.lan", "*.dev.lan A 192.0.2.1" } },
		"a.lan A",
		"NOERROR a.lan. 60 CNAME x.dev.lan. x.dev.lan. 60 A 192.0.2.1" },
	{ "an alias beside a hosts file",
		{ .hosts = "192.0.2.9 www.lan\n",
			.records = { "www.lan CNAME r.lan", "r.lan A 192.168.1.1" } },
		"www.lan A", "NOERROR www.lan. 60 CNAME r.lan. r.lan. 60 A 192.168.1.1" },
	{ "an alias to a wildcard that a hosts file covers",
		{ .hosts = "192.0.2.9 y.x.dev.lan\n",
			.records = { "a.example CNAME x.dev.example",
				"*.dev.example A 192.0.2.1" } },
		"a.example A",
		"NOERROR a.example. 60 CNAME x.dev.example. x.dev.example. 60 A "
		"192.0.2.1" },
	{ "an alias to a wildcard that a name below it hides",
		{ .hosts = "192.0.2.9 y.x.dev.example\n",
			.records = { "a.example CNAME x.dev.example",
				"*.dev.example A 192.0.2.1" } },
		"a.example A",
		"NOERROR a.example. 60 CNAME x.dev.example. SOA x.dev.example." },
	/* wildcards: RFC 4592 */
	{ "a wildcard", { .records = { "*.dev.lan A 192.0.2.1" } }, "x.dev.lan A",
		"NOERROR x.dev.lan. 60 A 192.0.2.1" },
	{ "a wildcard, deeper", { .records = { "*.dev.lan A 192.0.2.1" } },
		"a.b.dev.lan A", "NOERROR a.b.dev.lan. 60 A 192.0.2.1" },
	{ "a wildcard is below its name", { .records = { "*.dev.lan A 192.0.2.1" } },
		"dev.lan A", "NOERROR SOA lan." },
	{ "a wildcard itself", { .records = { "*.dev.lan A 192.0.2.1" } }, "*.dev.lan A",
		"NOERROR *.dev.lan. 60 A 192.0.2.1" },
	{ "a wildcard, another type", { .records = { "*.dev.lan A 192.0.2.1" } },
		"x.dev.lan AAAA", "NOERROR SOA lan." },
	{ "a wildcard outside, another type",
		{ .records = { "*.dev.example A 192.0.2.1" } }, "x.dev.example AAAA",
		"NOERROR SOA dev.example." },
	{ "a name goes before a wildcard",
		{ .records = { "*.dev.lan A 192.0.2.1", "a.dev.lan TXT x" } },
		"a.dev.lan A", "NOERROR SOA lan." },
	{ "nothing stands for what is below a name that is there",
		{ .records = { "*.dev.lan A 192.0.2.1", "a.dev.lan TXT x" } },
		"b.a.dev.lan A", "NXDOMAIN SOA lan." },
	{ "the closer wildcard",
		{ .records = { "*.lan A 192.0.2.1", "*.dev.lan A 192.0.2.2" } },
		"x.dev.lan A", "NOERROR x.dev.lan. 60 A 192.0.2.2" },
	{ "an alias as a wildcard",
		{ .records = { "*.dev.lan CNAME r.lan", "r.lan A 192.0.2.1" } },
		"x.dev.lan A",
		"NOERROR x.dev.lan. 60 CNAME r.lan. r.lan. 60 A 192.0.2.1" },
	{ "a wildcard does not reach into a special zone",
		{ .records = { "*.arpa A 192.0.2.1" } }, "x.home.arpa A",
		"NXDOMAIN SOA home.arpa." },
	/* reverse */
	{ "the name of an address", { .records = { "r.lan 300 A 192.168.1.1" } },
		"1.1.168.192.in-addr.arpa PTR",
		"NOERROR 1.1.168.192.in-addr.arpa. 300 PTR r.lan." },
	{ "the name of a public address", { .records = { "r.lan A 8.8.8.8" } },
		"8.8.8.8.in-addr.arpa PTR",
		"NOERROR 8.8.8.8.in-addr.arpa. 60 PTR r.lan." },
	{ "the first name of an address",
		{ .records = { "a.lan A 192.168.1.1", "b.lan A 192.168.1.1" } },
		"1.1.168.192.in-addr.arpa PTR",
		"NOERROR 1.1.168.192.in-addr.arpa. 60 PTR a.lan." },
	{ "a PTR goes before",
		{ .records = { "a.lan A 192.168.1.1",
			  "1.1.168.192.in-addr.arpa PTR x.lan" } },
		"1.1.168.192.in-addr.arpa PTR",
		"NOERROR 1.1.168.192.in-addr.arpa. 60 PTR x.lan." },
	{ "records go before a hosts file",
		{ .hosts = "192.168.1.1 h.lan\n", .records = { "a.lan A 192.168.1.1" } },
		"1.1.168.192.in-addr.arpa PTR",
		"NOERROR 1.1.168.192.in-addr.arpa. 60 PTR a.lan." },
	{ "a wildcard is no address's name", { .records = { "*.dev.lan A 192.168.1.1" } },
		"1.1.168.192.in-addr.arpa PTR", "NXDOMAIN SOA 168.192.in-addr.arpa." },
	{ "loopback is localhost", { .records = { "a.lan A 127.0.0.1" } },
		"1.0.0.127.in-addr.arpa PTR",
		"NOERROR 1.0.0.127.in-addr.arpa. 60 PTR localhost." },
	{ "a PTR of loopback", { .records = { "1.0.0.127.in-addr.arpa PTR me.example" } },
		"1.0.0.127.in-addr.arpa PTR",
		"NOERROR 1.0.0.127.in-addr.arpa. 60 PTR me.example." },
	/* both */
	{ "a name in both",
		{ .hosts = "192.168.1.2 r.lan\n192.168.1.1 r.lan\n",
			.records = { "r.lan 300 A 192.168.1.1" } },
		"r.lan A", "NOERROR r.lan. 300 A 192.168.1.1 r.lan. 60 A 192.168.1.2" },
	{ "another type of a name in both",
		{ .hosts = "fd00::1 r.lan\n", .records = { "r.lan 300 A 192.168.1.1" } },
		"r.lan AAAA", "NOERROR r.lan. 60 AAAA fd00::1" },
};

static void row_is_said(void **state)
{
	const struct said_row *row = *state;
	struct local *local = scene_new(&row->scene);

	scene_assert(local, row->question, row->said);
	local_free(local);
}

#define ALONE "is beside a CNAME, which stands alone"
#define NOWHERE                                                                      \
	"leads to a name that has no record here; a CNAME can only lead to another " \
	"of local_records"
#define CIRCLE  "leads in a circle, or over too many CNAMEs"
#define MACHINE "is of this machine (RFC 6761), and cannot be else"

static const struct refused_row {
	const char *name;
	struct scene scene;
	const char *error;
} refused_rows[] = {
	{ "a line that is none", { .records = { "r.lan A 192.168.1.1", "x" } },
		"f:2: local_records: \"x\" has no type" },
	{ "a record twice",
		{ .records = { "r.lan A 192.168.1.1", "R.lan. 5 IN A 192.168.1.1" } },
		"f:2: local_records: \"R.lan. 5 IN A 192.168.1.1\" stands here twice" },
	{ "beside a CNAME",
		{ .records = { "r.lan A 192.0.2.1", "a.lan CNAME r.lan",
			  "A.lan TXT x" } },
		"f:3: local_records: \"A.lan TXT x\" " ALONE },
	{ "a CNAME beside another record",
		{ .records = { "a.lan TXT x", "a.lan CNAME r.lan" } },
		"f:2: local_records: \"a.lan CNAME r.lan\" " ALONE },
	{ "two CNAMEs", { .records = { "a.lan CNAME r.lan", "a.lan CNAME s.lan" } },
		"f:2: local_records: \"a.lan CNAME s.lan\" " ALONE },
	{ "a CNAME that leads outside", { .records = { "a.lan CNAME www.example.com" } },
		"f:1: local_records: \"a.lan CNAME www.example.com\" " NOWHERE },
	{ "a CNAME that leads nowhere", { .records = { "a.lan CNAME b.lan" } },
		"f:1: local_records: \"a.lan CNAME b.lan\" " NOWHERE },
	{ "a CNAME to a name between",
		{ .records = { "a.lan CNAME b.lan", "c.b.lan TXT x" } },
		"f:1: local_records: \"a.lan CNAME b.lan\" " NOWHERE },
	{ "a CNAME to a hosts file's name, which may go",
		{ .hosts = "192.0.2.1 nas.lan\n", .records = { "a.lan CNAME nas.lan" } },
		"f:1: local_records: \"a.lan CNAME nas.lan\" " NOWHERE },
	{ "a CNAME to itself", { .records = { "a.lan CNAME A.lan" } },
		"f:1: local_records: \"a.lan CNAME A.lan\" " CIRCLE },
	{ "two CNAMEs to each other",
		{ .records = { "a.lan CNAME b.lan", "b.lan CNAME a.lan" } },
		"f:1: local_records: \"a.lan CNAME b.lan\" " CIRCLE },
	{ "a wildcard CNAME into itself", { .records = { "*.lan CNAME x.lan" } },
		"f:1: local_records: \"*.lan CNAME x.lan\" " CIRCLE },
	{ "a long chain",
		{ .records = { "a CNAME b", "b CNAME c", "c CNAME d", "d CNAME e",
			  "e CNAME f", "f CNAME g", "g CNAME h", "h CNAME i", "i CNAME j",
			  "j A 192.0.2.1" } },
		"f:1: local_records: \"a CNAME b\" " CIRCLE },
	{ "localhost", { .records = { "localhost A 192.0.2.1" } },
		"f:1: local_records: \"localhost A 192.0.2.1\" " MACHINE },
	{ "a name below localhost", { .records = { "a.LocalHost TXT x" } },
		"f:1: local_records: \"a.LocalHost TXT x\" " MACHINE },
	{ "an escape sequence", { .records = { "\x1b[31m A 192.0.2.1" } },
		"f:1: local_records: \"\\x1b[31m A 192.0.2.1\" has a control character "
		"in it" },
};

static void row_is_refused(void **state)
{
	const struct refused_row *row = *state;
	char error[512];

	scene_refused(&row->scene, error, sizeof error);
	assert_string_equal(error, row->error);
}

/* Eight CNAMEs are a chain that is followed to its end. */
static void the_longest_chain(void **state)
{
	struct local *local = scene_new(
		&(struct scene){ .records = { "a CNAME b", "b CNAME c", "c CNAME d",
					 "d CNAME e", "e CNAME f", "f CNAME g",
					 "g CNAME h", "h CNAME i", "i A 192.0.2.1" } });
	char said[SCENE_SAID_MAX];

	(void)state;
	scene_ask(local, "a A", said);
	assert_non_null(strstr(said, " h. 60 CNAME i. i. 60 A 192.0.2.1"));
	local_free(local);
}

/* What does not fit is a failure, never "not from here", which would be asked for. */
static void room_that_is_too_small(void **state)
{
	struct local *local = scene_new(&(struct scene){
		.records = { "a.lan CNAME b.lan", "b.lan A 192.0.2.1" } });
	struct question question = { .type = TYPE_A, .class = CLASS_IN };
	uint8_t wire[DNS_MESSAGE_MAX];
	uint16_t ttl_at[2];
	struct answer answer;

	(void)state;
	assert_int_equal(name_from_text("a.lan", &question.name), STATUS_OK);
	for (size_t cap = 0; cap <= 2; cap++) {
		struct writer w = { .p = wire, .cap = sizeof wire };

		assert_int_equal(local_lookup(local, &question, &w, ttl_at, cap, &answer),
			LOCAL_ANSWER);
		assert_int_equal(answer.rcode, cap == 2 ? RCODE_NOERROR : RCODE_SERVFAIL);
		assert_int_equal(answer.ttl_n, cap == 2 ? 2 : 0);
	}
	for (size_t cap = answer.question_end; cap < answer.wire.n; cap++) {
		struct writer w = { .p = wire, .cap = cap };

		assert_int_equal(local_lookup(local, &question, &w, ttl_at, 2, &answer),
			LOCAL_ANSWER);
		assert_int_equal(answer.rcode, RCODE_SERVFAIL);
		assert_int_equal(answer.wire.n, answer.question_end);
	}
	local_free(local);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_longest_chain),
		cmocka_unit_test(room_that_is_too_small),
	};

	return run_rows("said", said_rows, sizeof *said_rows, ROWS(said_rows),
		       row_is_said) +
	       run_rows("refused", refused_rows, sizeof *refused_rows, ROWS(refused_rows),
		       row_is_refused) +
	       cmocka_run_group_tests(tests, NULL, NULL);
}
