/* Three clocks held against each other. CLOCK_BOOTTIME goes on while the machine
 * sleeps and CLOCK_MONOTONIC does not: what the one ran ahead of the other is sleep.
 * CLOCK_REALTIME goes on as CLOCK_BOOTTIME does unless it is set. Pure: the readings
 * come in. */
#ifndef NETWATCH_PACE_H
#define NETWATCH_PACE_H

#include <stdbool.h>
#include <stdint.h>

/* More than this. Shorter sleeps break nothing that a retransmission does not mend. */
#define PACE_GAP_MS 2000
/* More than this: NTP's slewing and a clock chip of whole seconds stay below. */
#define PACE_STEP_MS 5000

/* Read at one moment. */
struct pace_reading {
	int64_t monotonic_ms, boottime_ms, wall_ms;
};

struct pace {
	struct pace_reading last;
};

struct pace_news {
	bool resumed, stepped;
	int64_t gap_s;  /* rounded */
	int64_t step_s; /* rounded; negative: the clock was set back */
};

void pace_start(struct pace *pace, const struct pace_reading *now);
/* What happened since the last look. */
struct pace_news pace_look(struct pace *pace, const struct pace_reading *now);

#endif
