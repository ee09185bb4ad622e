/* The memory of zones behind `struct dnssec_keys`. */
#ifndef DNSSEC_KEYS_H
#define DNSSEC_KEYS_H

#include "dnssec/dnssec.h"
#include "dnssec/zone.h"

/* The deepest zone remembered at or above `name`; NULL: none. What has ended is
 * forgotten on the way. Borrowed until the next call. */
const struct zone *keys_find(
	struct dnssec_keys *keys, const struct name *name, int64_t now_s);
/* Remembers a copy; without memory not. */
void keys_remember(struct dnssec_keys *keys, const struct zone *zone);

#endif
