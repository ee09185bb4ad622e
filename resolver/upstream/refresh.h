/* When a name is looked up again. Pure: time comes in. */
#ifndef UPSTREAM_REFRESH_H
#define UPSTREAM_REFRESH_H

#include <stdint.h>

struct refresh {
	uint64_t due_ms;   /* on clock_now_ms(); 0: at once */
	unsigned in_a_row; /* failures since the last answer */
};

/* Before what was found expires: at four fifths of its time. */
void refresh_succeeded(struct refresh *refresh, uint32_t ttl_s, uint64_t now_ms);
/* What was found earlier stays in use. 1 s at first, then twice as long, at most 60 s. */
void refresh_failed(struct refresh *refresh, uint64_t now_ms);
/* Another network: other answers, or answers at last. */
void refresh_forgive(struct refresh *refresh, uint64_t now_ms);

#endif
