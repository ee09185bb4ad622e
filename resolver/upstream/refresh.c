#include "upstream/refresh.h"

#define FIRST_WAIT_MS   1000u
#define LONGEST_WAIT_MS 60000u

void refresh_succeeded(struct refresh *refresh, uint32_t ttl_s, uint64_t now_ms)
{
	refresh->in_a_row = 0;
	refresh->due_ms = now_ms + (uint64_t)ttl_s * 1000 / 5 * 4;
}

void refresh_failed(struct refresh *refresh, uint64_t now_ms)
{
	uint64_t wait_ms = FIRST_WAIT_MS;

	for (unsigned i = 0; i < refresh->in_a_row && wait_ms < LONGEST_WAIT_MS; i++)
		wait_ms *= 2;
	refresh->in_a_row++;
	refresh->due_ms =
		now_ms + (wait_ms < LONGEST_WAIT_MS ? wait_ms : LONGEST_WAIT_MS);
}

void refresh_forgive(struct refresh *refresh, uint64_t now_ms)
{
	refresh->in_a_row = 0;
	refresh->due_ms = now_ms;
}
