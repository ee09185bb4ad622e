/* How a log stands, who ran it and what it covers, at every edge to the
 * millisecond. The rules: ../shared/ct.md, "Rules for one SCT"; each state's meaning:
 * https://googlechrome.github.io/CertificateTransparency/log_states.html */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/base64.h"
#include "ct/log.h"
#include "tests/unit/rows.h"

#define UNSET (-77)

struct standing_row {
	const char *name;
	struct log_phase phases[3];
	size_t phase_n;
	int64_t at_ms;
	enum log_standing expected;
	int64_t retired_ms; /* UNSET: stays as it was */
};

static const struct standing_row standing_rows[] = {
	{ "no state", { { 0 } }, 0, 1000, STANDING_STATELESS, UNSET },
	{ "qualified", { { LOG_QUALIFIED, 10 } }, 1, 1000, STANDING_GOOD, UNSET },
	{ "usable", { { LOG_USABLE, 10 } }, 1, 1000, STANDING_GOOD, UNSET },
	{ "read-only", { { LOG_READONLY, 10 } }, 1, 1000, STANDING_GOOD, UNSET },
	{ "pending", { { LOG_PENDING, 10 } }, 1, 1000, STANDING_PENDING, UNSET },
	{ "rejected", { { LOG_REJECTED, 10 } }, 1, 1000, STANDING_REJECTED, UNSET },
	{ "retired", { { LOG_RETIRED, 10 } }, 1, 1000, STANDING_RETIRED, 10 },

	{ "usable from this millisecond", { { LOG_USABLE, 1000 } }, 1, 1000,
		STANDING_GOOD, UNSET },
	{ "usable from the next", { { LOG_USABLE, 1001 } }, 1, 1000, STANDING_NOT_YET,
		UNSET },
	{ "qualified from the next", { { LOG_QUALIFIED, 1001 } }, 1, 1000,
		STANDING_NOT_YET, UNSET },
	{ "read-only from the next", { { LOG_READONLY, 1001 } }, 1, 1000,
		STANDING_NOT_YET, UNSET },
	{ "pending from the next", { { LOG_PENDING, 1001 } }, 1, 1000, STANDING_NOT_YET,
		UNSET },
	{ "rejected from the next", { { LOG_REJECTED, 1001 } }, 1, 1000, STANDING_NOT_YET,
		UNSET },
	{ "retired from this millisecond", { { LOG_RETIRED, 1000 } }, 1, 1000,
		STANDING_RETIRED, 1000 },
	{ "retired from the next: good until then", { { LOG_RETIRED, 1001 } }, 1, 1000,
		STANDING_GOOD, UNSET },

	{ "usable, to be retired", { { LOG_USABLE, 10 }, { LOG_RETIRED, 1001 } }, 2, 1000,
		STANDING_GOOD, UNSET },
	{ "usable, retired now", { { LOG_USABLE, 10 }, { LOG_RETIRED, 1000 } }, 2, 1000,
		STANDING_RETIRED, 1000 },
	{ "usable, to be rejected", { { LOG_USABLE, 10 }, { LOG_REJECTED, 1001 } }, 2,
		1000, STANDING_GOOD, UNSET },
	{ "usable, rejected now", { { LOG_USABLE, 10 }, { LOG_REJECTED, 1000 } }, 2, 1000,
		STANDING_REJECTED, UNSET },
	{ "pending, to be usable", { { LOG_PENDING, 10 }, { LOG_USABLE, 1001 } }, 2, 1000,
		STANDING_PENDING, UNSET },
	{ "pending, to be retired", { { LOG_PENDING, 10 }, { LOG_RETIRED, 1001 } }, 2,
		1000, STANDING_PENDING, UNSET },
	{ "rejected, to be retired", { { LOG_REJECTED, 10 }, { LOG_RETIRED, 1001 } }, 2,
		1000, STANDING_REJECTED, UNSET },
	{ "qualified, then usable", { { LOG_QUALIFIED, 10 }, { LOG_USABLE, 20 } }, 2,
		1000, STANDING_GOOD, UNSET },
	{ "to be usable and then retired",
		{ { LOG_USABLE, 1001 }, { LOG_RETIRED, 2000 } }, 2, 1000,
		STANDING_NOT_YET, UNSET },
	{ "to be retired and then usable",
		{ { LOG_RETIRED, 1001 }, { LOG_USABLE, 2000 } }, 2, 1000,
		STANDING_NOT_YET, UNSET },
	{ "retired, then rejected", { { LOG_RETIRED, 10 }, { LOG_REJECTED, 20 } }, 2,
		1000, STANDING_REJECTED, UNSET },
	{ "three, the middle one begun",
		{ { LOG_QUALIFIED, 10 }, { LOG_RETIRED, 20 }, { LOG_REJECTED, 2000 } }, 3,
		1000, STANDING_RETIRED, 20 },
	{ "before 1970", { { LOG_USABLE, -10 } }, 1, -10, STANDING_GOOD, UNSET },
	{ "two at one time: the later in the list",
		{ { LOG_USABLE, 10 }, { LOG_RETIRED, 10 } }, 2, 10, STANDING_RETIRED,
		10 },
};

