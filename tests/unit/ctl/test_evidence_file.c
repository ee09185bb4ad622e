/* Files of evidence, whatever is in them and whatever they are called. */
#include "ctl/evidence_file.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <openssl/pem.h>

#include "tests/unit/rows.h"
#include "tests/unit/tls/make_cert.h"

#define DIGEST         "0123456789abcdef0123456789abcdef"
#define FILE_BYTES_MAX 8192

static char pem[4096]; /* of one certificate */

static int make_pem(void **state)
{
	struct issuer ca = make_ca("a.lab", NULL);
	BIO *bio = BIO_new(BIO_s_mem());
	long n;
	char *p;

	(void)state;
	PEM_write_bio_X509(bio, ca.certificate);
	n = BIO_get_mem_data(bio, &p);
	snprintf(pem, sizeof pem, "%.*s", (int)n, p);
	BIO_free(bio);
	issuer_deinit(&ca);
	return 0;
}

static enum status parse(const char *name, const char *content, struct evidence *out)
{
	char why[256];
	struct text error = text_in(why, sizeof why);
	enum status status = evidence_parse(name, bytes_of_text(content), &error, out);

	assert_int_equal(strncmp(why, name, strlen(name)), 0);
	return status;
}

/* --- the name -------------------------------------------------------------- */

static const struct name_row {
	const char *name, *file, *class;
} name_rows[] = {
	{ "misissued", "alpha-misissued-" DIGEST ".pem", "misissued" },
	{ "misnamed", "alpha-misnamed-" DIGEST ".pem", "misnamed" },
	{ "unverified", "alpha-unverified-" DIGEST ".pem", "unverified" },
	{ "with a path", "/a-misnamed-/b/alpha-unverified-" DIGEST ".pem", "unverified" },
	{ "an upstream called so", "a-misnamed-b-misissued-" DIGEST ".pem", "misissued" },
	{ "an upstream of one dash", "--misissued-" DIGEST ".pem", "misissued" },

	{ "no upstream", "-misissued-" DIGEST ".pem", "" },
	{ "another class", "alpha-mislaid-" DIGEST ".pem", "" },
	{ "a longer class", "alpha-xmisissued-" DIGEST ".pem", "" },
	{ "no class", "alpha-" DIGEST ".pem", "" },
	{ "a short digest", "alpha-misissued-0123.pem", "" },
	{ "a long digest", "alpha-misissued-" DIGEST "0.pem", "" },
	{ "no digest", "alpha-misissued-.pem", "" },
	{ "another ending", "alpha-misissued-" DIGEST ".txt", "" },
	{ "no ending", "alpha-misissued-" DIGEST, "" },
	{ "nothing but an ending", ".pem", "" },
};

static void classify_row(void **state)
{
	const struct name_row *row = *state;
	struct evidence e;

	assert_int_equal(parse(row->file, pem, &e), STATUS_OK);
	assert_string_equal(evidence_class_word(e.class), row->class);
	assert_int_equal(evidence_class_text(e.class)[0] != '\0', row->class[0] != '\0');
	evidence_deinit(&e);
}

/* --- the lines before ------------------------------------------------------ */

static const struct head_row {
	const char *name, *head;
	const char *refused, *upstream, *verdict, *reason;
	bool has_time;
} head_rows[] = {
	{ "all",
		"refused: 2026-01-02T03:04:05Z\nupstream: a\nverdict: pin_mismatch: "
		"x\n\n",
		"2026-01-02T03:04:05Z", "a", "pin_mismatch: x", "pin_mismatch", true },
	{ "none", "", "", "", "", "", false },
	{ "in another order",
		"verdict: ct_no_scts: no SCTs\nrefused: 2026-01-02T03:04:05Z\n",
		"2026-01-02T03:04:05Z", "", "ct_no_scts: no SCTs", "ct_no_scts", true },
	{ "the last of two", "upstream: a\nupstream: b\n", "", "b", "", "", false },
	{ "others beside them", "hello\nupstream: a\nweather: fine\n", "", "a", "", "",
		false },
	{ "an empty value", "upstream: \nverdict: \n", "", "", "", "", false },
	{ "no space behind the key", "upstream:a\n", "", "", "", "", false },
	{ "a space before the key", " upstream: a\n", "", "", "", "", false },
	{ "no time", "refused: yesterday\n", "yesterday", "", "", "", false },
	{ "no reason of ours", "verdict: pin_mismatched: x\n", "", "",
		"pin_mismatched: x", "", false },
	{ "a reason alone", "verdict: pkix_denied\n", "", "", "pkix_denied",
		"pkix_denied", false },
	{ "accepted is no reason", "verdict: ok: x\n", "", "", "ok: x", "", false },
};

