/* DNS rebinding: a name of a stranger's that leads into the house, where the stranger's
 * web page would then speak to whatever is there. Pure. */
#ifndef QUERY_REBIND_H
#define QUERY_REBIND_H

#include "base/endpoint.h"
#include "dns/answer.h"

/* 4 or 16 bytes: an address that no name of the public DNS needs. Private, shared,
 * link-local, loopback, unspecified, reserved, and those with such a one inside
 * (RFC 6890). */
bool rebind_is_inside(struct bytes address);

/* The first such address in an A, AAAA, SVCB or HTTPS record of any section; false: there
 * is none. A SVCB record that cannot be read counts as one. */
bool rebind_find(const struct answer *answer, char words[ENDPOINT_TEXT_MAX]);

/* Makes `answer`, whose bytes are in `wire` with REBIND_ROOM of them behind the question,
 * one without data, as if the name had no such record, and gives it an Extended DNS
 * Error. The TTL of its SOA is the first of `ttl_at`. */
#define REBIND_ROOM 34
void rebind_empty(
	struct answer *answer, uint8_t *wire, uint16_t *ttl_at, const char *words);

#endif