static void stands(void **state)
{
	const struct standing_row *row = *state;
	struct ct_log log = { .phase_n = row->phase_n };
	int64_t retired_ms = UNSET;

	memcpy(log.phases, row->phases, sizeof row->phases);
	assert_int_equal(ct_log_standing(&log, row->at_ms, &retired_ms), row->expected);
	assert_int_equal(retired_ms, row->retired_ms);
}

struct operator_row {
	const char *name;
	size_t term_n;
	int64_t at_ms;
	const char *expected;
};

static const struct log_term terms[] = { { "first", 1000 }, { "second", 2000 } };

static const struct operator_row operator_rows[] = {
	{ "none before", 0, 0, "today's" },
	{ "long before the first's end", 2, -5, "first" },
	{ "the first's last millisecond", 2, 999, "first" },
	{ "at the first's end", 2, 1000, "second" },
	{ "the second's last millisecond", 2, 1999, "second" },
	{ "at the second's end", 2, 2000, "today's" },
	{ "later", 2, INT64_MAX, "today's" },
};

static void is_run_by(void **state)
{
	const struct operator_row *row = *state;
	const struct ct_log log = {
		.operator_name = "today's", .terms = terms, .term_n = row->term_n
	};

	assert_string_equal(ct_log_operator_at(&log, row->at_ms), row->expected);
}

struct cover_row {
	const char *name;
	int64_t from_ms, until_ms, not_after_ms;
	bool expected;
};

static const struct cover_row cover_rows[] = {
	{ "a millisecond early", 1000, 2000, 999, false },
	{ "at its start", 1000, 2000, 1000, true },
	{ "its last millisecond", 1000, 2000, 1999, true },
	{ "at its end", 1000, 2000, 2000, false },
	{ "later", 1000, 2000, INT64_MAX, false },
	{ "without an interval, early", INT64_MIN, INT64_MAX, INT64_MIN, true },
	{ "without an interval, late", INT64_MIN, INT64_MAX, INT64_MAX, true },
};

static void covers(void **state)
{
	const struct cover_row *row = *state;
	const struct ct_log log = { .from_ms = row->from_ms, .until_ms = row->until_ms };

	assert_int_equal(ct_log_covers(&log, row->not_after_ms), row->expected);
}

struct id_row {
	const char *name;
	const char *id;
	bool is_mimic;
};

static const struct id_row id_rows[] = {
	{ "the first mimic", "9EGV1vAOLbVUNcrdV3iS5T4VrUFwWPh44U/2uRh0FYk=", true },
	{ "the second mimic", "si9+3rWvav5QPeBAgbLXTBJThJL+3yyypSZQPO9TztI=", true },
	{ "the first but for a bit",
		"9EGV1vAOLbVUNcrdV3iS5T4VrUFwWPh44U/2uRh0FYg=", false },
	{ "another", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", false },
};

static void is_mimic(void **state)
{
	const struct id_row *row = *state;
	uint8_t id[SCT_LOG_ID_BYTES];
	size_t n;

	assert_int_equal(
		base64_decode(bytes_of_text(row->id), id, sizeof id, &n), STATUS_OK);
	assert_int_equal(n, sizeof id);
	assert_int_equal(ct_log_is_mimic(id), row->is_mimic);
}

static void words_lead_back_to_states(void **state)
{
	(void)state;
	for (unsigned i = 0; i < LOG_STATE_COUNT; i++) {
		enum log_state found = LOG_STATE_COUNT;

		assert_int_equal(
			log_state_from_word(log_state_word((enum log_state)i), &found),
			STATUS_OK);
		assert_int_equal(found, i);
	}
}

static void other_words_are_no_states(void **state)
{
	static const char *const words[] = { "", "Usable", "usable ", "usabl", "frozen" };
	enum log_state found;

	(void)state;
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		assert_int_equal(log_state_from_word(words[i], &found), STATUS_NOTFOUND);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(words_lead_back_to_states),
		cmocka_unit_test(other_words_are_no_states),
	};
	int failed = cmocka_run_group_tests_name("words", tests, NULL, NULL);

	failed += run_rows("standing", standing_rows, sizeof *standing_rows,
		ROWS(standing_rows), stands);
	failed += run_rows("operator", operator_rows, sizeof *operator_rows,
		ROWS(operator_rows), is_run_by);
	failed += run_rows(
		"covers", cover_rows, sizeof *cover_rows, ROWS(cover_rows), covers);
	failed += run_rows("mimic", id_rows, sizeof *id_rows, ROWS(id_rows), is_mimic);
	return failed;
}
