/* What is learned, and a disk that does not take it. */
#include <string.h>
#include <unistd.h>

#include "tests/unit/upstream/desk.h"

static void without_a_place_nobody_learns(void **state)
{
	struct desk *d = *state;

	d->of.state_dir = "/nonexistent";
	assert_int_equal(
		contact_open(&d->of, NULL, &d->error, &d->contact), STATUS_CONFIG);
	assert_string_equal(d->words, "upstream u: pin_mode: learn: what is learned "
				      "cannot be kept: /nonexistent/learned: No such "
				      "file or directory");
	d->of.state_dir = NULL;
	assert_int_equal(
		contact_open(&d->of, NULL, &d->error, &d->contact), STATUS_CONFIG);
	d->upstream.policy.pin_mode = PIN_ENFORCE;
	open_again(d);
	let_in(d, 7, 9);
	assert_pins(d, 7, 9);
	assert_int_equal(d->lines[LOG_LEVEL_ERROR] + d->lines[LOG_LEVEL_WARNING], 0);
}

/* The disk was full at the first contact: a reload must not forget it. */
static void memory_goes_before_a_disk_that_failed(void **state)
{
	struct desk *d = *state;
	struct contact before;

	open_again(d);
	d->of.state_dir = "/nonexistent";
	let_in(d, 7, 9);
	assert_int_equal(d->lines[LOG_LEVEL_ERROR], 1);
	before = d->contact;
	d->of.state_dir = d->state_dir;
	assert_int_equal(
		contact_open(&d->of, &before, &d->error, &d->contact), STATUS_OK);
	assert_pins(d, 7, 9);
	assert_true(contact_same(&before, &d->contact));
	assert_true(d->contact.unsaved);
	/* Tried again at the next contact. */
	let_in(d, 7, 9);
	assert_int_equal(access(record(d), F_OK), 0);
	assert_false(d->contact.unsaved);
}

/* Before anything is learned that the next start would not know. */
static void a_full_disk_is_noticed_at_the_start(void **state)
{
	struct desk *d = *state;
	struct contact before;

	fill_disk(true);
	assert_int_equal(
		contact_open(&d->of, NULL, &d->error, &d->contact), STATUS_CONFIG);
	assert_non_null(strstr(d->words, "cannot be kept: "));
	assert_non_null(strstr(d->words, "File too large"));
	/* Where nothing hangs on it, not. */
	d->upstream.policy.pin_mode = PIN_ENFORCE;
	open_again(d);
	d->upstream.policy.pin_mode = PIN_LEARN;
	fill_disk(false);
	open_again(d);
	let_in(d, 7, 9);
	/* A reload has what is in force, which is better than an error. */
	before = d->contact;
	fill_disk(true);
	assert_int_equal(
		contact_open(&d->of, &before, &d->error, &d->contact), STATUS_OK);
}

static void what_could_not_be_written_is_said_once(void **state)
{
	struct desk *d = *state;

	open_again(d);
	fill_disk(true);
	let_in(d, 7, 9);
	let_in(d, 7, 9);
	turn_away(d, 8, 10);
	contact_keep(&d->contact, &d->of);
	assert_true(d->contact.unsaved);
	assert_int_equal(d->lines[LOG_LEVEL_ERROR], 1);
	fill_disk(false);
	contact_keep(&d->contact, &d->of);
	assert_false(d->contact.unsaved);
	assert_string_equal(d->last_line, "upstream u: what it has shown is kept now");
	contact_keep(&d->contact, &d->of);
	assert_int_equal(d->lines[LOG_LEVEL_NOTICE], 2);
	open_again(d);
	assert_pins(d, 7, 9);
	assert_int_equal(d->contact.learned.refused_n, 1);
	/* The next time it is said again. */
	fill_disk(true);
	turn_away(d, 20, 21);
	assert_int_equal(d->lines[LOG_LEVEL_ERROR], 2);
}

static void it_is_tried_again_once_a_minute(void **state)
{
	struct desk *d = *state;

	open_again(d);
	fill_disk(true);
	let_in(d, 7, 9);
	fill_disk(false);
	d->now_ms += 59999;
	contact_keep_in_time(&d->contact, &d->of);
	assert_true(d->contact.unsaved);
	d->now_ms++;
	contact_keep_in_time(&d->contact, &d->of);
	assert_false(d->contact.unsaved);
	assert_int_equal(unlink(record(d)), 0);
	d->now_ms += 60000;
	contact_keep_in_time(&d->contact, &d->of);
	assert_int_not_equal(access(record(d), F_OK), 0);
}

/* A warning is not worth it. */
static void who_does_not_learn_does_not_try_again(void **state)
{
	struct desk *d = *state;

	d->upstream.policy.pin_mode = PIN_ENFORCE;
	open_again(d);
	fill_disk(true);
	let_in(d, 7, 9);
	fill_disk(false);
	contact_keep(&d->contact, &d->of);
	assert_int_not_equal(access(record(d), F_OK), 0);
	assert_int_equal(d->lines[LOG_LEVEL_ERROR], 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(without_a_place_nobody_learns),
		TEST(memory_goes_before_a_disk_that_failed),
		TEST(a_full_disk_is_noticed_at_the_start),
		TEST(what_could_not_be_written_is_said_once),
		TEST(it_is_tried_again_once_a_minute),
		TEST(who_does_not_learn_does_not_try_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
