/* Every allocation fails once, ours, jansson's and OpenSSL's: there is no list then,
 * the document is not blamed, and nothing leaks. jansson's memory comes from our arena.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "ct/json_node.h"
#include "ct/loglist.h"
#include "tests/unit/ct/list_text.h"
#include "tests/unit/fail_alloc.h"

/* Above the number of allocations for the list below. */
#define ALLOCATIONS_MAX 20000

static void rsa_list(char json[LIST_TEXT_MAX])
{
	list_edit(LIST_KEY_1, LIST_RSA_KEY, json);
	memcpy(strstr(json, LIST_ID_1), LIST_RSA_ID, strlen(LIST_RSA_ID));
}

/* Whole, or none: what OpenSSL could do without does no harm. */
static void check(enum status status, struct loglist *list, const char *why)
{
	if (status == STATUS_OK) {
		assert_int_equal(list->n, 2);
		assert_null(list->logs[0].unfit);
		assert_null(list->logs[1].unfit);
		loglist_free(list);
		return;
	}
	assert_null(list);
	if (status != STATUS_NOMEM && status != STATUS_CRYPTO)
		fail_msg("%s", why);
	assert_string_equal(why, status_text(status));
}

/* How many times it failed. */
static size_t fail_each(const char *json)
{
	size_t failed_n = 0;
	bool failed = true;

	for (long n = 0; failed && n < ALLOCATIONS_MAX; n++) {
		char why[256] = "";
		struct text error = text_in(why, sizeof why);
		struct loglist *list;
		enum status status;

		fail_alloc_at(n);
		status = loglist_parse(bytes_of_text(json), &error, &list);
		failed = fail_alloc_happened();
		fail_alloc_at(-1);
		failed_n += status != STATUS_OK;
		check(status, list, why);
	}
	assert_false(failed);
	return failed_n;
}

/* OpenSSL does not survive that its own start fails: it has started before. */
static int start_openssl(void **state)
{
	char json[LIST_TEXT_MAX], why[256];
	struct text error = text_in(why, sizeof why);
	struct loglist *list;

	(void)state;
	rsa_list(json);
	if (loglist_parse(bytes_of_text(json), &error, &list) != STATUS_OK)
		return 1;
	loglist_free(list);
	return 0;
}

static void the_nth_allocation_fails(void **state)
{
	(void)state;
	assert_in_range(fail_each(list_text), 10, ALLOCATIONS_MAX);
}

static void an_rsa_key_is_decoded(void **state)
{
	char json[LIST_TEXT_MAX];

	(void)state;
	rsa_list(json);
	fail_each(json);
}

/* A text of 120 characters behind `filler_n` numbers; block `n` of memory fails. */
static enum status parse_long_text(size_t filler_n, long n)
{
	char json[4096], why[256];
	struct text t = text_in(json, sizeof json), error = text_in(why, sizeof why);
	struct arena arena;
	json_t *document;
	enum status status;

	text_add(&t, "[[1");
	for (size_t i = 0; i < filler_n; i++)
		text_add(&t, ",1");
	text_add(&t, "],\"%0120d\"]", 0);
	assert_false(t.cut);
	arena_init(&arena);
	fail_alloc_at(n);
	status = json_node_parse(bytes_of_text(json), &arena, &error, &document);
	fail_alloc_at(-1);
	if (status == STATUS_OK)
		assert_int_equal(json_string_length(json_array_get(document, 1)), 120);
	arena_deinit(&arena);
	return status;
}

/* jansson loses characters of a text when its buffer cannot grow, and goes on. With
 * each filler another allocation is the first of a block. */
static void long_texts_stay_whole(void **state)
{
	(void)state;
	for (size_t filler_n = 0; filler_n < 500; filler_n++) {
		enum status status = STATUS_NOMEM;

		for (long n = 0; status != STATUS_OK; n++) {
			assert_in_range(n, 0, 100);
			status = parse_long_text(filler_n, n);
			if (status != STATUS_OK)
				assert_int_equal(status, STATUS_NOMEM);
		}
	}
}

static void the_file_s_buffer_fails(void **state)
{
	char why[256];
	struct text error = text_in(why, sizeof why);
	struct loglist *list;

	(void)state;
	fail_alloc_at(0);
	assert_int_equal(loglist_read("/dev/null", &error, &list), STATUS_NOMEM);
	fail_alloc_at(-1);
	assert_string_equal(why, "/dev/null: Cannot allocate memory");
	assert_null(list);
}

/* True if the key was there in spite of it; it is in any case when it is wanted again. */
static bool decode_with_failure(long nth)
{
	char why[256];
	struct text error = text_in(why, sizeof why);
	struct loglist *list;
	bool decoded;

	assert_int_equal(
		loglist_parse(bytes_of_text(list_text), &error, &list), STATUS_OK);
	fail_alloc_at(nth);
	decoded = ct_log_key(&list->logs[0]) != NULL;
	fail_alloc_at(-1);
	assert_non_null(ct_log_key(&list->logs[0]));
	loglist_free(list);
	return decoded;
}

/* Not each allocation of OpenSSL's matters to it. */
static void a_key_is_not_decoded(void **state)
{
	unsigned failed = 0;

	(void)state;
	for (long nth = 0; nth < 30; nth++)
		failed += !decode_with_failure(nth);
	assert_in_range(failed, 1, 30);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_nth_allocation_fails),
		cmocka_unit_test(an_rsa_key_is_decoded),
		cmocka_unit_test(long_texts_stay_whole),
		cmocka_unit_test(the_file_s_buffer_fails),
		cmocka_unit_test(a_key_is_not_decoded),
	};

	if (!fail_alloc_openssl())
		return 1;
	return cmocka_run_group_tests(tests, start_openssl, NULL);
}
