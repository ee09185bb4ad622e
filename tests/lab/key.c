#include "tests/lab/key.h"

#include <stdint.h>

#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/rsa.h>

enum status key_make(enum key_kind kind, EVP_PKEY **out)
{
	switch (kind) {
	case KEY_P256:
		*out = EVP_EC_gen("P-256");
		break;
	case KEY_RSA_2048:
		*out = EVP_RSA_gen(2048);
		break;
	case KEY_RSA_1024:
		*out = EVP_RSA_gen(1024);
		break;
	}
	return *out != NULL ? STATUS_OK : STATUS_CRYPTO;
}

static EVP_PKEY *ec_key_of(const uint8_t *point, size_t point_bytes, const BIGNUM *scalar)
{
	OSSL_PARAM_BLD *build = OSSL_PARAM_BLD_new();
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL);
	OSSL_PARAM *params = NULL;
	EVP_PKEY *key = NULL;

	if (build == NULL || ctx == NULL ||
		!OSSL_PARAM_BLD_push_utf8_string(
			build, OSSL_PKEY_PARAM_GROUP_NAME, "P-256", 0) ||
		!OSSL_PARAM_BLD_push_octet_string(
			build, OSSL_PKEY_PARAM_PUB_KEY, point, point_bytes) ||
		!OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_PRIV_KEY, scalar))
		goto out;
	params = OSSL_PARAM_BLD_to_param(build);
	if (params == NULL || EVP_PKEY_fromdata_init(ctx) != 1 ||
		EVP_PKEY_fromdata(ctx, &key, EVP_PKEY_KEYPAIR, params) != 1)
		key = NULL;
out:
	OSSL_PARAM_free(params);
	OSSL_PARAM_BLD_free(build);
	EVP_PKEY_CTX_free(ctx);
	return key;
}

enum status key_make_impostor(const EVP_PKEY *key, EVP_PKEY **out)
{
	EVP_PKEY *other = EVP_EC_gen("P-256");
	BIGNUM *scalar = NULL;
	uint8_t point[65]; /* uncompressed */
	size_t n = 0;

	*out = NULL;
	if (other != NULL &&
		EVP_PKEY_get_bn_param(other, OSSL_PKEY_PARAM_PRIV_KEY, &scalar) &&
		EVP_PKEY_get_octet_string_param(
			key, OSSL_PKEY_PARAM_PUB_KEY, point, sizeof point, &n))
		*out = ec_key_of(point, n, scalar);
	BN_clear_free(scalar);
	EVP_PKEY_free(other);
	return *out != NULL ? STATUS_OK : STATUS_CRYPTO;
}
