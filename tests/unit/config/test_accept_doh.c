/* Files in order: DNS over HTTPS, bootstrap, and the ways of asking. */
#include "taken.h"

#include <stdio.h>

#define PIN_A "sha256//AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="

static void defaults(void **state)
{
	struct config *c = parsed("upstreams: [{name: a, address: [192.0.2.1]}]\n");
	const struct config_upstream *up = &c->upstreams[0];

	(void)state;
	assert_int_equal(c->cache_stale_s, 86400);
	assert_true(c->cache_prefetch);
	assert_int_equal(c->strategy, STRATEGY_FASTEST);
	assert_int_equal(c->hedge, HEDGE_SAME_UPSTREAM);
	assert_int_equal(c->bootstrap_n, 0);
	assert_int_equal(c->ntp_name_n, 0);
	assert_int_equal(up->protocol, UPSTREAM_DOT);
	assert_int_equal(up->port, 853);
	assert_null(up->host);
	assert_null(up->url);
	assert_null(up->path);
	assert_int_equal(up->idle_timeout_ms, 0);
	config_free(c);
}

static void every_value(void **state)
{
	struct config *c =
		parsed("upstreams: [{name: a, address: [192.0.2.1], idle_timeout: 1h}]\n"
		       "cache: {serve_stale: 0, prefetch: false}\n"
		       "strategy: round_robin\n"
		       "hedge: any\n"
		       "bootstrap: [192.0.2.53, \"[2001:db8::53]:5353\", 127.0.0.53]\n"
		       "ntp_names: [pool.ntp.org, ntp.example]\n");

	(void)state;
	assert_int_equal(c->upstreams[0].idle_timeout_ms, 3600 * 1000);
	assert_int_equal(c->cache_stale_s, 0);
	assert_false(c->cache_prefetch);
	assert_int_equal(c->strategy, STRATEGY_ROUND_ROBIN);
	assert_int_equal(c->hedge, HEDGE_ANY);
	assert_int_equal(c->bootstrap_n, 3);
	assert_endpoint(&c->bootstrap[0], "192.0.2.53:53");
	assert_endpoint(&c->bootstrap[1], "[2001:db8::53]:5353");
	assert_endpoint(&c->bootstrap[2], "127.0.0.53:53");
	assert_int_equal(c->ntp_name_n, 2);
	assert_string_equal(c->ntp_names[0], "pool.ntp.org");
	assert_string_equal(c->ntp_names[1], "ntp.example");
	config_free(c);
}

static void the_other_words(void **state)
{
	struct config *c = parsed("strategy: ordered\nhedge: off\ncache: {serve_stale: "
				  "7d}\nupstreams: [{name: a, address: [192.0.2.1], "
				  "idle_timeout: auto}]\n");

	(void)state;
	assert_int_equal(c->strategy, STRATEGY_ORDERED);
	assert_int_equal(c->hedge, HEDGE_OFF);
	assert_int_equal(c->cache_stale_s, 7 * 86400);
	assert_int_equal(c->upstreams[0].idle_timeout_ms, 0);
	config_free(c);
}

/* Without auth_name: the host in the URL. */
static void a_server_by_name(void **state)
{
	struct config *c = parsed("upstreams:\n"
				  "- name: a\n"
				  "  address: [192.0.2.1, \"192.0.2.1:444\"]\n"
				  "  url: https://dns.example:8443/q{?dns}\n"
				  "  protocol: doh\n");
	const struct config_upstream *up = &c->upstreams[0];

	(void)state;
	assert_int_equal(up->protocol, UPSTREAM_DOH);
	assert_string_equal(up->url, "https://dns.example:8443/q{?dns}");
	assert_string_equal(up->host, "dns.example");
	assert_string_equal(up->path, "/q{?dns}");
	assert_int_equal(up->port, 8443);
	assert_int_equal(up->address_n, 2);
	assert_endpoint(&up->addresses[0], "192.0.2.1:8443");
	assert_endpoint(&up->addresses[1], "192.0.2.1:444");
	assert_int_equal(up->policy.identity, IDENTITY_NAME);
	assert_string_equal(up->policy.auth_name, "dns.example");
	config_free(c);
}

static void a_server_by_both_names(void **state)
{
	struct config *c =
		parsed("upstreams: [{name: a, address: [192.0.2.1], auth_name: "
		       "DNS.example, protocol: doh, url: \"https://dns.example/q\"}]\n");

	(void)state;
	assert_int_equal(c->upstreams[0].port, 443);
	assert_endpoint(&c->upstreams[0].addresses[0], "192.0.2.1:443");
	assert_string_equal(c->upstreams[0].policy.auth_name, "dns.example");
	config_free(c);
}

