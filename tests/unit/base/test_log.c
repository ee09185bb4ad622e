#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/log.h"

static uint64_t now_ms;
static struct {
	enum log_level level;
	char line[2048];
} seen[64];
static size_t n_seen;

static uint64_t test_now_ms(void)
{
	return now_ms;
}

static int64_t test_wall_s(void)
{
	return 0;
}

static void keep_line(enum log_level level, const char *line)
{
	assert_true(n_seen < sizeof seen / sizeof *seen);
	seen[n_seen].level = level;
	snprintf(seen[n_seen++].line, sizeof seen->line, "%s", line);
}

/* Each test starts behind a line that no test repeats. */
static int setup(void **state)
{
	static const struct clock_source source = { test_now_ms, test_wall_s };

	(void)state;
	now_ms = 1000;
	clock_replace(&source);
	log_replace(keep_line);
	log_set_level(LOG_LEVEL_NOTICE);
	log_error("-- start --");
	log_flush();
	log_flush();
	n_seen = 0;
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	log_replace(NULL);
	clock_replace(NULL);
	return 0;
}

static void lines_above_the_level_are_dropped(void **state)
{
	(void)state;
	for (int level = LOG_LEVEL_ERROR; level <= LOG_LEVEL_DEBUG; level++) {
		n_seen = 0;
		log_set_level((enum log_level)level);
		assert_int_equal(log_get_level(), level);
		log_error("level %d, error", level);
		log_warning("level %d, warning", level);
		log_notice("level %d, notice", level);
		log_info("level %d, info", level);
		log_debug("level %d, debug", level);
		assert_int_equal(n_seen, level - LOG_LEVEL_ERROR + 1);
		for (size_t i = 0; i < n_seen; i++)
			assert_int_equal(seen[i].level, LOG_LEVEL_ERROR + i);
	}
}

static void a_repeated_line_is_counted(void **state)
{
	(void)state;
	for (int i = 0; i < 111; i++)
		log_warning("upstream %s is unreachable", "quad9");
	assert_int_equal(n_seen, 1);
	assert_string_equal(seen[0].line, "upstream quad9 is unreachable");
	log_notice("upstream quad9 is back");
	assert_int_equal(n_seen, 3);
	assert_string_equal(seen[1].line, "last message repeated 110 times");
	assert_int_equal(seen[1].level, LOG_LEVEL_WARNING);
	assert_string_equal(seen[2].line, "upstream quad9 is back");
}

static void a_line_that_goes_on_is_reported_less_and_less_often(void **state)
{
	(void)state;
	for (int i = 0; i < 3600; i++, now_ms += 1000)
		log_warning("again");
	/* At 0 s the line; at 10, 30, 70, 150, 310, 630, 1230 … s how often it came. */
	assert_int_equal(n_seen, 11);
	assert_string_equal(seen[1].line, "last message repeated 10 times");
	assert_string_equal(seen[2].line, "last message repeated 20 times");
	assert_string_equal(seen[7].line, "last message repeated 600 times");
	assert_string_equal(seen[10].line, "last message repeated 600 times");
}

static void a_flush_writes_what_is_held_back_once(void **state)
{
	(void)state;
	log_flush();
	assert_int_equal(n_seen, 0);
	log_warning("once");
	log_flush();
	assert_int_equal(n_seen, 1);
	log_warning("once");
	log_flush();
	log_flush();
	assert_int_equal(n_seen, 2);
	assert_string_equal(seen[1].line, "last message repeated once");
}

static void lines_that_alternate_are_written_three_times(void **state)
{
	(void)state;
	for (int i = 0; i < 40; i++, now_ms += 1000) {
		log_warning("one");
		log_warning("other");
		log_error("third");
		log_notice("fourth");
	}
	assert_int_equal(n_seen, 12);
	log_flush();
	assert_int_equal(n_seen, 16);
	assert_string_equal(seen[12].line, "one (37 more in 1 min)");
	assert_int_equal(seen[12].level, LOG_LEVEL_WARNING);
	assert_string_equal(seen[15].line, "fourth (37 more in 1 min)");
	assert_int_equal(seen[15].level, LOG_LEVEL_NOTICE);
	log_flush();
	assert_int_equal(n_seen, 16);
}

