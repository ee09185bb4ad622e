/* What makes a list one in error, and the place that is told. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "ct/loglist.h"
#include "tests/unit/ct/list_text.h"
#include "tests/unit/rows.h"

#define LOG     "operators[0].logs[0]"
#define NAME_63 "An operator whose name is as long as a name may be: 63 bytes, -"
#define TILED   "operators[0].tiled_logs[0]"

struct row {
	const char *name;
	const char *from, *to;
	const char *error;
};

static const struct row rows[] = {
	/* No JSON: the words are jansson's, and change with it. */
	{ "cut", "\n ]\n}\n", "", "line 30, column 29: " },
	{ "bytes behind it", "\n ]\n}\n", "]} x", "line 30, column 33: " },
	{ "a comma too many", "\"mmd\": 60,", "\"mmd\": 60,,", "line 26, column 15: " },
	{ "a key twice", "\"mmd\": 60,", "\"mmd\": 60, \"mmd\": 60,",
		"line 26, column 20: duplicate object key" },
	{ "a key twice that is not read", "\"email\":", "\"x\": 1, \"x\": 1, \"email\":",
		"line 5, column 29: duplicate object key" },
	{ "NUL in a text", "\"Elm\"", "\"Elm\\u0000\"", "line 30, column 22: " },
	{ "no UTF-8", "\"Elm\"", "\"Elm\xff\"", "line 30, column 15: " },
	{ "a number beyond 64 bits", "86400", "9223372036854775808",
		"line 11, column 30: " },

	/* The document. */
	{ "no operators", "\"operators\":", "\"Operators\":", "operators: missing" },
	{ "operators no array", "\"operators\": [", "\"operators\": {}, \"x\": [",
		"operators: not an array" },
	{ "operators null", "\"operators\": [", "\"operators\": null, \"x\": [",
		"operators: not an array" },
	{ "version an array", "\"1.2\"", "[]", "version: not a text" },
	{ "version null", "\"1.2\"", "null", "version: not a text" },
	{ "timestamp a number", "\"2026-01-02T03:04:05Z\"", "1767322845",
		"log_list_timestamp: not a text" },
	{ "timestamp null", "\"2026-01-02T03:04:05Z\"", "null",
		"log_list_timestamp: not a text" },
	{ "timestamp without a zone", "\"2026-01-02T03:04:05Z\"",
		"\"2026-01-02T03:04:05\"", "log_list_timestamp: not a time of RFC 3339" },
	{ "timestamp empty", "\"2026-01-02T03:04:05Z\"", "\"\"",
		"log_list_timestamp: not a time of RFC 3339" },

	/* An operator. */
	{ "an operator is a text", "{\"name\": \"Elm\", \"logs\": []}", "\"Elm\"",
		"operators[1]: not an object" },
	{ "an operator is null", "{\"name\": \"Elm\", \"logs\": []}", "null",
		"operators[1]: not an object" },
	{ "an operator without a name", "\"name\": \"Elm\"", "\"Name\": \"Elm\"",
		"operators[1].name: missing" },
	{ "an operator's name is a number", "\"Elm\"", "1",
		"operators[1].name: not a text" },
	{ "an operator's name is empty", "\"Elm\"", "\"\"", "operators[1].name: empty" },
	{ "an operator's name of 64 bytes", "\"Elm\"", "\"" NAME_63 "x\"",
		"operators[1].name: too long" },
	{ "a previous operator's name of 64 bytes", "\"Ash\"", "\"" NAME_63 "x\"",
		LOG ".previous_operators[1].name: too long" },
	{ "logs no array", "\"Elm\", \"logs\": []", "\"Elm\", \"logs\": {}",
		"operators[1].logs: not an array" },
	{ "tiled logs no array", "\"Elm\", \"logs\": []", "\"Elm\", \"tiled_logs\": 0",
		"operators[1].tiled_logs: not an array" },

	/* A log. */
	{ "a log is an array", "\"Elm\", \"logs\": []", "\"Elm\", \"logs\": [[]]",
		"operators[1].logs[0]: not an object" },
	{ "a log is empty", "\"Elm\", \"logs\": []", "\"Elm\", \"logs\": [{}]",
		"operators[1].logs[0].key: missing" },
	{ "description a number", "\"Oak 1\"", "1", LOG ".description: not a text" },
	{ "no key", "\"key\": \"" LIST_KEY_1, "\"kex\": \"" LIST_KEY_1,
		LOG ".key: missing" },
	{ "key null", "\"" LIST_KEY_1 "\"", "null", LOG ".key: not a text" },
	{ "key empty", LIST_KEY_1, "", LOG ".key: not the DER of a key" },
	{ "key without padding", "OMkSsgp5g==", "OMkSsgp5g", LOG ".key: not base64" },
	{ "key with a space", LIST_KEY_1, LIST_KEY_1 " ", LOG ".key: not base64" },
	{ "key a certificate's start", LIST_KEY_1, "MIIBIjAN",
		LOG ".key: not the DER of a key" },
	{ "key not on the curve", "AElDK6", "AElDK7", LOG ".key: not the DER of a key" },
	{ "no ID", "\"log_id\": \"" LIST_ID_1, "\"id\": \"" LIST_ID_1,
		LOG ".log_id: missing" },
	{ "ID a number", "\"" LIST_ID_1 "\"", "5", LOG ".log_id: not a text" },
	{ "ID no base64", LIST_ID_1, "?" LIST_ID_1, LOG ".log_id: not base64" },
	{ "ID of 31 bytes", LIST_ID_1, "gtaw7DRo2INVqF9FtXJ6QMkJH5E92hf51Yn0a8ubUg==",
		LOG ".log_id: not 32 bytes" },
	{ "ID of 33 bytes", LIST_ID_1, "gtaw7DRo2INVqF9FtXJ6QMkJH5E92hf51Yn0a8ubUgUA",
		LOG ".log_id: too long" },
	{ "ID twice", LIST_ID_2, LIST_ID_1, TILED ": its log_id was there before" },
	{ "URL null", "\"https://oak.example/1/\"", "null", LOG ".url: not a text" },
	{ "URL of a tiled log no text", "\"https://oak.example/2/\"", "{}",
		TILED ".submission_url: not a text" },
	{ "monitoring URL no text", "\"https://tiles.oak.example/2/\"", "false",
		TILED ".monitoring_url: not a text" },
	{ "delay a text", "86400", "\"86400\"", LOG ".mmd: not a whole number" },
	{ "delay with a fraction", "86400", "86400.0", LOG ".mmd: not a whole number" },
	{ "delay negative", "86400", "-1", LOG ".mmd: out of range" },
	{ "delay of a year and a second", "86400", "31536001", LOG ".mmd: out of range" },
	{ "delay as large as it gets", "86400", "9223372036854775807",
		LOG ".mmd: out of range" },
	{ "type a number", "\"prod\"", "1", LOG ".log_type: not a text" },

	/* States. */
	{ "state a text", "{\"usable\": {\"timestamp\": \"2025-01-01T00:00:00Z\"}}",
		"\"usable\"", LOG ".state: not an object" },
	{ "state null", "{\"usable\": {\"timestamp\": \"2025-01-01T00:00:00Z\"}}", "null",
		LOG ".state: not an object" },
	{ "a state that is a time", "{\"timestamp\": \"2025-01-01T00:00:00Z\"}",
		"\"2025-01-01T00:00:00Z\"", LOG ".state.usable: not an object" },
	{ "a state without a time", "{\"timestamp\": \"2025-01-01T00:00:00Z\"}", "{}",
		LOG ".state.usable.timestamp: missing" },
	{ "a state with a day", "\"2025-01-01T00:00:00Z\"", "\"2025-01-01\"",
		LOG ".state.usable.timestamp: not a time of RFC 3339" },
	{ "a state on 30 February", "\"2025-02-01T00:00:00Z\"",
		"\"2025-02-30T00:00:00Z\"",
		TILED ".state.qualified.timestamp: not a time of RFC 3339" },

	/* Intervals. */
	{ "interval an array",
		"{\"start_inclusive\": \"2026-07-01T00:00:00Z\",\n"
		"     \"end_exclusive\": \"2027-01-01T00:00:00Z\"}",
		"[]", LOG ".temporal_interval: not an object" },
	{ "interval without a start", "\"start_inclusive\"", "\"start\"",
		LOG ".temporal_interval.start_inclusive: missing" },
	{ "interval without an end", "\"end_exclusive\"", "\"end\"",
		LOG ".temporal_interval.end_exclusive: missing" },
	{ "interval that is no time", "\"2027-01-01T00:00:00Z\"", "\"never\"",
		LOG ".temporal_interval.end_exclusive: not a time of RFC 3339" },
	{ "interval ends where it begins", "2027-01-01T00:00:00Z", "2026-07-01T00:00:00Z",
		LOG ".temporal_interval: it ends before it begins" },

	/* Operators before. */
	{ "operators before no array", "\"previous_operators\": [",
		"\"previous_operators\": {}, \"x\": [",
		LOG ".previous_operators: not an array" },
	{ "an operator before is a text",
		"{\"name\": \"Ash\", \"end_time\": \"2023-01-01T00:00:00Z\"}", "\"Ash\"",
		LOG ".previous_operators[1]: not an object" },
	{ "an operator before without a name", "\"name\": \"Ash\"", "\"nom\": \"Ash\"",
		LOG ".previous_operators[1].name: missing" },
	{ "an operator before with an empty name", "\"Ash\"", "\"\"",
		LOG ".previous_operators[1].name: empty" },
	{ "an operator before without an end", "\"end_time\": \"2024-06-01T00:00:00Z\"",
		"\"end\": 0", LOG ".previous_operators[0].end_time: missing" },
	{ "an operator before whose end is no time", "2023-01-01T00:00:00Z",
		"2023-13-01T00:00:00Z",
		LOG ".previous_operators[1].end_time: not a time of RFC 3339" },

	/* The first is told. */
	{ "two at once", "\"mmd\": 60,\n    \"state\"",
		"\"mmd\": -1, \"state\": 0, \"x\"", TILED ".mmd: out of range" },
};

