/* Whose question it is: the zones of `forward`, matched by the longest suffix. Pure.
 *
 * An upstream that a route names is asked about that route's zones and nothing else, so
 * for each name either some route's upstreams may be asked or all those that no route
 * names; never the ones in place of the others. */
#ifndef UPSTREAM_ROUTE_H
#define UPSTREAM_ROUTE_H

#include "config/config.h"
#include "dns/message.h"

/* Borrowed from a configuration. Zeroed: none. */
struct routes {
	const struct config_forward *items;
	size_t n;
};

/* The route of the name; NULL: that of all other names. The DS records of a name are its
 * parent zone's (RFC 4035 §3.1.4.1), so they have the route of the name above it. */
const struct config_forward *route_find(
	const struct routes *routes, const struct name *name, uint16_t type);

/* Whether this upstream is one of those to ask. */
bool route_allows(const struct routes *routes, const struct name *name, uint16_t type,
	const char *upstream);

/* The zone of each route that is in one of the two alone, or names other upstreams in
 * it: what is known of names in these was said by others. */
void route_changes(const struct routes *old, const struct routes *new,
	void (*each)(void *data, const struct name *zone), void *data);

#endif
