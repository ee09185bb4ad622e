/* Files in order: every default, every value, and two configurations compared. */
#include "taken.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PIN_A "sha256//AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
#define PIN_B "sha256//AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE="

static bool allowed(const struct config *config, const char *client)
{
	struct endpoint e;

	assert_int_equal(endpoint_parse(client, 1, &e), STATUS_OK);
	for (size_t i = 0; i < config->allow_n; i++)
		if (prefix_contains(&config->allow[i], &e))
			return true;
	return false;
}

static void defaults(void **state)
{
	struct config *c = parsed("upstreams: [{name: a, address: [192.0.2.1]}]\n");
	const struct tls_policy *policy = &c->upstreams[0].policy;

	(void)state;
	assert_string_equal(c->path, "f");
	assert_int_equal(c->listen_n, 2);
	assert_endpoint(&c->listen[0], "127.0.0.1:53");
	assert_endpoint(&c->listen[1], "[::1]:53");
	assert_int_equal(c->allow_n, 5);
	assert_true(allowed(c, "127.0.0.9"));
	assert_true(allowed(c, "::1"));
	assert_true(allowed(c, "10.1.2.3"));
	assert_true(allowed(c, "172.31.255.255"));
	assert_true(allowed(c, "192.168.0.1"));
	assert_false(allowed(c, "172.32.0.0"));
	assert_false(allowed(c, "169.254.0.1"));
	assert_false(allowed(c, "192.0.2.1"));
	assert_false(allowed(c, "fd00::1"));
	assert_false(allowed(c, "fe80::1"));
	assert_string_equal(c->control, "/run/pintle/control.sock");
	assert_string_equal(c->state_dir, "/var/lib/pintle");
	assert_null(c->user);
	assert_int_equal(c->log_level, LOG_LEVEL_NOTICE);
	assert_int_equal(c->log_queries, LOG_QUERIES_OFF);
	assert_int_equal(c->log_privacy, LOG_PRIVACY_NONE);
	assert_int_equal(c->limit_clients, 1000);
	assert_int_equal(c->limit_queries_in_flight, 4096);
	assert_int_equal(c->limit_timeout_ms, 4000);
	assert_int_equal(c->cache_size_bytes, 8 * 1024 * 1024);
	assert_int_equal(c->cache_min_ttl_s, 0);
	assert_int_equal(c->cache_max_ttl_s, 86400);
	assert_int_equal(c->edns_padding, 128);
	assert_int_equal(c->upstream_n, 1);
	assert_string_equal(c->upstreams[0].name, "a");
	assert_int_equal(c->upstreams[0].address_n, 1);
	assert_endpoint(&c->upstreams[0].addresses[0], "192.0.2.1:853");
	assert_int_equal(policy->identity, IDENTITY_ADDRESS);
	assert_null(policy->auth_name);
	assert_int_equal(policy->pkix, PKIX_REQUIRE);
	assert_int_equal(policy->pins.n, 0);
	assert_int_equal(policy->pin_mode, PIN_ENFORCE);
	assert_int_equal(policy->deny.n, 0);
	assert_null(policy->ca_file);
	assert_string_equal(policy->ca_path, "/etc/ssl/certs");
	assert_int_equal(policy->min_version, TLS_1_2);
	assert_int_equal(policy->ct, CT_MODE_REQUIRE);
	assert_string_equal(policy->ct_policy->name, "strict");
	assert_int_equal(policy->ct_stale, CT_STALE_REPORT_IF_PINNED);
	assert_null(c->log_list);
	assert_string_equal(c->log_list_place, "f: ct.log_list, by default");
	assert_null(c->update.url);
	config_free(c);
}

