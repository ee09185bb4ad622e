/* How old a list is, and what is said of its age and of its end. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "ct/age.h"
#include "ct/horizon.h"
#include "tests/unit/rows.h"

#define DAY_S 86400ll
#define AT_S  (20000 * DAY_S) /* 2024-10-04 */

static const struct age_row {
	const char *name;
	int64_t date_s;
	bool has_age;
	int64_t days;
	const char *words;
} ages[] = {
	{ "today", AT_S, true, 0, "of 2024-10-04T00:00:00Z, 0 days old" },
	{ "almost a day", AT_S - DAY_S + 1, true, 0,
		"of 2024-10-03T00:00:01Z, 0 days old" },
	{ "a day", AT_S - DAY_S, true, 1, "of 2024-10-03T00:00:00Z, 1 days old" },
	{ "of 1970", 0, true, 20000, "of 1970-01-01T00:00:00Z, 20000 days old" },
	{ "a clock that is a little off", AT_S + 300, true, 0,
		"of 2024-10-04T00:05:00Z, 0 days old" },
	{ "of the future", AT_S + 301, false, 0,
		"of 2024-10-04T00:05:01Z, which is in the future" },
	{ "of the far future", AT_S + 1000 * DAY_S, false, 0,
		"of 2027-07-01T00:00:00Z, which is in the future" },
	{ "undated", CT_AGE_UNDATED, false, 0, "without a date" },
};

static void tells_age(void **state)
{
	const struct age_row *row = *state;
	char words[128];
	struct text text = text_in(words, sizeof words);
	int64_t days = 7;

	assert_int_equal(ct_age_days(row->date_s, AT_S, &days), row->has_age);
	assert_int_equal(days, row->days);
	assert_int_equal(ct_age_is_future(row->date_s, AT_S),
		!row->has_age && row->date_s != CT_AGE_UNDATED);
	ct_age_explain(row->date_s, AT_S, &text);
	assert_string_equal(words, row->words);
}

static const struct end_row {
	const char *name;
	int64_t horizon_s;
	bool is_bad;
	const char *words;
} ends[] = {
	{ "never", INT64_MIN, true, "it cannot satisfy strict: it has too few logs" },
	{ "for ever", INT64_MAX, false, "it can satisfy strict without end" },
	{ "past", AT_S - 1, true,
		"it is STALE: it could satisfy strict until 2024-10-03T23:59:59Z" },
	{ "this second", AT_S, true,
		"update it: it can satisfy strict only until 2024-10-04T00:00:00Z" },
	{ "near", AT_S + CT_HORIZON_WARN_S - 1, true,
		"update it: it can satisfy strict only until 2024-12-02T23:59:59Z" },
	{ "not near yet", AT_S + CT_HORIZON_WARN_S, false,
		"it can satisfy strict until 2024-12-03T00:00:00Z" },
};

static void tells_end(void **state)
{
	const struct end_row *row = *state;
	char words[128];
	struct text text = text_in(words, sizeof words);

	assert_int_equal(ct_horizon_is_bad(row->horizon_s, AT_S), row->is_bad);
	ct_horizon_explain(row->horizon_s, "strict", AT_S, &text);
	assert_string_equal(words, row->words);
}

int main(void)
{
	return run_rows("age", ages, sizeof *ages, ROWS(ages), tells_age) +
	       run_rows("end", ends, sizeof *ends, ROWS(ends), tells_end);
}
