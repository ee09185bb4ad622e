/* Evidence from certificates: names, dates, keys, and what paths verify. */
#include "tls/peer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/rows.h"
#include "tests/unit/tls/world.h"

#define NOW MAKE_CERT_NOW

static const struct tls_policy by_name = { .identity = IDENTITY_NAME,
	.auth_name = "dns.lab" };
static const uint8_t v4[] = { 192, 0, 2, 1 };

/* Collects from `n` certificates in `sent`, with `roots`. */
static void collect(X509_STORE *roots, X509 *const *sent, size_t n, struct peer *out)
{
	STACK_OF(X509) *list = make_list(sent, n);

	assert_int_equal(
		peer_collect(&by_name, &(struct tls_trust){ .roots = roots },
			&(struct peer_shown){ .sent = list }, bytes_of(v4, 4), NOW, out),
		STATUS_OK);
	peer_deinit(out);
	sk_X509_pop_free(list, X509_free);
}

/* --- names ----------------------------------------------------------------- */

#define BY_ADDRESS NULL

static const struct name_row {
	const char *name;
	const char *auth_name; /* NULL: the address */
	bool ok;
	struct cert_spec leaf;
} name_rows[] = {
	{ "the name", "dns.lab", true, { .san = "DNS:dns.lab" } },
	{ "in capitals", "dns.lab", true, { .san = "DNS:DNS.LAB" } },
	{ "one of several", "dns.lab", true,
		{ .san = "DNS:a.lab,DNS:dns.lab,IP:192.0.2.9" } },
	{ "another CN does not matter", "dns.lab", true,
		{ .cn = "other.lab", .san = "DNS:dns.lab" } },
	{ "a wildcard for one label", "one.dns.lab", true, { .san = "DNS:*.dns.lab" } },
	{ "the address", BY_ADDRESS, true, { .san = "IP:192.0.2.1" } },
	{ "the address beside names", BY_ADDRESS, true,
		{ .san = "DNS:dns.lab,IP:192.0.2.9,IP:192.0.2.1" } },

	{ "another name", "dns.lab", false, { .san = "DNS:dns2.lab" } },
	{ "CN alone", "dns.lab", false, { .cn = "dns.lab" } },
	{ "CN beside another name", "dns.lab", false,
		{ .cn = "dns.lab", .san = "DNS:other.lab" } },
	{ "CN beside an address", "dns.lab", false,
		{ .cn = "dns.lab", .san = "IP:192.0.2.1" } },
	{ "the name as mail", "dns.lab", false, { .san = "email:hostmaster@dns.lab" } },
	{ "the name as URI", "dns.lab", false, { .san = "URI:dns.lab" } },
	{ "its parent", "dns.lab", false, { .san = "DNS:lab" } },
	{ "its child", "dns.lab", false, { .san = "DNS:one.dns.lab" } },
	{ "it is a prefix", "dns.lab", false, { .san = "DNS:dns.lab.example" } },
	{ "it is a suffix", "dns.lab", false, { .san = "DNS:mydns.lab" } },
	{ "a dot in front", "dns.lab", false, { .san = "DNS:.dns.lab" } },
	{ "a dot behind", "dns.lab", false, { .san = "DNS:dns.lab." } },
	{ "a NUL behind it", "dns.lab", false,
		{ .raw_dns = { (const uint8_t *)"dns.lab\0.evil.example", 21 } } },
	{ "a NUL at its end", "dns.lab", false,
		{ .raw_dns = { (const uint8_t *)"dns.lab", 8 } } },
	{ "a space behind", "dns.lab", false,
		{ .raw_dns = { (const uint8_t *)"dns.lab ", 8 } } },
	{ "a wildcard for two labels", "a.b.dns.lab", false, { .san = "DNS:*.dns.lab" } },
	{ "a wildcard for no label", "dns.lab", false, { .san = "DNS:*.dns.lab" } },
	{ "a wildcard for a top-level domain", "dns.lab", false, { .san = "DNS:*.lab" } },
	{ "a wildcard for all", "dns.lab", false, { .san = "DNS:*" } },
	{ "two wildcards", "a.b.dns.lab", false, { .san = "DNS:*.*.dns.lab" } },
	{ "a wildcard in the middle", "one.two.dns.lab", false,
		{ .san = "DNS:one.*.dns.lab" } },
	{ "half a label", "one.dns.lab", false, { .san = "DNS:o*.dns.lab" } },
	{ "the other half", "one.dns.lab", false, { .san = "DNS:*e.dns.lab" } },
	{ "a wildcard in CN", "one.dns.lab", false, { .cn = "*.dns.lab" } },

	{ "another address", BY_ADDRESS, false, { .san = "IP:192.0.2.2" } },
	{ "the address as a name", BY_ADDRESS, false, { .san = "DNS:192.0.2.1" } },
	{ "the address as CN", BY_ADDRESS, false, { .cn = "192.0.2.1" } },
	{ "the address as URI", BY_ADDRESS, false, { .san = "URI:192.0.2.1" } },
	{ "the address mapped to IPv6", BY_ADDRESS, false,
		{ .san = "IP:::ffff:192.0.2.1" } },
	{ "a wildcard over addresses", BY_ADDRESS, false, { .san = "DNS:*.0.2.1" } },
	{ "a name where an address is asked", BY_ADDRESS, false,
		{ .san = "DNS:dns.lab" } },
	{ "no names at all", BY_ADDRESS, false, { 0 } },

	/* What the configuration refuses is no name here either. */
	{ "asked for: any subdomain", ".lab", false, { .san = "DNS:dns.lab" } },
	{ "asked for: nothing", "", false, { .san = "DNS:dns.lab" } },
	{ "asked for: an address as a name", "192.0.2.1", false,
		{ .san = "DNS:192.0.2.1" } },
	{ "asked for: an address, IP SAN", "192.0.2.1", false,
		{ .san = "IP:192.0.2.1" } },
	{ "asked for: a wildcard", "*.dns.lab", false, { .san = "DNS:*.dns.lab" } },
	{ "asked for: a dot behind", "dns.lab.", false, { .san = "DNS:dns.lab." } },
};

