/* Which outcomes are remembered, and for how long. */
#include "ct/memo.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

/* Digests that differ in one byte only. */
static const uint8_t *digest_of(size_t number, unsigned place)
{
	static uint8_t digest[32];

	memset(digest, 0, sizeof digest);
	digest[place] = (uint8_t)number;
	return digest;
}

static void nothing_is_known_at_first(void **state)
{
	struct ct_memo memo = { 0 };
	bool valid;

	(void)state;
	assert_false(ct_memo_find(&memo, digest_of(0, 0), &valid));
}

static void an_outcome_is_found(void **state)
{
	struct ct_memo memo = { 0 };
	bool valid = false;

	(void)state;
	ct_memo_add(&memo, digest_of(1, 0), true);
	ct_memo_add(&memo, digest_of(2, 0), false);
	assert_true(ct_memo_find(&memo, digest_of(1, 0), &valid));
	assert_true(valid);
	assert_true(ct_memo_find(&memo, digest_of(2, 0), &valid));
	assert_false(valid);
}

static void every_byte_of_a_digest_counts(void **state)
{
	struct ct_memo memo = { 0 };
	bool valid;

	(void)state;
	ct_memo_add(&memo, digest_of(0, 0), true);
	for (unsigned place = 0; place < 32; place++)
		assert_false(ct_memo_find(&memo, digest_of(1, place), &valid));
}

static void the_oldest_goes(void **state)
{
	struct ct_memo memo = { 0 };
	bool valid;

	(void)state;
	for (size_t i = 0; i < CT_MEMO_MAX; i++)
		ct_memo_add(&memo, digest_of(i, 31), true);
	for (size_t i = 0; i < CT_MEMO_MAX; i++)
		assert_true(ct_memo_find(&memo, digest_of(i, 31), &valid));
	ct_memo_add(&memo, digest_of(CT_MEMO_MAX, 31), false);
	assert_false(ct_memo_find(&memo, digest_of(0, 31), &valid));
	for (size_t i = 1; i <= CT_MEMO_MAX; i++)
		assert_true(ct_memo_find(&memo, digest_of(i, 31), &valid));
	ct_memo_add(&memo, digest_of(CT_MEMO_MAX + 1, 31), false);
	assert_false(ct_memo_find(&memo, digest_of(1, 31), &valid));
	assert_true(ct_memo_find(&memo, digest_of(2, 31), &valid));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_is_known_at_first),
		cmocka_unit_test(an_outcome_is_found),
		cmocka_unit_test(every_byte_of_a_digest_counts),
		cmocka_unit_test(the_oldest_goes),
	};

	return cmocka_run_group_tests_name("memo", tests, NULL, NULL);
}
