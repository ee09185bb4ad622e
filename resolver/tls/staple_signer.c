/* The issuer's own key first; otherwise each certificate in the response that the issuer
 * made a delegate. Only those are ever shown to OpenSSL, one at a time. */
#include "tls/staple_signer.h"

#include <openssl/ocsp.h>
#include <openssl/x509v3.h>

/* What security level 2 asks of certificates: no MD5, no SHA-1, RSA from 2048 bits. */
#define SECURITY_BITS_MIN 112
/* Certificates in the response that are looked at; one is usual. Each may cost two
 * verifications. */
#define SIGNERS_MAX 4

/* SHA-2, whoever signs. Public CAs may not use SHA-1 for it since 2022-06-01 (CA/B
 * Forum Baseline Requirements §7.1.3.2.1). */
bool staple_is_strong(const OCSP_BASICRESP *basic)
{
	const ASN1_OBJECT *algorithm;
	int digest;

	X509_ALGOR_get0(&algorithm, NULL, NULL, OCSP_resp_get0_tbs_sigalg(basic));
	return OBJ_find_sigid_algs(OBJ_obj2nid(algorithm), &digest, NULL) == 1 &&
	       (digest == NID_sha256 || digest == NID_sha384 || digest == NID_sha512);
}

/* Its key, and the signature on it. */
static bool is_strong_certificate(X509 *x)
{
	const EVP_PKEY *key = X509_get0_pubkey(x);
	int bits;

	return key != NULL && EVP_PKEY_get_security_bits(key) >= SECURITY_BITS_MIN &&
	       X509_get_signature_info(x, NULL, NULL, &bits, NULL) == 1 &&
	       bits >= SECURITY_BITS_MIN;
}

static bool is_in_date(const X509 *x, int64_t at_s)
{
	time_t at = (time_t)at_s;

	return X509_cmp_time(X509_get0_notBefore(x), &at) < 0 &&
	       X509_cmp_time(X509_get0_notAfter(x), &at) > 0;
}

/* RFC 6960 §4.2.2.2. A usage that a certificate does not restrict reads as all. */
static bool is_delegate(X509 *x, X509 *issuer, int64_t at_s)
{
	uint32_t flags = X509_get_extension_flags(x);

	return (flags & (EXFLAG_INVALID | EXFLAG_CRITICAL)) == 0 &&
	       (flags & EXFLAG_XKUSAGE) != 0 &&
	       (X509_get_extended_key_usage(x) & XKU_OCSP_SIGN) != 0 &&
	       (X509_get_key_usage(x) & KU_DIGITAL_SIGNATURE) != 0 &&
	       is_in_date(x, at_s) && is_strong_certificate(x) &&
	       X509_check_issued(issuer, x) == X509_V_OK &&
	       X509_verify(x, X509_get0_pubkey(issuer)) == 1;
}

/* OCSP_basic_verify() finds the signer among those given to it (NOINTERN), believes
 * them (TRUSTOTHER), and checks the signature. */
static bool is_signed_by(OCSP_BASICRESP *basic, X509 *signer)
{
	STACK_OF(X509) *one = sk_X509_new_null();
	bool ok =
		one != NULL && sk_X509_push(one, signer) > 0 &&
		OCSP_basic_verify(basic, one, NULL, OCSP_TRUSTOTHER | OCSP_NOINTERN) == 1;

	sk_X509_free(one);
	return ok;
}

bool staple_is_signed(OCSP_BASICRESP *basic, X509 *issuer, int64_t at_s)
{
	const STACK_OF(X509) *shown = OCSP_resp_get0_certs(basic);

	if (is_signed_by(basic, issuer))
		return true;
	for (int i = 0; i < sk_X509_num(shown) && i < SIGNERS_MAX; i++) {
		X509 *x = sk_X509_value(shown, i);

		if (is_delegate(x, issuer, at_s) && is_signed_by(basic, x))
			return true;
	}
	return false;
}
