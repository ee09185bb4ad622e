#include "cache/prefetch.h"

#define HITS_MIN  2
#define TTL_MIN_S 10

bool prefetch_due(unsigned hits, uint64_t age_ms, uint32_t ttl_s)
{
	uint64_t ttl_ms = (uint64_t)ttl_s * 1000;

	return hits >= HITS_MIN && ttl_s >= TTL_MIN_S && age_ms < ttl_ms &&
	       age_ms >= ttl_ms / 10 * 9;
}
