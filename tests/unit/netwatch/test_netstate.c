#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "netwatch/netstate.h"
#include "tests/unit/rows.h"

#define FACTS_MAX 12

/* One fact in short: "link 2 eth0", "address 2 192.0.2.1/24", "route 2 0.0.0.0/0 via 7
 * metric 9 type 6"; the rest of a route may be left out. */
static struct netfact fact_of(const char *text)
{
	struct netfact f = { 0 };
	unsigned link = 0, prefix = 0, via = 0, metric = 0, type = 0;
	char address[64] = "";

	if (sscanf(text, "link %u %15s", &link, f.name) == 2) {
		f.kind = NETFACT_LINK;
		f.link = link;
		return f;
	}
	if (sscanf(text, "address %u %63[^/]/%u", &link, address, &prefix) == 3)
		f.kind = NETFACT_ADDRESS;
	else if (sscanf(text, "route %u %63[^/]/%u via %u metric %u type %u", &link,
			 address, &prefix, &via, &metric, &type) >= 3)
		f.kind = NETFACT_ROUTE;
	else
		fail_msg("no fact: %s", text);
	f.family = strchr(address, ':') != NULL ? AF_INET6 : AF_INET;
	assert_int_equal(inet_pton(f.family, address, f.address), 1);
	f.link = link;
	f.prefix = (uint8_t)prefix;
	f.via = via;
	f.metric = metric;
	f.type = (uint8_t)type;
	return f;
}

static void fill(struct netstate *s, const char *const *facts)
{
	*s = (struct netstate){ 0 };
	for (size_t i = 0; i < FACTS_MAX && facts[i] != NULL; i++) {
		struct netfact fact = fact_of(facts[i]);

		assert_int_equal(netstate_add(s, &fact), STATUS_OK);
	}
	netstate_finish(s);
}

struct row {
	const char *name;
	const char *old[FACTS_MAX], *now[FACTS_MAX];
	enum netstate_change change;
	const char *words;
};

#define HOME                                                                 \
	"link 2 eth0", "address 2 192.0.2.1/24", "address 2 2001:db8::5/64", \
		"route 2 0.0.0.0/0 via 7 metric 100"

static const struct row rows[] = {
	{ "nothing, still", { NULL }, { NULL }, NETSTATE_SAME, "" },
	{ "the same", { HOME }, { HOME }, NETSTATE_SAME, "" },
	{ "in another order", { HOME, "link 3 wlan0" }, { "link 3 wlan0", HOME },
		NETSTATE_SAME, "" },
	{ "told twice", { HOME }, { HOME, HOME }, NETSTATE_SAME, "" },
	{ "another name", { "link 2 eth0" }, { "link 2 enp3s0" }, NETSTATE_SAME, "" },
	{ "an address on a link that is down", { HOME }, { HOME, "address 3 10.0.0.1/8" },
		NETSTATE_SAME, "" },
	{ "a route over a link that is down", { HOME },
		{ HOME, "route 3 0.0.0.0/0 via 1" }, NETSTATE_SAME, "" },
	{ "a link came", { NULL }, { "link 2 eth0" }, NETSTATE_MORE, "eth0 came up" },
	{ "a link went", { "link 2 eth0", "link 3 wlan0" }, { "link 3 wlan0" },
		NETSTATE_MORE, "eth0 went down" },
	{ "an address came", { HOME }, { HOME, "address 2 192.0.2.9/24" }, NETSTATE_MORE,
		"192.0.2.9 appeared on eth0" },
	{ "an address went", { HOME, "address 2 192.0.2.9/24" }, { HOME }, NETSTATE_BROKE,
		"192.0.2.9 went from eth0" },
	{ "an address in another network", { "link 2 eth0", "address 2 192.0.2.9/24" },
		{ "link 2 eth0", "address 2 192.0.2.9/25" }, NETSTATE_BROKE,
		"192.0.2.9 went from eth0, 192.0.2.9 appeared on eth0" },
	{ "an address moved to another link",
		{ "link 2 eth0", "link 3 wlan0", "address 2 192.0.2.9/24" },
		{ "link 2 eth0", "link 3 wlan0", "address 3 192.0.2.9/24" },
		NETSTATE_BROKE, "192.0.2.9 went from eth0, 192.0.2.9 appeared on wlan0" },
	{ "IPv6 came", { HOME }, { HOME, "address 2 2001:db8::9/64" }, NETSTATE_MORE,
		"2001:db8::9 appeared on eth0" },
	{ "a default route came", { "link 2 eth0" },
		{ "link 2 eth0", "route 2 0.0.0.0/0 via 7" }, NETSTATE_BROKE,
		"an IPv4 default route through eth0 appeared" },
	{ "a default route went", { "link 2 eth0", "route 2 ::/0 via 7" },
		{ "link 2 eth0" }, NETSTATE_BROKE,
		"an IPv6 default route through eth0 went" },
	{ "another gateway", { "link 2 eth0", "route 2 0.0.0.0/0 via 7" },
		{ "link 2 eth0", "route 2 0.0.0.0/0 via 8" }, NETSTATE_BROKE,
		"an IPv4 default route through eth0 went, "
		"an IPv4 default route through eth0 appeared" },
	{ "another metric", { "link 2 eth0", "route 2 0.0.0.0/0 via 7 metric 1" },
		{ "link 2 eth0", "route 2 0.0.0.0/0 via 7 metric 2" }, NETSTATE_BROKE,
		"an IPv4 default route through eth0 went, "
		"an IPv4 default route through eth0 appeared" },
	{ "a VPN's half", { "link 9 tun0" },
		{ "link 9 tun0", "route 9 128.0.0.0/1 via 3" }, NETSTATE_BROKE,
		"the route to 128.0.0.0/1 through tun0 appeared" },
	{ "all that is public of IPv6", { "link 2 eth0" },
		{ "link 2 eth0", "route 2 2000::/3 via 3" }, NETSTATE_BROKE,
		"the route to 2000::/3 through eth0 appeared" },
	{ "a narrow route", { "link 9 tun0" }, { "link 9 tun0", "route 9 10.0.0.0/8" },
		NETSTATE_MORE, "the route to 10.0.0.0/8 through tun0 appeared" },
	{ "a route over several links", { HOME }, { HOME, "route 0 10.0.0.0/8 via 12" },
		NETSTATE_MORE, "the route to 10.0.0.0/8 through several links appeared" },
	{ "a switch that kills", { HOME },
		{ HOME, "route 1 0.0.0.0/0 via 0 metric 1 type 7" }, NETSTATE_BROKE,
		"an IPv4 default route to nowhere appeared" },
	{ "unplugged", { HOME }, { NULL }, NETSTATE_BROKE,
		"an IPv4 default route through eth0 went, 192.0.2.1 went from eth0, "
		"2001:db8::5 went from eth0 and 1 more" },
	{ "plugged in", { NULL }, { HOME }, NETSTATE_BROKE,
		"an IPv4 default route through eth0 appeared, 192.0.2.1 appeared on "
		"eth0, "
		"2001:db8::5 appeared on eth0 and 1 more" },
	{ "down with all that hangs on it", { HOME, "link 3 wlan0" },
		{ "link 3 wlan0", "address 2 192.0.2.1/24", "address 2 2001:db8::5/64",
			"route 2 0.0.0.0/0 via 7 metric 100" },
		NETSTATE_BROKE,
		"an IPv4 default route through eth0 went, 192.0.2.1 went from eth0, "
		"2001:db8::5 went from eth0 and 1 more" },
	{ "a container came", { HOME }, { HOME, "link 12 veth1" }, NETSTATE_MORE,
		"veth1 came up" },
	{ "a name with a line's end", { NULL },
		{ "link 3 a\x07"
		  "b" },
		NETSTATE_MORE, "a\\x07b came up" },
};