static void head_row(void **state)
{
	const struct head_row *row = *state;
	char content[FILE_BYTES_MAX];
	struct evidence e;

	snprintf(content, sizeof content, "%s%s", row->head, pem);
	assert_int_equal(parse("x.pem", content, &e), STATUS_OK);
	assert_string_equal(e.refused, row->refused);
	assert_string_equal(e.upstream, row->upstream);
	assert_string_equal(e.verdict, row->verdict);
	assert_string_equal(evidence_reason(&e), row->reason);
	assert_int_equal(e.refused_s != INT64_MIN, row->has_time);
	assert_string_equal(e.pem, pem);
	evidence_deinit(&e);
}

static void a_long_line_is_cut(void **state)
{
	char content[FILE_BYTES_MAX] = "upstream: ";
	size_t n = strlen(content);
	struct evidence e;

	(void)state;
	memset(content + n, 'x', 3000);
	snprintf(content + n + 3000, sizeof content - n - 3000, "\n%s", pem);
	assert_int_equal(parse("x.pem", content, &e), STATUS_OK);
	assert_int_equal(strlen(e.upstream), sizeof e.upstream - 1);
	evidence_deinit(&e);
}

/* --- the blocks ------------------------------------------------------------ */

#define SCTS   "-----BEGIN SCT LIST-----\nAAEC\n-----END SCT LIST-----\n"
#define OTHER  "-----BEGIN SCT LIST-----\nAwQF\n-----END SCT LIST-----\n"
#define STAPLE "-----BEGIN OCSP RESPONSE-----\nBgcI\n-----END OCSP RESPONSE-----\n"
#define KEY    "-----BEGIN PUBLIC KEY-----\nAAEC\n-----END PUBLIC KEY-----\n"
#define BROKEN "-----BEGIN SCT LIST-----\n!\n-----END SCT LIST-----\n"
#define CUT    "-----BEGIN SCT LIST-----\nAAEC\n"

/* %s stands for the certificate. */
static const struct block_row {
	const char *name, *content;
	enum status status;
	const char *scts, *staple; /* NULL: none */
} block_rows[] = {
	{ "certificate alone", "%s", STATUS_OK, NULL, NULL },
	{ "both", "%s" SCTS STAPLE, STATUS_OK, "\0\1\2", "\6\7\10" },
	{ "before the certificate", SCTS STAPLE "%s", STATUS_OK, "\0\1\2", "\6\7\10" },
	{ "the first of two", "%s" SCTS OTHER, STATUS_OK, "\0\1\2", NULL },
	{ "another block", "%s" KEY, STATUS_OK, NULL, NULL },
	{ "text between", "%s\nfoo\n" STAPLE "bar", STATUS_OK, NULL, "\6\7\10" },

	{ "empty", "", STATUS_NOTFOUND, NULL, NULL },
	{ "no certificate", SCTS STAPLE, STATUS_NOTFOUND, NULL, NULL },
	{ "a broken block", "%s" BROKEN, STATUS_MALFORMED, NULL, NULL },
	{ "a broken block behind a good one", "%s" SCTS BROKEN, STATUS_MALFORMED, NULL,
		NULL },
	{ "a block that is cut", "%s" CUT, STATUS_MALFORMED, NULL, NULL },
};

static void expect_bytes(struct bytes found, const char *expected)
{
	if (expected == NULL) {
		assert_null(found.p);
		return;
	}
	assert_int_equal(found.n, 3);
	assert_memory_equal(found.p, expected, 3);
}

static void block_row(void **state)
{
	const struct block_row *row = *state;
	const char *at = strstr(row->content, "%s");
	char content[FILE_BYTES_MAX];
	struct evidence e;

	if (at == NULL)
		snprintf(content, sizeof content, "%s", row->content);
	else
		snprintf(content, sizeof content, "%.*s%s%s", (int)(at - row->content),
			row->content, pem, at + 2);
	assert_int_equal(parse("x.pem", content, &e), row->status);
	if (row->status != STATUS_OK)
		return;
	expect_bytes(e.shown.tls_scts, row->scts);
	expect_bytes(e.shown.staple, row->staple);
	evidence_deinit(&e);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(a_long_line_is_cut) };
	int failed = cmocka_run_group_tests(tests, make_pem, NULL);

	failed += run_rows(
		"names", name_rows, sizeof *name_rows, ROWS(name_rows), classify_row);
	failed += run_rows(
		"heads", head_rows, sizeof *head_rows, ROWS(head_rows), head_row);
	return failed + run_rows("blocks", block_rows, sizeof *block_rows,
				ROWS(block_rows), block_row);
}
