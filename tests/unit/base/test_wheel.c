/* What comes out of a wheel, and when. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/wheel.h"
#include "tests/unit/rows.h"

#define BEGIN_MS 1000000
#define ITEMS    6

/* Times are ms after the beginning. */
struct row {
	const char *name;
	uint64_t put_at[ITEMS]; /* 0: no more */
	uint64_t turn_to;
	const char *out;  /* the numbers of those that come, in the order of slots */
	uint64_t next_ms; /* then; 0: never */
};

static const struct row rows[] = {
	{ "an empty wheel gives nothing", { 0 }, 500, "", 0 },
	{ "one that is due comes", { 5 }, 5, "0", 0 },
	{ "one that is due later stays", { 5 }, 4, "", 5 },
	{ "one comes late when the wheel is turned late", { 5 }, 200, "0", 0 },
	{ "after a turn and more all that is due comes", { 5, 700 }, 1000, "01", 0 },
	{ "those of one millisecond come in the order they were put in", { 7, 7, 7 }, 7,
		"012", 0 },
	{ "the earlier come first", { 9, 3, 6 }, 10, "120", 0 },
	{ "some stay", { 9, 3, 6 }, 6, "12", 9 },
	{ "one beyond the turn does not come with its slot", { 3 + WHEEL_SLOTS }, 3, "",
		3 + WHEEL_SLOTS },
	{ "nor several turns ahead", { 3 + 9 * WHEEL_SLOTS }, 3 + WHEEL_SLOTS, "",
		3 + 2 * WHEEL_SLOTS },
	{ "but in its own turn", { 3 + WHEEL_SLOTS }, 3 + WHEEL_SLOTS, "0", 0 },
	{ "one of this turn and one of the next share a slot", { 3, 3 + WHEEL_SLOTS }, 3,
		"0", 3 + WHEEL_SLOTS },
	{ "the last slot of a turn", { WHEEL_SLOTS }, 1, "", WHEEL_SLOTS },
	{ "next is the earliest of many words", { 250, 190, 120, 61 }, 60, "", 61 },
	{ "next, past words without any", { 250, 3 }, 3, "1", 250 },
};

static void numbers_of(const struct list *due, const struct wheel_item *items, char *out)
{
	for (struct list *it = due->next; it != due; it = it->next)
		*out++ = (char)('0' + (wheel_item_of(it) - items));
	*out = '\0';
}

static void run_row(void **state)
{
	const struct row *row = *state;
	struct wheel_item items[ITEMS];
	struct wheel wheel;
	struct list due;
	char out[ITEMS + 1];

	wheel_init(&wheel, BEGIN_MS);
	list_init(&due);
	for (size_t i = 0; i < ITEMS && row->put_at[i] > 0; i++) {
		wheel_item_init(&items[i]);
		wheel_put(&wheel, &items[i], BEGIN_MS + row->put_at[i]);
	}
	wheel_turn(&wheel, BEGIN_MS + row->turn_to, &due);
	numbers_of(&due, items, out);
	assert_string_equal(out, row->out);
	assert_int_equal(wheel_next_ms(&wheel),
		row->next_ms > 0 ? BEGIN_MS + row->next_ms : UINT64_MAX);
}

static void assert_comes(struct wheel *wheel, uint64_t at_ms, bool comes)
{
	struct list due;

	list_init(&due);
	wheel_turn(wheel, BEGIN_MS + at_ms, &due);
	assert_int_equal(!list_empty(&due), comes);
	while (!list_empty(&due))
		wheel_take_out(wheel_item_of(due.next));
}

static void one_is_moved_to_earlier(void **state)
{
	struct wheel_item item;
	struct wheel wheel;

	(void)state;
	wheel_init(&wheel, BEGIN_MS);
	wheel_item_init(&item);
	wheel_put(&wheel, &item, BEGIN_MS + 5000);
	wheel_put(&wheel, &item, BEGIN_MS + 20);
	assert_int_equal(wheel_next_ms(&wheel), BEGIN_MS + 20);
	assert_comes(&wheel, 19, false);
	assert_comes(&wheel, 20, true);
	assert_comes(&wheel, 6000, false);
}

static void one_is_moved_to_later(void **state)
{
	struct wheel_item item;
	struct wheel wheel;

	(void)state;
	wheel_init(&wheel, BEGIN_MS);
	wheel_item_init(&item);
	wheel_put(&wheel, &item, BEGIN_MS + 20);
	wheel_put(&wheel, &item, BEGIN_MS + 90);
	assert_comes(&wheel, 89, false);
	assert_comes(&wheel, 90, true);
}

static void one_that_was_due_long_ago_comes_with_the_next_millisecond(void **state)
{
	struct wheel_item item;
	struct wheel wheel;

	(void)state;
	wheel_init(&wheel, BEGIN_MS);
	wheel_item_init(&item);
	wheel_put(&wheel, &item, 0);
	assert_int_equal(wheel_next_ms(&wheel), BEGIN_MS + 1);
	assert_comes(&wheel, 0, false);
	assert_comes(&wheel, 1, true);
}

static void one_that_is_taken_out_does_not_come(void **state)
{
	struct wheel_item item, other;
	struct wheel wheel;

	(void)state;
	wheel_init(&wheel, BEGIN_MS);
	wheel_item_init(&item);
	wheel_item_init(&other);
	wheel_put(&wheel, &item, BEGIN_MS + 5);
	wheel_put(&wheel, &other, BEGIN_MS + 8);
	wheel_take_out(&item);
	assert_int_equal(wheel_next_ms(&wheel), BEGIN_MS + 8);
	wheel_take_out(&other);
	wheel_take_out(&other);
	assert_int_equal(wheel_next_ms(&wheel), UINT64_MAX);
	assert_comes(&wheel, 100, false);
}

/* Who handles one that is due may end another that is due, too. */
static void one_of_those_that_came_is_taken_out(void **state)
{
	struct wheel_item items[2];
	struct wheel wheel;
	struct list due;

	(void)state;
	wheel_init(&wheel, BEGIN_MS);
	list_init(&due);
	for (size_t i = 0; i < 2; i++) {
		wheel_item_init(&items[i]);
		wheel_put(&wheel, &items[i], BEGIN_MS + 1);
	}
	wheel_turn(&wheel, BEGIN_MS + 1, &due);
	wheel_take_out(&items[1]);
	assert_ptr_equal(due.next, &items[0].link);
	assert_ptr_equal(due.prev, &items[0].link);
}

static void a_clock_that_stands_or_goes_back_gives_nothing(void **state)
{
	struct wheel_item item;
	struct wheel wheel;

	(void)state;
	wheel_init(&wheel, BEGIN_MS);
	wheel_item_init(&item);
	wheel_put(&wheel, &item, BEGIN_MS + 5);
	assert_comes(&wheel, 4, false);
	assert_comes(&wheel, 4, false);
	assert_comes(&wheel, 1, false);
	assert_comes(&wheel, 5, true);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_is_moved_to_earlier),
		cmocka_unit_test(one_is_moved_to_later),
		cmocka_unit_test(
			one_that_was_due_long_ago_comes_with_the_next_millisecond),
		cmocka_unit_test(one_that_is_taken_out_does_not_come),
		cmocka_unit_test(one_of_those_that_came_is_taken_out),
		cmocka_unit_test(a_clock_that_stands_or_goes_back_gives_nothing),
	};

	return run_rows("wheel", rows, sizeof *rows, ROWS(rows), run_row) +
	       cmocka_run_group_tests(tests, NULL, NULL);
}
