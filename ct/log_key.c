/* Nearly every log has a P-256 key in the one usual encoding: the same 26 bytes,
 * then the point, which must be on the curve. All others are decoded. */
#include "ct/log_key.h"

#include <string.h>

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/objects.h>
#include <openssl/params.h>
#include <openssl/x509.h>

#include "ct/crypto.h"

static const char unfit_kind[] = "its key is neither ECDSA P-256 nor RSA";
static const char unfit_size[] = "its RSA key has less than 2048 bits";

/* RFC 5480 §2: SEQUENCE { SEQUENCE { id-ecPublicKey, secp256r1 }, BIT STRING }
 * around an uncompressed point of 65 bytes. */
static const uint8_t p256_head[] = { 0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48,
	0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01,
	0x07, 0x03, 0x42, 0x00 };
#define P256_POINT_BYTES 65

enum status ct_log_key_judge_init(struct ct_log_key_judge *judge)
{
	judge->point = NULL;
	judge->bignums = BN_CTX_new();
	judge->p256 = EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1);
	if (judge->p256 != NULL)
		judge->point = EC_POINT_new(judge->p256);
	return judge->point != NULL && judge->bignums != NULL ? STATUS_OK : STATUS_CRYPTO;
}

void ct_log_key_judge_deinit(struct ct_log_key_judge *judge)
{
	EC_POINT_free(judge->point);
	EC_GROUP_free(judge->p256);
	BN_CTX_free(judge->bignums);
}

static bool is_usual(struct bytes spki)
{
	return spki.n == sizeof p256_head + P256_POINT_BYTES &&
	       memcmp(spki.p, p256_head, sizeof p256_head) == 0;
}

static enum status judge_point(const struct ct_log_key_judge *judge, const uint8_t *point)
{
	/* RFC 5480 §2.2 forbids the hybrid forms, which OpenSSL would take. */
	if (point[0] != POINT_CONVERSION_UNCOMPRESSED)
		return STATUS_MALFORMED;
	if (EC_POINT_oct2point(judge->p256, judge->point, point, P256_POINT_BYTES,
		    judge->bignums) == 1)
		return STATUS_OK;
	return crypto_failure(STATUS_MALFORMED);
}

/* Of the algorithms that can count, by its AlgorithmIdentifier alone: a key of
 * another kind need not be one that OpenSSL knows. */
static bool can_count(const X509_PUBKEY *spki)
{
	const ASN1_OBJECT *curve;
	ASN1_OBJECT *algorithm;
	const void *parameter;
	X509_ALGOR *pair;
	int type;

	X509_PUBKEY_get0_param(&algorithm, NULL, NULL, &pair, spki);
	if (OBJ_obj2nid(algorithm) == NID_rsaEncryption)
		return true;
	if (OBJ_obj2nid(algorithm) != NID_X9_62_id_ecPublicKey)
		return false;
	X509_ALGOR_get0(NULL, &type, &parameter, pair);
	curve = type == V_ASN1_OBJECT ? parameter : NULL;
	return curve != NULL && OBJ_obj2nid(curve) == NID_X9_62_prime256v1;
}

static enum status judge_spki(const X509_PUBKEY *spki, const char **unfit)
{
	const EVP_PKEY *key;
	int bits;

	if (!can_count(spki)) {
		*unfit = unfit_kind;
		return STATUS_OK;
	}
	key = X509_PUBKEY_get0(spki);
	if (key == NULL)
		return STATUS_MALFORMED;
	bits = EVP_PKEY_get_bits(key);
	if (bits <= 0)
		return STATUS_CRYPTO;
	if (EVP_PKEY_get_base_id(key) == EVP_PKEY_RSA && bits < CRYPTO_RSA_BITS_MIN)
		*unfit = unfit_size;
	return STATUS_OK;
}

static enum status judge_other(struct bytes spki, const char **unfit)
{
	const unsigned char *p = spki.p;
	X509_PUBKEY *decoded = d2i_X509_PUBKEY(NULL, &p, (long)spki.n);
	enum status status = STATUS_MALFORMED;

	if (decoded == NULL)
		status = crypto_failure(STATUS_MALFORMED);
	else if (p == spki.p + spki.n)
		status = judge_spki(decoded, unfit);
	X509_PUBKEY_free(decoded);
	return status;
}

enum status ct_log_key_judge_spki(
	const struct ct_log_key_judge *judge, struct bytes spki, const char **unfit)
{
	enum status status;

	*unfit = NULL;
	ERR_clear_error();
	if (is_usual(spki)) {
		status = judge_point(judge, spki.p + sizeof p256_head);
	} else {
		status = judge_other(spki, unfit);
		/* Of the key within OpenSSL keeps no error: it may have been memory. */
		if (status == STATUS_MALFORMED)
			status = judge_other(spki, unfit);
	}
	ERR_clear_error();
	return status;
}

/* The same key as d2i_PUBKEY() makes, which for each one asks all decoders of all
 * providers who of them would. */
static EVP_PKEY *decode_usual(const uint8_t *point)
{
	static char curve[] = SN_X9_62_prime256v1;
	EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL);
	OSSL_PARAM parts[] = {
		OSSL_PARAM_utf8_string(
			OSSL_PKEY_PARAM_GROUP_NAME, curve, sizeof curve - 1),
		OSSL_PARAM_octet_string(OSSL_PKEY_PARAM_PUB_KEY, (void *)(uintptr_t)point,
			P256_POINT_BYTES),
		OSSL_PARAM_END,
	};
	EVP_PKEY *key = NULL;

	if (context != NULL && EVP_PKEY_fromdata_init(context) == 1 &&
		EVP_PKEY_fromdata(context, &key, EVP_PKEY_PUBLIC_KEY, parts) != 1)
		key = NULL;
	EVP_PKEY_CTX_free(context);
	return key;
}

static EVP_PKEY *decode_other(struct bytes spki)
{
	const unsigned char *p = spki.p;

	return d2i_PUBKEY(NULL, &p, (long)spki.n);
}

EVP_PKEY *ct_log_key_decode(struct bytes spki)
{
	EVP_PKEY *key = is_usual(spki) ? decode_usual(spki.p + sizeof p256_head)
				       : decode_other(spki);

	ERR_clear_error();
	/* Where memory ends, OpenSSL 3.0 may return a key that does not know its size,
	 * and would be of no use for as long as it is kept. */
	if (key != NULL && EVP_PKEY_get_bits(key) > 0)
		return key;
	EVP_PKEY_free(key);
	return NULL;
}
