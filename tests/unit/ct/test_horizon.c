/* Until when a list can satisfy a policy. Days are days since 1970. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <unistd.h>

#include <cmocka.h>

#include "ct/horizon.h"
#include "tests/unit/rows.h"

#define DAY_S               86400ll
#define DAY_MS              (1000 * DAY_S)
#define LAST(day)           ((day)*DAY_S - 1) /* the last second before it */
#define AT_S                (100 * DAY_S)
#define ALWAYS              INT64_MIN, INT64_MAX
#define DAYS(a, b)          (a) * DAY_MS, (b)*DAY_MS
#define IN(state, since_ms) .phases = { { state, since_ms } }, .phase_n = 1
#define GOOD                IN(LOG_USABLE, 0)
#define NEVER               INT64_MIN
#define NO_END              INT64_MAX

/* Two logs of two operators, as Chrome and Mozilla have it. */
static const struct ct_policy two = {
	.methods[SCT_EMBEDDED] = { true, 1, true, 2, 3, 2, 0, 0 },
};
/* Apple's: one of each operator counts, and one is not a static log. */
static const struct ct_policy apart = {
	.methods[SCT_EMBEDDED] = { true, 1, true, 2, 3, 1, 1, 2 },
	.needs_rfc6962 = true,
};
static const struct ct_policy three_of_one = {
	.methods[SCT_EMBEDDED] = { true, 1, true, 3, 3, 1, 0, 0 },
};
static const struct ct_policy four_today = {
	.methods[SCT_EMBEDDED] = { true, 4, true, 2, 3, 1, 0, 0 },
};
static const struct ct_policy not_embedded = {
	.methods[SCT_TLS] = { true, 2, false, 2, 2, 2, 0, 0 },
};

struct shard {
	const char *operator_name;
	int64_t from_ms, until_ms;
	struct log_phase phases[2];
	size_t phase_n;
	bool is_static, mimic;
	const char *unfit;
};

struct row {
	const char *name;
	const struct ct_policy *policy;
	struct shard shards[4];
	size_t n;
	int64_t expected;
};

