/* Every allocation fails once: nothing crashes or leaks, a list is chosen or merged
 * whole or not at all, and the stored one stays. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include <openssl/evp.h>

#include "base/file.h"
#include "ct/loglist_check.h"
#include "ct/loglist_merge.h"
#include "ct/loglist_store.h"
#include "tests/unit/ct/two_logs.h"
#include "tests/unit/fail_alloc.h"

/* More than any of the functions makes. */
#define ALLOCATIONS_MAX 5000

static struct loglist *builtin;
static uint8_t key[LIST_KEY_BYTES];
static EVP_PKEY *pair;
static char directory[] = "/tmp/pintle-nomem-XXXXXX";
static char path[64], old_path[64];

static int prepare(void **state)
{
	char why[256];
	struct text error = text_in(why, sizeof why);
	size_t n = sizeof key;

	(void)state;
	pair = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
	if (mkdtemp(directory) == NULL || EVP_PKEY_get_raw_public_key(pair, key, &n) != 1)
		return -1;
	snprintf(path, sizeof path, "%s/%s", directory, LOGLIST_STORE_NAME);
	snprintf(old_path, sizeof old_path, "%s/%s", directory, LOGLIST_STORE_OLD_NAME);
	return loglist_builtin(&error, &builtin) == STATUS_OK ? 0 : -1;
}

static int clean_up(void **state)
{
	(void)state;
	fail_alloc_at(-1);
	loglist_free(builtin);
	EVP_PKEY_free(pair);
	unlink(path);
	unlink(old_path);
	return rmdir(directory);
}

/* Runs `step` with each allocation failing in turn, until it needs no more. */
static void fail_each(bool (*step)(void))
{
	for (long i = 0; i < ALLOCATIONS_MAX; i++) {
		bool done;

		fail_alloc_at(i);
		done = step();
		if (!fail_alloc_happened()) {
			fail_alloc_at(-1);
			assert_true(done);
			assert_true(i > 0);
			return;
		}
		fail_alloc_at(-1);
	}
	fail_msg("%d allocations are not enough", ALLOCATIONS_MAX);
}

static bool merge_step(void)
{
	char why[256], *json;
	struct text error = text_in(why, sizeof why);
	enum status status = loglist_merge(
		builtin, builtin, builtin->timestamp_ms / 1000, &json, &error);

	assert_true(status == STATUS_OK || status == STATUS_NOMEM);
	assert_int_equal(json != NULL, status == STATUS_OK);
	free(json);
	return status == STATUS_OK;
}

static bool check_step(void)
{
	struct list_problem *problems;
	size_t n;
	enum status status = loglist_find_problems(builtin, 0, &problems, &n);

	assert_int_equal(problems != NULL, status == STATUS_OK);
	free(problems);
	return status == STATUS_OK;
}

static bool choose_step(void)
{
	char why[256];
	struct text warning = text_in(why, sizeof why);
	struct list_choice choice;
	enum status status = loglist_choose(directory, key, &choice, &warning);

	assert_int_equal(choice.list != NULL, status == STATUS_OK);
	/* OpenSSL says of some failures only that they are one. */
	assert_true(
		status == STATUS_NOMEM || status == STATUS_CRYPTO || status == STATUS_OK);
	loglist_free(choice.list);
	return status == STATUS_OK && choice.is_stored;
}

static enum list_offer offer_list(int year, enum status *status)
{
	char list[2048], why[256];
	struct text error = text_in(why, sizeof why);
	EVP_MD_CTX *context;
	uint8_t signature[64];
	size_t n = sizeof signature;
	enum list_offer offer = OFFER_BROKEN;
	long held = fail_alloc_hold();

	context = EVP_MD_CTX_new();
	snprintf(list, sizeof list, LIST_OF("%d-01-01T00:00:00Z"), year);
	EVP_DigestSignInit(context, NULL, NULL, NULL, pair);
	EVP_DigestSign(context, signature, &n, (const uint8_t *)list, strlen(list));
	EVP_MD_CTX_free(context);
	fail_alloc_resume(held);
	*status = loglist_store_offer(directory, key, ct_policy_default(),
		bytes_of_text(list), bytes_of(signature, sizeof signature),
		INT64_C(253402300799), &offer, &error);
	return offer;
}

/* Whole, whatever was offered meanwhile. */
static void expect_stored(int year)
{
	char why[256], list[40];
	struct text error = text_in(why, sizeof why);
	long held = fail_alloc_hold();
	struct bytes file;

	snprintf(list, sizeof list, "\"%d-01-01T00:00:00Z\"", year);
	assert_int_equal(file_read(path, 4096, &error, &file), STATUS_OK);
	assert_non_null(memmem(file.p, file.n, list, strlen(list)));
	free((void *)file.p);
	fail_alloc_resume(held);
}

static int stored_year = 2100;

static bool offer_step(void)
{
	enum status status;
	bool taken = offer_list(stored_year + 1, &status) == OFFER_TAKEN &&
		     status == STATUS_OK;

	if (taken)
		stored_year++;
	expect_stored(stored_year);
	return taken;
}

static void test_merge(void **state)
{
	(void)state;
	fail_each(merge_step);
}

static void test_check(void **state)
{
	(void)state;
	fail_alloc_at(0);
	assert_false(check_step());
	fail_alloc_at(-1);
}

static void test_choose(void **state)
{
	enum status status;

	(void)state;
	assert_int_equal(offer_list(stored_year, &status), OFFER_TAKEN);
	fail_each(choose_step);
}

static void test_offer(void **state)
{
	(void)state;
	fail_each(offer_step);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_merge),
		cmocka_unit_test(test_check),
		cmocka_unit_test(test_choose),
		cmocka_unit_test(test_offer),
	};

	return cmocka_run_group_tests(tests, prepare, clean_up);
}