static void name_row(void **state)
{
	const struct name_row *row = *state;
	struct tls_policy policy = { .identity = IDENTITY_ADDRESS };
	X509 *leaf = make_cert(&row->leaf, world.key, &world.inter, NULL);
	STACK_OF(X509) *list = make_list(&leaf, 1);
	struct peer peer;

	if (row->auth_name != NULL) {
		policy.identity = IDENTITY_NAME;
		policy.auth_name = row->auth_name;
	}
	assert_int_equal(
		peer_collect(&policy, &(struct tls_trust){ .roots = world.roots },
			&(struct peer_shown){ .sent = list }, bytes_of(v4, 4), NOW,
			&peer),
		STATUS_OK);
	assert_int_equal(peer.name_ok, row->ok);
	peer_deinit(&peer);
	sk_X509_pop_free(list, X509_free);
	X509_free(leaf);
}

static void ipv6_is_compared_byte_by_byte(void **state)
{
	const struct tls_policy policy = { .identity = IDENTITY_ADDRESS };
	const struct cert_spec spec = { .san = "IP:2001:db8::1" };
	X509 *leaf = make_cert(&spec, world.key, &world.inter, NULL);
	STACK_OF(X509) *list = make_list(&leaf, 1);
	uint8_t v6[16] = { 0x20, 0x01, 0x0d, 0xb8 };
	struct peer peer;

	(void)state;
	for (unsigned last = 0; last < 3; last++) {
		v6[15] = (uint8_t)last;
		assert_int_equal(
			peer_collect(&policy, &(struct tls_trust){ .roots = world.roots },
				&(struct peer_shown){ .sent = list }, bytes_of(v6, 16),
				NOW, &peer),
			STATUS_OK);
		assert_int_equal(peer.name_ok, last == 1);
		peer_deinit(&peer);
	}
	sk_X509_pop_free(list, X509_free);
	X509_free(leaf);
}

static void nobody_asked_for_is_nobody_named(void **state)
{
	const struct tls_policy policy = { .identity = IDENTITY_NONE };
	const struct cert_spec spec = { .san = "DNS:dns.lab,IP:192.0.2.1" };
	X509 *leaf = make_cert(&spec, world.key, &world.inter, NULL);
	STACK_OF(X509) *list = make_list(&leaf, 1);
	struct peer peer;

	(void)state;
	assert_int_equal(
		peer_collect(&policy, &(struct tls_trust){ .roots = world.roots },
			&(struct peer_shown){ .sent = list }, bytes_of(v4, 4), NOW,
			&peer),
		STATUS_OK);
	assert_false(peer.name_ok);
	peer_deinit(&peer);
	sk_X509_pop_free(list, X509_free);
	X509_free(leaf);
}

/* --- the leaf -------------------------------------------------------------- */

enum key_kind { P256, RSA_1024, RSA_2048 };

