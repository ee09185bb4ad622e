#include "upstream/idle.h"

/* After so many the limit rises, by a tenth. */
#define ENDED_BEFORE_RISE 10

/* A tenth less than the server: it must not be sent a question while it closes. */
static uint64_t below(uint64_t ms)
{
	return ms - ms / 10;
}

void idle_server_closed(struct idle *idle, uint64_t idle_ms)
{
	uint64_t limit = below(idle_ms);

	if (idle_ms < IDLE_LEAST_MS)
		return;
	if (limit < IDLE_LEAST_MS)
		limit = IDLE_LEAST_MS;
	idle->ended = 0;
	if (limit < IDLE_LONGEST_MS &&
		(idle->learned_ms == 0 || limit < idle->learned_ms))
		idle->learned_ms = (uint32_t)limit;
}

void idle_closed(struct idle *idle)
{
	if (idle->learned_ms == 0 || ++idle->ended < ENDED_BEFORE_RISE)
		return;
	idle->ended = 0;
	idle->learned_ms += idle->learned_ms / 10;
	if (idle->learned_ms >= IDLE_LONGEST_MS)
		idle->learned_ms = 0;
}

/* RFC 7828 §3.2.2: before the server's time is over. What is configured is an operator's
 * word, but never a reason to stay longer than that. */
uint64_t idle_limit_ms(const struct idle *idle, int64_t keepalive_ms)
{
	uint64_t limit = idle->learned_ms > 0 ? idle->learned_ms : IDLE_LONGEST_MS;

	if (keepalive_ms >= 0)
		limit = below((uint64_t)keepalive_ms);
	if (idle->configured_ms > 0 && (keepalive_ms < 0 || idle->configured_ms < limit))
		limit = idle->configured_ms;
	return limit;
}
