/* What `loglist check` says of a list, a row a log. */
#include "ct/loglist_check.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <openssl/sha.h>

#include "tests/unit/rows.h"

#define AT_S 1786000000ll

static const struct row {
	const char *name;
	bool stateless, mimic, other_id, no_time, future;
	bool barren;
	const char *unfit;
	const char *error, *warning; /* what is said; NULL: nothing */
} rows[] = {
	{ .name = "nothing wrong" },
	{ .name = "a mimic log", .mimic = true, .error = "mimic" },
	{ .name = "a mimic log for tests",
		.mimic = true,
		.unfit = "it is a test log",
		.error = "mimic",
		.warning = "test log" },
	{ .name = "another's ID", .other_id = true, .error = "SHA-256 of its key" },
	{ .name = "another's ID is said once",
		.other_id = true,
		.unfit = "its log_id …",
		.error = "SHA-256 of its key" },
	{ .name = "unfit", .unfit = "its RSA key is short", .warning = "RSA key" },
	{ .name = "stateless", .stateless = true, .warning = "no state" },
	{ .name = "unfit and stateless: one is enough",
		.stateless = true,
		.unfit = "its RSA key is short",
		.warning = "RSA key" },
	{ .name = "a list without a time",
		.no_time = true,
		.warning = "no log_list_timestamp" },
	{ .name = "a list of the future", .future = true, .warning = "in the future" },
	{ .name = "too few logs for everybody",
		.barren = true,
		.warning = "no certificate could satisfy any policy" },
};

static void check_row(void **state)
{
	const struct row *row = *state;
	const struct ct_log good = {
		.operator_name = "A",
		.key = bytes_of("key", 3),
		.phases = { { LOG_USABLE, 0 } },
		.phase_n = 1,
		.from_ms = INT64_MIN,
		.until_ms = INT64_MAX,
	};
	struct ct_log logs[] = { good, good, good }, *log = &logs[0];
	struct loglist list = {
		.logs = logs,
		.n = row->barren ? 1 : 3,
		.has_timestamp = !row->no_time,
		.timestamp_ms = (AT_S + (row->future ? 301 : 0)) * 1000,
	};
	size_t n, expected = 0;
	struct list_problem *problems;

	logs[2].operator_name = "B";
	log->mimic = row->mimic;
	log->unfit = row->unfit;
	if (row->stateless)
		log->phase_n = 0;
	expected += row->error != NULL;
	expected += row->warning != NULL;
	for (size_t i = row->other_id ? 1 : 0; i < 3; i++)
		SHA256((const uint8_t *)"key", 3, logs[i].id);
	assert_int_equal(loglist_find_problems(&list, AT_S, &problems, &n), STATUS_OK);
	assert_int_equal(n, expected);
	assert_int_equal(problems != NULL, n > 0);
	for (size_t i = 0; i < n; i++) {
		const char *said = problems[i].is_error ? row->error : row->warning;

		assert_non_null(said);
		assert_non_null(strstr(problems[i].what, said));
		assert_ptr_equal(problems[i].log,
			row->no_time || row->future || row->barren ? NULL : log);
	}
	free(problems);
}

int main(void)
{
	return run_rows("loglist_check", rows, sizeof *rows, ROWS(rows), check_row);
}