/* What is not told by a line is told by the clock: how things are now comes last. */
static void counts_come_in_the_order_of_what_came_last(void **state)
{
	(void)state;
	for (int i = 0; i < 5; i++, now_ms += 1000) {
		log_warning("gone");
		log_notice("back");
	}
	log_warning("gone");
	assert_int_equal(n_seen, 6);
	now_ms += 590000;
	log_report();
	assert_int_equal(n_seen, 6);
	now_ms += 6000;
	log_report();
	assert_int_equal(n_seen, 8);
	assert_string_equal(seen[6].line, "back (2 more in 11 min)");
	assert_string_equal(seen[7].line, "gone (3 more in 11 min)");
	log_report();
	assert_int_equal(n_seen, 8);
}

/* Gone and back each 10 s for a day. */
static void a_day_of_flaps_is_a_page(void **state)
{
	unsigned lines = 0;

	(void)state;
	for (int i = 0; i < 8640; i++, now_ms += 10000) {
		log_warning("upstream a is unreachable");
		log_warning("upstream b is unreachable");
		log_notice("upstream a is good");
		log_notice("upstream b is good");
		lines += (unsigned)n_seen;
		n_seen = 0;
	}
	assert_in_range(lines, 4 * 100, 4 * 150);
}

/* What ended is written again when it begins again. */
static void a_line_is_new_after_a_quiet_window(void **state)
{
	(void)state;
	for (int i = 0; i < 10; i++) {
		log_warning("one");
		log_warning("other");
	}
	now_ms += 600000;
	log_report();
	now_ms += 600000;
	log_report();
	n_seen = 0;
	log_warning("one");
	log_warning("other");
	assert_int_equal(n_seen, 2);
	assert_string_equal(seen[0].line, "one");
}

static void many_different_lines_are_written(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 4000; i++, now_ms++) {
		n_seen = 0;
		log_warning("line %u", i % 17);
		assert_int_equal(n_seen, 1);
	}
}

static void details_are_not_counted(void **state)
{
	(void)state;
	log_set_level(LOG_LEVEL_DEBUG);
	for (unsigned i = 0; i < 7; i++) {
		log_info("one");
		log_debug("other");
	}
	assert_int_equal(n_seen, 14);
}

static void a_dropped_line_does_not_break_a_repetition(void **state)
{
	(void)state;
	log_warning("same");
	log_debug("unseen");
	log_warning("same");
	assert_int_equal(n_seen, 1);
}

static void *repeat(void *unused)
{
	(void)unused;
	for (int i = 0; i < 20000; i++)
		log_warning("from any thread");
	return NULL;
}

static void threads_share_the_count(void **state)
{
	pthread_t threads[4];

	(void)state;
	for (size_t i = 0; i < 4; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, repeat, NULL), 0);
	for (size_t i = 0; i < 4; i++)
		assert_int_equal(pthread_join(threads[i], NULL), 0);
	log_flush();
	assert_int_equal(n_seen, 2);
	assert_string_equal(seen[1].line, "last message repeated 79999 times");
}

static void a_long_line_is_cut(void **state)
{
	char line[3000];

	(void)state;
	memset(line, 'a', sizeof line - 1);
	line[sizeof line - 1] = '\0';
	log_error("%s", line);
	assert_int_equal(n_seen, 1);
	assert_in_range(strlen(seen[0].line), 200, 1500);
}

static void levels_have_names(void **state)
{
	static const struct {
		const char *name;
		enum log_level level;
	} rows[] = {
		{ "error", LOG_LEVEL_ERROR },
		{ "warning", LOG_LEVEL_WARNING },
		{ "notice", LOG_LEVEL_NOTICE },
		{ "info", LOG_LEVEL_INFO },
		{ "debug", LOG_LEVEL_DEBUG },
	};
	static const char *const refused[] = { "", "Error", "warn", "debugging", "7",
		" info", "critical", "off" };
	enum log_level level;

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		assert_int_equal(log_level_from_text(rows[i].name, &level), STATUS_OK);
		assert_int_equal(level, rows[i].level);
	}
	for (size_t i = 0; i < sizeof refused / sizeof *refused; i++)
		assert_int_equal(
			log_level_from_text(refused[i], &level), STATUS_NOTFOUND);
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

