/* How old a log list is by the time that it states of itself. */
#ifndef CT_AGE_H
#define CT_AGE_H

#include <stdbool.h>

#include "ct/loglist.h"

/* What a list without a time has. */
#define CT_AGE_UNDATED INT64_MIN

/* log_list_timestamp in seconds, or CT_AGE_UNDATED. */
int64_t ct_age_date_s(const struct loglist *list);

/* Later than `at_s`, and not by a clock that is a little off: CT_TOLERANCE_MS, as with
 * SCTs. */
bool ct_age_is_future(int64_t date_s, int64_t at_s);

/* Whole days. False, with 0 in `days`: the list is undated, or of the future, and so has
 * no age. */
bool ct_age_days(int64_t date_s, int64_t at_s, int64_t *days);

/* "of 2026-08-11T20:05:47Z, 103 days old", "of 2999-01-01T00:00:00Z, which is in the
 * future" or "without a date". */
void ct_age_explain(int64_t date_s, int64_t at_s, struct text *out);

#endif
