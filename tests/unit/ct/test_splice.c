/* The TBSCertificate without its SCT extension, beside what OpenSSL makes of the same
 * certificate. */
#include "ct/certificate.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <openssl/x509v3.h>

#include "tests/unit/ct/make_sct.h"

#define OTHER_OID "1.2.3.4"

static struct issuer ca;
static EVP_PKEY *key;

static int world_start(void **state)
{
	(void)state;
	ca = make_ca("Splice CA", NULL);
	key = make_key();
	return 0;
}

static int world_end(void **state)
{
	(void)state;
	issuer_deinit(&ca);
	EVP_PKEY_free(key);
	return 0;
}

/* An OCTET STRING of `n` bytes that are never looked at. */
static struct der sct_value(size_t n)
{
	static const uint8_t zeros[MAKE_DER_MAX];

	return make_octet_string(bytes_of(zeros, n));
}

/* `got` must be what OpenSSL encodes once the extension is taken off. */
static void expect_as_openssl(X509 *x)
{
	int place = X509_get_ext_by_NID(x, NID_ct_precert_scts, -1);
	struct der der = make_certificate_der(x), want;
	struct ct_certificate certificate;
	uint8_t got[MAKE_DER_MAX];
	size_t n;

	assert_int_equal(ct_certificate_read(der_bytes(&der), &certificate), STATUS_OK);
	assert_int_equal(
		ct_certificate_precert_tbs(&certificate, got, sizeof got, &n), STATUS_OK);
	X509_EXTENSION_free(X509_delete_ext(x, place));
	want = make_tbs(x);
	assert_int_equal(n, want.n);
	assert_memory_equal(got, want.p, n);
}

/* Another extension of `filler` bytes moves all lengths around it over their edges. */
static void splice(size_t filler, size_t scts, int place)
{
	const struct cert_spec spec = { .cn = "splice.lab", .san = "DNS:splice.lab" };
	static const uint8_t zeros[MAKE_DER_MAX];
	struct der value = sct_value(scts);
	X509 *x = make_cert(&spec, key, &ca, NULL);

	make_extension(x, OTHER_OID, false, bytes_of(zeros, filler), -1);
	make_extension(x, MAKE_SCT_OID, false, der_bytes(&value), place);
	expect_as_openssl(x);
	X509_free(x);
}

/* The list of extensions, [3] and the TBSCertificate each grow from one byte of length
 * to two and three. */
static void every_length_of_the_others(void **state)
{
	(void)state;
	for (size_t filler = 0; filler < 300; filler++)
		for (int place = 0; place <= 2; place++)
			splice(filler, 100, place);
}

static void every_length_of_the_extension(void **state)
{
	(void)state;
	for (size_t scts = 1; scts < 300; scts++)
		for (int place = 0; place <= 2; place++)
			splice(10, scts, place);
}

static void two_bytes_of_length(void **state)
{
	(void)state;
	for (size_t filler = 5000; filler < 5010; filler++)
		splice(filler, 1000, 1);
}

static void a_critical_one(void **state)
{
	const struct cert_spec spec = { .cn = "splice.lab", .san = "DNS:splice.lab" };
	struct der value = sct_value(20);
	X509 *x = make_cert(&spec, key, &ca, NULL);

	(void)state;
	make_extension(x, MAKE_SCT_OID, true, der_bytes(&value), 0);
	expect_as_openssl(x);
	X509_free(x);
}

/* OpenSSL would leave an empty list; X.509 has none without extensions, nor has what
 * the log signed. */
static void the_only_one(void **state)
{
	const struct cert_spec spec = { .cn = "splice.lab" };
	struct der value = sct_value(20), der, want;
	X509 *x = make_cert(&spec, key, &ca, NULL);
	struct ct_certificate certificate;
	uint8_t got[MAKE_DER_MAX];
	size_t n;

	(void)state;
	want = make_tbs(x);
	make_extension(x, MAKE_SCT_OID, false, der_bytes(&value), -1);
	der = make_certificate_der(x);
	assert_int_equal(ct_certificate_read(der_bytes(&der), &certificate), STATUS_OK);
	assert_int_equal(
		ct_certificate_precert_tbs(&certificate, got, sizeof got, &n), STATUS_OK);
	assert_int_equal(n, want.n);
	assert_memory_equal(got, want.p, n);
	X509_free(x);
}

static void none(void **state)
{
	const struct cert_spec spec = { .cn = "splice.lab", .san = "DNS:splice.lab" };
	X509 *x = make_cert(&spec, key, &ca, NULL);
	struct der der = make_certificate_der(x), want = make_tbs(x);
	struct ct_certificate certificate;
	uint8_t got[MAKE_DER_MAX];
	size_t n;

	(void)state;
	assert_int_equal(ct_certificate_read(der_bytes(&der), &certificate), STATUS_OK);
	assert_int_equal(certificate.sct_list.n, 0);
	assert_int_equal(
		ct_certificate_precert_tbs(&certificate, got, sizeof got, &n), STATUS_OK);
	assert_int_equal(n, want.n);
	assert_memory_equal(got, want.p, n);
	X509_free(x);
}

/* A real certificate, cut after each of its bytes. */
static void cut_anywhere(void **state)
{
	const struct cert_spec spec = { .cn = "splice.lab", .san = "DNS:splice.lab" };
	struct der value = sct_value(300), der;
	X509 *x = make_cert(&spec, key, &ca, NULL);

	(void)state;
	make_extension(x, MAKE_SCT_OID, false, der_bytes(&value), -1);
	der = make_certificate_der(x);
	for (size_t cut = 0; cut < der.n; cut++) {
		uint8_t *exact = malloc(cut > 0 ? cut : 1);
		struct ct_certificate certificate;

		assert_non_null(exact);
		memcpy(exact, der.p, cut);
		assert_int_equal(ct_certificate_read(bytes_of(exact, cut), &certificate),
			STATUS_MALFORMED);
		free(exact);
	}
	X509_free(x);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_length_of_the_others),
		cmocka_unit_test(every_length_of_the_extension),
		cmocka_unit_test(two_bytes_of_length),
		cmocka_unit_test(a_critical_one),
		cmocka_unit_test(the_only_one),
		cmocka_unit_test(none),
		cmocka_unit_test(cut_anywhere),
	};

	return cmocka_run_group_tests_name("splice", tests, world_start, world_end);
}
