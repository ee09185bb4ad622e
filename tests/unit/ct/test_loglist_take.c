/* What a list may be, and what is made of it: unknown keys are passed over, what
 * can never count stays listed and says why. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <openssl/evp.h>

#include "base/base64.h"
#include "base/clock.h"
#include "ct/horizon.h"
#include "ct/loglist.h"
#include "tests/unit/ct/list_text.h"
#include "tests/unit/rows.h"

static struct loglist *parse(const char *json)
{
	char why[256];
	struct text error = text_in(why, sizeof why);
	struct loglist *list;

	if (loglist_parse(bytes_of_text(json), &error, &list) != STATUS_OK)
		fail_msg("%s", why);
	return list;
}

static struct ct_log *find(const struct loglist *list, const char *id)
{
	uint8_t bytes[SCT_LOG_ID_BYTES];
	struct ct_log *log;
	size_t n;

	assert_int_equal(
		base64_decode(bytes_of_text(id), bytes, sizeof bytes, &n), STATUS_OK);
	log = loglist_find(list, bytes);
	assert_non_null(log);
	return log;
}

static int64_t ms(const char *time)
{
	int64_t s;

	assert_int_equal(clock_parse(time, &s), 0);
	return s * 1000;
}

/* An edit of the list, and what it makes of its first log, which `changes`. */
struct row {
	const char *name;
	const char *from, *to;
	const char *unfit;
	size_t phase_n;
	enum log_state last;
};

#define STATE "{\"usable\": {\"timestamp\": \"2025-01-01T00:00:00Z\"}}"

static const struct row rows[] = {
	{ "as it is", NULL, NULL, NULL, 1, LOG_USABLE },
	{ "for tests", "\"prod\"", "\"test\"", "it is a test log", 1, LOG_USABLE },
	{ "for monitoring", "\"prod\"", "\"monitoring_only\"",
		"it is listed for monitoring only", 1, LOG_USABLE },
	{ "of an unknown type", "\"prod\"", "\"PROD\"", "its type is unknown", 1,
		LOG_USABLE },
	{ "without a type", "\"log_type\"", "\"x\"", NULL, 1, LOG_USABLE },
	{ "an unknown state", "\"usable\"", "\"cherished\"",
		"one of its states is unknown", 0, LOG_PENDING },
	{ "an unknown state beside a good one", STATE,
		"{\"frozen\": {}, \"usable\": {\"timestamp\": \"2025-01-01T00:00:00Z\"}}",
		"one of its states is unknown", 1, LOG_USABLE },
	{ "a state in capitals", "\"usable\"", "\"Usable\"",
		"one of its states is unknown", 0, LOG_PENDING },
	{ "no state in it", STATE, "{}", NULL, 0, LOG_PENDING },
	{ "no state", "\"state\": " STATE ",", "", NULL, 0, LOG_PENDING },
	{ "Apple's: version and tls_only", STATE,
		"{\"usable\": {\"timestamp\": \"2025-01-01T00:00:00Z\", \"version\": "
		"\"133\"}}, \"tls_only\": true",
		NULL, 1, LOG_USABLE },
	{ "Google's: the final tree", STATE,
		"{\"readonly\": {\"timestamp\": \"2025-01-01T00:00:00Z\", "
		"\"final_tree_head\": {\"tree_size\": 1, \"sha256_root_hash\": \"\"}}}",
		NULL, 1, LOG_READONLY },
	{ "states not in their order", STATE,
		"{\"retired\": {\"timestamp\": \"2026-01-01T00:00:00Z\"}, \"usable\": "
		"{\"timestamp\": \"2025-01-01T00:00:00Z\"}, \"qualified\": "
		"{\"timestamp\": \"2024-01-01T00:00:00Z\"}}",
		NULL, 3, LOG_RETIRED },
	{ "times not in the states' order", STATE,
		"{\"retired\": {\"timestamp\": \"2023-01-01T00:00:00Z\"}, \"usable\": "
		"{\"timestamp\": \"2025-01-01T00:00:00Z\"}}",
		NULL, 2, LOG_USABLE },
	{ "retired when it became usable", STATE,
		"{\"retired\": {\"timestamp\": \"2025-01-01T00:00:00Z\"}, \"usable\": "
		"{\"timestamp\": \"2025-01-01T00:00:00Z\"}}",
		NULL, 2, LOG_RETIRED },
	{ "an ID that is not the key's", LIST_ID_1,
		"htaw7DRo2INVqF9FtXJ6QMkJH5E92hf51Yn0a8ubUgU=",
		"its ID is not the SHA-256 of its key", 1, LOG_USABLE },
	{ "a key of P-384", LIST_KEY_1,
		"MHYwEAYHKoZIzj0CAQYFK4EEACIDYgAEd0Wu3v3B02aYkh67sXZZngUWqxvA"
		"je+7bM1WUPcsZQr5iZnTeBZBqOSiok48xAQ+f88ykx6IUXkhjXVLl46JvfeC"
		"QkABVpHsY4PySKCNg6BTm9pNHWumRDlMX9tVndLx",
		"its key is neither ECDSA P-256 nor RSA", 1, LOG_USABLE },
	{ "a delay of a year", "86400", "31536000", NULL, 1, LOG_USABLE },
	{ "unknown keys everywhere", "\"mmd\": 86400,",
		"\"mmd\": 86400, \"dns\": {\"a\": [1.5, null, {}]}, \"tls_only\": 7,",
		NULL, 1, LOG_USABLE },
};

