/* Real certificates of ten years with their issuers: every embedded SCT is what the
 * data says it is, and as good as OpenSSL finds it; step by step, and in the report. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include <openssl/sha.h>

#include "base/base64.h"
#include "ct/certificate.h"
#include "ct/signature.h"
#include "ct/verify.h"
#include "tests/unit/ct/openssl_ct.h"
#include "tests/unit/ct/real.h"
#include "tests/unit/rows.h"

#define CHAINS_MIN 48
#define CHAINS_MAX 200

/* The signatures of all others are good. */
static const struct exception {
	const char *number;
	const char *why;
} exceptions[] = {
	{ "003", "a log of redacted names signed another TBSCertificate" },
	{ "049", "the certificate differs from its precertificate" },
};

struct row {
	const char *name;
	json_t *chain;
};

static struct real_logs logs;
static CTLOG_STORE *store;
static struct loglist *list_of_all; /* the list that has every log of these SCTs */
static size_t chains_seen, scts_seen, scts_valid, scts_agreed;

static bool is_exception(const char *name)
{
	for (size_t i = 0; i < ROWS(exceptions); i++)
		if (strncmp(name, exceptions[i].number, 3) == 0)
			return true;
	return false;
}

/* "2016-03-10T17:19:01.662000Z", the fraction left out if it is 0. */
static uint64_t time_ms(const char *text)
{
	struct tm tm = { 0 };
	const char *rest = strptime(text, "%Y-%m-%dT%H:%M:%S", &tm);
	uint64_t ms = 0;

	assert_non_null(rest);
	if (*rest == '.')
		ms = strtoul(rest + 1, NULL, 10) / 1000;
	return (uint64_t)timegm(&tm) * 1000 + ms;
}

static const char *text_of(json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	assert_non_null(text);
	return text;
}

static void expect_base64(json_t *object, const char *key, struct bytes want)
{
	uint8_t got[64];
	size_t n;

	assert_int_equal(
		base64_decode(bytes_of_text(text_of(object, key)), got, sizeof got, &n),
		STATUS_OK);
	assert_true(bytes_equal(bytes_of(got, n), want));
}

/* One chain, as it is read. */
struct chain {
	X509 *leaf, *issuer;
	unsigned char *der, *tbs;
	struct ct_certificate certificate;
	uint8_t key_hash[SHA256_DIGEST_LENGTH];
	struct ct_entry entry;
};

static void chain_init(struct chain *c, const char *name)
{
	unsigned char *spki = NULL;
	size_t tbs_n;
	int n;

	c->leaf = real_certificate(name, "leaf.pem");
	c->issuer = real_certificate(name, "issuer.pem");
	n = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(c->issuer), &spki);
	assert_true(n > 0);
	SHA256(spki, (size_t)n, c->key_hash);
	OPENSSL_free(spki);
	c->der = NULL;
	n = i2d_X509(c->leaf, &c->der);
	assert_true(n > 0);
	assert_int_equal(
		ct_certificate_read(bytes_of(c->der, (size_t)n), &c->certificate),
		STATUS_OK);
	c->tbs = malloc((size_t)n);
	assert_non_null(c->tbs);
	assert_int_equal(
		ct_certificate_precert_tbs(&c->certificate, c->tbs, (size_t)n, &tbs_n),
		STATUS_OK);
	c->entry = (struct ct_entry){ .type = CT_ENTRY_PRECERT,
		.issuer_key_hash = bytes_of(c->key_hash, sizeof c->key_hash),
		.certificate = bytes_of(c->tbs, tbs_n) };
}

static void chain_deinit(struct chain *c)
{
	free(c->tbs);
	OPENSSL_free(c->der);
	X509_free(c->leaf);
	X509_free(c->issuer);
}

static void expect_tbs_as_openssl(const struct chain *c)
{
	X509 *copy = X509_dup(c->leaf);
	int place = X509_get_ext_by_NID(copy, NID_ct_precert_scts, -1);
	unsigned char *tbs = NULL;
	int n;

	if (place >= 0)
		X509_EXTENSION_free(X509_delete_ext(copy, place));
	n = i2d_re_X509_tbs(copy, &tbs);
	assert_true(n > 0);
	assert_true(bytes_equal(c->entry.certificate, bytes_of(tbs, (size_t)n)));
	OPENSSL_free(tbs);
	X509_free(copy);
}

static void expect_sct(const struct chain *c, struct bytes in, json_t *want, SCT *theirs,
	const CT_POLICY_EVAL_CTX *context, bool valid_wanted)
{
	const struct real_log *log;
	struct sct sct;
	bool valid;

	assert_int_equal(sct_decode(in, &sct), STATUS_OK);
	expect_base64(want, "log_id", sct.log_id);
	assert_int_equal(sct.timestamp_ms, time_ms(text_of(want, "ts")));
	assert_int_equal(sct.timestamp_ms, SCT_get_timestamp(theirs));
	log = real_logs_find(&logs, sct.log_id);
	assert_non_null(log);
	assert_true(ct_signature_supported(&sct, log->key));
	assert_int_equal(
		ct_signature_check(&sct, &c->entry, log->key, &valid), STATUS_OK);
	assert_int_equal(valid, valid_wanted);
	scts_seen++;
	scts_valid += valid;
	assert_int_equal(valid, SCT_validate(theirs, context) == 1);
	scts_agreed++;
}