static void a_server_by_address(void **state)
{
	struct config *c = parsed(
		"upstreams:\n"
		"- {name: a, protocol: doh, url: \"https://192.0.2.1/q\"}\n"
		"- {name: b, protocol: doh, url: \"https://[2001:db8::1]:8443/q\",\n"
		"   address: [\"2001:db8:0::1\", \"[2001:db8::1]:443\"]}\n"
		"- {name: c, protocol: doh, url: \"https://192.0.2.1/q\", ct: off,\n"
		"   pkix: pins_only, pins: [\"" PIN_A "\"]}\n");
	const struct config_upstream *up = c->upstreams;

	(void)state;
	assert_int_equal(up[0].address_n, 1);
	assert_endpoint(&up[0].addresses[0], "192.0.2.1:443");
	assert_string_equal(up[0].host, "192.0.2.1");
	assert_int_equal(up[0].policy.identity, IDENTITY_ADDRESS);
	assert_null(up[0].policy.auth_name);
	assert_int_equal(up[1].address_n, 2);
	assert_endpoint(&up[1].addresses[0], "[2001:db8::1]:8443");
	assert_endpoint(&up[1].addresses[1], "[2001:db8::1]:443");
	assert_string_equal(up[1].host, "2001:db8::1");
	assert_int_equal(up[1].policy.identity, IDENTITY_ADDRESS);
	assert_int_equal(up[2].policy.identity, IDENTITY_NONE);
	config_free(c);
}

static void names_to_be_looked_up(void **state)
{
	struct config *c =
		parsed("upstreams:\n"
		       "- {name: a, auth_name: a.example}\n"
		       "- {name: b, protocol: doh, url: \"https://b.example:444/q\"}\n"
		       "bootstrap: [192.0.2.53]\n");

	(void)state;
	assert_int_equal(c->upstreams[0].address_n, 0);
	assert_string_equal(c->upstreams[0].host, "a.example");
	assert_int_equal(c->upstreams[0].port, 853);
	assert_int_equal(c->upstreams[1].address_n, 0);
	assert_string_equal(c->upstreams[1].host, "b.example");
	assert_int_equal(c->upstreams[1].port, 444);
	config_free(c);
}

/* Another family or port is somebody else, though pintle listens everywhere. */
static void bootstrap_beside_ourselves(void **state)
{
	config_free(parsed("listen: [0.0.0.0, \"127.0.0.1:54\"]\n"
			   "bootstrap: [\"::1\", \"127.0.0.1:55\", 192.0.2.1]\n"
			   "upstreams: [{name: a, address: [192.0.2.1]}]\n"));
	(void)state;
}

static void an_upstream_equals_under_one_protocol(void **state)
{
	static const char base[] =
		"protocol: doh, address: [\"192.0.2.1:443\"], url: \"https://a.example";
	static const char *const others[] = { "/q{?dns}\"", "/p\"", ":444/q\"",
		"/q\", idle_timeout: 9s", "/q\"" };
	struct config *c[2];
	char yaml[512];

	(void)state;
	snprintf(yaml, sizeof yaml, "upstreams: [{name: a, %s/q\"}]\n", base);
	c[0] = parsed(yaml);
	for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
		snprintf(yaml, sizeof yaml, "upstreams: [{name: a, %s%s}]\n", base,
			others[i]);
		c[1] = parsed(yaml);
		assert_int_equal(config_upstream_equal(c[0]->upstreams, c[1]->upstreams),
			i == sizeof others / sizeof *others - 1);
		config_free(c[1]);
	}
	c[1] = parsed("upstreams: [{name: a, address: [\"192.0.2.1:443\"], auth_name: "
		      "a.example}]\n");
	assert_false(config_upstream_equal(c[0]->upstreams, c[1]->upstreams));
	config_free(c[1]);
	config_free(c[0]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(defaults),
		cmocka_unit_test(every_value),
		cmocka_unit_test(the_other_words),
		cmocka_unit_test(a_server_by_name),
		cmocka_unit_test(a_server_by_both_names),
		cmocka_unit_test(a_server_by_address),
		cmocka_unit_test(names_to_be_looked_up),
		cmocka_unit_test(bootstrap_beside_ourselves),
		cmocka_unit_test(an_upstream_equals_under_one_protocol),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
