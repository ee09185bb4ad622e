/* What the machine's network consists of, as a sorted list of facts, and how two such
 * lists differ. Pure. */
#ifndef NETWATCH_NETSTATE_H
#define NETWATCH_NETSTATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/text.h"

enum netfact_kind {
	NETFACT_LINK,    /* it is up and running */
	NETFACT_ADDRESS, /* ours, on `link` */
	NETFACT_ROUTE,
};

#define NETFACT_NAME_MAX 16 /* IFNAMSIZ */

/* Two facts are the same if all but their names is. Without padding. */
struct netfact {
	uint8_t kind;        /* enum netfact_kind */
	uint8_t family;      /* AF_INET, AF_INET6; 0 of a link */
	uint8_t prefix;      /* bits of `address` that count */
	uint8_t type;        /* of a route: 0 leads somewhere, others refuse */
	uint32_t link;       /* the interface's index; 0: none or several */
	uint64_t via;        /* a hash of the next hops and the source, or 0 */
	uint8_t address[16]; /* in network order; IPv4 in the first 4 */
	uint32_t metric;
	uint32_t tos;
	char name[NETFACT_NAME_MAX]; /* a link's; terminated */
};

/* A router's table has a million narrow routes. So many are kept one by one, the
 * others as a sum: that something differs is seen, not what. */
#define NETSTATE_NARROW_MAX 2048
/* Of all kinds. */
#define NETSTATE_MAX 16384

struct netstate {
	struct netfact *items; /* owned */
	size_t n, cap;
	size_t narrow_n;
	uint64_t beyond; /* the sum of the others' hashes */
	bool crowded;    /* there are others */
};

enum netstate_change {
	NETSTATE_SAME,
	NETSTATE_MORE,  /* nothing that matters to what was there */
	NETSTATE_BROKE, /* an address went, a wide route is another */
};

/* All zero is an empty state. */
void netstate_deinit(struct netstate *state);

/* Copied. NOMEM: the state is as it was. */
MUST_CHECK enum status netstate_add(struct netstate *state, const struct netfact *fact);
/* All was added: sorts, and drops what was told twice or hangs on a link that is not
 * up. */
void netstate_finish(struct netstate *state);

/* Both finished. `words` names some differences, most telling first. */
enum netstate_change netstate_compare(
	const struct netstate *old, const struct netstate *now, struct text *words);

/* A default route, or one of the few that take its place: 0.0.0.0/1 and 128.0.0.0/1
 * of a VPN, 2000::/3. */
bool netfact_is_wide(const struct netfact *fact);

#endif
