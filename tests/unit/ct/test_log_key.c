/* Which keys can count, which cannot, and which are none. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include "ct/log_key.h"
#include "tests/unit/rows.h"

#define P256_HEAD_BYTES 26

struct der {
	uint8_t bytes[1024];
	size_t n;
};

struct row {
	const char *name;
	EVP_PKEY *(*make)(void);
	void (*change)(struct der *der);
	enum status expected;
	const char *unfit;
};

static EVP_PKEY *make_p256(void)
{
	return EVP_EC_gen("P-256");
}

static EVP_PKEY *make_p384(void)
{
	return EVP_EC_gen("P-384");
}

static EVP_PKEY *make_k256(void)
{
	return EVP_EC_gen("secp256k1");
}

static EVP_PKEY *make_ed25519(void)
{
	return EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
}

static EVP_PKEY *make_rsa_2048(void)
{
	return EVP_RSA_gen(2048);
}

static EVP_PKEY *make_rsa_2047(void)
{
	return EVP_RSA_gen(2047);
}

static EVP_PKEY *make_rsa_1024(void)
{
	return EVP_RSA_gen(1024);
}

static EVP_PKEY *make_rsa_pss(void)
{
	EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, "RSA-PSS", NULL);
	EVP_PKEY *key = NULL;

	assert_int_equal(EVP_PKEY_keygen_init(context), 1);
	assert_int_equal(EVP_PKEY_keygen(context, &key), 1);
	EVP_PKEY_CTX_free(context);
	return key;
}

static EVP_PKEY *make_p256_with(const char *parameter, const char *value)
{
	EVP_PKEY *key = make_p256();

	assert_int_equal(EVP_PKEY_set_utf8_string_param(key, parameter, value), 1);
	return key;
}

static EVP_PKEY *make_compressed(void)
{
	return make_p256_with(OSSL_PKEY_PARAM_EC_POINT_CONVERSION_FORMAT, "compressed");
}

static EVP_PKEY *make_hybrid(void)
{
	return make_p256_with(OSSL_PKEY_PARAM_EC_POINT_CONVERSION_FORMAT, "hybrid");
}

static EVP_PKEY *make_explicit(void)
{
	return make_p256_with(OSSL_PKEY_PARAM_EC_ENCODING, "explicit");
}

static void flip_y(struct der *der)
{
	der->bytes[der->n - 1] ^= 1;
}

static void flip_x(struct der *der)
{
	/* Half of all x have a point; with the y of another, none has. */
	der->bytes[P256_HEAD_BYTES + 1] ^= 1;
}

static void fill_x(struct der *der)
{
	memset(der->bytes + P256_HEAD_BYTES + 1, 0xff, 32);
}

static void zero_point(struct der *der)
{
	memset(der->bytes + P256_HEAD_BYTES + 1, 0, 64);
}

static void set_form_2(struct der *der)
{
	der->bytes[P256_HEAD_BYTES] = 2;
}

static void append(struct der *der)
{
	der->bytes[der->n++] = 0;
}

static void cut(struct der *der)
{
	der->n--;
}

static void empty(struct der *der)
{
	der->n = 0;
}

/* One byte of the point less, all lengths as they must be then. */
static void shorten_point(struct der *der)
{
	der->n--;
	der->bytes[1]--;
	der->bytes[P256_HEAD_BYTES - 2]--;
}

/* 1.3.101.112 becomes 1.3.101.99, which is nothing. */
static void unknown_algorithm(struct der *der)
{
	assert_int_equal(der->bytes[8], 0x70);
	der->bytes[8] = 0x63;
}

/* id-ecPublicKey stays, the curve is 1.2.840.10045.3.1.99. */
static void unknown_curve(struct der *der)
{
	assert_int_equal(der->bytes[22], 7);
	der->bytes[22] = 0x63;
}

/* The RSAPublicKey is no SEQUENCE. */
static void break_inside(struct der *der)
{
	static const uint8_t sequence[] = { 0x00, 0x30, 0x82 };
	uint8_t *at = memmem(der->bytes + 4, der->n - 4, sequence, sizeof sequence);

	assert_non_null(at);
	at[1] = 0x04;
}

