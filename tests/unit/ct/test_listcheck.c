/* What `loglist check` says of a list, a row a log. */
#include "ct/listcheck.h"

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
};

static void check_row(void **state)
{
	const struct row *row = *state;
	struct ct_log log = {
		.key = bytes_of("key", 3),
		.mimic = row->mimic,
		.unfit = row->unfit,
		.phases = { { LOG_USABLE, 0 } },
		.phase_n = row->stateless ? 0 : 1,
	};
	struct loglist list = {
		.logs = &log,
		.n = 1,
		.has_timestamp = !row->no_time,
		.timestamp_ms = (AT_S + (row->future ? 301 : 0)) * 1000,
	};
	size_t n, expected = 0;
	struct list_problem *problems;

	expected += row->error != NULL;
	expected += row->warning != NULL;
	if (!row->other_id)
		SHA256((const uint8_t *)"key", 3, log.id);
	assert_int_equal(listcheck(&list, AT_S, &problems, &n), STATUS_OK);
	assert_int_equal(n, expected);
	assert_int_equal(problems != NULL, n > 0);
	for (size_t i = 0; i < n; i++) {
		const char *said = problems[i].is_error ? row->error : row->warning;

		assert_non_null(said);
		assert_non_null(strstr(problems[i].what, said));
		assert_ptr_equal(
			problems[i].log, row->no_time || row->future ? NULL : &log);
	}
	free(problems);
}

int main(void)
{
	return run_rows("listcheck", rows, sizeof *rows, ROWS(rows), check_row);
}
