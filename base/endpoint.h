/* An IP address with a port, and blocks of addresses. */
#ifndef BASE_ENDPOINT_H
#define BASE_ENDPOINT_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#include "base/bytes.h"
#include "base/status.h"

/* Big enough to copy around, unlike a sockaddr_storage of 128 bytes. */
struct endpoint {
	union {
		struct sockaddr sa;
		struct sockaddr_in in;
		struct sockaddr_in6 in6;
	};
};

/* "[2001:db8::1%interface]:65535" with its terminator. */
#define ENDPOINT_TEXT_MAX 72

/* "192.0.2.1", "192.0.2.1:53", "2001:db8::1", "[2001:db8::1]:53". Without a
 * port `default_port` is taken. MALFORMED for anything else, port 0 too. */
MUST_CHECK enum status endpoint_parse(
	const char *text, uint16_t default_port, struct endpoint *out);
/* Address and port, IPv6 in brackets. */
void endpoint_format(const struct endpoint *e, char out[ENDPOINT_TEXT_MAX]);
/* The address alone. */
void endpoint_format_address(const struct endpoint *e, char out[ENDPOINT_TEXT_MAX]);

/* 4 or 16 bytes in network order, borrowed from `e`. */
struct bytes endpoint_address(const struct endpoint *e);
uint16_t endpoint_port(const struct endpoint *e);
socklen_t endpoint_size(const struct endpoint *e);
bool endpoint_equal(const struct endpoint *a, const struct endpoint *b);
/* 0.0.0.0 or :: */
bool endpoint_is_wildcard(const struct endpoint *e);
/* 127.0.0.0/8, IPv4-mapped too, or ::1 (RFC 1122 §3.2.1.3, RFC 4291 §2.5.3). */
bool endpoint_is_loopback(const struct endpoint *e);

/* A block of addresses. An IPv4-mapped IPv6 address is treated as IPv4. */
struct prefix {
	uint8_t address[16];
	uint8_t address_bytes; /* 4 or 16 */
	uint8_t bits;
};

/* "192.0.2.0/24", "2001:db8::/32", or an address for a block of one. Bits set
 * behind the prefix are MALFORMED: the block meant is not clear. */
MUST_CHECK enum status prefix_parse(const char *text, struct prefix *out);
bool prefix_contains(const struct prefix *prefix, const struct endpoint *e);

#endif
