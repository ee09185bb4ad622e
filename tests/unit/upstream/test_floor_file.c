/* The floor over a restart: what is read, what is not, and how often it is written. */
#include "upstream/floor_file.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/log.h"
#include "tests/unit/rows.h"
#include "tests/unit/tls/make_cert.h"

#define NOW      MAKE_CERT_NOW
#define NOW_TEXT "2026-06-01T00:00:00Z"
#define HOUR_MS  ((uint64_t)3600 * 1000)

static uint64_t at_ms;
static unsigned warnings;
static char state_dir[MAKE_DIRECTORY_MAX], path[MAKE_DIRECTORY_MAX + 16];

static uint64_t now_ms(void)
{
	return at_ms;
}

/* The floor is above it, and it plays no part in what is written. */
static int64_t wall_s(void)
{
	return 300;
}

static void count_line(enum log_level level, const char *line)
{
	/* Not that one was repeated. */
	warnings += level == LOG_LEVEL_WARNING && strncmp(line, "clock: ", 7) == 0;
}

static int setup(void **state)
{
	(void)state;
	at_ms = 1000;
	warnings = 0;
	make_directory(state_dir);
	snprintf(path, sizeof path, "%s/clock", state_dir);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	unlink(path);
	rmdir(path);
	remove_directory(state_dir);
	return 0;
}

static void put(const char *content, size_t n)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	assert_int_equal(fwrite(content, 1, n, file), n);
	assert_int_equal(fclose(file), 0);
}

static void assert_kept(const char *expected)
{
	char content[100] = "";
	FILE *file = fopen(path, "r");

	if (expected == NULL) {
		assert_null(file);
		return;
	}
	assert_non_null(file);
	assert_true(fread(content, 1, sizeof content - 1, file) > 0);
	fclose(file);
	assert_string_equal(content, expected);
}

static const struct row {
	const char *name;
	int64_t floor_s; /* 0: not taken */
	const char *content;
	size_t n; /* 0: a text */
} rows[] = {
	{ "as it is written", NOW, NOW_TEXT "\n", 0 },
	{ "without an end of line", NOW, NOW_TEXT, 0 },
	{ "with an offset", NOW, "2026-06-01T02:00:00+02:00\n", 0 },
	{ "of the far future", 253402300799, "9999-12-31T23:59:59Z\n", 0 },
	{ "empty line", 0, "\n", 0 },
	{ "nothing", 0, "", 0 },
	{ "noise", 0, "\x01\xff", 0 },
	{ "a day without a time", 0, "2026-06-01\n", 0 },
	{ "no zone", 0, "2026-06-01T00:00:00\n", 0 },
	{ "month 13", 0, "2026-13-01T00:00:00Z\n", 0 },
	{ "two lines", 0, NOW_TEXT "\n" NOW_TEXT "\n", 0 },
	{ "an empty line behind", 0, NOW_TEXT "\n\n", 0 },
	{ "a space before", 0, " " NOW_TEXT "\n", 0 },
	{ "a byte 0 and more", 0, NOW_TEXT "\0junk", sizeof NOW_TEXT + 4 },
	{ "too long", 0,
		"2026-06-01T00:00:00.0000000000000000000000000000000000000000000000Z",
		0 },
	{ "seconds since 1970", 0, "1780272000\n", 0 },
};

static void read_row(void **state)
{
	const struct row *row = *state;
	struct floor_file f;

	setup(NULL);
	put(row->content, row->n != 0 ? row->n : strlen(row->content));
	floor_file_open(&f, state_dir);
	assert_int_equal(f.floor.floor_s, row->floor_s);
	assert_int_equal(warnings, row->floor_s == 0);
	/* Reading alone writes nothing. */
	floor_file_save(&f, state_dir);
	assert_false(f.written);
	teardown(NULL);
}

static void what_is_not_there_is_nothing(void **state)
{
	struct floor_file f;

	(void)state;
	floor_file_open(&f, state_dir);
	assert_int_equal(f.floor.floor_s, 0);
	floor_file_open(&f, NULL);
	assert_int_equal(f.floor.floor_s, 0);
	assert_int_equal(warnings, 0);
}

