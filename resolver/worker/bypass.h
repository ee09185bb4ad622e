/* A bypass as an operator sees it: it begins and ends with a line in the log, and what it
 * brought does not outlive it. */
#ifndef WORKER_BYPASS_H
#define WORKER_BYPASS_H

#include "upstream/bypass.h"

struct worker;

/* What is left to do at its end; the worker's storage. */
struct worker_bypass {
	struct name names[BYPASS_NAMES_MAX];
	size_t name_n;
	unsigned number; /* of those that began */
};

/* As exchanger_bypass(). What the cache has of the names is forgotten, now and at the
 * end; nothing of it is needed to answer who asked before. RANGE: also if the server is
 * pintle itself. */
MUST_CHECK enum status worker_bypass(
	struct worker *worker, const struct bypass *bypass, struct text *error);
/* False: there was none. `why` is for the log. */
bool worker_bypass_end(struct worker *worker, const char *why);

#endif
