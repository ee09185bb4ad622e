#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/list.h"

struct item {
	char name;
	struct list link;
};

/* The names in order, read both ways. */
static void assert_order(const struct list *head, const char *names)
{
	const struct list *it = head;

	for (size_t i = 0; names[i] != '\0'; i++) {
		assert_ptr_equal(it->next->prev, it);
		it = it->next;
		assert_int_equal(list_entry(it, struct item, link)->name, names[i]);
	}
	assert_ptr_equal(it->next, head);
	assert_ptr_equal(head->prev, it);
}

static void a_new_list_is_empty(void **state)
{
	struct list head;
	int turns = 0;

	(void)state;
	list_init(&head);
	assert_true(list_empty(&head));
	list_for_each (it, &head)
		turns++;
	list_for_each_safe (it, &head)
		turns++;
	assert_int_equal(turns, 0);
}

static void items_go_to_the_front_the_middle_and_the_end(void **state)
{
	struct item a = { .name = 'a' }, b = { .name = 'b' }, c = { .name = 'c' },
		    d = { .name = 'd' };
	struct list head;

	(void)state;
	list_init(&head);
	list_append(&head, &b.link);
	assert_false(list_empty(&head));
	list_insert(&head, &a.link);
	list_append(&head, &d.link);
	list_insert(&b.link, &c.link);
	assert_order(&head, "abcd");
}

static void items_are_removed_from_anywhere(void **state)
{
	struct item items[] = { { .name = 'a' }, { .name = 'b' }, { .name = 'c' },
		{ .name = 'd' } };
	struct list head;

	(void)state;
	list_init(&head);
	for (size_t i = 0; i < 4; i++)
		list_append(&head, &items[i].link);
	list_remove(&items[1].link);
	assert_order(&head, "acd");
	list_remove(&items[0].link);
	assert_order(&head, "cd");
	list_remove(&items[3].link);
	assert_order(&head, "c");
	list_remove(&items[2].link);
	assert_true(list_empty(&head));
}

static void removing_twice_is_harmless(void **state)
{
	struct item a = { .name = 'a' }, b = { .name = 'b' }, c = { .name = 'c' };
	struct list head;

	(void)state;
	list_init(&head);
	list_init(&a.link);
	list_remove(&a.link);
	list_append(&head, &a.link);
	list_append(&head, &b.link);
	list_remove(&a.link);
	/* Its old neighbours have a new one between them now. */
	list_insert(&head, &c.link);
	list_remove(&a.link);
	assert_order(&head, "cb");
	list_append(&head, &a.link);
	assert_order(&head, "cba");
}

static void all_move_to_the_end_of_another(void **state)
{
	struct item a = { .name = 'a' }, b = { .name = 'b' }, c = { .name = 'c' };
	struct list from, to;

	(void)state;
	list_init(&from);
	list_init(&to);
	list_move_all(&from, &to);
	assert_true(list_empty(&to));
	list_append(&to, &a.link);
	list_append(&from, &b.link);
	list_append(&from, &c.link);
	list_move_all(&from, &to);
	assert_order(&to, "abc");
	assert_true(list_empty(&from));
}

static void the_element_at_hand_may_be_freed(void **state)
{
	struct list head;
	int turns = 0;

	(void)state;
	list_init(&head);
	for (char name = 'a'; name <= 'e'; name++) {
		struct item *item = malloc(sizeof *item);

		assert_non_null(item);
		item->name = name;
		list_append(&head, &item->link);
	}
	list_for_each_safe (it, &head) {
		list_remove(it);
		free(list_entry(it, struct item, link));
		turns++;
	}
	assert_int_equal(turns, 5);
	assert_true(list_empty(&head));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_new_list_is_empty),
		cmocka_unit_test(items_go_to_the_front_the_middle_and_the_end),
		cmocka_unit_test(items_are_removed_from_anywhere),
		cmocka_unit_test(removing_twice_is_harmless),
		cmocka_unit_test(all_move_to_the_end_of_another),
		cmocka_unit_test(the_element_at_hand_may_be_freed),
	};

	return cmocka_run_group_tests_name("list", tests, NULL, NULL);
}
