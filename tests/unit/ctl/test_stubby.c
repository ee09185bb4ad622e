/* stubby.yml: what becomes of each key, and what is refused. */
#include "ctl/stubby.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/rows.h"

#define STRICT  "tls_authentication: GETDNS_AUTHENTICATION_REQUIRED\n"
#define SERVER  "{address_data: 192.0.2.1, tls_auth_name: dns.example}"
#define SERVERS "upstream_recursive_servers: [" SERVER "]\n"
#define PIN     "gN2FtyubY3GCUQSiboHFGgy6qTraG61T019sXi9QDLA="
#define PINSET  "tls_pubkey_pinset: [{digest: sha256, value: \"" PIN "\"}]"

/* The result as text; free(). */
static char *import(const char *yaml)
{
	struct config_error error = { "" };
	struct import import;
	struct bytes out;
	char *text;

	import_init(&import);
	if (stubby_read("f", bytes_of_text(yaml), &error, &import) != STATUS_OK ||
		import_write(&import, "f", &error, &out) != STATUS_OK)
		fail_msg("%s", error.text);
	import_deinit(&import);
	text = strndup((const char *)out.p, out.n);
	free((void *)out.p);
	assert_non_null(text);
	return text;
}

static const struct taken {
	const char *name, *yaml, *has, *has_not;
} taken[] = {
	{ "name_and_port",
		"upstream_recursive_servers: [{address_data: 0::1, tls_port: "
		"8853, tls_auth_name: dns.example}]",
		"auth_name: \"dns.example\"\n    address: [\"[::1]:8853\"]", "pkix" },
	{ "port_default", SERVERS, "[\"192.0.2.1:853\"]", "pins" },
	{ "plain_port_is_not_tls",
		"upstream_recursive_servers: [{address_data: "
		"192.0.2.1, port: 5300}]",
		"[\"192.0.2.1:853\"]", "5300" },
	{ "short_form", "upstream_recursive_servers: [\"192.0.2.1@53#8853~dns.example\"]",
		"auth_name: \"dns.example\"\n    address: [\"192.0.2.1:8853\"]",
		"53\"]\n  " },
	{ "same_name_one_upstream",
		"upstream_recursive_servers: [" SERVER
		", {address_data: 192.0.2.2, tls_auth_name: DNS.example}]",
		"[\"192.0.2.1:853\", \"192.0.2.2:853\"]", "dns.example-2" },
	{ "other_pins_other_upstream",
		"upstream_recursive_servers: [" SERVER
		", {address_data: 192.0.2.2, tls_auth_name: dns.example, " PINSET "}]",
		"- name: \"dns.example-2\"", NULL },
	{ "pins_and_name",
		"upstream_recursive_servers: [{address_data: 192.0.2.2, tls_auth_name: "
		"dns.example, " PINSET "}]",
		"pins:\n      - \"sha256//" PIN "\"", "pins_only" },
	{ "pins_alone",
		"upstream_recursive_servers: [{address_data: 192.0.2.2, " PINSET "}]",
		"pkix: pins_only\n    ct: off", "auth_name" },
	{ "neither", "upstream_recursive_servers: [{address_data: 192.0.2.2}]",
		"must be for the address", "pkix" },
	{ "ct_stays_required", SERVERS, "upstreams:", "    ct: off" },
	{ "listen", SERVERS "listen_addresses: [127.0.0.1, 0::1@8053]",
		"listen: [\"127.0.0.1:53\", \"[::1]:8053\"]", "clients" },
	{ "listen_one", SERVERS "listen_addresses: 192.0.2.7@53",
		"pintle answers clients of private networks alone", "allow: [any" },
	{ "listen_twice", SERVERS "listen_addresses: [127.0.0.1, 127.0.0.1@53]",
		"listen: [\"127.0.0.1:53\"]\n", NULL },
	{ "listen_map", SERVERS "listen_addresses: [{address_data: 127.0.0.1, port: 54}]",
		"listen: [\"127.0.0.1:54\"]\n", NULL },
	{ "round_robin", SERVERS "round_robin_upstreams: 1", "strategy: round_robin",
		"ordered" },
	{ "the_first_first", SERVERS, "strategy: ordered", "round_robin" },
	{ "idle", SERVERS "idle_timeout: 10000", "    idle_timeout: 10s\n", NULL },
	{ "idle_of_less_than_a_second", SERVERS "idle_timeout: 0",
		"    idle_timeout: 1s\n", NULL },
	{ "timeout", SERVERS "timeout: 2500", "limits: {timeout: 2500ms}", NULL },
	{ "timeout_too_long", SERVERS "timeout: 90000",
		"line 2, timeout: 90000 ms is out of pintle's range", NULL },
	{ "padding_by_policy", SERVERS "tls_query_padding_blocksize: 1", "padding: 128\n",
		NULL },
	{ "padding_off", SERVERS "tls_query_padding_blocksize: 0", "padding: 0\n", NULL },
	{ "padding_too_big", SERVERS "tls_query_padding_blocksize: 1024",
		"padding: 512\n", "padding: 1024" },
	{ "roots", SERVERS "tls_ca_file: /a/b.pem", "ca_file: \"/a/b.pem\"", "ca_path" },
	{ "roots_twice", SERVERS "tls_ca_file: /a/b.pem\ntls_ca_path: /a\n",
		"tls_ca_path: pintle has one or the other", "ca_path: \"" },
	{ "tls_1_3", SERVERS "tls_min_version: GETDNS_TLS1_3", "min_version: \"1.3\"",
		NULL },
	{ "tls_1_3_of_one_server",
		"upstream_recursive_servers: [{address_data: 192.0.2.1, tls_min_version: "
		"GETDNS_TLS1_3}]\ntls_min_version: GETDNS_TLS1_2",
		"min_version: \"1.3\"", NULL },
	{ "tls_1_0", SERVERS "tls_min_version: GETDNS_TLS1",
		"pintle speaks TLS 1.2 and 1.3 alone", "min_version: \"" },
	{ "ciphers", SERVERS "tls_ciphersuites: TLS_AES_128_GCM_SHA256",
		"line 2, tls_ciphersuites: left out: ", "AES" },
	{ "subnet_hidden", SERVERS "edns_client_subnet_private: 1",
		"client_subnet: opt_out\n", NULL },
	{ "subnet_not_hidden", SERVERS "edns_client_subnet_private: 0",
		"client_subnet: strip\n", NULL },
	{ "dnssec", SERVERS "dnssec: GETDNS_EXTENSION_TRUE", "dnssec: validate\n",
		"anchors" },
	{ "dnssec_as_of_old", SERVERS "dnssec_return_status: GETDNS_EXTENSION_TRUE",
		"dnssec: validate\n", NULL },
	{ "dnssec_off", SERVERS "dnssec: GETDNS_EXTENSION_FALSE", "strategy", "dnssec" },
	{ "dnssec_anchors",
		SERVERS "dnssec: GETDNS_EXTENSION_TRUE\ndnssec_trust_anchors: /a/key",
		"dnssec_anchors: \"/a/key\"\n", NULL },
	{ "dnssec_anchors_for_nothing", SERVERS "dnssec_trust_anchors: /a/key",
		"strategy", "anchors:" },
	{ "log_level", SERVERS "log_level: GETDNS_LOG_ERR", "log: {level: error}", NULL },
	{ "fallback_to_udp",
		SERVERS
		"dns_transport_list: [GETDNS_TRANSPORT_TLS, GETDNS_TRANSPORT_UDP]",
		"nothing is asked again over UDP or TCP", NULL },
	{ "unknown_key", SERVERS "colour: blue",
		"line 2, colour: left out: not a key that pintlectl knows", "blue" },
	{ "key_without_value", SERVERS "tls_ca_file:\n", "tls_ca_file: has no value",
		"tls:" },
	{ "key_with_a_line_end", SERVERS "\"a\\nb\": 1", "a\\x0ab: left out", NULL },
};

