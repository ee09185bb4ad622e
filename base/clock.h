/* The two clocks, and a way for tests to replace them. Time is never read
 * anywhere else. */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stdint.h>

/* Milliseconds on a clock that never steps; for deadlines and ages. */
uint64_t clock_now_ms(void);

/* From clock_hold() to clock_release() this thread's clock_now_ms() stays what it is when
 * first read: what one wake-up brings happens at one moment, and to read the clock costs
 * as much as to look into the cache. May be nested; not around anything that waits. */
void clock_hold(void);
void clock_release(void);

/* Seconds since 1970-01-01T00:00:00Z, 64 bits also where time_t has 32. */
int64_t clock_wall_s(void);

/* The earlier of two times, on the one clock and on the other. */
static inline uint64_t clock_earlier_ms(uint64_t a_ms, uint64_t b_ms)
{
	return a_ms < b_ms ? a_ms : b_ms;
}

static inline int64_t clock_earlier_s(int64_t a_s, int64_t b_s)
{
	return a_s < b_s ? a_s : b_s;
}

/* What tests put in place of the two. NULL restores the system's. */
struct clock_source {
	uint64_t (*now_ms)(void);
	int64_t (*wall_s)(void);
};
void clock_replace(const struct clock_source *source);

/* RFC 3339 in UTC, "2026-11-23T14:05:00Z". `out` holds CLOCK_TEXT_MAX bytes;
 * a time outside the years 0000 to 9999 is written as "-". */
#define CLOCK_TEXT_MAX 24
void clock_format(int64_t wall_s, char out[CLOCK_TEXT_MAX]);

/* Any RFC 3339 §5.6 date-time, with an offset or a fraction (which is cut).
 * Returns 0, or -1 if `text` is not one. */
int clock_parse(const char *text, int64_t *wall_s);

/* Days and seconds of the proleptic Gregorian calendar as seconds since 1970;
 * month 1 to 12, not checked. */
int64_t clock_from_civil(int year, int month, int day, int hour, int minute, int second);

#endif