static const char every_value[] =
	"%YAML 1.1\n"
	"---\n"
	"upstreams:\n"
	"  - name: first.one_2-3\n"
	"    protocol: dot\n"
	"    address: [\"192.0.2.1\", \"192.0.2.2:8853\", \"2001:db8::1\", "
	"\"[2001:db8::2]:1\"]\n"
	"    auth_name: dns.example\n"
	"    pins: [\"" PIN_A
	"\", pin-sha256=\"AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=\"]\n"
	"    pin_mode: report\n"
	"    pkix: require\n"
	"    ca_file: /etc/pintle/first.pem\n"
	"    ct: off\n"
	"  - {name: second, address: [192.0.2.3], pkix: pins_only, pins: [\"" PIN_A
	"\"]}\n"
	"  - name: third\n"
	"    address:\n"
	"      - 192.0.2.4\n"
	"    auth_name: third.example\n"
	"    pkix: pins_only\n"
	"    pins:\n"
	"      - " PIN_B "\n"
	"    pin_mode: enforce\n"
	"  - {name: fourth, address: [192.0.2.5]}\n"
	"listen: [192.168.1.1, \"0.0.0.0:5353\", \"[::]:65535\"]\n"
	"allow: [link_local, ula, 192.0.2.0/24, \"2001:db8::/32\", 198.51.100.7]\n"
	"workers: 64\n"
	"control: /tmp/c.sock\n"
	"state_dir: '/var/lib/with space'\n"
	"user: _pintle\n"
	"log: {level: debug, queries: json, privacy: name}\n"
	"limits: {clients: 65535, queries_in_flight: 1, timeout: 100ms}\n"
	"cache: {size: 512KiB, min_ttl: 30s, max_ttl: 7d}\n"
	"tls: {ca_file: /etc/roots.pem, deny: [\"" PIN_B "\"], min_version: 1.3}\n"
	"ct: {mode: \"off\"}\n"
	"edns: {padding: 0, client_subnet: opt_out}\n"
	"...\n";

static void every_value_of_the_file(void **state)
{
	struct config *c = parsed(every_value);

	(void)state;
	assert_int_equal(c->listen_n, 3);
	assert_endpoint(&c->listen[0], "192.168.1.1:53");
	assert_endpoint(&c->listen[1], "0.0.0.0:5353");
	assert_endpoint(&c->listen[2], "[::]:65535");
	assert_int_equal(c->allow_n, 6);
	assert_int_equal(c->workers, 64);
	assert_true(allowed(c, "169.254.1.1"));
	assert_true(allowed(c, "fe80::1"));
	assert_true(allowed(c, "fd00::1"));
	assert_true(allowed(c, "192.0.2.255"));
	assert_true(allowed(c, "2001:db8:ffff::"));
	assert_true(allowed(c, "198.51.100.7"));
	assert_false(allowed(c, "198.51.100.8"));
	assert_false(allowed(c, "127.0.0.1"));
	assert_string_equal(c->control, "/tmp/c.sock");
	assert_string_equal(c->state_dir, "/var/lib/with space");
	assert_string_equal(c->user, "_pintle");
	assert_int_equal(c->log_level, LOG_LEVEL_DEBUG);
	assert_int_equal(c->log_queries, LOG_QUERIES_JSON);
	assert_int_equal(c->log_privacy, LOG_PRIVACY_NAME);
	assert_int_equal(c->limit_clients, 65535);
	assert_int_equal(c->limit_queries_in_flight, 1);
	assert_int_equal(c->limit_timeout_ms, 100);
	assert_int_equal(c->cache_size_bytes, 512 * 1024);
	assert_int_equal(c->cache_min_ttl_s, 30);
	assert_int_equal(c->cache_max_ttl_s, 7 * 86400);
	assert_int_equal(c->edns_padding, 0);
	assert_int_equal(c->client_subnet, CLIENT_SUBNET_OPT_OUT);
	assert_int_equal(c->upstream_n, 4);
	config_free(c);
}

static void every_value_of_an_upstream(void **state)
{
	struct config *c = parsed(every_value);
	const struct config_upstream *up = &c->upstreams[0];

	(void)state;
	assert_string_equal(up->name, "first.one_2-3");
	assert_int_equal(up->address_n, 4);
	assert_endpoint(&up->addresses[0], "192.0.2.1:853");
	assert_endpoint(&up->addresses[1], "192.0.2.2:8853");
	assert_endpoint(&up->addresses[2], "[2001:db8::1]:853");
	assert_endpoint(&up->addresses[3], "[2001:db8::2]:1");
	assert_int_equal(up->policy.identity, IDENTITY_NAME);
	assert_string_equal(up->policy.auth_name, "dns.example");
	assert_int_equal(up->policy.pkix, PKIX_REQUIRE);
	assert_int_equal(up->policy.pins.n, 2);
	assert_int_equal(up->policy.pins.pins[0].sha256[31], 0);
	assert_int_equal(up->policy.pins.pins[1].sha256[31], 1);
	assert_int_equal(up->policy.pin_mode, PIN_REPORT);
	assert_string_equal(up->policy.ca_file, "/etc/pintle/first.pem");
	config_free(c);
}