static void taken_row(void **state)
{
	const struct taken *row = *state;
	char *out = import(row->yaml);

	if (strstr(out, row->has) == NULL)
		fail_msg("not there: %s\n%s", row->has, out);
	if (row->has_not != NULL && strstr(out, row->has_not) != NULL)
		fail_msg("there: %s\n%s", row->has_not, out);
	free(out);
}

static const struct refused {
	const char *name, *yaml, *error;
} refused[] = {
	{ "no_authentication", SERVERS "tls_authentication: GETDNS_AUTHENTICATION_NONE",
		"f:2:21: " },
	{ "no_authentication_by_number", SERVERS "tls_authentication: 1300", "f:2:21: " },
	{ "authentication_unknown", SERVERS "tls_authentication: required", "f:2:21: " },
	{ "plain_only", SERVERS "dns_transport_list: [GETDNS_TRANSPORT_UDP]",
		"f:2:21: " },
	{ "plain_only_word", SERVERS "dns_transport_list: GETDNS_TRANSPORT_TCP",
		"f:2:21: " },
	{ "no_transport", SERVERS "dns_transport_list: []", "f:2:21: " },
	{ "recursing", SERVERS "resolution_type: GETDNS_RESOLUTION_RECURSING",
		"f:2:18: " },
	{ "only_secure", SERVERS "dnssec_return_only_secure: GETDNS_EXTENSION_TRUE",
		"f:2:28: " },
	{ "dnssec_maybe", SERVERS "dnssec: yes", "f:2:9: " },
	{ "no_servers", STRICT, "f:1:1: no upstream_recursive_servers" },
	{ "servers_empty", "upstream_recursive_servers: []", "f:1:1: " },
	{ "servers_no_list", "upstream_recursive_servers: 192.0.2.1", "f:1:29: " },
	{ "server_without_address", "upstream_recursive_servers: [{tls_port: 853}]",
		"f:1:30: address_data is missing" },
	{ "address_a_name", "upstream_recursive_servers: [{address_data: a.example}]",
		"f:1:45: " },
	{ "address_of_nobody", "upstream_recursive_servers: [0.0.0.0]", "f:1:30: " },
	{ "address_a_list", "upstream_recursive_servers: [{address_data: [1]}]",
		"f:1:45: " },
	{ "port_0", "upstream_recursive_servers: [\"192.0.2.1#0\"]", "f:1:30: " },
	{ "port_too_big",
		"upstream_recursive_servers: [{address_data: 192.0.2.1, tls_port: "
		"65536}]",
		"f:1:66: " },
	{ "tsig_in_short", "upstream_recursive_servers: [\"192.0.2.1^key\"]",
		"f:1:30: " },
	{ "parts_in_another_order", "upstream_recursive_servers: [\"192.0.2.1#853@53\"]",
		"f:1:30: " },
	{ "name_an_address",
		"upstream_recursive_servers: [{address_data: 192.0.2.1, tls_auth_name: "
		"192.0.2.1}]",
		"f:1:71: " },
	{ "name_with_dot", "upstream_recursive_servers: [\"192.0.2.1~a.example.\"]",
		"f:1:30: " },
	{ "pinset_no_list",
		"upstream_recursive_servers: [{address_data: 192.0.2.1, "
		"tls_pubkey_pinset: {digest: sha256, value: \"" PIN "\"}}]",
		"f:1:75: " },
	{ "pinset_empty",
		"upstream_recursive_servers: [{address_data: 192.0.2.1, "
		"tls_pubkey_pinset: []}]",
		"f:1:75: " },
	{ "pin_short",
		"upstream_recursive_servers: [{address_data: 192.0.2.1, "
		"tls_pubkey_pinset: [{digest: sha256, value: AAAA}]}]",
		"f:1:100: " },
	{ "pin_sha1",
		"upstream_recursive_servers: [{address_data: 192.0.2.1, "
		"tls_pubkey_pinset: [{digest: sha1, value: \"" PIN "\"}]}]",
		"f:1:85: " },
	{ "pin_without_digest",
		"upstream_recursive_servers: [{address_data: 192.0.2.1, "
		"tls_pubkey_pinset: [{value: \"" PIN "\"}]}]",
		"f:1:76: a pin needs" },
	{ "pin_a_word",
		"upstream_recursive_servers: [{address_data: 192.0.2.1, "
		"tls_pubkey_pinset: [\"" PIN "\"]}]",
		"f:1:76: " },
	{ "listen_a_name", SERVERS "listen_addresses: [localhost]", "f:2:20: " },
	{ "number_with_unit", SERVERS "timeout: 5s", "f:2:10: " },
	{ "number_negative", SERVERS "idle_timeout: -1", "f:2:15: " },
	{ "boolean_2", SERVERS "round_robin_upstreams: 2", "f:2:24: " },
	{ "roots_relative", SERVERS "tls_ca_file: ca.pem", "f:2:14: " },
	{ "roots_with_quote", SERVERS "tls_ca_file: '/a\"b'", "f:2:14: " },
	{ "roots_not_ascii", SERVERS "tls_ca_path: /\xc3\xa4", "f:2:14: " },
	{ "tls_unknown", SERVERS "tls_min_version: TLS1.2", "f:2:18: " },
	{ "log_level_unknown", SERVERS "log_level: loud", "f:2:12: " },
	{ "key_twice", SERVERS SERVERS, "f:2:1: " },
	{ "an_anchor", "upstream_recursive_servers: &a [192.0.2.1]", "f:1:29: anchors" },
	{ "no_yaml", "upstream_recursive_servers: [", "f:" },
	{ "nothing", "", "f:1:1: " },
};

