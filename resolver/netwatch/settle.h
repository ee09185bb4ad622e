/* When a row of events is over: 100 ms after the last one, or 1 s after the first if
 * they do not end. Pure: time comes in. */
#ifndef NETWATCH_SETTLE_H
#define NETWATCH_SETTLE_H

#include <stdbool.h>
#include <stdint.h>

#define SETTLE_QUIET_MS   100
#define SETTLE_LONGEST_MS 1000

struct settle {
	bool waiting;
	uint64_t first_ms;
};

/* An event. Returns how long to wait from now on. */
uint32_t settle_event(struct settle *settle, uint64_t now_ms);
/* The row is over. */
void settle_end(struct settle *settle);

#endif
