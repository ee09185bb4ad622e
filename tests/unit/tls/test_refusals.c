/* A refused server gets an alert and not one byte: with each certificate that a
 * rule refuses, in TLS 1.2 and 1.3. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/rows.h"
#include "tests/unit/tls/tls_pair.h"
#include "tests/unit/tls/world.h"

#define NOW MAKE_CERT_NOW
/* Of a chain that verified: when the server has shown its key, with the staple. */
#define LATE  SSL_AD_BAD_CERTIFICATE_STATUS_RESPONSE
#define NAMES .san = "DNS:dns.lab,IP:192.0.2.1"

enum by { BY_INTER, BY_ROOT, BY_STRANGER, BY_ITSELF, BY_FORGER };
enum pinned { PINNED_NONE, PINNED_LEAF, PINNED_INTER, PINNED_ROOT, PINNED_GENUINE };

static const struct row {
	const char *name;
	enum reason reason;
	int alert;
	struct cert_spec leaf;
	enum by by;
	bool weak, genuine_appended;
	enum pinned pinned;
	struct tls_policy policy;
} rows[] = {
	{ "an honest server", REASON_NONE, -1, .leaf = { NAMES } },
	{ "asked for by name", REASON_NONE, -1, .leaf = { NAMES },
		.policy = { .identity = IDENTITY_NAME, .auth_name = "dns.lab" } },
	{ "its leaf is pinned", REASON_NONE, -1, .leaf = { NAMES },
		.pinned = PINNED_LEAF },
	{ "its issuer is pinned", REASON_NONE, -1, .leaf = { NAMES },
		.pinned = PINNED_INTER },
	{ "its root is pinned", REASON_NONE, -1, .leaf = { NAMES },
		.pinned = PINNED_ROOT },
	{ "a wrong pin, reported", REASON_NONE, -1, .leaf = { NAMES },
		.pinned = PINNED_GENUINE, .policy = { .pin_mode = PIN_REPORT } },
	{ "pins only, self-signed", REASON_NONE, -1, .leaf = { .cn = "own" },
		.by = BY_ITSELF, .pinned = PINNED_LEAF,
		.policy = { .identity = IDENTITY_NONE, .pkix = PKIX_PINS_ONLY } },

	{ "self-signed", REASON_PKIX_UNTRUSTED, SSL_AD_UNKNOWN_CA, .leaf = { NAMES },
		.by = BY_ITSELF },
	{ "self-signed, leaf pinned", REASON_PKIX_UNTRUSTED, SSL_AD_UNKNOWN_CA,
		.leaf = { NAMES }, .by = BY_ITSELF, .pinned = PINNED_LEAF },
	{ "self-signed, the genuine one appended", REASON_PKIX_UNTRUSTED,
		SSL_AD_UNKNOWN_CA, .leaf = { NAMES }, .by = BY_ITSELF,
		.genuine_appended = true, .pinned = PINNED_GENUINE },
	{ "another CA's, the genuine one appended", REASON_PIN_MISMATCH, LATE,
		.leaf = { NAMES }, .by = BY_ROOT, .genuine_appended = true,
		.pinned = PINNED_GENUINE },
	{ "an unknown CA's", REASON_PKIX_UNTRUSTED, SSL_AD_UNKNOWN_CA, .leaf = { NAMES },
		.by = BY_STRANGER },
	{ "forged, names the pinned issuer", REASON_PKIX_SIGNATURE, SSL_AD_DECRYPT_ERROR,
		.leaf = { NAMES }, .by = BY_FORGER, .pinned = PINNED_INTER },
	{ "expired", REASON_PKIX_EXPIRED, SSL_AD_CERTIFICATE_EXPIRED,
		.leaf = { NAMES, .not_after_s = NOW - 1 } },
	{ "expired, leaf pinned", REASON_PKIX_EXPIRED, SSL_AD_CERTIFICATE_EXPIRED,
		.leaf = { NAMES, .not_after_s = NOW - 1 }, .pinned = PINNED_LEAF },
	{ "not valid yet", REASON_PKIX_NOT_YET_VALID, SSL_AD_BAD_CERTIFICATE,
		.leaf = { NAMES, .not_before_s = NOW + 1 } },
	{ "a weak key", REASON_PKIX_WEAK, SSL_AD_BAD_CERTIFICATE, .leaf = { NAMES },
		.weak = true },
	{ "signed with SHA-1", REASON_PKIX_WEAK, SSL_AD_BAD_CERTIFICATE,
		.leaf = { NAMES, .digest = "SHA1" } },
	{ "for TLS clients", REASON_PKIX_PURPOSE, SSL_AD_UNSUPPORTED_CERTIFICATE,
		.leaf = { NAMES, .extended_usage = "clientAuth" } },
	{ "another address", REASON_NAME_MISMATCH, SSL_AD_BAD_CERTIFICATE,
		.leaf = { .san = "IP:192.0.2.2,DNS:dns.lab" } },
	{ "another name", REASON_NAME_MISMATCH, SSL_AD_BAD_CERTIFICATE,
		.leaf = { .san = "DNS:other.lab,IP:192.0.2.1" },
		.policy = { .identity = IDENTITY_NAME, .auth_name = "dns.lab" } },
	{ "another name, leaf pinned", REASON_NAME_MISMATCH, SSL_AD_BAD_CERTIFICATE,
		.leaf = { .san = "DNS:other.lab,IP:192.0.2.1" }, .pinned = PINNED_LEAF,
		.policy = { .identity = IDENTITY_NAME, .auth_name = "dns.lab" } },
	{ "the name in CN", REASON_NAME_MISMATCH, SSL_AD_BAD_CERTIFICATE,
		.leaf = { .cn = "dns.lab" },
		.policy = { .identity = IDENTITY_NAME, .auth_name = "dns.lab" } },
	{ "a wrong pin", REASON_PIN_MISMATCH, LATE, .leaf = { NAMES },
		.pinned = PINNED_GENUINE },
	{ "CT required", REASON_CT_NO_SCTS, LATE, .leaf = { NAMES },
		.policy = { .ct = CT_MODE_REQUIRE } },
	{ "CT required, leaf pinned", REASON_CT_NO_SCTS, LATE, .leaf = { NAMES },
		.pinned = PINNED_LEAF, .policy = { .ct = CT_MODE_REQUIRE } },
	{ "pins only, a wrong pin", REASON_PIN_MISMATCH, SSL_AD_BAD_CERTIFICATE,
		.leaf = { NAMES }, .pinned = PINNED_GENUINE,
		.policy = { .identity = IDENTITY_NONE, .pkix = PKIX_PINS_ONLY } },
	{ "pins only, no pin", REASON_PIN_MISMATCH, SSL_AD_BAD_CERTIFICATE,
		.leaf = { NAMES },
		.policy = { .identity = IDENTITY_NONE, .pkix = PKIX_PINS_ONLY } },
	{ "pins only, the genuine one appended", REASON_PIN_MISMATCH,
		SSL_AD_BAD_CERTIFICATE, .leaf = { NAMES }, .by = BY_ITSELF,
		.genuine_appended = true, .pinned = PINNED_GENUINE,
		.policy = { .identity = IDENTITY_NONE, .pkix = PKIX_PINS_ONLY } },
	{ "pins only, expired", REASON_PKIX_EXPIRED, SSL_AD_CERTIFICATE_EXPIRED,
		.leaf = { .not_after_s = NOW - 1 }, .by = BY_ITSELF,
		.pinned = PINNED_LEAF,
		.policy = { .identity = IDENTITY_NONE, .pkix = PKIX_PINS_ONLY } },
};