static void is_taken(void **state)
{
	const struct row *row = *state;
	char json[LIST_TEXT_MAX];
	struct loglist *list;
	size_t unfit_n = 0;

	list_edit(row->from, row->to, json);
	list = parse(json);
	assert_int_equal(list->n, 2);
	assert_null(find(list, LIST_ID_2)->unfit);
	for (size_t i = 0; i < list->n; i++) {
		struct ct_log *log = &list->logs[i];

		if (log->is_static)
			continue;
		assert_string_equal(log->name, "Oak 1");
		assert_int_equal(log->phase_n, row->phase_n);
		if (row->phase_n > 0)
			assert_int_equal(log->phases[row->phase_n - 1].state, row->last);
		if (row->unfit == NULL)
			continue;
		unfit_n++;
		assert_string_equal(log->unfit, row->unfit);
		assert_null(ct_log_key(log));
	}
	assert_int_equal(unfit_n, row->unfit != NULL);
	loglist_free(list);
}

/* Forms of a time (RFC 3339 §5.6), to the millisecond. */
struct time_row {
	const char *name;
	const char *time;
	int64_t ms;
};

static const struct time_row time_rows[] = {
	{ "in UTC", "2024-06-01T00:00:00Z", 1717200000000 },
	{ "in small letters", "2024-06-01t00:00:00z", 1717200000000 },
	{ "east of Greenwich", "2024-06-01T01:00:00+01:00", 1717200000000 },
	{ "west of Greenwich", "2024-05-31T18:30:00-05:30", 1717200000000 },
	{ "a millisecond", "2024-06-01T00:00:00.001Z", 1717200000001 },
	{ "half a second", "2024-06-01T00:00:00.5Z", 1717200000500 },
	{ "a microsecond is cut", "2024-06-01T00:00:00.999999Z", 1717200000999 },
	{ "a fraction and an offset", "2024-06-01T02:00:00.25+02:00", 1717200000250 },
	{ "before 1970", "1969-12-31T23:59:59.250Z", -750 },
};

static void is_time(void **state)
{
	const struct time_row *row = *state;
	char json[LIST_TEXT_MAX];
	struct loglist *list;

	list_edit("2026-01-02T03:04:05Z", row->time, json);
	list = parse(json);
	assert_true(list->has_timestamp);
	assert_int_equal(list->timestamp_ms, row->ms);
	loglist_free(list);
}

static void everything_is_read(void **state)
{
	struct loglist *list = parse(list_text);
	const struct ct_log *log = find(list, LIST_ID_1), *tiled = find(list, LIST_ID_2);
	static const uint8_t unknown[SCT_LOG_ID_BYTES];
	uint8_t digest[32];

	(void)state;
	assert_string_equal(list->version, "1.2");
	assert_true(list->has_timestamp);
	assert_int_equal(list->timestamp_ms, ms("2026-01-02T03:04:05Z"));
	EVP_Digest(list_text, strlen(list_text), digest, NULL, EVP_sha256(), NULL);
	assert_memory_equal(list->sha256, digest, sizeof digest);
	assert_null(loglist_find(list, unknown));

	assert_string_equal(log->name, "Oak 1");
	assert_string_equal(log->operator_name, "Oak");
	assert_string_equal(log->url, "https://oak.example/1/");
	assert_string_equal(log->monitoring_url, "");
	assert_false(log->is_static);
	assert_false(log->mimic);
	assert_int_equal(log->key.n, 91);
	assert_int_equal(log->mmd_s, 86400);
	assert_int_equal(log->phases[0].since_ms, ms("2025-01-01T00:00:00Z"));
	assert_int_equal(log->from_ms, ms("2026-07-01T00:00:00Z"));
	assert_int_equal(log->until_ms, ms("2027-01-01T00:00:00Z"));
	assert_int_equal(log->term_n, 2);
	assert_string_equal(log->terms[0].operator_name, "Ash");
	assert_int_equal(log->terms[0].end_ms, ms("2023-01-01T00:00:00Z"));
	assert_string_equal(log->terms[1].operator_name, "Fir");

	assert_string_equal(tiled->name, "Oak 2");
	assert_string_equal(tiled->url, "https://oak.example/2/");
	assert_string_equal(tiled->monitoring_url, "https://tiles.oak.example/2/");
	assert_true(tiled->is_static);
	assert_int_equal(tiled->from_ms, INT64_MIN);
	assert_int_equal(tiled->until_ms, INT64_MAX);
	assert_int_equal(tiled->term_n, 0);
	loglist_free(list);
}