/* Of an error in the JSON only the beginning is ours. */
static void check_error(const char *why, const char *expected)
{
	char begin[256];

	text_copy(begin, sizeof begin, why);
	if (strncmp(expected, "line ", 5) == 0 && strlen(why) > strlen(expected))
		begin[strlen(expected)] = '\0';
	assert_string_equal(begin, expected);
}

static void is_refused(void **state)
{
	const struct row *row = *state;
	char json[LIST_TEXT_MAX], why[256];
	struct text error = text_in(why, sizeof why);
	struct loglist *list = NULL;

	list_edit(row->from, row->to, json);
	assert_int_equal(
		loglist_parse(bytes_of_text(json), &error, &list), STATUS_MALFORMED);
	assert_null(list);
	check_error(why, row->error);
}

static void refuse_bytes(
	struct bytes json, enum status expected, const char *expected_why)
{
	char why[256];
	struct text error = text_in(why, sizeof why);
	struct loglist *list = NULL;

	assert_int_equal(loglist_parse(json, &error, &list), expected);
	assert_null(list);
	check_error(why, expected_why);
}

static void what_is_no_object(void **state)
{
	(void)state;
	refuse_bytes(bytes_of(NULL, 0), STATUS_MALFORMED, "it is empty");
	refuse_bytes(bytes_of_text("[]"), STATUS_MALFORMED, "not an object");
	refuse_bytes(bytes_of_text("3"), STATUS_MALFORMED, "line 1, column 1: ");
	refuse_bytes(bytes_of("{}\0", 3), STATUS_MALFORMED, "line 1, column 3: ");
	refuse_bytes(
		bytes_of_text("\xef\xbb\xbf{}"), STATUS_MALFORMED, "line 1, column 1: ");
}

