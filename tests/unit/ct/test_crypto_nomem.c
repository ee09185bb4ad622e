/* OpenSSL says of many things that they are wrong where only its memory ended: the n-th
 * of its allocations fails, and nothing good may be called bad for it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include <openssl/crypto.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include "ct/loglist_check.h"
#include "ct/loglist_sign.h"
#include "ct/signature.h"

/* More than any of the functions makes. */
#define ALLOCATIONS_MAX 20000

static long until_failure = -1; /* < 0: none fails */

static bool fails_now(void)
{
	return until_failure >= 0 && until_failure-- == 0;
}

static void *on_malloc(size_t n, const char *file, int line)
{
	(void)file, (void)line;
	return fails_now() ? NULL : malloc(n);
}

static void *on_realloc(void *p, size_t n, const char *file, int line)
{
	(void)file, (void)line;
	return fails_now() ? NULL : realloc(p, n);
}

static void on_free(void *p, const char *file, int line)
{
	(void)file, (void)line;
	free(p);
}

/* Runs `step` with each allocation failing in turn, until it needs no more; how many
 * times it did not succeed. `step` holds that it fails for want of memory alone. */
static long fail_each(bool (*step)(const void *of), const void *of)
{
	long troubles = 0;

	for (long n = 0; n < ALLOCATIONS_MAX; n++) {
		bool done, failed_one;

		until_failure = n;
		done = step(of);
		failed_one = until_failure < 0;
		until_failure = -1;
		ERR_clear_error();
		troubles += !done;
		if (!failed_one) {
			assert_true(done);
			return troubles;
		}
	}
	fail_msg("%d allocations are not enough", ALLOCATIONS_MAX);
	return 0;
}

static bool is_trouble(enum status status)
{
	return status == STATUS_NOMEM || status == STATUS_CRYPTO;
}

static const struct bytes list = { (const uint8_t *)"{\"operators\": []}", 17 };

/* A list's key, and its signature over `list`. */
struct signer {
	EVP_PKEY *pair;     /* owned */
	BIO *pem;           /* owned; the public half */
	struct bytes words; /* of `pem` */
	struct list_key *key;
	uint8_t signature[256];
	size_t n;
};

static struct signer make_signer(EVP_PKEY *pair, const EVP_MD *digest)
{
	struct signer s = {
		.pair = pair, .pem = BIO_new(BIO_s_mem()), .n = sizeof s.signature
	};
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	char *pem;
	long n;

	assert_int_equal(PEM_write_bio_PUBKEY(s.pem, pair), 1);
	n = BIO_get_mem_data(s.pem, &pem);
	s.words = bytes_of(pem, (size_t)n);
	assert_int_equal(EVP_DigestSignInit(context, NULL, digest, NULL, pair), 1);
	assert_int_equal(EVP_DigestSign(context, s.signature, &s.n, list.p, list.n), 1);
	EVP_MD_CTX_free(context);
	assert_int_equal(list_key_new_pem(s.words, &s.key), STATUS_OK);
	return s;
}

static void signer_deinit(struct signer *s)
{
	list_key_free(s->key);
	EVP_PKEY_free(s->pair);
	BIO_free(s->pem);
}

static bool check_step(const void *of)
{
	const struct signer *s = of;
	bool good;
	enum status status =
		list_key_check(s->key, list, bytes_of(s->signature, s->n), &good);

	if (status == STATUS_OK)
		assert_true(good);
	else
		assert_true(is_trouble(status));
	return status == STATUS_OK;
}

static bool pem_step(const void *of)
{
	const struct signer *s = of;
	struct list_key *key;
	enum status status = list_key_new_pem(s->words, &key);

	assert_true(status == STATUS_OK || is_trouble(status));
	assert_int_equal(key != NULL, status == STATUS_OK);
	list_key_free(key);
	return status == STATUS_OK;
}

static void a_list_s_signature_is_not_bad(void **state)
{
	struct signer ed25519 =
		make_signer(EVP_PKEY_Q_keygen(NULL, NULL, "ED25519"), NULL);
	struct signer rsa = make_signer(
		EVP_PKEY_Q_keygen(NULL, NULL, "RSA", (size_t)2048), EVP_sha256());

	(void)state;
	assert_true(fail_each(check_step, &ed25519) > 0);
	assert_true(fail_each(check_step, &rsa) > 0);
	signer_deinit(&ed25519);
	signer_deinit(&rsa);
}

static void a_list_s_key_is_not_malformed(void **state)
{
	struct signer ed25519 =
		make_signer(EVP_PKEY_Q_keygen(NULL, NULL, "ED25519"), NULL);
	struct signer rsa = make_signer(
		EVP_PKEY_Q_keygen(NULL, NULL, "RSA", (size_t)2048), EVP_sha256());

	(void)state;
	assert_true(fail_each(pem_step, &ed25519) > 0);
	assert_true(fail_each(pem_step, &rsa) > 0);
	signer_deinit(&ed25519);
	signer_deinit(&rsa);
}

static bool problems_step(const void *of)
{
	struct list_problem *problems;
	size_t n;
	const struct loglist *builtin = of;
	enum status status = loglist_find_problems(
		builtin, builtin->timestamp_ms / 1000, &problems, &n);

	assert_true(status == STATUS_OK || is_trouble(status));
	assert_int_equal(n, 0);
	assert_null(problems);
	return status == STATUS_OK;
}

static void an_id_is_not_another_s(void **state)
{
	char why[256];
	struct text error = text_in(why, sizeof why);
	struct loglist *builtin;

	(void)state;
	assert_int_equal(loglist_builtin(&error, &builtin), STATUS_OK);
	assert_true(fail_each(problems_step, builtin) > 0);
	loglist_free(builtin);
}

static bool supported_step(const void *of)
{
	const struct sct ecdsa = { .hash = 4, .algorithm = 3 };

	assert_true(ct_signature_supported(&ecdsa, of));
	return true;
}

static void a_key_is_not_unsupported(void **state)
{
	EVP_PKEY *key = EVP_EC_gen("P-256");

	(void)state;
	fail_each(supported_step, key);
	EVP_PKEY_free(key);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_list_s_signature_is_not_bad),
		cmocka_unit_test(a_list_s_key_is_not_malformed),
		cmocka_unit_test(an_id_is_not_another_s),
		cmocka_unit_test(a_key_is_not_unsupported),
	};

	if (CRYPTO_set_mem_functions(on_malloc, on_realloc, on_free) != 1)
		return 1;
	return cmocka_run_group_tests_name("OpenSSL's memory", tests, NULL, NULL);
}
