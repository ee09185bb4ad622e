/* What becomes of one log that either list has, a row a rule. Days are counted from the
 * time of the merged list. */
#include "ct/loglist_merge.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"
#include "tests/unit/rows.h"

#define AT_S  1786000000ll
#define DAY_S 86400ll

/* What one list says of the log. Of phase n+1 on: none. */
struct side {
	struct {
		int word; /* enum log_state + 1; 0: no more */
		int since;
	} phases[3];
	int from, until; /* both 0: no interval */
	bool is_static, mimic, is_unfit, is_there;
};

#define IS(state, since)               \
	{                              \
		LOG_##state + 1, since \
	}
#define HAS(...)                                             \
	{                                                    \
		.phases = { __VA_ARGS__ }, .is_there = true, \
	}
#define SHARD(first, last, ...)                                          \
	{                                                                \
		.phases = { __VA_ARGS__ }, .from = first, .until = last, \
		.is_there = true,                                        \
	}
#define ABSENT                     \
	{                          \
		.is_there = false, \
	}
#define GIVES(word, day)    .state = LOG_##word, .since = day
#define WITHIN(first, last) .from = first, .until = last

#define LEFT_OUT LOG_STATE_COUNT

static const struct row {
	const char *name;
	struct side apple, mozilla;
	enum log_state state; /* LEFT_OUT */
	int since;
	int from, until; /* both 0: none */
	const char *contradiction;
} rows[] = {
	/* both admit it */
	{ "usable in both, since the later", HAS(IS(USABLE, -50)), HAS(IS(USABLE, -9)),
		GIVES(USABLE, -9) },
	{ "usable in both, the other way", HAS(IS(USABLE, -9)), HAS(IS(USABLE, -50)),
		GIVES(USABLE, -9) },
	{ "qualified is less than usable", HAS(IS(USABLE, -9)), HAS(IS(QUALIFIED, -50)),
		GIVES(QUALIFIED, -9) },
	{ "read-only is less than qualified", HAS(IS(READONLY, -50)),
		HAS(IS(QUALIFIED, -9)), GIVES(READONLY, -9) },
	{ "the latest of two states", HAS(IS(USABLE, -50)),
		HAS(IS(QUALIFIED, -60), IS(USABLE, -9)), GIVES(USABLE, -9) },
	{ "one that has not begun is not there yet", HAS(IS(USABLE, -50)),
		HAS(IS(QUALIFIED, -60), IS(USABLE, 1)), GIVES(QUALIFIED, -50) },
	{ "one that begins at that second has begun", HAS(IS(USABLE, -50)),
		HAS(IS(QUALIFIED, -60), IS(USABLE, 0)), GIVES(USABLE, 0) },

	/* one does not */
	{ "pending in Mozilla's", HAS(IS(USABLE, -50)), HAS(IS(PENDING, -60)),
		GIVES(PENDING, -60) },
	{ "pending in Apple's", HAS(IS(PENDING, -9)), HAS(IS(USABLE, -60)),
		GIVES(PENDING, -9) },
	{ "admitted tomorrow", HAS(IS(USABLE, 1)), HAS(IS(USABLE, -60)),
		GIVES(PENDING, 1) },
	{ "not in Mozilla's", HAS(IS(USABLE, -50)), ABSENT, GIVES(PENDING, -50) },
	{ "not in Apple's", ABSENT, HAS(IS(USABLE, -50)), GIVES(PENDING, -50) },
	{ "read-only, and not in Mozilla's", HAS(IS(READONLY, -50)), ABSENT,
		GIVES(PENDING, -50) },
	{ "retired, and not in Mozilla's", HAS(IS(RETIRED, -50)), ABSENT,
		GIVES(PENDING, -50) },
	{ "without a state in Mozilla's", HAS(IS(USABLE, -50)), HAS(),
		GIVES(PENDING, -50) },
	{ "without a state in Apple's", HAS(), HAS(IS(USABLE, -50)),
		GIVES(PENDING, -50) },
	{ "pending and retired", HAS(IS(PENDING, -9)), HAS(IS(RETIRED, -60)),
		GIVES(PENDING, -9) },
	{ "pending in both", HAS(IS(PENDING, -9)), HAS(IS(PENDING, -60)),
		GIVES(PENDING, -60) },
	{ "usable once, pending again", HAS(IS(USABLE, -50), IS(PENDING, -9)),
		HAS(IS(USABLE, -50)), GIVES(PENDING, -9) },

	/* retired */
	{ "retired in Mozilla's", HAS(IS(READONLY, -9)), HAS(IS(RETIRED, -60)),
		GIVES(RETIRED, -60) },
	{ "retired in Apple's", HAS(IS(RETIRED, -60)), HAS(IS(USABLE, -9)),
		GIVES(RETIRED, -60) },
	{ "retired in both, since the earlier", HAS(IS(RETIRED, -9)),
		HAS(IS(RETIRED, -60)), GIVES(RETIRED, -60) },
	{ "will be retired", HAS(IS(USABLE, -50)), HAS(IS(USABLE, -50), IS(RETIRED, 9)),
		GIVES(RETIRED, 9) },
	{ "nothing is known but when it retires", HAS(IS(USABLE, -50)),
		HAS(IS(RETIRED, 9)), GIVES(RETIRED, 9) },
	{ "pending, and will be retired", HAS(IS(USABLE, -50)),
		HAS(IS(PENDING, -50), IS(RETIRED, 9)), GIVES(PENDING, -50) },
	{ "was usable, is pending, and will be retired", HAS(IS(USABLE, -50)),
		HAS(IS(USABLE, -60), IS(PENDING, -50), IS(RETIRED, 9)),
		GIVES(PENDING, -50) },

	/* rejected */
	{ "rejected in Mozilla's", HAS(IS(USABLE, -9)), HAS(IS(REJECTED, -60)),
		GIVES(REJECTED, -60) },
	{ "rejected in Apple's", HAS(IS(REJECTED, -60)), HAS(IS(USABLE, -9)),
		GIVES(REJECTED, -60) },
	{ "rejected, and not in Mozilla's", HAS(IS(REJECTED, -60)), ABSENT,
		GIVES(REJECTED, -60) },
	{ "rejected and retired", HAS(IS(REJECTED, -9)), HAS(IS(RETIRED, -60)),
		GIVES(REJECTED, -9) },
	{ "rejected and pending", HAS(IS(PENDING, -60)), HAS(IS(REJECTED, -9)),
		GIVES(REJECTED, -9) },
	{ "will be rejected", HAS(IS(USABLE, -50), IS(REJECTED, 9)), HAS(IS(USABLE, -50)),
		GIVES(REJECTED, 9) },

	/* intervals */
	{ "Apple's interval", SHARD(-100, 100, IS(USABLE, -50)), HAS(IS(USABLE, -50)),
		GIVES(USABLE, -50), WITHIN(-100, 100) },
	{ "Mozilla's interval", HAS(IS(USABLE, -50)), SHARD(-100, 100, IS(USABLE, -50)),
		GIVES(USABLE, -50), WITHIN(-100, 100) },
	{ "what two intervals share", SHARD(-100, 100, IS(USABLE, -50)),
		SHARD(-90, 110, IS(USABLE, -50)), GIVES(USABLE, -50), WITHIN(-90, 100) },
	{ "what one interval has inside", SHARD(-100, 100, IS(USABLE, -50)),
		SHARD(-90, 90, IS(USABLE, -50)), GIVES(USABLE, -50), WITHIN(-90, 90) },
	{ "intervals that only touch", SHARD(-100, 0, IS(USABLE, -50)),
		SHARD(0, 100, IS(USABLE, -50)), .contradiction = "no day in common" },

	/* shards that have ended */
	{ "ended, and not in Mozilla's", SHARD(-100, 0, IS(USABLE, -150)), ABSENT,
		GIVES(USABLE, -150), WITHIN(-100, 0) },
	{ "ends in a day, and not in Mozilla's", SHARD(-100, 1, IS(USABLE, -150)), ABSENT,
		GIVES(PENDING, -150), WITHIN(-100, 1) },
	{ "ended, and not in Apple's", ABSENT, SHARD(-100, -1, IS(RETIRED, -150)),
		GIVES(RETIRED, -150), WITHIN(-100, -1) },
	{ "ended, pending, and not in Mozilla's", SHARD(-100, -1, IS(PENDING, -150)),
		ABSENT, GIVES(PENDING, -150), WITHIN(-100, -1) },
	{ "ended, in both, retired in one", SHARD(-100, -1, IS(USABLE, -150)),
		HAS(IS(RETIRED, -50)), GIVES(RETIRED, -50), WITHIN(-100, -1) },
	{ "ended and rejected", SHARD(-100, 0, IS(REJECTED, 0)), ABSENT,
		.state = LEFT_OUT },
	{ "ended, and rejected in one", SHARD(-100, 0, IS(USABLE, -150)),
		HAS(IS(REJECTED, -1)), .state = LEFT_OUT },
	{ "rejected, ends in a day", SHARD(-100, 1, IS(REJECTED, 0)), ABSENT,
		GIVES(REJECTED, 0), WITHIN(-100, 1) },

	/* what is past */
	{ "ended 397 days ago", SHARD(-500, -397, IS(USABLE, -600)), ABSENT,
		GIVES(USABLE, -600), WITHIN(-500, -397) },
	{ "ended 398 days ago", SHARD(-500, -398, IS(USABLE, -600)), ABSENT,
		.state = LEFT_OUT },
	{ "retired 398 days ago", HAS(IS(USABLE, -900)), HAS(IS(RETIRED, -398)),
		GIVES(RETIRED, -398) },
	{ "retired 399 days ago", HAS(IS(USABLE, -900)), HAS(IS(RETIRED, -399)),
		.state = LEFT_OUT },
	{ "a placeholder", ABSENT, HAS(IS(RETIRED, -415)), .state = LEFT_OUT },
	{ "rejected 399 days ago", HAS(IS(REJECTED, -399)), ABSENT, .state = LEFT_OUT },
	{ "usable for ever so long", HAS(IS(USABLE, -3000)), HAS(IS(USABLE, -3000)),
		GIVES(USABLE, -3000) },

	/* what never counts */
	{ "no state anywhere", HAS(), HAS(), .state = LEFT_OUT },
	{ "no state, and only in one", HAS(), ABSENT, .state = LEFT_OUT },
	{ "a mimic log",
		{ .phases = { IS(USABLE, -50) }, .mimic = true, .is_there = true },
		{ .phases = { IS(USABLE, -50) }, .mimic = true, .is_there = true },
		.state = LEFT_OUT },
	{ "a mimic log in one",
		{ .phases = { IS(USABLE, -50) }, .mimic = true, .is_there = true },
		ABSENT, .state = LEFT_OUT },
	{ "a test log in Apple's",
		{ .phases = { IS(USABLE, -50) }, .is_unfit = true, .is_there = true },
		HAS(IS(USABLE, -50)), .state = LEFT_OUT },
	{ "a test log in Mozilla's", HAS(IS(USABLE, -50)),
		{ .phases = { IS(USABLE, -50) }, .is_unfit = true, .is_there = true },
		.state = LEFT_OUT },
	{ "a test log in one alone", ABSENT,
		{ .phases = { IS(USABLE, -50) }, .is_unfit = true, .is_there = true },
		.state = LEFT_OUT },

	/* kinds */
	{ "static in one only",
		{ .phases = { IS(USABLE, -50) }, .is_static = true, .is_there = true },
		HAS(IS(USABLE, -50)), .contradiction = "tiled" },
};

