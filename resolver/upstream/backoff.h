/* How long to leave alone what has failed. Pure. */
#ifndef UPSTREAM_BACKOFF_H
#define UPSTREAM_BACKOFF_H

#include <stdint.h>

/* After the first failure `first_ms`, after each more in a row twice as long, at most
 * `longest_ms`. */
static inline uint64_t backoff_ms(
	uint64_t first_ms, uint64_t longest_ms, unsigned in_a_row)
{
	uint64_t wait_ms = first_ms;

	for (unsigned i = 1; i < in_a_row && wait_ms < longest_ms; i++)
		wait_ms *= 2;
	return wait_ms < longest_ms ? wait_ms : longest_ms;
}

#endif