static const char kind[] = "its key is neither ECDSA P-256 nor RSA";
static const char size[] = "its RSA key has less than 2048 bits";

static const struct row rows[] = {
	{ "P-256", make_p256, NULL, STATUS_OK, NULL },
	{ "P-256, compressed", make_compressed, NULL, STATUS_OK, NULL },
	{ "RSA 2048", make_rsa_2048, NULL, STATUS_OK, NULL },
	{ "RSA 2047", make_rsa_2047, NULL, STATUS_OK, size },
	{ "RSA 1024", make_rsa_1024, NULL, STATUS_OK, size },
	{ "RSA-PSS", make_rsa_pss, NULL, STATUS_OK, kind },
	{ "P-384", make_p384, NULL, STATUS_OK, kind },
	{ "secp256k1", make_k256, NULL, STATUS_OK, kind },
	{ "Ed25519", make_ed25519, NULL, STATUS_OK, kind },
	{ "P-256 by its parameters", make_explicit, NULL, STATUS_OK, kind },
	{ "an algorithm nobody knows", make_ed25519, unknown_algorithm, STATUS_OK, kind },
	{ "a curve nobody knows", make_p256, unknown_curve, STATUS_OK, kind },
	{ "another y", make_p256, flip_y, STATUS_MALFORMED, NULL },
	{ "another x", make_p256, flip_x, STATUS_MALFORMED, NULL },
	{ "x beyond the prime", make_p256, fill_x, STATUS_MALFORMED, NULL },
	{ "0, 0", make_p256, zero_point, STATUS_MALFORMED, NULL },
	{ "compressed by its first byte only", make_p256, set_form_2, STATUS_MALFORMED,
		NULL },
	{ "hybrid", make_hybrid, NULL, STATUS_MALFORMED, NULL },
	{ "a point of 64 bytes", make_p256, shorten_point, STATUS_MALFORMED, NULL },
	{ "P-256, a byte behind it", make_p256, append, STATUS_MALFORMED, NULL },
	{ "P-256, cut", make_p256, cut, STATUS_MALFORMED, NULL },
	{ "RSA, a byte behind it", make_rsa_2048, append, STATUS_MALFORMED, NULL },
	{ "RSA, cut", make_rsa_2048, cut, STATUS_MALFORMED, NULL },
	{ "RSA, broken inside", make_rsa_2048, break_inside, STATUS_MALFORMED, NULL },
	{ "P-384, a byte behind it", make_p384, append, STATUS_MALFORMED, NULL },
	{ "empty", make_p256, empty, STATUS_MALFORMED, NULL },
};

static void assert_same_key(struct bytes spki, const EVP_PKEY *key)
{
	EVP_PKEY *decoded = ct_log_key_decode(spki);

	assert_non_null(decoded);
	assert_int_equal(EVP_PKEY_eq(decoded, key), 1);
	EVP_PKEY_free(decoded);
}

static void is_judged(void **state)
{
	const struct row *row = *state;
	const char *unfit = "unset";
	struct ct_log_key_judge judge;
	EVP_PKEY *key = row->make();
	struct der der = { .n = 0 };
	uint8_t *p = der.bytes;

	assert_non_null(key);
	assert_in_range(i2d_PUBKEY(key, NULL), 1, sizeof der.bytes - 1);
	der.n = (size_t)i2d_PUBKEY(key, &p);
	if (row->change != NULL)
		row->change(&der);
	assert_int_equal(ct_log_key_judge_init(&judge), STATUS_OK);
	assert_int_equal(
		ct_log_key_judge_spki(&judge, bytes_of(der.bytes, der.n), &unfit),
		row->expected);
	ct_log_key_judge_deinit(&judge);
	if (row->unfit == NULL)
		assert_null(unfit);
	else
		assert_string_equal(unfit, row->unfit);
	if (row->expected == STATUS_OK && row->unfit == NULL)
		assert_same_key(bytes_of(der.bytes, der.n), key);
	EVP_PKEY_free(key);
}

int main(void)
{
	return run_rows("key", rows, sizeof *rows, ROWS(rows), is_judged);
}