/* Within an unknown key, which is passed over otherwise. */
static void nested_too_deep(void **state)
{
	static char json[10000] = "{\"operators\": [], \"x\": ";
	size_t n = strlen(json);

	(void)state;
	memset(json + n, '[', 3000);
	refuse_bytes(bytes_of(json, n + 3000), STATUS_MALFORMED, "line 1, column 2071: ");
}

static void too_large(void **state)
{
	uint8_t *json = malloc(LOGLIST_BYTES_MAX + 1);

	(void)state;
	assert_non_null(json);
	memset(json, ' ', LOGLIST_BYTES_MAX + 1);
	json[0] = '{';
	json[1] = '}';
	refuse_bytes(bytes_of(json, LOGLIST_BYTES_MAX), STATUS_MALFORMED,
		"operators: missing");
	refuse_bytes(bytes_of(json, LOGLIST_BYTES_MAX + 1), STATUS_LIMIT,
		"larger than 4194304 bytes");
	free(json);
}

/* Each takes a hundred times its text. */
static void too_many_values(void **state)
{
	static const char *const values[] = { "{},", "[],", "{\"\":0},", "[{}]," };
	char *json = malloc(LOGLIST_BYTES_MAX);

	(void)state;
	assert_non_null(json);
	for (size_t i = 0; i < ROWS(values); i++) {
		size_t step = strlen(values[i]), n = 0;

		json[n++] = '[';
		for (; n + step < LOGLIST_BYTES_MAX; n += step)
			memcpy(json + n, values[i], step);
		json[n - 1] = ']';
		refuse_bytes(bytes_of(json, n), STATUS_LIMIT, "it has too many values");
	}
	free(json);
}