/* ct.* too, wherever it stands, and an upstream may say otherwise. */
static void certificate_transparency(void **state)
{
	struct config *c = parsed(
		"upstreams:\n"
		"- {name: a, address: [192.0.2.1]}\n"
		"- {name: b, address: [192.0.2.1], ct: require}\n"
		"- {name: c, address: [192.0.2.1], ct: off, pin_mode: learn}\n"
		"- {name: d, address: [192.0.2.1], ct: off, pkix: pins_only, pins: "
		"[\"" PIN_A "\"]}\n"
		"ct: {mode: report, policy: apple, stale: refuse, log_list: /l.json}\n");

	(void)state;
	assert_int_equal(c->upstreams[0].policy.ct, CT_MODE_REPORT);
	assert_int_equal(c->upstreams[1].policy.ct, CT_MODE_REQUIRE);
	assert_int_equal(c->upstreams[2].policy.ct, CT_MODE_OFF);
	assert_int_equal(c->upstreams[2].policy.pin_mode, PIN_LEARN);
	assert_int_equal(c->upstreams[2].policy.pins.n, 0);
	for (size_t i = 0; i < c->upstream_n; i++) {
		assert_string_equal(c->upstreams[i].policy.ct_policy->name, "apple");
		assert_int_equal(c->upstreams[i].policy.ct_stale, CT_STALE_REFUSE);
	}
	assert_string_equal(c->log_list, "/l.json");
	assert_string_equal(c->log_list_place, "f:6:60: ct.log_list");
	config_free(c);
}

static void updates_of_the_log_list(void **state)
{
	struct config *c =
		parsed("ct:\n  log_list: builtin\n  update:\n"
		       "    url: https://lists.example:8443/ct/logs.json\n"
		       "    key: AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAE=\n"
		       "    address: 2001:db8::1\n"
		       "upstreams: [{name: a, address: [192.0.2.1]}]\n");

	(void)state;
	assert_string_equal(c->update.url, "https://lists.example:8443/ct/logs.json");
	assert_int_equal(c->update.key[0], 0);
	assert_int_equal(c->update.key[31], 1);
	assert_endpoint(&c->update.address, "[2001:db8::1]:443");
	assert_null(c->log_list);
	config_free(c);
}

static void updates_without_an_address(void **state)
{
	struct config *c =
		parsed("ct: {update: {url: \"https://[2001:db8::1]:8443/l\", key: "
		       "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAE=}}\n"
		       "upstreams: [{name: a, address: [192.0.2.1]}]\n");

	(void)state;
	assert_int_equal(c->update.address.sa.sa_family, AF_UNSPEC);
	config_free(c);
}

/* tls.* is where upstreams start from, wherever it stands in the file. */
static void an_upstream_inherits(void **state)
{
	struct config *c = parsed(every_value);

	(void)state;
	for (size_t i = 0; i < c->upstream_n; i++) {
		const struct tls_policy *policy = &c->upstreams[i].policy;

		assert_int_equal(policy->min_version, TLS_1_3);
		assert_int_equal(policy->deny.n, 1);
		assert_int_equal(policy->deny.pins[0].sha256[0], 1);
		assert_int_equal(policy->ct, CT_MODE_OFF);
		assert_null(policy->ca_path);
	}
	assert_string_equal(c->upstreams[3].policy.ca_file, "/etc/roots.pem");
	config_free(c);
}

static void whom_the_certificate_names(void **state)
{
	struct config *c = parsed(every_value);

	(void)state;
	assert_int_equal(c->upstreams[0].policy.identity, IDENTITY_NAME);
	assert_int_equal(c->upstreams[1].policy.identity, IDENTITY_NONE);
	assert_int_equal(c->upstreams[1].policy.pkix, PKIX_PINS_ONLY);
	assert_int_equal(c->upstreams[2].policy.identity, IDENTITY_NAME);
	assert_int_equal(c->upstreams[2].policy.pkix, PKIX_PINS_ONLY);
	assert_int_equal(c->upstreams[3].policy.identity, IDENTITY_ADDRESS);
	config_free(c);
}

