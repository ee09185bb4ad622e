/* Memory that ends anywhere: the n-th allocation of the library fails. That is no
 * answer about a signature, so a good one must never come out as bad: a memo would
 * keep that. */
#include "ct/signature.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include <openssl/err.h>

#include "tests/unit/ct/make_sct.h"
#include "tests/unit/fail_alloc.h"

/* More than one verification asks for. */
#define ALLOCATIONS_MAX 2000

static const uint8_t key_hash[32] = { 7 };
static const uint8_t certificate[300] = { 0x30 };
static const struct ct_entry entry = { .type = CT_ENTRY_PRECERT,
	.issuer_key_hash = { key_hash, sizeof key_hash },
	.certificate = { certificate, sizeof certificate } };

static void check_each(struct test_log log)
{
	struct der der = make_sct(&log, MAKE_SCT_NOW_MS, bytes_of(NULL, 0), &entry);
	struct sct sct;
	long n, troubles = 0;

	assert_int_equal(sct_decode(der_bytes(&der), &sct), STATUS_OK);
	for (n = 0; n < ALLOCATIONS_MAX; n++) {
		enum status status;
		bool valid;

		fail_alloc_at(n);
		status = ct_signature_check(&sct, &entry, log.key, &valid);
		fail_alloc_at(-1);
		assert_int_equal(ERR_peek_error(), 0);
		if (status == STATUS_OK)
			assert_true(valid);
		else
			assert_false(valid);
		troubles += status != STATUS_OK;
		if (!fail_alloc_happened())
			break;
	}
	assert_in_range(n, 1, ALLOCATIONS_MAX - 1);
	assert_in_range(troubles, 1, n);
	test_log_deinit(&log);
}

static void ecdsa(void **state)
{
	(void)state;
	check_each(make_log(make_key()));
}

static void rsa(void **state)
{
	(void)state;
	check_each(make_log(make_rsa_key(2048)));
}

static void digest(void **state)
{
	struct test_log log = make_log(make_key());
	struct der der = make_sct(&log, MAKE_SCT_NOW_MS, bytes_of(NULL, 0), &entry);
	struct sct sct;
	uint8_t out[CT_SIGNATURE_DIGEST_BYTES];
	enum status status = STATUS_NOMEM;
	uint8_t whole[CT_SIGNATURE_DIGEST_BYTES];
	long n;

	(void)state;
	assert_int_equal(sct_decode(der_bytes(&der), &sct), STATUS_OK);
	assert_int_equal(ct_signature_digest(&sct, &entry, whole), STATUS_OK);
	for (n = 0; n < ALLOCATIONS_MAX; n++) {
		fail_alloc_at(n);
		status = ct_signature_digest(&sct, &entry, out);
		fail_alloc_at(-1);
		if (status == STATUS_OK)
			assert_memory_equal(out, whole, sizeof out);
		if (!fail_alloc_happened())
			break;
	}
	assert_int_equal(status, STATUS_OK);
	assert_in_range(n, 1, ALLOCATIONS_MAX - 1);
	test_log_deinit(&log);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ecdsa),
		cmocka_unit_test(rsa),
		cmocka_unit_test(digest),
	};

	if (!fail_alloc_openssl())
		return 1;
	return cmocka_run_group_tests_name("memory", tests, NULL, NULL);
}
