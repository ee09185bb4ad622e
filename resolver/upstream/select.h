/* Whom to ask first. Pure: what is known of the upstreams comes in, in the order of
 * the configuration. */
#ifndef UPSTREAM_SELECT_H
#define UPSTREAM_SELECT_H

#include <stddef.h>
#include <stdint.h>

#include "config/config.h"
#include "upstream/health.h"

struct candidate {
	bool may_be_asked; /* not asked this question yet, not backing off */
	bool was_asked;    /* anything, ever */
	enum health_state state;
	uint32_t latency_ms; /* smoothed; 0: none measured */
};

/* One question in so many goes to another than the best, so that it is known how fast
 * the others are by now: to a slow one, and with `fastest` to any that works. */
#define SELECT_EXPLORE_EVERY 100

/* The place of the best among `n`, or `n` if none may be asked. `turn` counts the
 * questions.
 *
 * Those that failed last stand behind those that did not, whatever the strategy, and the
 * slow ones in between. Then: ordered, as configured; round_robin, in turn; fastest, by
 * latency, and who was never asked is asked first. */
size_t select_best(
	enum strategy strategy, const struct candidate *all, size_t n, uint64_t turn);

#endif
