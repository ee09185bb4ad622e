/* From an anchor, or what is remembered, down to a zone. */
#ifndef DNSSEC_WALK_H
#define DNSSEC_WALK_H

#include "dnssec/state.h"

/* Proves the way to `target`. With `signer`, a zone at or above it, the way ends there:
 * SECURE is this zone, and BOGUS also that it is none. Without, it goes on label by
 * label: SECURE is the zone that `target` itself is in. INSECURE: an unsigned delegation
 * is on the way. */
enum trust walk_to(struct validation *v, const struct name *target,
	const struct name *signer, const struct zone **out);

#endif
