/* An upstream's addresses, and in which order they are tried (RFC 8305 §4). Pure. */
#ifndef UPSTREAM_ADDRESSES_H
#define UPSTREAM_ADDRESSES_H

#include "base/endpoint.h"

/* One that failed comes after the others for so long. */
#define ADDRESS_FAILED_MS 600000

struct address {
	struct endpoint endpoint;
	uint64_t failed_ms; /* clock_now_ms(); 0: not since it last worked */
};

struct addresses {
	struct address *items; /* owned */
	size_t n;
};

/* Others from now on (copied), in the order in which they are preferred; what is known
 * of those that stay is kept. NOMEM: as before. */
MUST_CHECK enum status addresses_set(
	struct addresses *addresses, const struct endpoint *endpoints, size_t n);
void addresses_deinit(struct addresses *addresses);

/* Nothing happens if it is none of them any more. */
void addresses_failed(
	struct addresses *addresses, const struct endpoint *endpoint, uint64_t now_ms);
void addresses_worked(struct addresses *addresses, const struct endpoint *endpoint);

/* Writes all of them: those that failed lately behind the others, the one that failed
 * longest ago first of them; IPv4 and IPv6 in turn among either. */
void addresses_order(
	const struct addresses *addresses, uint64_t now_ms, struct endpoint *out);

#endif