static int64_t day_ms(int day)
{
	return (AT_S + day * DAY_S) * 1000;
}

static struct ct_log make_log(const struct side *side)
{
	struct ct_log log = {
		.id = { 7 },
		.name = "the log",
		.operator_name = "its operator",
		.url = "",
		.monitoring_url = "",
		.key = bytes_of("key", 3),
		.unfit = side->is_unfit ? "for tests" : NULL,
		.mimic = side->mimic,
		.is_static = side->is_static,
		.from_ms = INT64_MIN,
		.until_ms = INT64_MAX,
	};

	if (side->from != 0 || side->until != 0) {
		log.from_ms = day_ms(side->from);
		log.until_ms = day_ms(side->until);
	}
	while (log.phase_n < 3 && side->phases[log.phase_n].word != 0) {
		log.phases[log.phase_n] = (struct log_phase){
			(enum log_state)(side->phases[log.phase_n].word - 1),
			day_ms(side->phases[log.phase_n].since),
		};
		log.phase_n++;
	}
	return log;
}

/* Whether the merged list says `key` with that day's time. */
static bool says(const char *json, const char *before, int day)
{
	char at[CLOCK_TEXT_MAX], line[128];

	clock_format(day_ms(day) / 1000, at);
	snprintf(line, sizeof line, "%s\"%s\"", before, at);
	return strstr(json, line) != NULL;
}

