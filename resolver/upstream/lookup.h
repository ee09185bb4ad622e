/* One question about a host name to one plain DNS server, with getdns: blocking, for a
 * thread that may wait. No file of the system is read, and nobody else is asked. */
#ifndef UPSTREAM_LOOKUP_H
#define UPSTREAM_LOOKUP_H

#include "base/endpoint.h"
#include "transport/failure.h"

/* As many as upstreams[].address may have. */
#define LOOKUP_ADDRESSES_MAX 16
/* What a server says of its own answer is kept within these: not asked again all the
 * time, and not held for longer than a day. */
#define LOOKUP_TTL_MIN_S 60
#define LOOKUP_TTL_MAX_S 86400

struct lookup {
	struct endpoint addresses[LOOKUP_ADDRESSES_MAX]; /* no two are the same */
	size_t n;
	uint32_t ttl_s;
};

/* A and AAAA at once, over UDP and, where the answer is cut, TCP. The addresses get
 * `port`; those that no server can have are left out. Kind NONE: there is at least one.
 * UNREACHABLE: the server knows none. TIMEOUT: it did not answer within `timeout_ms`.
 * LOCAL: it could not be asked. */
struct failure lookup_host(const struct endpoint *server, const char *host, uint16_t port,
	unsigned timeout_ms, struct lookup *out);

/* Whether a connection to it could go anywhere: not a wildcard, multicast, reserved,
 * IPv4-mapped or link-local address. Loopback is: a forwarder of this machine. */
bool lookup_is_usable(const struct endpoint *e);

#endif
