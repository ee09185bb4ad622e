/* When a popular answer is asked for anew before it ends. Pure. */
#ifndef CACHE_PREFETCH_H
#define CACHE_PREFETCH_H

#include <stdbool.h>
#include <stdint.h>

/* At a hit, the `hits`th of this answer: `age_ms` of its `ttl_s` have passed. True for
 * what was asked for before and is in the last tenth of its life; what lives less than
 * 10 s would be asked for all the time. */
bool prefetch_due(unsigned hits, uint64_t age_ms, uint32_t ttl_s);

#endif