static const struct row rows[] = {
	{ "an empty list", &two, { { 0 } }, 0, NEVER },
	{ "one log", &two, { { "a", ALWAYS, GOOD } }, 1, NEVER },
	{ "two logs, no intervals", &two,
		{ { "a", ALWAYS, GOOD }, { "b", ALWAYS, GOOD } }, 2, NO_END },
	{ "two logs of one operator", &two,
		{ { "a", ALWAYS, GOOD }, { "a", ALWAYS, GOOD } }, 2, NEVER },
	{ "the earlier end", &two,
		{ { "a", DAYS(0, 300), GOOD }, { "b", DAYS(0, 200), GOOD } }, 2,
		LAST(200) },
	{ "one has no end", &two, { { "a", ALWAYS, GOOD }, { "b", DAYS(0, 200), GOOD } },
		2, LAST(200) },
	{ "two, and a longer one of the same operator", &two,
		{ { "a", DAYS(0, 300), GOOD }, { "b", DAYS(0, 200), GOOD },
			{ "a", DAYS(0, 400), GOOD } },
		3, LAST(200) },
	{ "shards that have no day in common", &two,
		{ { "a", DAYS(0, 200), GOOD }, { "b", DAYS(200, 300), GOOD } }, 2,
		NEVER },
	{ "shards that have one second in common", &two,
		{ { "a", DAYS(0, 200), GOOD },
			{ "b", 200 * DAY_MS - 1000, 300 * DAY_MS, GOOD } },
		2, LAST(200) },
	{ "a gap before the last shards", &two,
		{ { "a", DAYS(0, 200), GOOD }, { "b", DAYS(0, 200), GOOD },
			{ "a", DAYS(300, 400), GOOD }, { "b", DAYS(300, 390), GOOD } },
		4, LAST(390) },
	{ "the last shard has only one operator", &two,
		{ { "a", DAYS(0, 200), GOOD }, { "b", DAYS(0, 190), GOOD },
			{ "a", DAYS(200, 400), GOOD }, { "a", DAYS(200, 400), GOOD } },
		4, LAST(190) },
	{ "passed already", &two,
		{ { "a", DAYS(0, 50), GOOD }, { "b", DAYS(0, 60), GOOD } }, 2, LAST(50) },
	{ "an end within a second", &two,
		{ { "a", 0, 5500, GOOD }, { "b", 0, 9000, GOOD } }, 2, 5 },
	{ "an end before 1970", &two,
		{ { "a", -9000, -1, GOOD }, { "b", -9000, 0, GOOD } }, 2, -1 },

	/* It did until then: past, and not never. */
	{ "one is retired", &two,
		{ { "a", ALWAYS, GOOD }, { "b", ALWAYS, IN(LOG_RETIRED, 0) } }, 2, -1 },
	{ "one is retired, and others are left", &two,
		{ { "a", ALWAYS, GOOD }, { "b", ALWAYS, IN(LOG_RETIRED, 0) },
			{ "b", DAYS(0, 200), GOOD } },
		3, LAST(200) },
	{ "one is retired after its shard", &two,
		{ { "a", ALWAYS, GOOD },
			{ "b", DAYS(0, 200), IN(LOG_RETIRED, 300 * DAY_MS) } },
		2, LAST(200) },
	{ "a retirement is announced", &two,
		{ { "a", ALWAYS, GOOD }, { "b", ALWAYS, IN(LOG_RETIRED, 150 * DAY_MS) } },
		2, LAST(150) },
	{ "a retirement is announced for the next millisecond", &two,
		{ { "a", ALWAYS, GOOD },
			{ "b", ALWAYS, IN(LOG_RETIRED, AT_S * 1000 + 1) } },
		2, AT_S },
	{ "the later of two retirements", &two,
		{ { "a", ALWAYS, GOOD }, { "b", ALWAYS, IN(LOG_RETIRED, 150 * DAY_MS) },
			{ "c", ALWAYS, IN(LOG_RETIRED, 170 * DAY_MS) } },
		3, LAST(170) },
	{ "a retirement of one in use", &two,
		{ { "a", ALWAYS, GOOD }, { "b", ALWAYS,
						 .phases = { { LOG_USABLE, 0 },
							 { LOG_RETIRED, 150 * DAY_MS } },
						 .phase_n = 2 } },
		2, LAST(150) },
	{ "one is usable later", &two,
		{ { "a", ALWAYS, GOOD },
			{ "b", ALWAYS, IN(LOG_USABLE, AT_S * 1000 + 1) } },
		2, NEVER },
	{ "one is pending", &two,
		{ { "a", ALWAYS, GOOD }, { "b", ALWAYS, IN(LOG_PENDING, 0) } }, 2,
		NEVER },
	{ "one is rejected", &two,
		{ { "a", ALWAYS, GOOD }, { "b", ALWAYS, IN(LOG_REJECTED, 0) } }, 2,
		NEVER },
	{ "one has no state", &two,
		{ { "a", ALWAYS, GOOD }, { "b", ALWAYS, .phase_n = 0 } }, 2, NEVER },
	{ "one is unfit", &two,
		{ { "a", ALWAYS, GOOD },
			{ "b", ALWAYS, GOOD, .unfit = "it is a test log" } },
		2, NEVER },
	{ "one is a mimic", &two,
		{ { "a", ALWAYS, GOOD }, { "b", ALWAYS, GOOD, .mimic = true } }, 2,
		NEVER },
	{ "one is unfit and ends the shard of others", &two,
		{ { "a", DAYS(0, 200), GOOD }, { "b", DAYS(0, 200), GOOD },
			{ "a", DAYS(0, 300), GOOD },
			{ "b", DAYS(0, 250), GOOD, .unfit = "it is a test log" } },
		4, LAST(200) },

	{ "one an operator: two of one", &apart,
		{ { "a", ALWAYS, GOOD }, { "a", ALWAYS, GOOD } }, 2, NEVER },
	{ "one an operator: of two", &apart,
		{ { "a", ALWAYS, GOOD }, { "a", ALWAYS, GOOD },
			{ "b", DAYS(0, 200), GOOD } },
		3, LAST(200) },
	{ "only static logs", &apart,
		{ { "a", ALWAYS, GOOD, .is_static = true },
			{ "b", ALWAYS, GOOD, .is_static = true } },
		2, NEVER },
	{ "static logs where that is no matter", &two,
		{ { "a", ALWAYS, GOOD, .is_static = true },
			{ "b", ALWAYS, GOOD, .is_static = true } },
		2, NO_END },
	{ "the only other log ends first", &apart,
		{ { "a", ALWAYS, GOOD, .is_static = true },
			{ "b", ALWAYS, GOOD, .is_static = true },
			{ "b", DAYS(0, 200), GOOD } },
		3, LAST(200) },
	{ "three logs are asked for, two are there", &three_of_one,
		{ { "a", ALWAYS, GOOD }, { "b", ALWAYS, GOOD } }, 2, NEVER },
	{ "three logs of one operator", &three_of_one,
		{ { "a", ALWAYS, GOOD }, { "a", ALWAYS, GOOD },
			{ "a", DAYS(0, 200), GOOD } },
		3, LAST(200) },
	{ "four in good standing are asked for", &four_today,
		{ { "a", ALWAYS, GOOD }, { "a", ALWAYS, GOOD }, { "a", ALWAYS, GOOD } },
		3, NEVER },
	{ "no embedded SCTs taken", &not_embedded,
		{ { "a", ALWAYS, GOOD }, { "b", ALWAYS, GOOD } }, 2, NEVER },
};