/* It is another user's directory. */
static void a_link_is_not_followed(void **state)
{
	char other[sizeof path + 8];
	struct floor_file f;

	(void)state;
	put(NOW_TEXT "\n", sizeof NOW_TEXT);
	snprintf(other, sizeof other, "%s.other", path);
	assert_int_equal(rename(path, other), 0);
	assert_int_equal(symlink(other, path), 0);
	floor_file_open(&f, state_dir);
	assert_int_equal(f.floor.floor_s, 0);
	assert_int_equal(warnings, 1);
	assert_int_equal(unlink(other), 0);
}

static void a_directory_is_not_read(void **state)
{
	struct floor_file f;

	(void)state;
	assert_int_equal(mkdir(path, 0700), 0);
	floor_file_open(&f, state_dir);
	assert_int_equal(f.floor.floor_s, 0);
	assert_int_equal(warnings, 1);
}

static void it_is_written_once_an_hour(void **state)
{
	struct floor_file f;

	(void)state;
	floor_file_open(&f, state_dir);
	floor_file_raise(&f, state_dir, 0);
	assert_kept(NULL);
	floor_file_raise(&f, state_dir, NOW);
	assert_kept(NOW_TEXT "\n");
	at_ms += HOUR_MS - 1;
	floor_file_raise(&f, state_dir, NOW + 1);
	assert_int_equal(f.floor.floor_s, NOW + 1);
	assert_kept(NOW_TEXT "\n");
	/* What is due is written whether it was raised again or not. */
	at_ms += 1;
	floor_file_raise(&f, state_dir, NOW);
	assert_kept("2026-06-01T00:00:01Z\n");
	floor_file_raise(&f, state_dir, NOW + 2);
	assert_kept("2026-06-01T00:00:01Z\n");
	/* At stop. */
	floor_file_save(&f, state_dir);
	assert_kept("2026-06-01T00:00:02Z\n");
	assert_int_equal(warnings, 0);
}

static void what_is_written_is_read(void **state)
{
	struct floor_file f, again;

	(void)state;
	floor_file_open(&f, state_dir);
	floor_file_raise(&f, state_dir, NOW);
	floor_file_open(&again, state_dir);
	assert_int_equal(again.floor.floor_s, NOW);
	/* What was proven less far does not lower it. */
	floor_file_raise(&again, state_dir, NOW - 1);
	floor_file_save(&again, state_dir);
	assert_kept(NOW_TEXT "\n");
}

/* A log list's date comes back with the list. */
static void a_list_is_not_written(void **state)
{
	struct floor_file f;

	(void)state;
	floor_file_open(&f, state_dir);
	assert_true(clock_floor_raise(&f.floor, NOW));
	floor_file_save(&f, state_dir);
	assert_kept(NULL);
}

static void what_cannot_be_written_is_told_once_an_hour(void **state)
{
	struct floor_file f;

	(void)state;
	floor_file_open(&f, state_dir);
	assert_int_equal(mkdir(path, 0700), 0);
	floor_file_raise(&f, state_dir, NOW);
	floor_file_raise(&f, state_dir, NOW + 1);
	assert_int_equal(warnings, 1);
	assert_int_equal(f.floor.floor_s, NOW + 1);
	assert_int_equal(rmdir(path), 0);
	at_ms += HOUR_MS;
	floor_file_raise(&f, state_dir, NOW + 1);
	assert_kept("2026-06-01T00:00:01Z\n");
	assert_int_equal(warnings, 1);
}

static void without_a_directory_nothing_is_kept(void **state)
{
	struct floor_file f;

	(void)state;
	floor_file_open(&f, NULL);
	floor_file_raise(&f, NULL, NOW);
	floor_file_save(&f, NULL);
	assert_int_equal(f.floor.floor_s, NOW);
	assert_int_equal(warnings, 0);
}

int main(void)
{
	static const struct clock_source source = { now_ms, wall_s };
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(what_is_not_there_is_nothing),
		TEST(a_link_is_not_followed),
		TEST(a_directory_is_not_read),
		TEST(it_is_written_once_an_hour),
		TEST(what_is_written_is_read),
		TEST(a_list_is_not_written),
		TEST(what_cannot_be_written_is_told_once_an_hour),
		TEST(without_a_directory_nothing_is_kept),
	};
	int failed;

	clock_replace(&source);
	log_replace(count_line);
	failed = run_rows("read", rows, sizeof *rows, ROWS(rows), read_row);
	return failed + cmocka_run_group_tests_name("floor file", tests, NULL, NULL);
}
