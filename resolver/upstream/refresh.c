#include "upstream/refresh.h"

#include "upstream/backoff.h"

#define FIRST_WAIT_MS   1000
#define LONGEST_WAIT_MS 60000

void refresh_succeeded(struct refresh *refresh, uint32_t ttl_s, uint64_t now_ms)
{
	refresh->in_a_row = 0;
	refresh->due_ms = now_ms + (uint64_t)ttl_s * 1000 / 5 * 4;
}

void refresh_failed(struct refresh *refresh, uint64_t now_ms)
{
	refresh->in_a_row++;
	refresh->due_ms =
		now_ms + backoff_ms(FIRST_WAIT_MS, LONGEST_WAIT_MS, refresh->in_a_row);
}

void refresh_forgive(struct refresh *refresh, uint64_t now_ms)
{
	refresh->in_a_row = 0;
	refresh->due_ms = now_ms;
}
