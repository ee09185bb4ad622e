/* A few names asked of one plain server for a short time, by hand: what a captive portal
 * needs. Nothing begins it but an operator, and it ends by itself. */
#ifndef UPSTREAM_BYPASS_H
#define UPSTREAM_BYPASS_H

#include "upstream/exchange.h"

#define BYPASS_NAMES_MAX 16
#define BYPASS_MS_MAX    3600000

struct bypass {
	struct endpoint server;
	/* These and no others: not what is below them. Never the root. */
	const struct name *names;
	size_t name_n;
	uint64_t until_ms; /* on clock_now_ms(), at most BYPASS_MS_MAX from now */
};

/* All of `bypass` is copied. Questions for its names that are under way are asked again,
 * there. `on_end` (may be NULL) runs once, from the loop, when its time is over, and not
 * after exchanger_bypass_end(). It outlives a reload. LIMIT: there is one already; RANGE:
 * no names or too many, the root among them, a time that is over or too long, no server's
 * address: `error` has the words. NOMEM. */
MUST_CHECK enum status exchanger_bypass(struct exchanger *exchanger,
	const struct bypass *bypass, void (*on_end)(void *data), void *data,
	struct text *error);
/* The names are asked of whose they are again, and so is what was under way. Without one
 * nothing happens. */
void exchanger_bypass_end(struct exchanger *exchanger);
/* The one in force, borrowed until it ends, and how many questions were sent there so
 * far; NULL: none. */
const struct bypass *exchanger_bypass_state(
	const struct exchanger *exchanger, uint64_t *queries);

#endif
