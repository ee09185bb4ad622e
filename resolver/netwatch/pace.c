#include "netwatch/pace.h"

void pace_start(struct pace *pace, const struct pace_reading *now)
{
	pace->last = *now;
}

/* To the nearest second, halves away from zero. */
static int64_t to_seconds(int64_t ms)
{
	return (ms + (ms < 0 ? -500 : 500)) / 1000;
}

struct pace_news pace_look(struct pace *pace, const struct pace_reading *now)
{
	const struct pace_reading *last = &pace->last;
	int64_t boottime_ms = now->boottime_ms - last->boottime_ms;
	int64_t gap_ms = boottime_ms - (now->monotonic_ms - last->monotonic_ms);
	int64_t step_ms = now->wall_ms - last->wall_ms - boottime_ms;

	pace->last = *now;
	return (struct pace_news){
		.resumed = gap_ms > PACE_GAP_MS,
		.stepped = step_ms > PACE_STEP_MS || step_ms < -PACE_STEP_MS,
		.gap_s = to_seconds(gap_ms),
		.step_s = to_seconds(step_ms),
	};
}