static void an_upstream_overrides_the_directory(void **state)
{
	struct config *c =
		parsed("ct: {mode: off}\n"
		       "tls: {ca_path: /roots}\n"
		       "upstreams: [{name: a, address: [192.0.2.1], ca_file: /own.pem},\n"
		       "            {name: b, address: [192.0.2.1]}]\n");

	(void)state;
	assert_string_equal(c->upstreams[0].policy.ca_file, "/own.pem");
	assert_null(c->upstreams[0].policy.ca_path);
	assert_null(c->upstreams[1].policy.ca_file);
	assert_string_equal(c->upstreams[1].policy.ca_path, "/roots");
	config_free(c);
}

static void any_is_both_families(void **state)
{
	struct config *c = parsed("ct: {mode: off}\nallow: [any]\n"
				  "upstreams: [{name: a, address: [192.0.2.1]}]\n");

	(void)state;
	assert_true(allowed(c, "192.0.2.1"));
	assert_true(allowed(c, "2001:db8::1"));
	config_free(c);
}

static void finds_an_upstream(void **state)
{
	struct config *c = parsed(every_value);

	(void)state;
	assert_ptr_equal(config_find_upstream(c, "third"), &c->upstreams[2]);
	assert_null(config_find_upstream(c, "Third"));
	assert_null(config_find_upstream(c, ""));
	config_free(c);
}

static void loads_a_file(void **state)
{
	char path[] = "/tmp/test_config_XXXXXX";
	int fd = mkstemp(path);
	struct config *c = NULL;
	struct config_error error;

	(void)state;
	assert_true(fd >= 0);
	assert_int_equal(
		write(fd, every_value, strlen(every_value)), strlen(every_value));
	close(fd);
	assert_int_equal(config_load(path, &c, &error), STATUS_OK);
	assert_string_equal(c->path, path);
	config_free(c);
	assert_int_equal(truncate(path, 1024 * 1024 + 1), 0);
	assert_int_equal(config_load(path, &c, &error), STATUS_CONFIG);
	assert_non_null(strstr(error.text, ":1:1: the file is too big; allowed: 1 MiB"));
	unlink(path);
}

static void does_not_load(void **state)
{
	struct config *c = NULL;
	struct config_error error;

	(void)state;
	assert_int_equal(config_load("/nonexistent/f", &c, &error), STATUS_IO);
	assert_string_equal(
		error.text, "/nonexistent/f: cannot be read: No such file or directory");
	assert_int_equal(config_load("/", &c, &error), STATUS_IO);
	assert_string_equal(error.text, "/: cannot be read: Is a directory");
	assert_null(c);
	config_free(NULL);
}

/* Each row differs from the first in one thing; only the last does not. */
static void an_upstream_equals_only_itself(void **state)
{
	static const char *const keys[] = {
		"name: b, address: [192.0.2.1]",
		"name: a, address: [192.0.2.2]",
		"name: a, address: [\"192.0.2.1:854\"]",
		"name: a, address: [192.0.2.1, 192.0.2.2]",
		"name: a, address: [192.0.2.1], auth_name: dns.example",
		"name: a, address: [192.0.2.1], pins: [\"" PIN_A "\"]",
		"name: a, address: [192.0.2.1], ca_file: /own.pem",
		"name: a, address: [192.0.2.1], protocol: dot, ct: off",
	};
	size_t n = sizeof keys / sizeof *keys;

	(void)state;
	for (size_t i = 0; i < n; i++) {
		char yaml[512];
		struct config *c;

		snprintf(yaml, sizeof yaml,
			"ct: {mode: off}\nupstreams: [{name: a, address: "
			"[192.0.2.1]}]\n");
		struct config *base = parsed(yaml);
		snprintf(yaml, sizeof yaml, "ct: {mode: off}\nupstreams: [{%s}]\n",
			keys[i]);
		c = parsed(yaml);
		assert_int_equal(
			config_upstream_equal(base->upstreams, c->upstreams), i == n - 1);
		config_free(base);
		config_free(c);
	}
}

