#include "netwatch/settle.h"

uint32_t settle_event(struct settle *s, uint64_t now_ms)
{
	uint64_t gone_ms;

	if (!s->waiting)
		*s = (struct settle){ .waiting = true, .first_ms = now_ms };
	gone_ms = now_ms - s->first_ms;
	if (gone_ms >= SETTLE_LONGEST_MS)
		return 0;
	if (gone_ms > SETTLE_LONGEST_MS - SETTLE_QUIET_MS)
		return (uint32_t)(SETTLE_LONGEST_MS - gone_ms);
	return SETTLE_QUIET_MS;
}

void settle_end(struct settle *s)
{
	s->waiting = false;
}
