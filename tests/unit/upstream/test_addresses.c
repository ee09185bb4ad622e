#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/rows.h"
#include "upstream/addresses.h"

#define NOW_MS   10000000
#define LIST_MAX 8

/* A letter an address: small ones are IPv4, capitals IPv6. */
static struct endpoint endpoint_of(char letter)
{
	char text[] = "192.0.2.x", text6[] = "2001:db8::x";
	struct endpoint e;

	text[8] = (char)('1' + (letter | 32) - 'a');
	text6[10] = (char)('1' + (letter | 32) - 'a');
	assert_int_equal(
		endpoint_parse(letter >= 'a' ? text : text6, 853, &e), STATUS_OK);
	return e;
}

static char letter_of(const struct endpoint *e)
{
	for (char c = 'a'; c < 'a' + LIST_MAX; c++) {
		struct endpoint four = endpoint_of(c), six = endpoint_of((char)(c - 32));

		if (endpoint_equal(e, &four))
			return c;
		if (endpoint_equal(e, &six))
			return (char)(c - 32);
	}
	return '?';
}

struct row {
	const char *name, *list;
	const char *failed; /* each a second after the one before, the last one now */
	const char *order;
};

static const struct row rows[] = {
	{ "one", "a", "", "a" },
	{ "as configured", "abc", "", "abc" },
	{ "families in turn", "abCD", "", "aCbD" },
	{ "beginning with that of the first", "CDab", "", "CaDb" },
	{ "the rest of the larger family behind", "abcD", "", "aDbc" },
	{ "one that failed is last", "abc", "a", "bca" },
	{ "it does not come in turn", "aBc", "B", "acB" },
	{ "the one that failed first is first of those", "abc", "ba", "cba" },
	{ "all have failed", "abc", "cab", "cab" },
	{ "all have failed, families in turn", "abCD", "abCD", "aCbD" },
	{ "two failed of each", "abCDeF", "abCD", "eFaCbD" },
};

static struct addresses addresses_of(const char *letters)
{
	struct endpoint list[LIST_MAX];
	struct addresses a = { 0 };
	size_t n = strlen(letters);

	for (size_t i = 0; i < n; i++)
		list[i] = endpoint_of(letters[i]);
	assert_int_equal(addresses_set(&a, list, n), STATUS_OK);
	return a;
}

static void assert_order(const struct addresses *a, uint64_t now_ms, const char *expected)
{
	struct endpoint order[LIST_MAX];
	char letters[LIST_MAX + 1] = "";

	addresses_order(a, now_ms, order);
	for (size_t i = 0; i < a->n; i++)
		letters[i] = letter_of(&order[i]);
	assert_string_equal(letters, expected);
}

static void in_order(void **state)
{
	const struct row *row = *state;
	struct addresses a = addresses_of(row->list);
	size_t failed_n = strlen(row->failed);

	for (size_t i = 0; i < failed_n; i++) {
		struct endpoint e = endpoint_of(row->failed[i]);

		addresses_failed(&a, &e, NOW_MS - 1000 * (failed_n - 1 - i));
	}
	assert_order(&a, NOW_MS, row->order);
	addresses_deinit(&a);
}

static void a_failure_is_forgotten(void **state)
{
	struct addresses a = addresses_of("ab");
	struct endpoint e = endpoint_of('a');

	(void)state;
	addresses_failed(&a, &e, 0);
	assert_order(&a, ADDRESS_FAILED_MS, "ba");
	assert_order(&a, ADDRESS_FAILED_MS + 1, "ab");
	addresses_failed(&a, &e, NOW_MS);
	assert_order(&a, NOW_MS, "ba");
	addresses_worked(&a, &e);
	assert_order(&a, NOW_MS, "ab");
	addresses_deinit(&a);
}

static void what_stays_keeps_its_failure(void **state)
{
	struct endpoint next[] = { endpoint_of('a'), endpoint_of('c'), endpoint_of('b') };
	struct endpoint gone = endpoint_of('d');
	struct addresses a = addresses_of("ab");

	(void)state;
	addresses_failed(&a, &next[0], NOW_MS);
	assert_int_equal(addresses_set(&a, next, 3), STATUS_OK);
	assert_order(&a, NOW_MS, "cba");
	addresses_failed(&a, &gone, NOW_MS);
	addresses_worked(&a, &gone);
	assert_order(&a, NOW_MS, "cba");
	assert_int_equal(addresses_set(&a, NULL, 0), STATUS_OK);
	assert_order(&a, NOW_MS, "");
	addresses_deinit(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_failure_is_forgotten),
		cmocka_unit_test(what_stays_keeps_its_failure),
	};
	int failed = run_rows("addresses", rows, sizeof *rows, ROWS(rows), in_order);

	return failed + cmocka_run_group_tests(tests, NULL, NULL);
}
