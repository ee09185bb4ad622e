/* Certificates whose SCTs other people's software stumbled over. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "ct/certificate.h"
#include "ct/sct.h"
#include "tests/unit/ct/openssl_ct.h"
#include "tests/unit/ct/real.h"
#include "tests/unit/rows.h"

#define BUFFER 4096

static const struct row {
	const char *name;
	size_t list_bytes;
	enum status list;
	size_t scts;
	const uint64_t timestamps_ms[3];
} rows[] = {
	/* The last byte of its list is missing. */
	{ "badsct-b746443b.der", 360, STATUS_MALFORMED, 0, { 0 } },
	/* Well formed; what is bad are the signatures, and their issuer is unknown. */
	{ "badsct-dccf0f1a.der", 362, STATUS_OK, 3,
		{ 1660809990186, 1660809989587, 1660809989959 } },
	/* A precertificate: poison, and no SCTs yet. */
	{ "unparsable-8d1e8e25.der", 0, STATUS_MALFORMED, 0, { 0 } },
};

static struct bytes read_input(const char *name, uint8_t *out, size_t cap)
{
	char file[PATH_MAX / 2], path[PATH_MAX];
	FILE *f;
	size_t n;

	snprintf(file, sizeof file, "ct-malformed/%s", name);
	real_path(path, file);
	f = fopen(path, "rb");
	assert_non_null(f);
	n = fread(out, 1, cap, f);
	assert_in_range(n, 1, cap - 1);
	fclose(f);
	return bytes_of(out, n);
}

static void expect_list(const struct row *row, struct bytes in, STACK_OF(SCT) * theirs)
{
	struct sct_list list;

	assert_int_equal(sct_list_decode(in, &list), row->list);
	assert_int_equal(list.n, row->scts);
	assert_int_equal(theirs != NULL ? sk_SCT_num(theirs) : 0, row->scts);
	for (size_t i = 0; i < list.n; i++) {
		SCT *their = sk_SCT_value(theirs, (int)i);
		unsigned char *signature;
		struct sct sct;

		assert_int_equal(sct_decode(list.items[i], &sct), STATUS_OK);
		assert_int_equal(sct.timestamp_ms, row->timestamps_ms[i]);
		assert_int_equal(sct.timestamp_ms, SCT_get_timestamp(their));
		assert_int_equal(sct.signature.n, SCT_get0_signature(their, &signature));
		assert_memory_equal(sct.signature.p, signature, sct.signature.n);
	}
}

/* Deleting what is not there leaves the TBSCertificate as it stood. */
static void expect_tbs(const struct ct_certificate *certificate, X509 *x)
{
	int place = X509_get_ext_by_NID(x, NID_ct_precert_scts, -1);
	unsigned char *want = NULL;
	uint8_t got[BUFFER];
	size_t n;
	int want_n;

	assert_int_equal(
		ct_certificate_precert_tbs(certificate, got, sizeof got, &n), STATUS_OK);
	if (place >= 0)
		X509_EXTENSION_free(X509_delete_ext(x, place));
	want_n = i2d_re_X509_tbs(x, &want);
	assert_int_equal(want_n, n);
	assert_memory_equal(got, want, n);
	OPENSSL_free(want);
}

static void row_run(void **state)
{
	const struct row *row = *state;
	uint8_t buffer[BUFFER];
	struct bytes in = read_input(row->name, buffer, sizeof buffer);
	const unsigned char *p = in.p;
	X509 *x = d2i_X509(NULL, &p, (long)in.n);
	struct ct_certificate certificate;
	STACK_OF(SCT) * theirs;

	assert_non_null(x);
	theirs = openssl_ct_embedded(x);
	assert_int_equal(ct_certificate_read(in, &certificate), STATUS_OK);
	assert_false(certificate.scts_broken);
	assert_int_equal(certificate.sct_list.n, row->list_bytes);
	expect_list(row, certificate.sct_list, theirs);
	expect_tbs(&certificate, x);
	SCT_LIST_free(theirs);
	X509_free(x);
}

int main(void)
{
	if (!real_data_is_there("test_malformed"))
		return 77;
	return run_rows("malformed", rows, sizeof *rows, ROWS(rows), row_run);
}