static void expect_log(const struct row *row, const char *json)
{
	char state[64];

	snprintf(state, sizeof state,
		"\"state\": {\"%s\": {\"timestamp\": ", log_state_word(row->state));
	if (!says(json, state, row->since))
		fail_msg("no %s of day %d in:\n%s", state, row->since, json);
	if (row->from == 0 && row->until == 0) {
		assert_null(strstr(json, "temporal_interval"));
		return;
	}
	assert_true(says(json, "\"start_inclusive\": ", row->from));
	assert_true(says(json, "\"end_exclusive\": ", row->until));
}

static void merge_row(void **state)
{
	const struct row *row = *state;
	struct ct_log apple_log = make_log(&row->apple);
	struct ct_log mozilla_log = make_log(&row->mozilla);
	struct loglist apple = { .logs = &apple_log, .n = row->apple.is_there };
	struct loglist mozilla = { .logs = &mozilla_log, .n = row->mozilla.is_there };
	char why[256];
	struct text error = text_in(why, sizeof why);
	char *json;

	if (row->contradiction != NULL) {
		assert_int_equal(loglist_merge(&apple, &mozilla, AT_S, &json, &error),
			STATUS_CONFIG);
		assert_null(json);
		assert_non_null(strstr(why, "the log"));
		assert_non_null(strstr(why, row->contradiction));
		return;
	}
	assert_int_equal(loglist_merge(&apple, &mozilla, AT_S, &json, &error), STATUS_OK);
	if (row->state == LEFT_OUT)
		assert_non_null(strstr(json, "\"operators\": []"));
	else
		expect_log(row, json);
	free(json);
}

int main(void)
{
	return run_rows("loglist_merge", rows, sizeof *rows, ROWS(rows), merge_row);
}