/* --- records --------------------------------------------------------------- */

static void records_are_neither_counted_nor_dropped(void **state)
{
	(void)state;
	log_set_level(LOG_LEVEL_ERROR);
	for (int i = 0; i < 20; i++)
		log_record("query a", i % 2 == 0);
	assert_int_equal(n_seen, 20);
	assert_string_equal(seen[19].line, "query a");
}

/* What was counted before is told before. */
static void records_end_repetitions(void **state)
{
	(void)state;
	log_error("again");
	log_error("again");
	log_record("query a", false);
	assert_int_equal(n_seen, 3);
	assert_string_equal(seen[1].line, "last message repeated once");
}

/* Until it takes no more; its reader waits for nobody. */
static void stuff(int fd)
{
	static const char rubbish[4096];
	int flags = fcntl(fd, F_GETFL);

	fcntl(fd, F_SETFL, flags | O_NONBLOCK);
	while (write(fd, rubbish, sizeof rubbish) > 0)
		;
	fcntl(fd, F_SETFL, flags);
}

static size_t drain(int fd, char *out, size_t cap)
{
	size_t n = 0;
	ssize_t more;

	fcntl(fd, F_SETFL, O_NONBLOCK);
	while ((more = read(fd, out + n, cap - 1 - n)) > 0)
		n += (size_t)more;
	out[n] = '\0';
	return n;
}

static void lose_some(const int fds[2])
{
	static char read[300000];
	int saved = dup(STDERR_FILENO);

	assert_true(saved >= 0 && dup2(fds[1], STDERR_FILENO) >= 0);
	log_replace(NULL);
	stuff(fds[1]);
	log_record("lost", true);
	log_record("lost, too", true);
	drain(fds[0], read, sizeof read);
	log_record("{}", true);
	log_record("text", false);
	dup2(saved, STDERR_FILENO);
	close(saved);
	drain(fds[0], read, sizeof read);
	assert_string_equal(read,
		"1970-01-01T00:00:00Z 2 lines were not written: the log is read too "
		"slowly\n{}\n1970-01-01T00:00:00Z text\n");
}

static void nobody_waits_for_a_pipe(void **state)
{
	int fds[2];

	(void)state;
	unsetenv("JOURNAL_STREAM");
	assert_int_equal(pipe(fds), 0);
	lose_some(fds);
	close(fds[0]);
	close(fds[1]);
}

/* As journald's is. */
static void nobody_waits_for_a_socket(void **state)
{
	int fds[2];

	(void)state;
	unsetenv("JOURNAL_STREAM");
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
	lose_some(fds);
	close(fds[0]);
	close(fds[1]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(lines_above_the_level_are_dropped),
		CASE(a_repeated_line_is_counted),
		CASE(a_line_that_goes_on_is_reported_less_and_less_often),
		CASE(a_flush_writes_what_is_held_back_once),
		CASE(lines_that_alternate_are_written_three_times),
		CASE(counts_come_in_the_order_of_what_came_last),
		CASE(a_day_of_flaps_is_a_page),
		CASE(a_line_is_new_after_a_quiet_window),
		CASE(many_different_lines_are_written),
		CASE(details_are_not_counted),
		CASE(a_dropped_line_does_not_break_a_repetition),
		CASE(threads_share_the_count),
		CASE(a_long_line_is_cut),
		CASE(levels_have_names),
		CASE(records_are_neither_counted_nor_dropped),
		CASE(records_end_repetitions),
		CASE(nobody_waits_for_a_pipe),
		CASE(nobody_waits_for_a_socket),
	};

	return cmocka_run_group_tests_name("log", tests, NULL, NULL);
}