static void an_upstream_equals_under_one_policy(void **state)
{
	static const char *const pairs[][2] = {
		{ "pins: [\"" PIN_A "\"]", "pins: [\"" PIN_B "\"]" },
		{ "pins: [\"" PIN_A "\"]", "pins: [\"" PIN_A "\"], pin_mode: report" },
		{ "ct: off, pins: [\"" PIN_A "\"]",
			"ct: off, pins: [\"" PIN_A "\"], pkix: pins_only" },
		{ "ct: off, auth_name: a.example, pins: [\"" PIN_A "\"]",
			"ct: off, auth_name: a.example, pins: [\"" PIN_A
			"\"], pkix: pins_only" },
		{ "auth_name: a.example", "auth_name: b.example" },
		{ "ca_file: /a.pem", "ca_file: /b.pem" },
		{ "ct: report", "ct: require" },
		{ "ct: report, pin_mode: learn", "ct: report" },
		{ "ct: report}]\nct: {policy: apple}\n#",
			"ct: report}]\nct: {policy: chrome}\n#" },
		{ "ct: report}]\nct: {stale: warn}\n#",
			"ct: report}]\nct: {stale: refuse}\n#" },
		{ "ct: off}]\ntls: {ca_path: /a}\n#",
			"ct: off}]\ntls: {ca_path: /b}\n#" },
		{ "ct: off}]\ntls: {min_version: 1.2}\n#",
			"ct: off}]\ntls: {min_version: 1.3}\n#" },
		{ "ct: off}]\ntls: {deny: [\"" PIN_A "\"]}\n#", "ct: off" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
		struct config *c[2];
		char yaml[512];

		for (size_t j = 0; j < 2; j++) {
			snprintf(yaml, sizeof yaml,
				"upstreams: [{name: a, address: [192.0.2.1], %s}]\n",
				pairs[i][j]);
			c[j] = parsed(yaml);
		}
		assert_false(config_upstream_equal(c[0]->upstreams, c[1]->upstreams));
		assert_true(config_upstream_equal(c[0]->upstreams, c[0]->upstreams));
		config_free(c[0]);
		config_free(c[1]);
	}
}

/* Where it is off, its other keys mean nothing. */
static void without_ct_its_policy_does_not_count(void **state)
{
	static const char *const policies[] = { "strict", "apple" };
	struct config *c[2];
	char yaml[512];

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		snprintf(yaml, sizeof yaml,
			"ct: {mode: off, policy: %s}\n"
			"upstreams: [{name: a, address: [192.0.2.1]}]\n",
			policies[i]);
		c[i] = parsed(yaml);
	}
	assert_true(config_upstream_equal(c[0]->upstreams, c[1]->upstreams));
	config_free(c[0]);
	config_free(c[1]);
}

/* Two things that no file of this version can tell apart by themselves. */
static void an_upstream_equals_by_all_of_its_policy(void **state)
{
	const struct config_upstream base = { .name = "a" };
	struct config_upstream other = base;

	(void)state;
	assert_true(config_upstream_equal(&base, &other));
	other.policy.ct = CT_MODE_REQUIRE;
	assert_false(config_upstream_equal(&base, &other));
	other = base;
	other.policy.identity = IDENTITY_NONE;
	assert_false(config_upstream_equal(&base, &other));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(defaults),
		cmocka_unit_test(every_value_of_the_file),
		cmocka_unit_test(every_value_of_an_upstream),
		cmocka_unit_test(certificate_transparency),
		cmocka_unit_test(updates_of_the_log_list),
		cmocka_unit_test(updates_without_an_address),
		cmocka_unit_test(without_ct_its_policy_does_not_count),
		cmocka_unit_test(an_upstream_inherits),
		cmocka_unit_test(whom_the_certificate_names),
		cmocka_unit_test(an_upstream_overrides_the_directory),
		cmocka_unit_test(any_is_both_families),
		cmocka_unit_test(finds_an_upstream),
		cmocka_unit_test(loads_a_file),
		cmocka_unit_test(does_not_load),
		cmocka_unit_test(an_upstream_equals_only_itself),
		cmocka_unit_test(an_upstream_equals_under_one_policy),
		cmocka_unit_test(an_upstream_equals_by_all_of_its_policy),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