static void two_states_are_compared(void **state)
{
	const struct row *row = *state;
	struct netstate old, now;
	char buffer[256];
	struct text words = text_in(buffer, sizeof buffer);

	fill(&old, row->old);
	fill(&now, row->now);
	assert_int_equal(netstate_compare(&old, &now, &words), row->change);
	assert_string_equal(buffer, row->words);
	netstate_deinit(&old);
	netstate_deinit(&now);
}

/* A router's table: 10.N.N.0/24 through eth0, `n` of them from `from` on. */
static void fill_table(struct netstate *s, unsigned from, unsigned n)
{
	struct netfact link = fact_of("link 2 eth0");
	struct netfact wide = fact_of("route 2 ::/0 via 7");

	*s = (struct netstate){ 0 };
	assert_int_equal(netstate_add(s, &link), STATUS_OK);
	for (unsigned i = from; i < from + n; i++) {
		struct netfact f = fact_of("route 2 10.0.0.0/24");

		f.address[1] = (uint8_t)(i >> 8);
		f.address[2] = (uint8_t)i;
		assert_int_equal(netstate_add(s, &f), STATUS_OK);
	}
	assert_int_equal(netstate_add(s, &wide), STATUS_OK);
	netstate_finish(s);
}

static void a_large_table_is_bounded_and_still_watched(void **state)
{
	struct netstate old, now;
	char buffer[256];
	struct text words = text_in(buffer, sizeof buffer);

	(void)state;
	fill_table(&old, 0, 60000);
	assert_true(old.crowded);
	assert_int_equal(old.n, NETSTATE_NARROW_MAX + 2);
	fill_table(&now, 0, 60000);
	assert_int_equal(netstate_compare(&old, &now, &words), NETSTATE_SAME);
	netstate_deinit(&now);
	fill_table(&now, 0, 60001);
	assert_int_equal(netstate_compare(&old, &now, &words), NETSTATE_MORE);
	assert_string_equal(buffer, "routes of a large table are others");
	netstate_deinit(&old);
	netstate_deinit(&now);
}

static void a_table_of_the_size_of_the_limit_is_not_crowded(void **state)
{
	struct netstate s;

	(void)state;
	fill_table(&s, 0, NETSTATE_NARROW_MAX);
	assert_false(s.crowded);
	netstate_deinit(&s);
}

static void addresses_have_a_limit_too(void **state)
{
	struct netstate s = { 0 };
	struct netfact f = fact_of("address 2 10.0.0.0/8");

	(void)state;
	for (unsigned i = 0; i < 2 * NETSTATE_MAX; i++) {
		f.address[2] = (uint8_t)(i >> 8);
		f.address[3] = (uint8_t)i;
		assert_int_equal(netstate_add(&s, &f), STATUS_OK);
	}
	assert_int_equal(s.n, NETSTATE_MAX);
	netstate_deinit(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_large_table_is_bounded_and_still_watched),
		cmocka_unit_test(a_table_of_the_size_of_the_limit_is_not_crowded),
		cmocka_unit_test(addresses_have_a_limit_too),
	};
	int failed = run_rows(
		"netstate", rows, sizeof *rows, ROWS(rows), two_states_are_compared);

	return failed + cmocka_run_group_tests_name("limits", tests, NULL, NULL);
}