static X509 *make_leaf(const struct row *row, EVP_PKEY *key)
{
	switch (row->by) {
	case BY_ROOT:
		return make_cert(&row->leaf, key, &world.root, NULL);
	case BY_STRANGER:
		return make_cert(&row->leaf, key, &world.stranger, NULL);
	case BY_ITSELF:
		return make_cert(&row->leaf, key, NULL, NULL);
	case BY_FORGER:
		return make_cert(&row->leaf, key, &world.inter, world.stranger.key);
	default:
		return make_cert(&row->leaf, key, &world.inter, NULL);
	}
}

static struct pair_server make_like(const struct row *row, int version)
{
	struct pair_server like = { .version = version };
	size_t n = 0;

	like.key = row->weak ? world.rsa_1024 : world.other_key;
	like.chain[n++] = make_leaf(row, like.key);
	if (row->genuine_appended)
		like.chain[n++] = world.leaf;
	like.chain[n++] = world.inter.certificate;
	return like;
}

static const X509 *pinned_certificate(const struct row *row, X509 *leaf)
{
	const X509 *all[] = { NULL, leaf, world.inter.certificate, world.root.certificate,
		world.leaf };

	return all[row->pinned];
}

static void assert_refused(struct pair *pair, const struct row *row)
{
	static const char query[] = "a question";
	struct bytes pem = session_refused_pem(pair->client);
	const struct verdict *v = session_verdict(pair->client);

	assert_int_equal(session_handshake(pair->client), SESSION_FAILED);
	assert_non_null(v);
	assert_false(v->accepted);
	assert_string_equal(reason_word(v->reason), reason_word(row->reason));
	assert_int_equal(session_trouble(pair->client), STATUS_OK);
	assert_true(pem.n > 0);
	assert_memory_equal(pem.p, "-----BEGIN CERTIFICATE-----", 27);

	assert_int_equal(
		session_write(pair->client, bytes_of_text(query)), STATUS_CLOSED);
	pair_run(pair, 1000);
	assert_int_equal(pair->at_server_n, 0);
	assert_int_equal(pair->alert, row->alert);
}

