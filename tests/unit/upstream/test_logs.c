/* Which log list is in force, what may replace it, and when its age is told. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/log.h"
#include "ct/horizon.h"
#include "ct/loglist_store.h"
#include "tests/unit/tls/make_cert.h"
#include "upstream/logs.h"

#define DAY_S    86400
#define BUILTIN  "f: ct.log_list, by default"
#define PLACE    "f:3:9: ct.log_list"
#define STAMP_AT "\"log_list_timestamp\": \""

struct shelf {
	char directory[MAKE_DIRECTORY_MAX];
	char path[MAKE_DIRECTORY_MAX + 16];
	struct config_upstream upstreams[2];
	struct config config;
	struct logs *logs; /* in force */
	int64_t newest_ms;
	char words[CONFIG_ERROR_MAX];
	struct text error;
};

static unsigned warnings;
static char last_line[1024];

static void note_line(enum log_level level, const char *line)
{
	warnings += level == LOG_LEVEL_WARNING;
	text_copy(last_line, sizeof last_line, line);
}

static int setup(void **state)
{
	struct shelf *s = calloc(1, sizeof *s);

	assert_non_null(s);
	make_directory(s->directory);
	snprintf(s->path, sizeof s->path, "%s/l.json", s->directory);
	for (size_t i = 0; i < 2; i++)
		s->upstreams[i] = (struct config_upstream){ .name = "u",
			.policy = { .ct_policy = ct_policy_default() } };
	s->upstreams[1].policy.ct = CT_MODE_REQUIRE;
	s->config = (struct config){ .state_dir = s->directory,
		.log_list_place = BUILTIN,
		.upstreams = s->upstreams,
		.upstream_n = 2 };
	s->error = text_in(s->words, sizeof s->words);
	s->newest_ms = LOGS_UNDATED;
	warnings = 0;
	log_replace(note_line);
	*state = s;
	return 0;
}

static int teardown(void **state)
{
	struct shelf *s = *state;

	logs_free(s->logs);
	log_replace(NULL);
	remove_directory(s->directory);
	free(s);
	return 0;
}

/* The built-in list, of another time ("2026-09-01T00:00:00Z"); NULL: without one. */
static char *list_of(const char *stamp)
{
	struct bytes json = loglist_builtin_json();
	char *out = malloc(json.n + 1), *at;

	assert_non_null(out);
	memcpy(out, json.p, json.n);
	out[json.n] = '\0';
	at = strstr(out, STAMP_AT);
	assert_non_null(at);
	if (stamp != NULL)
		memcpy(at + strlen(STAMP_AT), stamp, strlen(stamp));
	else
		at[1] = 'x';
	return out;
}

/* As ct.log_list. */
static void write_list(struct shelf *s, const char *text)
{
	FILE *f = fopen(s->path, "w");

	assert_non_null(f);
	assert_true(fputs(text, f) >= 0);
	assert_int_equal(fclose(f), 0);
	s->config.log_list = s->path;
	s->config.log_list_place = PLACE;
}

static void write_list_of(struct shelf *s, const char *stamp)
{
	char *list = list_of(stamp);

	write_list(s, list);
	free(list);
}

static void load(struct shelf *s)
{
	struct logs *logs;

	s->error = text_in(s->words, sizeof s->words);
	if (logs_open(&s->config, s->newest_ms, &s->error, &logs) != STATUS_OK)
		fail_msg("%s", s->words);
	assert_string_equal(s->words, "");
	logs_free(s->logs);
	s->logs = logs;
	s->newest_ms = logs_newest_ms(logs, s->newest_ms);
}

static void refuses(struct shelf *s, const char *words)
{
	struct logs *logs;

	s->error = text_in(s->words, sizeof s->words);
	assert_int_equal(
		logs_open(&s->config, s->newest_ms, &s->error, &logs), STATUS_CONFIG);
	assert_null(logs);
	assert_non_null(strstr(s->words, words));
}

static void nobody_asks_and_none_is_read(void **state)
{
	struct shelf *s = *state;

	s->upstreams[1].policy.ct = CT_MODE_OFF;
	write_list(s, "junk");
	load(s);
	assert_null(s->logs);
}

