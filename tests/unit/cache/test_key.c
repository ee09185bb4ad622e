/* Which names are the same to the cache (RFC 4343): it lowers and compares words. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/cache/sample.h"
#include "tests/unit/rows.h"

static bool is_found(const char *kept, const char *asked)
{
	static const struct cache_options options = { .size_bytes = 100000,
		.max_ttl_s = 86400 };
	static struct sample s;
	struct cache *cache;
	struct cache_hit hit;
	bool found;

	assert_int_equal(cache_new(&options, &cache), STATUS_OK);
	sample_make(&s, kept, 1, 10, 4);
	cache_insert(cache, &s.key, &s.answer, 1000);
	sample_make(&s, asked, 1, 10, 4);
	found = cache_lookup(cache, &s.key, 1000, &hit);
	cache_free(cache);
	return found;
}

static const struct same_row {
	const char *name;
	const char *kept, *asked;
	bool same;
} same_rows[] = {
	{ "a letter", "a", "A", true },
	{ "the first and the last letter", "azAZ.example", "AZaz.example", true },
	{ "all of eight bytes and more", "ABCDEFGHIJ.example", "abcdefghij.EXAMPLE",
		true },
	{ "before A", "www@example", "www`example", false },
	{ "behind Z", "www[example", "www{example", false },
	{ "A with its top bit set", "www\\193example", "www\\225example", false },
	{ "a digit", "www0example", "www\\016example", false },
	{ "the last byte", "www.exampl[", "www.exampl{", false },
	{ "a length that is a letter less 0x40", "\\001a.example", "\\001A.example",
		true },
	{ "a dot within a label", "a\\.b", "a.b", false },
};

static void test_same_name(void **state)
{
	(void)state;
	for (size_t i = 0; i < ROWS(same_rows); i++) {
		const struct same_row *row = &same_rows[i];

		if (is_found(row->kept, row->asked) != row->same)
			fail_msg("%s", row->name);
	}
}

/* Of 255 bytes, each way. */
static void test_longest_name(void **state)
{
	char upper[NAME_TEXT_MAX] = "", lower[NAME_TEXT_MAX] = "";

	(void)state;
	for (int i = 0; i < 127; i++) {
		strcat(upper, "K.");
		strcat(lower, "k.");
	}
	assert_true(is_found(upper, lower));
	assert_true(is_found(lower, upper));
	for (size_t at = 0; at < 2 * 127; at += 2) {
		lower[at] = '_';
		assert_false(is_found(upper, lower));
		lower[at] = 'k';
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_same_name),
		cmocka_unit_test(test_longest_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
