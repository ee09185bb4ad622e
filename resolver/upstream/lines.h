/* How many lines of the log one upstream is worth: a server that changes its ways with
 * each connection, and its words with them, would fill a disk. Pure. */
#ifndef UPSTREAM_LINES_H
#define UPSTREAM_LINES_H

#include <stdbool.h>
#include <stdint.h>

/* In a row, and one more each time that so long has gone by: 10 a minute. */
#define LINES_BURST    20
#define LINES_EVERY_MS 6000

/* Zeroes: nothing was written. */
struct lines {
	unsigned written; /* of those in a row */
	unsigned untold;  /* since the last one that was */
	uint64_t since_ms;
};

/* Whether there is room for another; then it counts as written, otherwise as untold. */
bool lines_may(struct lines *lines, uint64_t now_ms);

#endif