static void the_built_in_list(void **state)
{
	struct shelf *s = *state;

	load(s);
	assert_int_equal(s->logs->source, LOGS_BUILTIN);
	assert_true(s->logs->list->n > 10);
	assert_ptr_equal(s->logs->policy, ct_policy_default());
	assert_int_equal(warnings, 0);
}

static void a_file(void **state)
{
	struct shelf *s = *state;

	write_list_of(s, "2026-09-01T00:00:00Z");
	load(s);
	assert_int_equal(s->logs->source, LOGS_FILE);
	assert_int_equal(s->logs->list->timestamp_ms, 1788220800000);
}

static void a_broken_file_has_its_place(void **state)
{
	static const char *const texts[] = { "", "junk", "{}", "{\"operators\": 1}",
		"{\"operators\": [], \"operators\": []}" };
	struct shelf *s = *state;
	char words[512];

	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		write_list(s, texts[i]);
		snprintf(words, sizeof words, PLACE ": %s: ", s->path);
		refuses(s, words);
	}
	assert_int_equal(remove(s->path), 0);
	refuses(s, "No such file");
}

static void the_same_or_a_newer_one_replaces_it(void **state)
{
	struct shelf *s = *state;
	struct logs *before;

	write_list_of(s, "2026-09-01T00:00:00Z");
	load(s);
	assert_int_equal(
		logs_open(&s->config, s->newest_ms, &s->error, &before), STATUS_OK);
	assert_true(logs_equal(before, s->logs));
	write_list_of(s, "2026-09-01T00:00:01Z");
	load(s);
	assert_false(logs_equal(before, s->logs));
	logs_free(before);
}

static void an_older_one_does_not(void **state)
{
	struct shelf *s = *state;

	write_list_of(s, "2026-09-01T00:00:00Z");
	load(s);
	write_list_of(s, "2026-08-31T23:59:59Z");
	refuses(s, PLACE ": the list is of 2026-08-31T23:59:59Z, older than the one in "
			 "force, of 2026-09-01T00:00:00Z");
	/* Not by way of the built-in one either. */
	s->config.log_list = NULL;
	s->config.log_list_place = BUILTIN;
	refuses(s, BUILTIN ": the list is of 2026-08-11T20:05:47Z, older than");
	/* At a start nothing is in force. */
	s->newest_ms = LOGS_UNDATED;
	load(s);
}

static void without_a_time_a_list_may_be_older(void **state)
{
	struct shelf *s = *state;

	write_list_of(s, NULL);
	load(s);
	load(s);
	assert_false(s->logs->list->has_timestamp);
	write_list_of(s, "2026-09-01T00:00:00Z");
	load(s);
	write_list_of(s, NULL);
	refuses(s, PLACE ": the list does not say of when it is, and may be older than "
			 "the one in force, of 2026-09-01T00:00:00Z");
}

static void the_newest_is_not_forgotten(void **state)
{
	struct shelf *s = *state;

	write_list_of(s, "2026-09-01T00:00:00Z");
	load(s);
	s->upstreams[1].policy.ct = CT_MODE_OFF;
	load(s);
	assert_null(s->logs);
	s->upstreams[1].policy.ct = CT_MODE_REQUIRE;
	write_list_of(s, "2026-08-31T23:59:59Z");
	refuses(s, "older than the one in force, of 2026-09-01T00:00:00Z");
	write_list_of(s, NULL);
	refuses(s, "may be older");
	write_list_of(s, "2026-09-01T00:00:00Z");
	load(s);
}

/* Nobody signed it: it is as if it were not there, and that is said. */
static void a_stored_list_needs_its_signature(void **state)
{
	struct shelf *s = *state;

	snprintf(s->path, sizeof s->path, "%s/" LOGLIST_STORE_NAME, s->directory);
	write_list_of(s, "2026-09-01T00:00:00Z");
	s->config.log_list = NULL;
	load(s);
	assert_int_equal(s->logs->source, LOGS_BUILTIN);
	assert_int_equal(warnings, 1);
	assert_non_null(strstr(last_line, LOGLIST_STORE_NAME));
}