static void expect_list(const struct chain *c, const struct row *row, json_t *want)
{
	STACK_OF(SCT) *theirs = openssl_ct_embedded(c->leaf);
	CT_POLICY_EVAL_CTX *context = openssl_ct_context(store, c->leaf, c->issuer);
	struct sct_list list;

	assert_int_equal(sct_list_decode(c->certificate.sct_list, &list), STATUS_OK);
	assert_int_equal(list.n, json_array_size(want));
	assert_int_equal(list.left_out, 0);
	assert_int_equal(sk_SCT_num(theirs), list.n);
	for (size_t i = 0; i < list.n; i++)
		expect_sct(c, list.items[i], json_array_get(want, i),
			sk_SCT_value(theirs, (int)i), context, !is_exception(row->name));
	CT_POLICY_EVAL_CTX_free(context);
	SCT_LIST_free(theirs);
}

static int64_t seconds_of(const ASN1_TIME *time)
{
	struct tm tm;

	assert_int_equal(ASN1_TIME_to_tm(time, &tm), 1);
	return timegm(&tm);
}

static void expect_report(const struct chain *c, const struct row *row, json_t *want)
{
	const struct ct_evidence evidence = {
		.leaf = c->certificate.der,
		.issuer_key_hash = c->entry.issuer_key_hash,
		.not_before_s = seconds_of(X509_get0_notBefore(c->leaf)),
		.not_after_s = seconds_of(X509_get0_notAfter(c->leaf)),
	};
	enum sct_signature wanted =
		is_exception(row->name) ? SCT_SIGNATURE_BAD : SCT_SIGNATURE_VALID;
	struct ct_report report;

	assert_int_equal(ct_verify(list_of_all, ct_policy_default(), &evidence,
				 evidence.not_after_s - 1, &report),
		STATUS_OK);
	assert_int_equal(report.n, json_array_size(want));
	assert_int_equal(report.list_broken[SCT_EMBEDDED], report.n == 0);
	for (size_t i = 0; i < report.n; i++) {
		json_t *sct = json_array_get(want, i);

		assert_int_equal(report.rows[i].signature, wanted);
		assert_true(report.rows[i].known);
		expect_base64(
			sct, "log_id", bytes_of(report.rows[i].log_id, SCT_LOG_ID_BYTES));
		assert_int_equal(
			report.rows[i].timestamp_ms, time_ms(text_of(sct, "ts")));
	}
}

static void chain_run(void **state)
{
	const struct row *row = *state;
	json_t *want = json_object_get(row->chain, "scts");
	struct sct_list list;
	struct chain c;

	chain_init(&c, row->name);
	expect_base64(row->chain, "issuer_spki_sha256", c.entry.issuer_key_hash);
	expect_tbs_as_openssl(&c);
	assert_false(c.certificate.scts_broken);
	assert_true(json_is_array(want));
	if (json_array_size(want) > 0)
		expect_list(&c, row, want);
	else /* 052: an extension with an empty list */
		assert_int_equal(
			sct_list_decode(c.certificate.sct_list, &list), STATUS_MALFORMED);
	expect_report(&c, row, want);
	chain_deinit(&c);
	chains_seen++;
}

static void world_start(void)
{
	static const char *keys[REAL_LOGS_MAX];
	char path[PATH_MAX], why[200];
	struct text error = text_in(why, sizeof why);

	real_path(path, "loglists/crtsh_crtsh_v3_all_all_logs_list.json");
	if (loglist_read(path, &error, &list_of_all) != STATUS_OK) {
		fprintf(stderr, "%s\n", why);
		abort();
	}
	real_logs_init(&logs);
	for (size_t i = 0; i < logs.n; i++)
		keys[i] = logs.logs[i].base64;
	store = openssl_ct_store(keys, logs.n);
}

static void world_end(void)
{
	loglist_free(list_of_all);
	CTLOG_STORE_free(store);
	real_logs_deinit(&logs);
}

/* That what was compared is all that there is to compare. */
static void nothing_was_left_out(void **state)
{
	(void)state;
	assert_true(chains_seen >= CHAINS_MIN);
	assert_true(scts_seen > 0);
	assert_int_equal(scts_agreed, scts_seen);
	/* But for those of the exceptions. */
	assert_in_range(scts_valid, 1, scts_seen - 1);
}

int main(void)
{
	const struct CMUnitTest all[] = { cmocka_unit_test(nothing_was_left_out) };
	static struct row rows[CHAINS_MAX];
	json_t *manifest;
	size_t n;
	int failed;

	if (!real_data_is_there("test_real_chains"))
		return 77;
	world_start();
	manifest = real_manifest();
	for (n = 0; n < json_array_size(manifest) && n < CHAINS_MAX; n++) {
		rows[n].chain = json_array_get(manifest, n);
		rows[n].name = json_string_value(json_object_get(rows[n].chain, "dir"));
	}
	failed = run_rows("real chains", rows, sizeof *rows, n, chain_run);
	printf("%zu SCTs of %zu logs known: %zu valid, %zu as OpenSSL says\n", scts_seen,
		logs.n, scts_valid, scts_agreed);
	failed += cmocka_run_group_tests(all, NULL, NULL);
	json_decref(manifest);
	world_end();
	return failed;
}