static const struct leaf_row {
	const char *name;
	int path_error, leaf_error;
	enum key_kind key;
	struct cert_spec leaf;
} leaf_rows[] = {
	{ "a plain leaf", X509_V_OK, X509_V_OK, P256, { .cn = "leaf" } },
	{ "no subject", X509_V_OK, X509_V_OK, P256, { .san = "DNS:dns.lab" } },
	{ "RSA 2048", X509_V_OK, X509_V_OK, RSA_2048, { 0 } },
	{ "for TLS servers", X509_V_OK, X509_V_OK, P256,
		{ .extended_usage = "serverAuth" } },
	{ "the first second", X509_V_OK, X509_V_OK, P256, { .not_before_s = NOW } },
	{ "a second before the last", X509_V_OK, X509_V_OK, P256,
		{ .not_after_s = NOW + 1 } },

	/* RFC 5280 §4.1.2.5 still allows this second, OpenSSL does not: both modes
	 * take the stricter. */
	{ "the last second", X509_V_ERR_CERT_HAS_EXPIRED, X509_V_ERR_CERT_HAS_EXPIRED,
		P256, { .not_after_s = NOW } },
	{ "a second after the last", X509_V_ERR_CERT_HAS_EXPIRED,
		X509_V_ERR_CERT_HAS_EXPIRED, P256, { .not_after_s = NOW - 1 } },
	{ "a second before the first", X509_V_ERR_CERT_NOT_YET_VALID,
		X509_V_ERR_CERT_NOT_YET_VALID, P256, { .not_before_s = NOW + 1 } },
	{ "expired before it began", X509_V_ERR_CERT_NOT_YET_VALID,
		X509_V_ERR_CERT_NOT_YET_VALID, P256,
		{ .not_before_s = NOW + 9, .not_after_s = NOW - 9 } },
	{ "notBefore is no time", X509_V_ERR_ERROR_IN_CERT_NOT_BEFORE_FIELD,
		X509_V_ERR_ERROR_IN_CERT_NOT_BEFORE_FIELD, P256,
		{ .not_before_text = "yesterday" } },
	{ "notBefore without its zone", X509_V_ERR_ERROR_IN_CERT_NOT_BEFORE_FIELD,
		X509_V_ERR_ERROR_IN_CERT_NOT_BEFORE_FIELD, P256,
		{ .not_before_text = "260601000000" } },
	{ "RSA 1024", X509_V_ERR_EE_KEY_TOO_SMALL, X509_V_ERR_EE_KEY_TOO_SMALL, RSA_1024,
		{ 0 } },
	{ "signed with SHA-1", X509_V_ERR_CA_MD_TOO_WEAK, X509_V_OK, P256,
		{ .digest = "SHA1" } },
	{ "for TLS clients", X509_V_ERR_INVALID_PURPOSE, X509_V_OK, P256,
		{ .extended_usage = "clientAuth" } },
	{ "for signing code", X509_V_ERR_INVALID_PURPOSE, X509_V_OK, P256,
		{ .extended_usage = "codeSigning" } },
	{ "its key may only sign CRLs", X509_V_ERR_INVALID_PURPOSE, X509_V_OK, P256,
		{ .usage = "critical,cRLSign" } },
};

static void leaf_row(void **state)
{
	const struct leaf_row *row = *state;
	EVP_PKEY *keys[] = { world.key, world.rsa_1024, world.rsa_2048 };
	X509 *leaf = make_cert(&row->leaf, keys[row->key], &world.inter, NULL);
	X509 *sent[] = { leaf, world.inter.certificate };
	struct peer peer;

	collect(world.roots, sent, 2, &peer);
	assert_int_equal(peer.path_error, row->path_error);
	assert_int_equal(peer.leaf_error, row->leaf_error);
	assert_int_equal(peer.built.n, row->path_error == X509_V_OK ? 3 : 0);
	assert_int_equal(peer.sent.n, 2);
	X509_free(leaf);
}

static void what_is_shown_is_what_was_sent(void **state)
{
	const struct cert_spec spec = {
		.cn = "dns", .not_before_s = NOW - 7, .not_after_s = NOW + 7
	};
	X509 *leaf = make_cert(&spec, world.key, &world.inter, NULL);
	X509 *sent[] = { leaf, world.inter.certificate };
	struct pin pins[] = { make_pin(leaf), make_pin(world.inter.certificate),
		make_pin(world.root.certificate) };
	struct peer peer;

	(void)state;
	collect(world.roots, sent, 2, &peer);
	assert_string_equal(peer.sent.certificates[0].subject, "CN=dns");
	assert_int_equal(peer.sent.certificates[0].not_before_s, NOW - 7);
	assert_int_equal(peer.sent.certificates[0].not_after_s, NOW + 7);
	for (size_t i = 0; i < 3; i++)
		assert_true(pin_equal(&peer.built.certificates[i].pin, &pins[i]));
	X509_free(leaf);
}

