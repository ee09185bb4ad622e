#include "dnssec/signature.h"

#include <openssl/core_names.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <stdlib.h>
#include <string.h>

/* What an algorithm's number stands for (IANA, "DNS Security Algorithm Numbers"). */
static const struct kind {
	uint8_t algorithm;
	const char *digest;  /* NULL: the algorithm's own */
	const char *group;   /* ECDSA */
	int raw;             /* EdDSA: what EVP_PKEY_new_raw_public_key() calls it */
	size_t number_bytes; /* ECDSA: of r and s, x and y */
} kinds[] = {
	{ .algorithm = 5, .digest = "SHA1" },
	{ .algorithm = 7, .digest = "SHA1" },
	{ .algorithm = 8, .digest = "SHA256" },
	{ .algorithm = 10, .digest = "SHA512" },
	{ .algorithm = 13, .digest = "SHA256", .group = "P-256", .number_bytes = 32 },
	{ .algorithm = 14, .digest = "SHA384", .group = "P-384", .number_bytes = 48 },
	{ .algorithm = 15, .raw = EVP_PKEY_ED25519 },
	{ .algorithm = 16, .raw = EVP_PKEY_ED448 },
};

static EVP_PKEY *key_of(const char *type, OSSL_PARAM_BLD *build)
{
	OSSL_PARAM *params = OSSL_PARAM_BLD_to_param(build);
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, type, NULL);
	EVP_PKEY *key = NULL;

	if (params == NULL || ctx == NULL || EVP_PKEY_fromdata_init(ctx) != 1 ||
		EVP_PKEY_fromdata(ctx, &key, EVP_PKEY_PUBLIC_KEY, params) != 1)
		key = NULL;
	EVP_PKEY_CTX_free(ctx);
	OSSL_PARAM_free(params);
	return key;
}

/* RFC 3110 §2: the exponent behind its length, of one byte or three; the modulus. */
static EVP_PKEY *rsa_key(struct bytes in)
{
	struct reader r = { .rest = in };
	size_t e_n = (size_t)rd_uint(&r, 1);
	struct bytes e = rd_take(&r, e_n != 0 ? e_n : (size_t)rd_uint(&r, 2));
	BIGNUM *n_number = BN_bin2bn(r.rest.p, (int)r.rest.n, NULL);
	BIGNUM *e_number = BN_bin2bn(e.p, (int)e.n, NULL);
	OSSL_PARAM_BLD *build = OSSL_PARAM_BLD_new();
	EVP_PKEY *key = NULL;

	if (!r.bad && r.rest.n > 0 && e.n > 0 && n_number != NULL && e_number != NULL &&
		build != NULL &&
		OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_N, n_number) == 1 &&
		OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_E, e_number) == 1)
		key = key_of("RSA", build);
	OSSL_PARAM_BLD_free(build);
	BN_free(n_number);
	BN_free(e_number);
	return key;
}

/* RFC 6605 §4: x and y. */
static EVP_PKEY *ec_key(const struct kind *kind, struct bytes in)
{
	uint8_t point[1 + 2 * 48] = { 0x04 }; /* uncompressed */
	OSSL_PARAM_BLD *build = OSSL_PARAM_BLD_new();
	EVP_PKEY *key = NULL;

	if (build != NULL && in.n == 2 * kind->number_bytes) {
		memcpy(point + 1, in.p, in.n);
		if (OSSL_PARAM_BLD_push_utf8_string(
			    build, OSSL_PKEY_PARAM_GROUP_NAME, kind->group, 0) == 1 &&
			OSSL_PARAM_BLD_push_octet_string(
				build, OSSL_PKEY_PARAM_PUB_KEY, point, 1 + in.n) == 1)
			key = key_of("EC", build);
	}
	OSSL_PARAM_BLD_free(build);
	return key;
}

static EVP_PKEY *public_key(const struct kind *kind, struct bytes in)
{
	if (kind->group != NULL)
		return ec_key(kind, in);
	if (kind->digest != NULL)
		return rsa_key(in);
	return EVP_PKEY_new_raw_public_key(kind->raw, NULL, in.p, in.n);
}

/* r and s as libcrypto wants them. `*der` is libcrypto's: OPENSSL_free(). */
static bool ecdsa_der(const struct kind *kind, struct bytes in, uint8_t **der, size_t *n)
{
	ECDSA_SIG *sig = ECDSA_SIG_new();
	size_t half = kind->number_bytes;
	BIGNUM *r = NULL;
	BIGNUM *s = NULL;
	int made = 0;

	if (sig != NULL && in.n == 2 * half) {
		r = BN_bin2bn(in.p, (int)half, NULL);
		s = BN_bin2bn(in.p + half, (int)half, NULL);
	}
	if (r != NULL && s != NULL && ECDSA_SIG_set0(sig, r, s) == 1) {
		made = i2d_ECDSA_SIG(sig, der);
	} else {
		BN_free(r);
		BN_free(s);
	}
	ECDSA_SIG_free(sig);
	*n = made > 0 ? (size_t)made : 0;
	return made > 0;
}

static bool verifies(
	const struct kind *kind, EVP_PKEY *key, struct bytes signature, struct bytes data)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	bool holds = ctx != NULL &&
		     EVP_DigestVerifyInit_ex(
			     ctx, NULL, kind->digest, NULL, NULL, key, NULL) == 1 &&
		     EVP_DigestVerify(ctx, signature.p, signature.n, data.p, data.n) == 1;

	EVP_MD_CTX_free(ctx);
	return holds;
}

static bool holds_over(const struct kind *kind, struct bytes key, struct bytes signature,
	struct bytes data)
{
	EVP_PKEY *public = public_key(kind, key);
	uint8_t *der = NULL;
	size_t n = 0;
	bool holds = false;

	if (public != NULL && kind->group == NULL)
		holds = verifies(kind, public, signature, data);
	else if (public != NULL && ecdsa_der(kind, signature, &der, &n))
		holds = verifies(kind, public, bytes_of(der, n), data);
	OPENSSL_free(der);
	EVP_PKEY_free(public);
	return holds;
}

bool signature_holds(const struct signed_set *in, struct bytes key)
{
	struct bytes signature = canonical_signature(in);
	struct dnskey dnskey;
	struct bytes data;
	bool holds = false;

	if (signature.n == 0 || dnskey_decode(key, &dnskey) != STATUS_OK ||
		dnskey.algorithm != in->signature->rrsig.algorithm ||
		canonical_bytes(in, &data) != STATUS_OK)
		return false;
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
		if (kinds[i].algorithm == dnskey.algorithm)
			holds = holds_over(&kinds[i], bytes_of(key.p + 4, key.n - 4),
				signature, data);
	}
	free((void *)(uintptr_t)data.p);
	return holds;
}
