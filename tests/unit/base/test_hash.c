/* The key is random, so there are no vectors: what counts is that equal bytes give
 * equal hashes, and that those of names which differ little fill a table evenly. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/hash.h"

static void equal_bytes_have_equal_hashes(void **state)
{
	uint8_t a[64], b[65];

	(void)state;
	for (size_t n = 0; n <= sizeof a; n++) {
		memset(a, 'a', n);
		/* Elsewhere, and at another alignment. */
		memset(b + 1, 'a', n);
		assert_true(hash_bytes(bytes_of(a, n)) == hash_bytes(bytes_of(b + 1, n)));
	}
}

static void every_bit_counts(void **state)
{
	(void)state;
	for (size_t n = 1; n <= 24; n++) {
		uint8_t in[24] = { 0 };
		uint64_t plain = hash_bytes(bytes_of(in, n));

		for (size_t bit = 0; bit < 8 * n; bit++) {
			in[bit / 8] ^= (uint8_t)(1 << bit % 8);
			assert_true(hash_bytes(bytes_of(in, n)) != plain);
			in[bit / 8] ^= (uint8_t)(1 << bit % 8);
		}
	}
}

static void the_length_counts(void **state)
{
	static const uint8_t zero[32];

	(void)state;
	for (size_t n = 0; n < sizeof zero; n++)
		for (size_t m = 0; m < n; m++)
			assert_true(hash_bytes(bytes_of(zero, n)) !=
				    hash_bytes(bytes_of(zero, m)));
}

static void similar_names_spread_over_a_table(void **state)
{
	enum { BUCKETS = 256, EACH = 64 };
	unsigned low[BUCKETS] = { 0 }, high[BUCKETS] = { 0 };

	(void)state;
	for (unsigned i = 0; i < BUCKETS * EACH; i++) {
		char name[32];
		uint64_t hash;

		snprintf(name, sizeof name, "host%u.example", i);
		hash = hash_bytes(bytes_of_text(name));
		low[hash % BUCKETS]++;
		high[hash >> 56]++;
	}
	/* 64 expected, standard deviation 8: outside of 8 deviations in none of a
	 * million runs. */
	for (unsigned i = 0; i < BUCKETS; i++) {
		assert_in_range(low[i], 1, 2 * EACH);
		assert_in_range(high[i], 1, 2 * EACH);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(equal_bytes_have_equal_hashes),
		cmocka_unit_test(every_bit_counts),
		cmocka_unit_test(the_length_counts),
		cmocka_unit_test(similar_names_spread_over_a_table),
	};

	return cmocka_run_group_tests_name("hash", tests, NULL, NULL);
}
