/* A bypass as an operator sees it: it holds for all workers, begins and ends with a line
 * in the log, and what it brought does not outlive it. */
#ifndef WORKER_BYPASS_H
#define WORKER_BYPASS_H

#include "upstream/bypass.h"

struct workers;

/* What is left to do at its end. */
struct workers_bypass {
	struct name names[BYPASS_NAMES_MAX];
	size_t name_n;
	unsigned number; /* of those that began */
};

/* As exchanger_bypass(), of all of them or of none. What the caches have of the names is
 * forgotten, now and at the end; nothing of it is needed to answer who asked before.
 * RANGE: also if the server is pintle itself. */
MUST_CHECK enum status workers_bypass(
	struct workers *workers, const struct bypass *bypass, struct text *error);
/* False: there was none. `why` is for the log. */
bool workers_bypass_end(struct workers *workers, const char *why);
/* The one in force, borrowed until it ends, and how many questions all of them have sent
 * there; NULL: none. They are gathered. */
const struct bypass *workers_bypass_state(
	const struct workers *workers, uint64_t *queries);

#endif