/* The key was rotated: the stored list is passed over, and what is left is older. */
static void an_older_one_comes_with_its_cause(void **state)
{
	struct shelf *s = *state;

	snprintf(s->path, sizeof s->path, "%s/" LOGLIST_STORE_NAME, s->directory);
	write_list_of(s, "2026-09-01T00:00:00Z");
	s->config.log_list = NULL;
	s->config.log_list_place = BUILTIN;
	s->newest_ms = INT64_C(1788220800000);
	refuses(s, "a reload takes none that is older, a restart does; ");
	assert_non_null(strstr(s->words, s->path));
	assert_non_null(strstr(s->words, ": not used: no key to check it with"));
	/* The twin: there is nothing stored. */
	assert_int_equal(remove(s->path), 0);
	refuses(s, "a restart does");
	assert_null(strstr(s->words, "not used"));
}

static void none_equals_none_alone(void **state)
{
	struct shelf *s = *state;

	load(s);
	assert_true(logs_equal(NULL, NULL));
	assert_true(logs_equal(s->logs, s->logs));
	assert_false(logs_equal(s->logs, NULL));
	assert_false(logs_equal(NULL, s->logs));
}

/* --- age ------------------------------------------------------------------- */

static void told_sixty_days_ahead_once_a_day(void **state)
{
	struct shelf *s = *state;
	int64_t horizon_s, at_s;

	load(s);
	horizon_s = logs_horizon_s(s->logs, s->logs->list->timestamp_ms / 1000);
	assert_true(horizon_s != INT64_MIN && horizon_s != INT64_MAX);
	at_s = horizon_s - CT_HORIZON_WARN_S;
	assert_int_equal(logs_horizon_s(s->logs, at_s), horizon_s);
	logs_remind(s->logs, at_s);
	assert_int_equal(warnings, 0);
	logs_remind(s->logs, at_s + DAY_S - 1);
	assert_int_equal(warnings, 0);
	logs_remind(s->logs, at_s + DAY_S);
	assert_int_equal(warnings, 1);
	assert_non_null(
		strstr(last_line, "log list (builtin): update it: it can satisfy "));
	logs_remind(s->logs, at_s + 2 * DAY_S - 1);
	assert_int_equal(warnings, 1);
	logs_remind(s->logs, horizon_s + 1);
	assert_int_equal(warnings, 2);
	assert_non_null(
		strstr(last_line, "it is STALE: it could satisfy strict until 20"));
}

static void told_of_a_list_that_never_will_do(void **state)
{
	struct shelf *s = *state;

	write_list(s, "{\"version\": \"1\", \"log_list_timestamp\": "
		      "\"2026-08-01T00:00:00Z\", \"operators\": []}");
	load(s);
	logs_remind(s->logs, MAKE_CERT_NOW + 100 * DAY_S);
	assert_int_equal(warnings, 1);
	assert_non_null(strstr(last_line, "it cannot satisfy strict"));
}

static void told_of_a_list_of_the_future(void **state)
{
	struct shelf *s = *state;
	int64_t stamp_s;

	load(s);
	stamp_s = s->logs->list->timestamp_ms / 1000;
	logs_remind(s->logs, stamp_s - 60);
	assert_int_equal(warnings, 0);
	s->logs->reminded_s = 0;
	logs_remind(s->logs, stamp_s - 3600);
	assert_int_equal(warnings, 1);
	assert_non_null(
		strstr(last_line, "2026-08-11T20:05:47Z, which is in the future"));
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(nobody_asks_and_none_is_read),
		TEST(the_built_in_list),
		TEST(a_file),
		TEST(a_broken_file_has_its_place),
		TEST(the_same_or_a_newer_one_replaces_it),
		TEST(an_older_one_does_not),
		TEST(without_a_time_a_list_may_be_older),
		TEST(the_newest_is_not_forgotten),
		TEST(a_stored_list_needs_its_signature),
		TEST(an_older_one_comes_with_its_cause),
		TEST(none_equals_none_alone),
		TEST(told_sixty_days_ahead_once_a_day),
		TEST(told_of_a_list_that_never_will_do),
		TEST(told_of_a_list_of_the_future),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