/* As many as there may be are not too many: then the first is looked at. */
static void too_many_logs(void **state)
{
	static char json[3 * LOGLIST_LOGS_MAX + 100];

	(void)state;
	for (size_t more = 0; more <= 1; more++) {
		size_t n = LOGLIST_LOGS_MAX + more;
		struct text t = text_in(json, sizeof json);

		text_add(&t, "{\"operators\": [{\"name\": \"a\", \"logs\": [{}");
		for (size_t i = 1; i < n; i++)
			text_add(&t, ",{}");
		text_add(&t, "]}]}");
		assert_false(t.cut);
		refuse_bytes(bytes_of(json, t.n), more ? STATUS_LIMIT : STATUS_MALFORMED,
			more ? "more than 4096 logs"
			     : "operators[0].logs[0].key: missing");
	}
}

static void a_file_s_error_begins_with_its_name(void **state)
{
	char path[] = "/tmp/loglist-XXXXXX", why[256], expected[256];
	struct text error = text_in(why, sizeof why);
	struct loglist *list = NULL;
	int fd = mkstemp(path);

	(void)state;
	assert_true(fd >= 0);
	assert_int_equal(write(fd, "{}", 2), 2);
	close(fd);
	assert_int_equal(loglist_read(path, &error, &list), STATUS_MALFORMED);
	snprintf(expected, sizeof expected, "%s: operators: missing", path);
	assert_string_equal(why, expected);
	assert_int_equal(unlink(path), 0);

	error = text_in(why, sizeof why);
	assert_int_equal(loglist_read(path, &error, &list), STATUS_NOTFOUND);
	snprintf(expected, sizeof expected, "%s: No such file or directory", path);
	assert_string_equal(why, expected);
	error = text_in(why, sizeof why);
	assert_int_equal(loglist_read("/", &error, &list), STATUS_IO);
	assert_string_equal(why, "/: Is a directory");
	assert_null(list);
}

static void a_file_is_too_large(void **state)
{
	char path[] = "/tmp/loglist-XXXXXX", why[256];
	struct text error = text_in(why, sizeof why);
	struct loglist *list = NULL;
	int fd = mkstemp(path);

	(void)state;
	assert_true(fd >= 0);
	assert_int_equal(ftruncate(fd, LOGLIST_BYTES_MAX + 1), 0);
	close(fd);
	assert_int_equal(loglist_read(path, &error, &list), STATUS_LIMIT);
	assert_non_null(strstr(why, ": larger than 4194304 bytes"));
	assert_null(list);
	assert_int_equal(unlink(path), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_no_object),
		cmocka_unit_test(nested_too_deep),
		cmocka_unit_test(too_large),
		cmocka_unit_test(too_many_logs),
		cmocka_unit_test(too_many_values),
		cmocka_unit_test(a_file_s_error_begins_with_its_name),
		cmocka_unit_test(a_file_is_too_large),
	};

	return run_rows("refused", rows, sizeof *rows, ROWS(rows), is_refused) +
	       cmocka_run_group_tests_name("documents", tests, NULL, NULL);
}
