/* Whose question it is: the longest suffix, and never anybody else's. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "tests/unit/rows.h"
#include "upstream/route.h"

static const char *vpn[] = { "vpn", "spare" }, *router[] = { "plain@192.0.2.5" },
		  *lab[] = { "lab" };

/* Each is asked only in its own zones; "public" in all others. */
static struct config_forward items[] = {
	{ .upstreams = vpn, .upstream_n = 2 },
	{ .upstreams = lab, .upstream_n = 1 },
	{ .upstreams = router, .upstream_n = 1 },
	{ .upstreams = router, .upstream_n = 1 },
};
static const char *const zones[] = { "corp.example", "lab.corp.example", "lan",
	"2.0.192.in-addr.arpa" };
static const struct routes routes = { items, ROWS(zones) };

static struct name name_of(const char *text)
{
	struct name name;

	assert_int_equal(name_from_text(text, &name), STATUS_OK);
	return name;
}

static const struct row {
	const char *name, *question;
	uint16_t type;
	const char *asked; /* the one that may be, of those in `all` */
} rows[] = {
	{ "another name", "www.example", TYPE_A, "public" },
	{ "the root", ".", TYPE_A, "public" },
	{ "above a zone", "example", TYPE_A, "public" },
	{ "a zone", "corp.example", TYPE_A, "vpn" },
	{ "in a zone", "www.corp.example", TYPE_A, "vpn" },
	{ "deep in a zone", "a.b.c.d.corp.example", TYPE_A, "vpn" },
	{ "in other letters", "WWW.Corp.EXAMPLE", TYPE_A, "vpn" },
	{ "the longer of two", "lab.corp.example", TYPE_A, "lab" },
	{ "in the longer of two", "www.lab.corp.example", TYPE_A, "lab" },
	{ "the same letters, another label", "notcorp.example", TYPE_A, "public" },
	{ "the same letters, no label's end", "xlan", TYPE_A, "public" },
	{ "a zone's labels in front", "corp.example.test", TYPE_A, "public" },
	{ "a dot inside a label", "www\\.corp.example", TYPE_A, "public" },
	{ "a plain server's", "printer.lan", TYPE_A, "plain@192.0.2.5" },
	{ "its other zone", "7.2.0.192.in-addr.arpa", TYPE_A, "plain@192.0.2.5" },
	{ "a reverse zone beside it", "7.3.0.192.in-addr.arpa", TYPE_A, "public" },
	{ "DS of a zone is the parent's", "corp.example", TYPE_DS, "public" },
	{ "DS of a top zone", "lan", TYPE_DS, "public" },
	{ "DS of the root", ".", TYPE_DS, "public" },
	{ "DS in a zone", "sub.corp.example", TYPE_DS, "vpn" },
	{ "DS between two routes", "lab.corp.example", TYPE_DS, "vpn" },
	{ "DS below both", "x.lab.corp.example", TYPE_DS, "lab" },
};

static void each_name_is_asked_of_one_side(void **state)
{
	static const char *const all[] = { "public", "vpn", "lab", "plain@192.0.2.5" };
	const struct row *row = *state;
	struct name name = name_of(row->question);

	for (size_t i = 0; i < ROWS(all); i++)
		assert_int_equal(route_allows(&routes, &name, row->type, all[i]),
			strcmp(all[i], row->asked) == 0);
}

static void all_of_a_route_may_be_asked(void **state)
{
	struct name name = name_of("a.corp.example");

	(void)state;
	assert_true(route_allows(&routes, &name, TYPE_A, "spare"));
	assert_ptr_equal(route_find(&routes, &name, TYPE_A), &items[0]);
	name = name_of("other.example");
	assert_false(route_allows(&routes, &name, TYPE_A, "spare"));
	assert_null(route_find(&routes, &name, TYPE_A));
}

static void without_routes_all_may_be_asked(void **state)
{
	const struct routes none = { 0 };
	struct name name = name_of("a.corp.example");

	(void)state;
	assert_null(route_find(&none, &name, TYPE_A));
	assert_true(route_allows(&none, &name, TYPE_A, "vpn"));
}

static void add_zone(void *data, const struct name *zone)
{
	char words[NAME_TEXT_MAX];

	name_to_text(zone, words);
	text_add(data, "%s ", words);
}

static void assert_changes(
	const struct routes *old, const struct routes *new, const char *expected)
{
	char words[512];
	struct text text = text_in(words, sizeof words);

	route_changes(old, new, add_zone, &text);
	assert_string_equal(words, expected);
}

static void changes_are_told_by_zone(void **state)
{
	const char *spare[] = { "spare", "vpn" }, *fewer[] = { "spare" };
	struct config_forward other[] = { items[2], items[0], items[3] };
	const struct routes all = { other, 3 }, none = { 0 };

	(void)state;
	assert_changes(&none, &none, "");
	assert_changes(&routes, &routes, "");
	assert_changes(&none, &all, "lan. corp.example. 2.0.192.in-addr.arpa. ");
	assert_changes(&all, &none, "lan. corp.example. 2.0.192.in-addr.arpa. ");
	assert_changes(&routes, &all, "lab.corp.example. ");
	other[1].upstreams = spare;
	assert_changes(&routes, &all, "lab.corp.example. ");
	other[1].upstreams = fewer;
	other[1].upstream_n = 1;
	assert_changes(&routes, &all, "corp.example. lab.corp.example. ");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_of_a_route_may_be_asked),
		cmocka_unit_test(without_routes_all_may_be_asked),
		cmocka_unit_test(changes_are_told_by_zone),
	};

	for (size_t i = 0; i < ROWS(zones); i++)
		items[i].zone = name_of(zones[i]);
	return run_rows("route", rows, sizeof *rows, ROWS(rows),
		       each_name_is_asked_of_one_side) +
	       cmocka_run_group_tests(tests, NULL, NULL);
}
