/* Lists as they are published: every one is read, with what it is known to hold. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <openssl/evp.h>

#include "base/clock.h"
#include "ct/horizon.h"
#include "ct/loglist.h"
#include "tests/unit/ct/real.h"
#include "tests/unit/rows.h"

struct row {
	const char *name;
	const char *file;
	const char *version, *timestamp;
	size_t n, tiled_n;
	size_t phase_n, stateless_n; /* of all logs */
	size_t interval_n, unfit_n, mimic_n;
};

static const struct row rows[] = {
	{ "Google's, signed, of 2024, without tiled logs",
		"appmattus_log_list_2024-07-14-4fdb2a2.json", "38.12",
		"2024-07-13T12:57:08Z", 39, 0, 39, 0, 38, 0, 0 },
	{ "Google's, signed, of 2025", "appmattus_log_list_2025-07-14-f3dfd05.json",
		"59.4", "2025-07-13T12:55:19Z", 50, 3, 50, 0, 50, 0, 0 },
	{ "Google's, signed, of January 2026", "appmattus_HEAD_log_list.json", "80.14",
		"2026-01-02T12:57:01Z", 75, 26, 75, 0, 75, 0, 0 },
	{ "Google's, unsigned", "azul_log_list.json", "81.14", "2026-01-20T12:54:10Z", 75,
		26, 75, 0, 75, 0, 0 },
	{ "Google's of all logs: 24 for tests, 13 for monitoring",
		"crtsh_gstatic_v3_all_logs_list.json", "89.25", "2026-08-20T13:34:57Z",
		117, 75, 78, 39, 113, 37, 0 },
	{ "Apple's: no timestamp, RSA keys", "crtsh_apple_current_log_list.json", "511",
		NULL, 166, 31, 166, 0, 146, 0, 0 },
	{ "Mozilla's logs: two states, no intervals, no URLs",
		"crtsh_mozilla_v3_known_logs_list.json", "", "2026-08-11T20:05:47Z", 48,
		22, 93, 0, 0, 0, 0 },
	{ "crt.sh's of all logs: no states, 68 for tests",
		"crtsh_crtsh_v3_all_all_logs_list.json", "", NULL, 309, 112, 0, 309, 252,
		68, 0 },
	{ "logs whose private keys are public", "crtsh_mimics_log_mimics_list.json", "",
		NULL, 2, 0, 2, 0, 2, 0, 2 },
};

/* Two logs of two operators, as Chrome and Mozilla ask for. */
static const struct ct_policy two = {
	.methods[SCT_EMBEDDED] = { true, 1, true, 2, 3, 2, 0, 0 },
};

struct horizon_row {
	const char *name;
	const char *file;
	const char *at, *expected; /* "-": never, or no end */
};

/* The days were counted by a program apart from this one. */
static const struct horizon_row horizon_rows[] = {
	{ "Google's of 2024", "appmattus_log_list_2024-07-14-4fdb2a2.json",
		"2024-07-14T00:00:00Z", "2027-01-07T23:59:59Z" },
	{ "Google's of 2025", "appmattus_log_list_2025-07-14-f3dfd05.json",
		"2025-07-14T00:00:00Z", "2027-01-19T23:59:59Z" },
	{ "Google's of January 2026", "azul_log_list.json", "2026-03-01T00:00:00Z",
		"2027-12-31T23:59:59Z" },
	{ "Apple's", "crtsh_apple_current_log_list.json", "2026-04-01T00:00:00Z",
		"2027-12-31T23:59:59Z" },
	{ "Mozilla's, without intervals", "crtsh_mozilla_v3_known_logs_list.json",
		"2026-09-01T00:00:00Z", "-" },
	{ "crt.sh's, without states", "crtsh_crtsh_v3_all_all_logs_list.json",
		"2026-09-01T00:00:00Z", "-" },
	{ "two mimics", "crtsh_mimics_log_mimics_list.json", "2026-09-01T00:00:00Z",
		"-" },
};

static struct loglist *read_list(const char *file)
{
	char name[PATH_MAX / 2], path[PATH_MAX], why[256];
	struct text error = text_in(why, sizeof why);
	struct loglist *list;

	snprintf(name, sizeof name, "loglists/%s", file);
	real_path(path, name);
	if (loglist_read(path, &error, &list) != STATUS_OK)
		fail_msg("%s", why);
	return list;
}

static void check_log(const struct loglist *list, size_t at)
{
	struct ct_log *log = &list->logs[at];
	EVP_PKEY *key = ct_log_key(log);

	assert_ptr_equal(loglist_find(list, log->id), log);
	assert_true(at == 0 || memcmp(log[-1].id, log->id, sizeof log->id) < 0);
	assert_string_not_equal(log->operator_name, "");
	if (log->unfit == NULL)
		assert_non_null(key);
	else
		assert_null(key);
	assert_ptr_equal(ct_log_key(log), key);
}

static void is_read(void **state)
{
	const struct row *row = *state;
	char stamp[CLOCK_TEXT_MAX];
	struct row found = { .n = 0 };
	struct loglist *list = read_list(row->file);

	assert_string_equal(list->version, row->version);
	assert_int_equal(list->has_timestamp, row->timestamp != NULL);
	clock_format(list->timestamp_ms / 1000, stamp);
	if (row->timestamp != NULL)
		assert_string_equal(stamp, row->timestamp);
	for (size_t i = 0; i < list->n; i++) {
		const struct ct_log *log = &list->logs[i];

		check_log(list, i);
		found.tiled_n += log->is_static;
		found.phase_n += log->phase_n;
		found.stateless_n += log->phase_n == 0;
		found.interval_n += log->until_ms != INT64_MAX;
		found.unfit_n += log->unfit != NULL;
		found.mimic_n += log->mimic;
	}
	assert_int_equal(list->n, row->n);
	assert_int_equal(found.tiled_n, row->tiled_n);
	assert_int_equal(found.phase_n, row->phase_n);
	assert_int_equal(found.stateless_n, row->stateless_n);
	assert_int_equal(found.interval_n, row->interval_n);
	assert_int_equal(found.unfit_n, row->unfit_n);
	assert_int_equal(found.mimic_n, row->mimic_n);
	loglist_free(list);
}

static void reaches(void **state)
{
	const struct horizon_row *row = *state;
	char found[CLOCK_TEXT_MAX];
	struct loglist *list = read_list(row->file);
	int64_t at_s;

	assert_int_equal(clock_parse(row->at, &at_s), 0);
	clock_format(ct_horizon_s(list, &two, at_s), found);
	assert_string_equal(found, row->expected);
	loglist_free(list);
}

int main(void)
{
	if (!real_data_is_there("test_loglist_real"))
		return 77;
	return run_rows("real list", rows, sizeof *rows, ROWS(rows), is_read) +
	       run_rows("horizon", horizon_rows, sizeof *horizon_rows, ROWS(horizon_rows),
		       reaches);
}
