/* Certificates that browsers accept are accepted, under every policy; before their
 * SCTs' time they are not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include <openssl/sha.h>

#include "ct/verify.h"
#include "tests/unit/ct/real.h"
#include "tests/unit/rows.h"

#define OF_2024  "loglists/appmattus_log_list_2024-07-14-4fdb2a2.json"
#define OF_2025  "loglists/appmattus_log_list_2025-07-14-f3dfd05.json"
#define OF_2026  "loglists/azul_log_list.json"
#define OF_APPLE "loglists/crtsh_apple_current_log_list.json"

/* All logs of the certificate are in the list, and sharded as it says. */
static const struct row {
	const char *name; /* the chain's folder */
	const char *list;
	size_t scts;
} rows[] = {
	{ "054-2023-11-11-owa.wertzco.com", OF_2024, 3 },
	{ "058-2024-03-13-expired.rootca3.demo.amazontrust.com", OF_2024, 3 },
	{ "062-2024-04-01-revoked.rootca2.demo.amazontrust.com", OF_2025, 3 },
	{ "066-2025-02-22-valid.rootca2.demo.amazontrust.com", OF_2025, 3 },
	{ "070-2025-05-20-s3.amazonaws.com", OF_2026, 3 },
	{ "072-2025-09-10-26d54cff.sni.cloudflaressl.com", OF_2026, 2 },
	{ "078-2026-02-02-star.peg.a2z.com", OF_2026, 3 }, /* one log is static */
	{ "082-2026-02-19-stackoverflow.com", OF_2026, 2 },
	{ "082-2026-02-19-stackoverflow.com", OF_APPLE, 2 },
	{ "084-2026-02-27-www.fastly.com", OF_APPLE, 2 },
	{ "086-2026-03-10-microsoft.com", OF_2026, 3 }, /* exactly 180 days */
	{ "086-2026-03-10-microsoft.com", OF_APPLE, 3 },
};

static int64_t seconds_of(const ASN1_TIME *time)
{
	struct tm tm;

	assert_int_equal(ASN1_TIME_to_tm(time, &tm), 1);
	return timegm(&tm);
}

struct chain {
	unsigned char *der; /* owned */
	uint8_t key_hash[SHA256_DIGEST_LENGTH];
	struct ct_evidence evidence;
};

static void chain_init(struct chain *c, const char *name)
{
	X509 *leaf = real_certificate(name, "leaf.pem");
	X509 *issuer = real_certificate(name, "issuer.pem");
	unsigned char *spki = NULL;
	int n = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(issuer), &spki);

	memset(c, 0, sizeof *c);
	assert_true(n > 0);
	SHA256(spki, (size_t)n, c->key_hash);
	n = i2d_X509(leaf, &c->der);
	assert_true(n > 0);
	c->evidence.leaf = bytes_of(c->der, (size_t)n);
	c->evidence.issuer_key_hash = bytes_of(c->key_hash, sizeof c->key_hash);
	c->evidence.not_before_s = seconds_of(X509_get0_notBefore(leaf));
	c->evidence.not_after_s = seconds_of(X509_get0_notAfter(leaf));
	OPENSSL_free(spki);
	X509_free(leaf);
	X509_free(issuer);
}

static struct loglist *read_list(const char *file)
{
	char path[PATH_MAX], trouble[300];
	struct text error = text_in(trouble, sizeof trouble);
	struct loglist *list = NULL;

	real_path(path, file);
	assert_int_equal(loglist_read(path, &error, &list), STATUS_OK);
	return list;
}

static void expect_counted(struct loglist *list, const struct ct_policy *policy,
	const struct row *row, const struct chain *chain)
{
	int64_t at_s = chain->evidence.not_before_s + 10 * 86400;
	struct ct_report report;

	assert_int_equal(
		ct_verify(list, policy, &chain->evidence, at_s, &report), STATUS_OK);
	assert_int_equal(report.outcome, CT_SATISFIED);
	assert_int_equal(report.n, row->scts);
	for (size_t i = 0; i < report.n; i++)
		assert_int_equal(report.rows[i].status, SCT_STATUS_OK);
}

/* Two days before the certificate began. Logs of the list may not be good then. */
static void expect_none_counted(struct loglist *list, const struct ct_policy *policy,
	const struct row *row, const struct chain *chain)
{
	int64_t at_s = chain->evidence.not_before_s - 2 * 86400;
	struct ct_report report;

	assert_int_equal(
		ct_verify(list, policy, &chain->evidence, at_s, &report), STATUS_OK);
	assert_int_equal(report.outcome, CT_TOO_FEW);
	assert_int_equal(report.n, row->scts);
	for (size_t i = 0; i < report.n; i++) {
		assert_int_equal(report.rows[i].signature, SCT_SIGNATURE_VALID);
		assert_int_equal(report.rows[i].status, SCT_STATUS_FUTURE);
	}
}

static void verify_row(void **state)
{
	const struct row *row = *state;
	struct loglist *list = read_list(row->list);
	const struct ct_policy *policy;
	struct chain chain;

	chain_init(&chain, row->name);
	for (size_t i = 0; (policy = ct_policy_at(i)) != NULL; i++) {
		expect_counted(list, policy, row, &chain);
		expect_none_counted(list, policy, row, &chain);
	}
	OPENSSL_free(chain.der);
	loglist_free(list);
}

int main(void)
{
	if (!real_data_is_there("test_verify_real"))
		return 77;
	return run_rows("verify, real", rows, sizeof *rows, ROWS(rows), verify_row);
}