static void assert_accepted(struct pair *pair)
{
	static const char query[] = "a question";

	assert_int_equal(session_handshake(pair->client), SESSION_OPEN);
	assert_non_null(session_verdict(pair->client));
	assert_true(session_verdict(pair->client)->accepted);
	assert_int_equal(session_refused_pem(pair->client).n, 0);
	assert_int_equal(session_write(pair->client, bytes_of_text(query)), STATUS_OK);
	pair_run(pair, 1000);
	assert_int_equal(pair->at_server_n, strlen(query));
	assert_memory_equal(pair->at_server, query, strlen(query));
	assert_int_equal(pair->alert, -1);
}

static void run_version(const struct row *row, int version)
{
	struct pair_server like = make_like(row, version);
	const X509 *pinned = pinned_certificate(row, like.chain[0]);
	struct tls_policy policy = row->policy;
	struct tls_context context;
	struct pair pair;
	struct pin pin;

	if (pinned != NULL) {
		pin = make_pin(pinned);
		policy.pins = (struct pinset){ &pin, 1 };
	}
	assert_int_equal(
		tls_context_init(&context, &policy,
			&(struct tls_trust){ .roots = world.roots }, tls_alpn_dot),
		STATUS_OK);
	pair_init(&pair, &context, &like);
	pair_run(&pair, 1000);
	if (row->reason == REASON_NONE)
		assert_accepted(&pair);
	else
		assert_refused(&pair, row);
	pair_deinit(&pair);
	tls_context_deinit(&context);
	X509_free(like.chain[0]);
}

static void run_row(void **state)
{
	run_version(*state, TLS1_2_VERSION);
	run_version(*state, TLS1_3_VERSION);
}

int main(void)
{
	int failed;

	pair_set_clock();
	world_init();
	failed = run_rows("refusals", rows, sizeof *rows, ROWS(rows), run_row);
	world_deinit();
	return failed;
}