static void reaches(void **state)
{
	const struct row *row = *state;
	struct ct_log logs[4] = { 0 };
	const struct loglist list = { .logs = logs, .n = row->n };

	for (size_t i = 0; i < row->n; i++) {
		const struct shard *shard = &row->shards[i];

		logs[i].operator_name = shard->operator_name;
		logs[i].from_ms = shard->from_ms;
		logs[i].until_ms = shard->until_ms;
		logs[i].phases[0] = shard->phases[0];
		logs[i].phases[1] = shard->phases[1];
		logs[i].phase_n = shard->phase_n;
		logs[i].is_static = shard->is_static;
		logs[i].mimic = shard->mimic;
		logs[i].unfit = shard->unfit;
	}
	assert_int_equal(ct_horizon_s(&list, row->policy, AT_S), row->expected);
}

/* Not one operator more than can be asked for is needed, nor looked at. */
static void more_operators_than_are_counted(void **state)
{
	static struct ct_log logs[300];
	static char names[300][2];
	struct ct_policy policy = {
		.methods[SCT_EMBEDDED] = { true, 1, true, 255, 255, 255, 0, 0 },
		.needs_rfc6962 = true,
	};
	const struct loglist list = { .logs = logs, .n = 300 };

	(void)state;
	for (size_t i = 0; i < 300; i++) {
		names[i][0] = (char)(i % 255 + 1);
		logs[i].operator_name = i < 255 ? names[i] : "more";
		logs[i].from_ms = 0;
		logs[i].until_ms = 200 * DAY_MS;
		logs[i].phases[0] = (struct log_phase){ LOG_USABLE, 0 };
		logs[i].phase_n = 1;
		logs[i].is_static = i < 299;
	}
	assert_int_equal(ct_horizon_s(&list, &policy, AT_S), LAST(200));
	logs[0].operator_name = names[1];
	logs[299].is_static = true;
	assert_int_equal(ct_horizon_s(&list, &policy, AT_S), NEVER);
}

/* As many as a list may have, each with its own end and retirement: the daemon must not
 * stand still over it, whoever wrote the list. */
static void the_longest_list(void **state)
{
	static struct ct_log logs[LOGLIST_LOGS_MAX];
	struct loglist list = { .logs = logs, .n = LOGLIST_LOGS_MAX };

	(void)state;
	for (int64_t i = 0; i < LOGLIST_LOGS_MAX; i++) {
		logs[i].operator_name = "a";
		logs[i].until_ms = 200 * DAY_MS + i * 7000;
		logs[i].phases[0] = (struct log_phase){ LOG_USABLE, 0 };
		logs[i].phases[1] =
			(struct log_phase){ LOG_RETIRED, 150 * DAY_MS - i * 7000 };
		logs[i].phase_n = 2;
	}
	alarm(60);
	assert_int_equal(ct_horizon_s(&list, &two, AT_S), NEVER);
	logs[5].operator_name = "b";
	assert_int_equal(ct_horizon_s(&list, &two, AT_S), LAST(150) - 35);
	alarm(0);
}

/* Seen by a log that is changed behind its back. */
static void an_answer_is_good_for_a_minute(void **state)
{
	struct ct_log logs[2] = { 0 };
	struct loglist list = { .logs = logs, .n = 2 };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		logs[i].operator_name = i == 0 ? "a" : "b";
		logs[i].until_ms = 200 * DAY_MS;
		logs[i].phases[0] = (struct log_phase){ LOG_USABLE, 0 };
		logs[i].phase_n = 1;
	}
	assert_int_equal(ct_horizon_lately_s(&list, &two, AT_S), LAST(200));
	logs[0].until_ms = 190 * DAY_MS;
	assert_int_equal(ct_horizon_lately_s(&list, &two, AT_S), LAST(200));
	assert_int_equal(ct_horizon_lately_s(&list, &two, AT_S + 59), LAST(200));
	assert_int_equal(ct_horizon_lately_s(&list, &two, AT_S + 60), LAST(190));
	logs[0].until_ms = 180 * DAY_MS;
	assert_int_equal(ct_horizon_lately_s(&list, &apart, AT_S + 61), LAST(180));
	logs[0].until_ms = 170 * DAY_MS;
	assert_int_equal(ct_horizon_lately_s(&list, &apart, AT_S), LAST(170));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_longest_list),
		cmocka_unit_test(an_answer_is_good_for_a_minute),
		cmocka_unit_test(more_operators_than_are_counted),
	};

	return run_rows("horizon", rows, sizeof *rows, ROWS(rows), reaches) +
	       cmocka_run_group_tests_name("many operators", tests, NULL, NULL);
}
