#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "query/inflight.h"

#define MANY 5000

static struct inflight_table table;

static struct question ask(const char *name, uint16_t type)
{
	struct question q = { .type = type, .class = CLASS_IN };

	assert_int_equal(name_from_text(name, &q.name), STATUS_OK);
	return q;
}

static struct cache_key key_of(const struct question *q, bool dnssec_ok, bool cd)
{
	return (struct cache_key){
		.question = q, .dnssec_ok = dnssec_ok, .checking_disabled = cd
	};
}

static int setup(void **state)
{
	(void)state;
	inflight_table_init(&table);
	return 0;
}

static void the_same_question_is_found(void **state)
{
	struct question q = ask("www.example", TYPE_A),
			other_case = ask("wWw.eXample", 1);
	struct cache_key key = key_of(&q, false, false);
	struct cache_key key_other_case = key_of(&other_case, false, false);
	struct inflight *f;

	(void)state;
	assert_null(inflight_find(inflight_bucket(&table, &key), &key));
	f = inflight_add(&table, inflight_bucket(&table, &key), &key);
	assert_non_null(f);
	assert_ptr_equal(inflight_find(inflight_bucket(&table, &key), &key), f);
	assert_ptr_equal(
		inflight_find(inflight_bucket(&table, &key_other_case), &key_other_case),
		f);
	assert_true(question_equal(inflight_key(f).question, &q));
	inflight_remove(f);
	assert_null(inflight_find(inflight_bucket(&table, &key), &key));
}

static void what_differs_is_another(void **state)
{
	struct question q = ask("www.example", TYPE_A), type = ask("www.example", 28);
	struct question name = ask("ww.example", TYPE_A), class = q;
	struct cache_key key = key_of(&q, false, false);
	const struct cache_key others[] = { key_of(&q, true, false),
		key_of(&q, false, true), key_of(&type, false, false),
		key_of(&name, false, false), key_of(&class, false, false) };
	struct inflight *f;

	(void)state;
	class.class = CLASS_CH;
	f = inflight_add(&table, inflight_bucket(&table, &key), &key);
	for (size_t i = 0; i < sizeof others / sizeof *others; i++)
		assert_null(
			inflight_find(inflight_bucket(&table, &others[i]), &others[i]));
	inflight_remove(f);
}

static void many_stand_side_by_side(void **state)
{
	static struct inflight *all[MANY];
	char name[32];

	(void)state;
	for (int pass = 0; pass < 3; pass++) {
		for (unsigned i = 0; i < MANY; i++) {
			struct question q;
			struct cache_key key;

			snprintf(name, sizeof name, "n%u.example", i);
			q = ask(name, TYPE_A);
			key = key_of(&q, i % 2, i % 3 == 0);
			if (pass == 0)
				all[i] = inflight_add(
					&table, inflight_bucket(&table, &key), &key);
			else if (pass == 1)
				assert_ptr_equal(
					inflight_find(
						inflight_bucket(&table, &key), &key),
					all[i]);
			else
				inflight_remove(all[i]);
		}
	}
	for (size_t i = 0; i < INFLIGHT_BUCKETS; i++)
		assert_true(list_empty(&table.buckets[i]));
}

static void all_are_found_one_by_one(void **state)
{
	struct inflight *f;
	char name[32];
	unsigned n = 0;

	(void)state;
	assert_null(inflight_any(&table));
	for (unsigned i = 0; i < MANY; i++) {
		struct question q;
		struct cache_key key;

		snprintf(name, sizeof name, "n%u.example", i);
		q = ask(name, TYPE_A);
		key = key_of(&q, false, false);
		assert_non_null(
			inflight_add(&table, inflight_bucket(&table, &key), &key));
	}
	for (; (f = inflight_any(&table)) != NULL; n++)
		inflight_remove(f);
	assert_int_equal(n, MANY);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(the_same_question_is_found, setup),
		cmocka_unit_test_setup(what_differs_is_another, setup),
		cmocka_unit_test_setup(many_stand_side_by_side, setup),
		cmocka_unit_test_setup(all_are_found_one_by_one, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
