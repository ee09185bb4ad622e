#include "ct/age.h"

#include <inttypes.h>

#include "base/clock.h"
#include "ct/verify.h"

#define DAY_S 86400

int64_t ct_age_date_s(const struct loglist *list)
{
	return list->has_timestamp ? list->timestamp_ms / 1000 : CT_AGE_UNDATED;
}

bool ct_age_is_future(int64_t date_s, int64_t at_s)
{
	return date_s > at_s && date_s - at_s > CT_TOLERANCE_MS / 1000;
}

bool ct_age_days(int64_t date_s, int64_t at_s, int64_t *days)
{
	*days = 0;
	if (date_s == CT_AGE_UNDATED || ct_age_is_future(date_s, at_s))
		return false;
	if (date_s < at_s)
		*days = (at_s - date_s) / DAY_S;
	return true;
}

void ct_age_explain(int64_t date_s, int64_t at_s, struct text *out)
{
	char date[CLOCK_TEXT_MAX];
	int64_t days;

	clock_format(date_s, date);
	if (date_s == CT_AGE_UNDATED)
		text_add(out, "without a date");
	else if (ct_age_days(date_s, at_s, &days))
		text_add(out, "of %s, %" PRId64 " days old", date, days);
	else
		text_add(out, "of %s, which is in the future", date);
}
