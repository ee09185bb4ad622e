/* The issuer's own key first; otherwise that of each certificate in the response which
 * the issuer made a delegate.
 *
 * OCSP_basic_verify(), X509_verify() and X509_check_issued() say the same of what is
 * wrong and of no memory, and then a "revoked" would be lost. So their work is done
 * here, with functions that leave an error where memory ends: staple_read() looks for
 * one. */
#include "tls/staple_signer.h"

#include <openssl/err.h>
#include <openssl/ocsp.h>
#include <openssl/x509v3.h>

#include "base/bytes.h"
#include "tls/extension.h"
#include "tls/trust.h"

/* Certificates in the response that are looked at; one is usual. Each may cost two
 * verifications. */
#define SIGNERS_MAX 4

/* SHA-2, whoever signs. Public CAs may not use SHA-1 for it since 2022-06-01 (CA/B
 * Forum Baseline Requirements §7.1.3.2.1). NULL for anything else. `*key_kind` is the
 * kind of key that it is made with. */
static const EVP_MD *digest_of(const X509_ALGOR *algorithm, int *key_kind)
{
	const ASN1_OBJECT *object;
	int digest;

	X509_ALGOR_get0(&object, NULL, NULL, algorithm);
	if (OBJ_find_sigid_algs(OBJ_obj2nid(object), &digest, key_kind) != 1)
		return NULL;
	if (digest != NID_sha256 && digest != NID_sha384 && digest != NID_sha512)
		return NULL;
	return EVP_get_digestbynid(digest);
}

bool staple_is_strong(const OCSP_BASICRESP *basic)
{
	int key_kind;

	return digest_of(OCSP_resp_get0_tbs_sigalg(basic), &key_kind) != NULL;
}

/* With a digest and a key that fit, nothing but memory can be missing to begin. */
static EVP_MD_CTX *begin(const EVP_MD *digest, EVP_PKEY *key)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();

	if (ctx != NULL && EVP_DigestVerifyInit(ctx, NULL, digest, NULL, key) == 1) {
		/* It would be copied to be finished, and that fails in silence. */
		EVP_MD_CTX_set_flags(ctx, EVP_MD_CTX_FLAG_FINALISE);
		return ctx;
	}
	ERR_raise(ERR_LIB_OCSP, ERR_R_MALLOC_FAILURE);
	EVP_MD_CTX_free(ctx);
	return NULL;
}

static bool is_signature(const ASN1_BIT_STRING *signature, const X509_ALGOR *algorithm,
	struct bytes data, EVP_PKEY *key)
{
	int key_kind = NID_undef;
	const EVP_MD *digest = digest_of(algorithm, &key_kind);
	EVP_MD_CTX *ctx;
	bool ok;

	/* Whole bytes: no bits unused at the end. */
	if (digest == NULL || key == NULL || EVP_PKEY_get_base_id(key) != key_kind ||
		(signature->flags & 7) != 0)
		return false;
	ctx = begin(digest, key);
	ok = ctx != NULL && EVP_DigestVerifyUpdate(ctx, data.p, data.n) == 1 &&
	     EVP_DigestVerifyFinal(ctx, ASN1_STRING_get0_data(signature),
		     (size_t)ASN1_STRING_length(signature)) == 1;
	EVP_MD_CTX_free(ctx);
	return ok;
}

static bool is_signed_by(OCSP_BASICRESP *basic, EVP_PKEY *key)
{
	unsigned char *der = NULL;
	/* What came in DER goes out as it came. */
	int n = i2d_OCSP_RESPDATA(OCSP_resp_get0_respdata(basic), &der);
	bool ok = n > 0 && is_signature(OCSP_resp_get0_signature(basic),
				   OCSP_resp_get0_tbs_sigalg(basic),
				   bytes_of(der, (size_t)n), key);

	OPENSSL_free(der);
	return ok;
}

/* The first element within the outer one. */
static struct bytes tbs_of(struct bytes certificate)
{
	const unsigned char *p = certificate.p, *start;
	int tag, class;
	long n = 0;

