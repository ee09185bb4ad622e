/* The records behind `struct dnssec_anchors`. */
#ifndef DNSSEC_ANCHORS_H
#define DNSSEC_ANCHORS_H

#include "dnssec/dnssec.h"
#include "dnssec/rdata.h"

struct anchor {
	struct name zone;
	uint16_t type;      /* TYPE_DS or TYPE_DNSKEY */
	struct bytes rdata; /* decodes as that */
};

struct dnssec_anchors {
	size_t n;
	struct anchor *anchors;
	uint8_t *rdata; /* owned, what the anchors borrow from */
};

/* The deepest zone at or above `name` that has an anchor; false: none. */
bool anchors_zone(
	const struct dnssec_anchors *anchors, const struct name *name, struct name *out);

#endif
