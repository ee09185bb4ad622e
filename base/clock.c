#include "base/clock.h"

#include <assert.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

static uint64_t system_now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

static int64_t system_wall_s(void)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	return (int64_t)t.tv_sec;
}

static const struct clock_source system_source = { system_now_ms, system_wall_s };
static const struct clock_source *current = &system_source;

static _Thread_local struct {
	unsigned depth;
	bool is_known;
	uint64_t now_ms;
} held;

uint64_t clock_now_ms(void)
{
	if (held.depth == 0)
		return current->now_ms();
	if (!held.is_known)
		held.now_ms = current->now_ms();
	held.is_known = true;
	return held.now_ms;
}

void clock_hold(void)
{
	held.depth++;
}

void clock_release(void)
{
	assert(held.depth > 0);
	if (--held.depth == 0)
		held.is_known = false;
}

int64_t clock_wall_s(void)
{
	return current->wall_s();
}

void clock_replace(const struct clock_source *source)
{
	current = source != NULL ? source : &system_source;
}

/* Howard Hinnant's days-from-civil: exact for every year, no tables, no
 * time_t. */
int64_t clock_from_civil(int year, int month, int day, int hour, int minute, int second)
{
	int64_t y = month <= 2 ? year - 1 : year;
	int64_t era = (y >= 0 ? y : y - 399) / 400;
	int64_t year_of_era = y - era * 400;
	int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
	int64_t day_of_era =
		year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;

	return (era * 146097 + day_of_era - 719468) * 86400 + hour * 3600 + minute * 60 +
	       second;
}

void clock_format(int64_t wall_s, char out[CLOCK_TEXT_MAX])
{
	int64_t days = wall_s / 86400 - (wall_s % 86400 < 0);
	int64_t in_day = (wall_s % 86400 + 86400) % 86400;
	int64_t z = days + 719468;
	int64_t era = (z >= 0 ? z : z - 146096) / 146097;
	int64_t doe = z - era * 146097;
	int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
	int64_t mp = (5 * doy + 2) / 153;
	int64_t month = mp < 10 ? mp + 3 : mp - 9;
	int64_t year = yoe + era * 400 + (month <= 2);
	char text[64];

	if (year < 0 || year > 9999) {
		snprintf(out, CLOCK_TEXT_MAX, "-");
		return;
	}
	snprintf(text, sizeof text, "%04d-%02d-%02dT%02d:%02d:%02dZ", (int)year,
		(int)month, (int)(doy - (153 * mp + 2) / 5 + 1), (int)(in_day / 3600),
		(int)(in_day / 60 % 60), (int)(in_day % 60));
	memcpy(out, text, CLOCK_TEXT_MAX - 1);
	out[CLOCK_TEXT_MAX - 1] = '\0';
}

static int days_in(int year, int month)
{
	static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	int leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

	return days[month - 1] + (month == 2 && leap);
}

/* Exactly `n` digits; -1 if there are not. */
static int digits(const char **at, int n)
{
	int value = 0;

	for (int i = 0; i < n; i++, (*at)++) {
		if (**at < '0' || **at > '9')
			return -1;
		value = value * 10 + (**at - '0');
	}
	return value;
}

static int expect(const char **at, const char *allowed)
{
	if (**at == '\0' || strchr(allowed, **at) == NULL)
		return -1;
	return *(*at)++;
}

/* RFC 3339 §5.6 time-offset, in seconds. */
static int parse_offset(const char **at, int *offset_s)
{
	int sign = expect(at, "Zz+-");
	int hour = 0, minute = 0;

	if (sign < 0)
		return -1;
	if (sign == '+' || sign == '-') {
		hour = digits(at, 2);
		if (hour < 0 || hour > 23 || expect(at, ":") < 0)
			return -1;
		minute = digits(at, 2);
		if (minute < 0 || minute > 59)
			return -1;
	}
	*offset_s = (sign == '-' ? -1 : 1) * (hour * 3600 + minute * 60);
	return 0;
}

static int parse_date(const char **at, int *year, int *month, int *day)
{
	if ((*year = digits(at, 4)) < 0 || expect(at, "-") < 0)
		return -1;
	if ((*month = digits(at, 2)) < 1 || *month > 12 || expect(at, "-") < 0)
		return -1;
	*day = digits(at, 2);
	return *day >= 1 && *day <= days_in(*year, *month) ? 0 : -1;
}

static int parse_time(const char **at, int *hour, int *minute, int *second)
{
	if ((*hour = digits(at, 2)) < 0 || *hour > 23 || expect(at, ":") < 0)
		return -1;
	if ((*minute = digits(at, 2)) < 0 || *minute > 59 || expect(at, ":") < 0)
		return -1;
	if ((*second = digits(at, 2)) < 0 || *second > 60)
		return -1;
	if (**at != '.')
		return 0;
	(*at)++;
	if (digits(at, 1) < 0)
		return -1;
	while (**at >= '0' && **at <= '9')
		(*at)++;
	return 0;
}

int clock_parse(const char *text, int64_t *wall_s)
{
	int year, month, day, hour, minute, second, offset_s;

	if (parse_date(&text, &year, &month, &day) != 0 || expect(&text, "Tt ") < 0)
		return -1;
	if (parse_time(&text, &hour, &minute, &second) != 0)
		return -1;
	if (parse_offset(&text, &offset_s) != 0 || *text != '\0')
		return -1;
	*wall_s = clock_from_civil(year, month, day, hour, minute, second) - offset_s;
	return 0;
}
