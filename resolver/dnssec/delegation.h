/* One step of the way: from a zone to one below it. */
#ifndef DNSSEC_DELEGATION_H
#define DNSSEC_DELEGATION_H

#include "dnssec/state.h"

enum child {
	CHILD_ZONE,    /* a zone begins there: it stands in v->zones now, secure or not */
	CHILD_NONE,    /* none begins there */
	CHILD_NOTHING, /* nor is there anything at or below it */
};

/* What `zone`, which is secure, says of `child`, a name below it (RFC 4035 §5.2). There
 * may be zones between the two that are not known yet; these are proven first. SECURE:
 * `*out` is set. */
enum trust delegation_prove(struct validation *v, const struct zone *zone,
	const struct name *child, enum child *out);

#endif