static void what_a_list_may_lack(void **state)
{
	struct loglist *list = parse("{\"operators\": [{\"name\": \"a\"}]}");
	static const uint8_t id[SCT_LOG_ID_BYTES];

	(void)state;
	assert_string_equal(list->version, "");
	assert_false(list->has_timestamp);
	assert_int_equal(list->n, 0);
	assert_null(loglist_find(list, id));
	loglist_free(list);
	list = parse("{\"operators\": [], \"version\": 511}");
	assert_string_equal(list->version, "511");
	loglist_free(list);
	loglist_free(NULL);
}

static void a_log_may_lack_all_but_key_and_id(void **state)
{
	struct loglist *list = parse(
		"{\"operators\": [{\"name\": \"a\", \"logs\": [{\"log_id\": \"" LIST_ID_1
		"\", \"key\": \"" LIST_KEY_1 "\"}]}]}");
	const struct ct_log *log = find(list, LIST_ID_1);

	(void)state;
	assert_string_equal(log->name, "");
	assert_string_equal(log->url, "");
	assert_int_equal(log->mmd_s, 0);
	assert_int_equal(log->phase_n, 0);
	assert_null(log->unfit);
	loglist_free(list);
}

static void a_key_is_decoded_once(void **state)
{
	struct loglist *list = parse(list_text);
	struct ct_log *log = find(list, LIST_ID_1);
	EVP_PKEY *key;

	(void)state;
	assert_null(log->decoded);
	key = ct_log_key(log);
	assert_non_null(key);
	assert_true(EVP_PKEY_is_a(key, "EC"));
	assert_ptr_equal(ct_log_key(log), key);
	loglist_free(list);
}

static void the_built_in_list_is_good(void **state)
{
	static const struct ct_policy two = {
		.methods[SCT_EMBEDDED] = { true, 1, true, 2, 3, 2, 0, 0 },
	};
	const char *srcdir = getenv("srcdir");
	static uint8_t file[LOGLIST_BYTES_MAX];
	char path[4096], why[256];
	struct text error = text_in(why, sizeof why);
	struct loglist *list;
	size_t n;
	FILE *f;

	(void)state;
	snprintf(
		path, sizeof path, "%s/conf/ct-logs.json", srcdir != NULL ? srcdir : ".");
	f = fopen(path, "rb");
	assert_non_null(f);
	n = fread(file, 1, sizeof file, f);
	fclose(f);
	assert_true(bytes_equal(bytes_of(file, n), loglist_builtin_json()));
	if (loglist_builtin(&error, &list) != STATUS_OK)
		fail_msg("%s", why);
	assert_true(list->has_timestamp);
	assert_int_equal(loglist_builtin_date_s(), list->timestamp_ms / 1000);
	assert_true(ct_horizon_s(list, &two, list->timestamp_ms / 1000) >
		    list->timestamp_ms / 1000);
	for (size_t i = 0; i < list->n; i++) {
		assert_null(list->logs[i].unfit);
		assert_false(list->logs[i].mimic);
		assert_non_null(ct_log_key(&list->logs[i]));
	}
	loglist_free(list);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(everything_is_read),
		cmocka_unit_test(what_a_list_may_lack),
		cmocka_unit_test(a_log_may_lack_all_but_key_and_id),
		cmocka_unit_test(a_key_is_decoded_once),
		cmocka_unit_test(the_built_in_list_is_good),
	};

	return run_rows("taken", rows, sizeof *rows, ROWS(rows), is_taken) +
	       run_rows("times", time_rows, sizeof *time_rows, ROWS(time_rows), is_time) +
	       cmocka_run_group_tests_name("whole", tests, NULL, NULL);
}
