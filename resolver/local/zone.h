/* What becomes of the names of a zone that have no local data. */
#ifndef LOCAL_ZONE_H
#define LOCAL_ZONE_H

#include "dns/name.h"

enum local_action {
	LOCAL_UNSET,       /* as the zone above */
	LOCAL_TRANSPARENT, /* asked for elsewhere, special or not */
	LOCAL_NXDOMAIN,    /* the zone's own name, too, unless there is something below */
	LOCAL_NODATA,
	LOCAL_REFUSE,
	LOCAL_EMPTY, /* RFC 6303 §3: a SOA, an NS, and nothing else; below it NXDOMAIN */
	LOCAL_LOOPBACK, /* RFC 6761 §6.3 */
};

struct local_zone {
	struct name name;
	enum local_action action;
	/* Where it is configured, for an error: "FILE:LINE:COL". Borrowed. */
	const char *place;
};

#endif