	ASN1_get_object(&p, &n, &tag, &class, (long)certificate.n);
	start = p;
	ASN1_get_object(&p, &n, &tag, &class, n);
	return bytes_of(start, (size_t)(p - start) + (size_t)n);
}

static bool is_issued_by(X509 *x, X509 *issuer)
{
	const ASN1_BIT_STRING *signature;
	const X509_ALGOR *algorithm;
	unsigned char *der = NULL;
	int n;
	bool ok;

	if (X509_NAME_cmp(X509_get_issuer_name(x), X509_get_subject_name(issuer)) != 0)
		return false;
	n = i2d_X509(x, &der);
	X509_get0_signature(&signature, &algorithm, x);
	ok = n > 0 && is_signature(signature, algorithm, tbs_of(bytes_of(der, (size_t)n)),
			      X509_get0_pubkey(issuer));
	OPENSSL_free(der);
	return ok;
}

static bool is_in_date(const X509 *x, int64_t at_s)
{
	time_t at = (time_t)at_s;

	return X509_cmp_time(X509_get0_notBefore(x), &at) < 0 &&
	       X509_cmp_time(X509_get0_notAfter(x), &at) > 0;
}

static bool is_for_ocsp(const X509 *x)
{
	bool present, found = false;
	EXTENDED_KEY_USAGE *usages = extension_read(x, NID_ext_key_usage, &present);

	for (int i = 0; i < sk_ASN1_OBJECT_num(usages); i++)
		found = found ||
			OBJ_obj2nid(sk_ASN1_OBJECT_value(usages, i)) == NID_OCSP_sign;
	EXTENDED_KEY_USAGE_free(usages);
	return found;
}

/* RFC 5280 §4.2.1.3: without the extension a key may do anything. */
static bool may_sign(const X509 *x)
{
	bool present;
	ASN1_BIT_STRING *usage = extension_read(x, NID_key_usage, &present);
	bool ok = usage != NULL ? ASN1_BIT_STRING_get_bit(usage, 0) == 1 : !present;

	ASN1_BIT_STRING_free(usage);
	return ok;
}

static bool is_understood(const X509 *x)
{
	for (int i = X509_get_ext_by_critical(x, 1, -1); i >= 0;
		i = X509_get_ext_by_critical(x, 1, i))
		if (X509_supported_extension(X509_get_ext(x, i)) != 1)
			return false;
	return true;
}

/* RFC 6960 §4.2.2.2. `key` is its own. */
static bool is_delegate(X509 *x, const EVP_PKEY *key, X509 *issuer, int64_t at_s)
{
	return EVP_PKEY_get_security_bits(key) >= TLS_SECURITY_BITS_MIN &&
	       is_for_ocsp(x) && may_sign(x) && is_understood(x) && is_in_date(x, at_s) &&
	       is_issued_by(x, issuer);
}

/* Owned. A certificate that was read while memory ended is without its key, and no error
 * says so: the key is read again. NULL: it is of no known kind. */
static EVP_PKEY *key_of(X509 *x)
{
	EVP_PKEY *key = X509_get_pubkey(x);
	unsigned char *der = NULL;
	const unsigned char *p;
	int n;

	if (key != NULL)
		return key;
	n = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(x), &der);
	p = der;
	if (n > 0)
		key = d2i_PUBKEY(NULL, &p, n);
	OPENSSL_free(der);
	return key;
}

static bool is_signed_by_delegate(
	OCSP_BASICRESP *basic, X509 *x, X509 *issuer, int64_t at_s)
{
	EVP_PKEY *key = key_of(x);
	bool ok = key != NULL && is_delegate(x, key, issuer, at_s) &&
		  is_signed_by(basic, key);

	EVP_PKEY_free(key);
	return ok;
}

bool staple_is_signed(OCSP_BASICRESP *basic, X509 *issuer, int64_t at_s)
{
	const STACK_OF(X509) *shown = OCSP_resp_get0_certs(basic);

	if (is_signed_by(basic, X509_get0_pubkey(issuer)))
		return true;
	for (int i = 0; i < sk_X509_num(shown) && i < SIGNERS_MAX; i++)
		if (is_signed_by_delegate(basic, sk_X509_value(shown, i), issuer, at_s))
			return true;
	return false;
}
