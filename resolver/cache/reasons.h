/* Why answers could not be refreshed. In an outage it is the same few words for all
 * names, so they stand here once and not beside each answer, where they would drive
 * out the very answers that are needed then. */
#ifndef CACHE_REASONS_H
#define CACHE_REASONS_H

#include "dns/edns.h"

#define REASONS_MAX 16

/* Zeroed: empty. */
struct reasons {
	struct ede items[REASONS_MAX];
	uint32_t next; /* number of the next one */
};

/* A number under which `ede` (copied; NULL: none) is found, until as many others as
 * there is room for have come after it. */
uint32_t reasons_keep(struct reasons *reasons, const struct ede *ede);
/* Not present if it is forgotten. */
void reasons_find(const struct reasons *reasons, uint32_t number, struct ede *out);

#endif
