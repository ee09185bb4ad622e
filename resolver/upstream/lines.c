#include "upstream/lines.h"

bool lines_may(struct lines *l, uint64_t now_ms)
{
	uint64_t n = (now_ms - l->since_ms) / LINES_EVERY_MS;

	l->since_ms += n * LINES_EVERY_MS;
	l->written -= n < l->written ? (unsigned)n : l->written;
	if (l->written == 0)
		l->since_ms = now_ms;
	if (l->written == LINES_BURST) {
		l->untold++;
		return false;
	}
	l->written++;
	return true;
}