static void a_subject_cannot_reach_the_terminal(void **state)
{
	const struct cert_spec spec = { .cn = "\x1b[2J\n\xc2\x9b"
					      "dns" };
	X509 *leaf = make_cert(&spec, world.key, &world.inter, NULL);
	struct peer peer;

	(void)state;
	collect(world.roots, &leaf, 1, &peer);
	for (const char *p = peer.sent.certificates[0].subject; *p != '\0'; p++)
		assert_in_range(*p, 0x20, 0x7e);
	assert_non_null(strstr(peer.sent.certificates[0].subject, "dns"));
	X509_free(leaf);
}

/* As it comes from the wire, without what OpenSSL remembers of its making. */
static X509 *read_again(X509 *certificate)
{
	unsigned char *der = NULL;
	const unsigned char *p;
	X509 *out;
	int n = i2d_X509(certificate, &der);

	p = der;
	out = d2i_X509(NULL, &p, n);
	assert_non_null(out);
	OPENSSL_free(der);
	X509_free(certificate);
	return out;
}

/* A key that nobody here can use is the server's fault, not trouble of ours. */
static void an_unknown_kind_of_key_is_evidence(void **state)
{
	const struct cert_spec spec = { .cn = "odd", .san = "DNS:dns.lab" };
	X509 *leaf = make_cert(&spec, world.key, &world.inter, NULL);
	unsigned char *bits = OPENSSL_memdup("key", 3);
	struct peer peer;

	(void)state;
	assert_int_equal(X509_PUBKEY_set0_param(X509_get_X509_PUBKEY(leaf),
				 OBJ_txt2obj("1.2.3.4", 1), V_ASN1_NULL, NULL, bits, 3),
		1);
	assert_true(X509_sign(leaf, world.inter.key, EVP_sha256()) > 0);
	leaf = read_again(leaf);
	collect(world.roots, &leaf, 1, &peer);
	assert_int_not_equal(peer.path_error, X509_V_OK);
	assert_int_equal(peer.leaf_error, X509_V_ERR_EE_KEY_TOO_SMALL);
	X509_free(leaf);
}

static void nothing_sent_is_malformed(void **state)
{
	STACK_OF(X509) *list = sk_X509_new_null();
	struct peer peer;

	(void)state;
	assert_int_equal(
		peer_collect(&by_name, &(struct tls_trust){ .roots = world.roots },
			&(struct peer_shown){ .sent = list }, bytes_of(v4, 4), NOW,
			&peer),
		STATUS_MALFORMED);
	assert_int_equal(
		peer_collect(&by_name, &(struct tls_trust){ .roots = world.roots },
			&(struct peer_shown){ .sent = NULL }, bytes_of(v4, 4), NOW,
			&peer),
		STATUS_MALFORMED);
	assert_int_not_equal(peer.path_error, X509_V_OK);
	assert_int_not_equal(peer.leaf_error, X509_V_OK);
	assert_false(peer.name_ok);
	sk_X509_free(list);
}

/* pins_only asks no root: not even a good path is looked for. */
static void pins_only_builds_no_path(void **state)
{
	const struct tls_policy policy = {
		.identity = IDENTITY_NAME, .auth_name = "dns.lab", .pkix = PKIX_PINS_ONLY
	};
	const struct cert_spec spec = { .san = "DNS:dns.lab" };
	X509 *leaf = make_cert(&spec, world.key, &world.inter, NULL);
	X509 *sent[] = { leaf, world.inter.certificate };
	STACK_OF(X509) *list = make_list(sent, 2);
	struct peer peer;

	(void)state;
	assert_int_equal(
		peer_collect(&policy, &(struct tls_trust){ .roots = world.roots },
			&(struct peer_shown){ .sent = list }, bytes_of(v4, 4), NOW,
			&peer),
		STATUS_OK);
	assert_int_equal(peer.leaf_error, X509_V_OK);
	assert_true(peer.name_ok);
	assert_int_not_equal(peer.path_error, X509_V_OK);
	assert_int_equal(peer.built.n, 0);
	peer_deinit(&peer);
	sk_X509_pop_free(list, X509_free);
	X509_free(leaf);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ipv6_is_compared_byte_by_byte),
		cmocka_unit_test(nobody_asked_for_is_nobody_named),
		cmocka_unit_test(what_is_shown_is_what_was_sent),
		cmocka_unit_test(a_subject_cannot_reach_the_terminal),
		cmocka_unit_test(an_unknown_kind_of_key_is_evidence),
		cmocka_unit_test(nothing_sent_is_malformed),
		cmocka_unit_test(pins_only_builds_no_path),
	};
	int failed;

	world_init();
	failed = run_rows(
		"names", name_rows, sizeof *name_rows, ROWS(name_rows), name_row);
	failed += run_rows(
		"leaves", leaf_rows, sizeof *leaf_rows, ROWS(leaf_rows), leaf_row);
	failed += cmocka_run_group_tests_name("rest", tests, NULL, NULL);
	world_deinit();
	return failed;
}
