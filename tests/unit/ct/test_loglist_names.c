/* Operators' names, and the text of a merged list. */
#include "ct/loglist_names.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "ct/loglist_merge.h"
#include "tests/unit/rows.h"

#define LOGS_MAX 4

/* A letter a log, with its operator. */
struct entry {
	char log;
	const char *operator_name;
};

static const struct row {
	const char *name;
	struct entry apple[LOGS_MAX], mozilla[LOGS_MAX];
	const char *asked, *expected;
} rows[] = {
	{ "one name in both", { { 'a', "A" } }, { { 'a', "A" } }, "A", "A" },
	{ "two names for one log: the first list's", { { 'a', "Z GmbH" } },
		{ { 'a', "A Networks" } }, "A Networks", "Z GmbH" },
	{ "and it stays its own", { { 'a', "Z GmbH" } }, { { 'a', "A Networks" } },
		"Z GmbH", "Z GmbH" },
	{ "a log of the second list alone has the common name", { { 'a', "Z" } },
		{ { 'a', "Y" }, { 'b', "Y" } }, "Y", "Z" },
	{ "no log in common, nothing in common", { { 'a', "A" } }, { { 'b', "B" } }, "B",
		"B" },
	{ "a log that changed hands joins both operators",
		{ { 'a', "New" }, { 'b', "New" } }, { { 'a', "Old" }, { 'b', "New" } },
		"Old", "New" },
	{ "joined by a third", { { 'a', "B" }, { 'b', "A" } },
		{ { 'a', "M" }, { 'b', "M" } }, "B", "A" },
	{ "joined by a chain", { { 'a', "A" }, { 'b', "B" }, { 'c', "C" } },
		{ { 'a', "M" }, { 'b', "M" }, { 'c', "B" } }, "C", "A" },
	{ "case matters: nobody is joined by likeness", { { 'a', "Op" } },
		{ { 'b', "op" } }, "op", "op" },
	{ "one name in both joins though the logs differ", { { 'a', "A" } },
		{ { 'b', "A" } }, "A", "A" },
	{ "a name of neither", { { 'a', "A" } }, { { 'b', "B" } }, "C", "C" },
	{ "empty lists", { { 0, NULL } }, { { 0, NULL } }, "C", "C" },
};

static struct loglist make_list(const struct entry *entries, struct ct_log *logs)
{
	struct loglist list = { .logs = logs };

	for (; list.n < LOGS_MAX && entries[list.n].log != 0; list.n++)
		logs[list.n] = (struct ct_log){
			.id = { (uint8_t)entries[list.n].log },
			.operator_name = entries[list.n].operator_name,
		};
	return list;
}

static void name_row(void **state)
{
	const struct row *row = *state;
	struct ct_log first_logs[LOGS_MAX], second_logs[LOGS_MAX];
	struct loglist first = make_list(row->apple, first_logs);
	struct loglist second = make_list(row->mozilla, second_logs);
	struct list_names names;

	assert_int_equal(list_names_init(&names, &first, &second), STATUS_OK);
	assert_string_equal(list_names_find(&names, row->asked), row->expected);
	list_names_deinit(&names);
}

/* Two operators, two kinds; quotes and what is no ASCII survive. */
static const char expected[] =
	"{\n"
	"  \"log_list_timestamp\": \"2026-08-11T00:00:00Z\",\n"
	"  \"operators\": [\n"
	"    {\n"
	"      \"name\": \"A \\\"quoted\\\" \xc3\xa4\",\n"
	"      \"email\": [],\n"
	"      \"logs\": [],\n"
	"      \"tiled_logs\": [\n"
	"        {\n"
	"          \"description\": \"t\",\n"
	"          \"log_id\": \"dAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\",\n"
	"          \"key\": \"a2V5\",\n"
	"          \"submission_url\": \"https://t/\",\n"
	"          \"monitoring_url\": \"https://m/\",\n"
	"          \"mmd\": 60,\n"
	"          \"state\": {\"usable\": {\"timestamp\": \"2026-01-01T00:00:00Z\"}},\n"
	"          \"previous_operators\": [{\"name\": \"Old\", \"end_time\": "
	"\"2025-01-01T00:00:00Z\"}]\n"
	"        }\n"
	"      ]\n"
	"    },\n"
	"    {\n"
	"      \"name\": \"B\",\n"
	"      \"email\": [],\n"
	"      \"logs\": [\n"
	"        {\n"
	"          \"description\": \"x\",\n"
	"          \"log_id\": \"eAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\",\n"
	"          \"key\": \"a2V5\",\n"
	"          \"url\": \"https://x/\",\n"
	"          \"mmd\": 86400,\n"
	"          \"state\": {\"pending\": {\"timestamp\": \"2026-01-01T00:00:00Z\"}},\n"
	"          \"temporal_interval\": {\"start_inclusive\": "
	"\"2026-07-01T00:00:00Z\", \"end_exclusive\": \"2027-01-01T00:00:00Z\"}\n"
	"        }\n"
	"      ],\n"
	"      \"tiled_logs\": []\n"
	"    }\n"
	"  ]\n"
	"}\n";

#define MS_2025     1735689600000ll
#define MS_2026     1767225600000ll
#define MS_2026_JUL 1782864000000ll
#define MS_2027     1798761600000ll
#define S_2026_AUG  1786406400ll

static void test_text(void **state)
{
	static const struct log_term terms[] = { { "Old", MS_2025 } };
	struct ct_log t = {
		.id = { 't' },
		.name = "t",
		.operator_name = "A \"quoted\" \xc3\xa4",
		.url = "https://t/",
		.monitoring_url = "https://m/",
		.key = bytes_of("key", 3),
		.is_static = true,
		.mmd_s = 60,
		.phases = { { LOG_USABLE, MS_2026 } },
		.phase_n = 1,
		.terms = terms,
		.term_n = 1,
		.from_ms = INT64_MIN,
		.until_ms = INT64_MAX,
	};
	struct ct_log bare = t, x = t;
	struct loglist apple, mozilla;
	struct ct_log apple_logs[2], mozilla_logs[1];
	char why[64];
	struct text error = text_in(why, sizeof why);
	char *json, *again;

	(void)state;
	/* Mozilla's side of `t` lacks what Apple's has. */
	bare.url = bare.monitoring_url = "";
	bare.mmd_s = bare.term_n = 0;
	x.id[0] = 'x';
	x.name = "x";
	x.operator_name = "B";
	x.url = "https://x/";
	x.is_static = false;
	x.mmd_s = x.term_n = 0;
	x.from_ms = MS_2026_JUL;
	x.until_ms = MS_2027;
	apple_logs[0] = t;
	apple_logs[1] = x;
	mozilla_logs[0] = bare;
	apple = (struct loglist){ .logs = apple_logs, .n = 2 };
	mozilla = (struct loglist){ .logs = mozilla_logs, .n = 1 };
	assert_int_equal(
		loglist_merge(&apple, &mozilla, S_2026_AUG, &json, &error), STATUS_OK);
	assert_string_equal(json, expected);
	/* The other way round the facts are the same. */
	assert_int_equal(
		loglist_merge(&mozilla, &apple, S_2026_AUG, &again, &error), STATUS_OK);
	assert_string_equal(again, expected);
	free(json);
	free(again);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_text) };

	return run_rows("loglist_names", rows, sizeof *rows, ROWS(rows), name_row) +
	       cmocka_run_group_tests(tests, NULL, NULL);
}