static void refused_row(void **state)
{
	const struct refused *row = *state;
	struct config_error error = { "" };
	struct import import;

	import_init(&import);
	assert_int_equal(stubby_read("f", bytes_of_text(row->yaml), &error, &import),
		STATUS_CONFIG);
	import_deinit(&import);
	if (strncmp(error.text, row->error, strlen(row->error)) != 0)
		fail_msg("%s, not %s", error.text, row->error);
}

/* One more than there is room for, of each. */
static void limits(void **state)
{
	static char yaml[100000];
	struct text text = text_in(yaml, sizeof yaml);
	struct config_error error;
	struct import import;

	(void)state;
	text_add(&text, "upstream_recursive_servers:\n");
	for (unsigned i = 0; i <= CONFIG_UPSTREAMS_MAX; i++)
		text_add(&text, "  - 192.0.%u.%u\n", i / 250, i % 250 + 1);
	import_init(&import);
	assert_int_equal(
		stubby_read("f", bytes_of(yaml, text.n), &error, &import), STATUS_CONFIG);
	assert_non_null(strstr(error.text, "more servers than"));
	import_deinit(&import);
}

/* Over sixteen addresses of one name there is a second upstream. */
static void many_addresses(void **state)
{
	char yaml[4096], *out;
	struct text text = text_in(yaml, sizeof yaml);

	(void)state;
	text_add(&text, "upstream_recursive_servers:\n");
	for (unsigned i = 1; i <= IMPORT_ADDRESSES_MAX + 1; i++)
		text_add(&text, "  - 192.0.2.%u~dns.example\n", i);
	out = import(yaml);
	assert_non_null(strstr(out, "- name: \"dns.example-2\""));
	free(out);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(limits),
		cmocka_unit_test(many_addresses),
	};
	int failed =
		run_rows("stubby taken", taken, sizeof *taken, ROWS(taken), taken_row);

	failed += run_rows(
		"stubby refused", refused, sizeof *refused, ROWS(refused), refused_row);
	failed += cmocka_run_group_tests_name("stubby", tests, NULL, NULL);
	return failed;
}
