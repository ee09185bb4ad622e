#include "base/endpoint.h"

#include <arpa/inet.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

/* 1 to 5 digits, 1 to `max`; -1 otherwise. */
static long parse_number(const char *text, long min, long max)
{
	char *end;
	long value;

	if (strspn(text, "0123456789") != strlen(text) || strlen(text) > 5 ||
		*text == '\0')
		return -1;
	value = strtol(text, &end, 10);
	return value >= min && value <= max ? value : -1;
}

/* An IPv6 address may carry "%interface". */
static bool parse_in6(char *host, struct endpoint *out)
{
	char *zone = strchr(host, '%');

	if (zone != NULL) {
		*zone++ = '\0';
		out->in6.sin6_scope_id = if_nametoindex(zone);
		if (out->in6.sin6_scope_id == 0)
			return false;
	}
	out->in6.sin6_family = AF_INET6;
	return inet_pton(AF_INET6, host, &out->in6.sin6_addr) == 1;
}

static bool parse_host(char *host, bool bracketed, uint16_t port, struct endpoint *out)
{
	memset(out, 0, sizeof *out);
	if (bracketed || strchr(host, ':') != NULL) {
		out->in6.sin6_port = htons(port);
		return parse_in6(host, out);
	}
	out->in.sin_family = AF_INET;
	out->in.sin_port = htons(port);
	return inet_pton(AF_INET, host, &out->in.sin_addr) == 1;
}

/* Cuts "[host]:port", "host:port" or "host" into its parts in place. */
static bool split(char *text, char **host, char **port, bool *bracketed)
{
	char *colon = strchr(text, ':');

	*bracketed = text[0] == '[';
	*host = text;
	*port = NULL;
	if (*bracketed) {
		char *close = strchr(text, ']');

		if (close == NULL || (close[1] != '\0' && close[1] != ':'))
			return false;
		*port = close[1] == ':' ? close + 2 : NULL;
		*close = '\0';
		*host = text + 1;
	} else if (colon != NULL && strchr(colon + 1, ':') == NULL) {
		*colon = '\0';
		*port = colon + 1;
	}
	return true;
}

enum status endpoint_parse(const char *text, uint16_t default_port, struct endpoint *out)
{
	char copy[ENDPOINT_TEXT_MAX];
	char *host, *port;
	bool bracketed;
	long number = default_port;

	if (strlen(text) >= sizeof copy)
		return STATUS_MALFORMED;
	text_copy(copy, sizeof copy, text);
	if (!split(copy, &host, &port, &bracketed))
		return STATUS_MALFORMED;
	if (port != NULL && (number = parse_number(port, 1, 65535)) < 0)
		return STATUS_MALFORMED;
	return parse_host(host, bracketed, (uint16_t)number, out) ? STATUS_OK
								  : STATUS_MALFORMED;
}

void endpoint_format_address(const struct endpoint *e, char out[ENDPOINT_TEXT_MAX])
{
	char host[INET6_ADDRSTRLEN] = "?", zone[IF_NAMESIZE] = "";

	inet_ntop(e->sa.sa_family, endpoint_address(e).p, host, sizeof host);
	if (e->sa.sa_family == AF_INET6 && e->in6.sin6_scope_id != 0 &&
		if_indextoname(e->in6.sin6_scope_id, zone) != NULL)
		snprintf(out, ENDPOINT_TEXT_MAX, "%s%%%s", host, zone);
	else
		snprintf(out, ENDPOINT_TEXT_MAX, "%s", host);
}

void endpoint_format(const struct endpoint *e, char out[ENDPOINT_TEXT_MAX])
{
	char host[ENDPOINT_TEXT_MAX];
	struct text t = text_in(out, ENDPOINT_TEXT_MAX);

	endpoint_format_address(e, host);
	text_add(&t, e->sa.sa_family == AF_INET6 ? "[%s]:%u" : "%s:%u", host,
		endpoint_port(e));
}

struct bytes endpoint_address(const struct endpoint *e)
{
	if (e->sa.sa_family == AF_INET6)
		return bytes_of(&e->in6.sin6_addr, 16);
	return bytes_of(&e->in.sin_addr, 4);
}

uint16_t endpoint_port(const struct endpoint *e)
{
	return ntohs(e->sa.sa_family == AF_INET6 ? e->in6.sin6_port : e->in.sin_port);
}

socklen_t endpoint_size(const struct endpoint *e)
{
	return e->sa.sa_family == AF_INET6 ? sizeof e->in6 : sizeof e->in;
}

bool endpoint_equal(const struct endpoint *a, const struct endpoint *b)
{
	if (a->sa.sa_family != b->sa.sa_family || endpoint_port(a) != endpoint_port(b))
		return false;
	if (a->sa.sa_family == AF_INET6 && a->in6.sin6_scope_id != b->in6.sin6_scope_id)
		return false;
	return bytes_equal(endpoint_address(a), endpoint_address(b));
}

bool endpoint_is_wildcard(const struct endpoint *e)
{
	static const uint8_t zero[16];
	struct bytes address = endpoint_address(e);

	return memcmp(address.p, zero, address.n) == 0;
}

bool endpoint_is_loopback(const struct endpoint *e)
{
	struct bytes address = endpoint_address(e);

	if (e->sa.sa_family == AF_INET6 && IN6_IS_ADDR_LOOPBACK(&e->in6.sin6_addr))
		return true;
	if (e->sa.sa_family == AF_INET6 && !IN6_IS_ADDR_V4MAPPED(&e->in6.sin6_addr))
		return false;
	return address.p[address.n - 4] == IN_LOOPBACKNET;
}

/* True if the first `bits` bits agree. */
static bool same_bits(const uint8_t *a, const uint8_t *b, unsigned bits)
{
	unsigned whole = bits / 8, rest = bits % 8;

	if (memcmp(a, b, whole) != 0)
		return false;
	return rest == 0 || (a[whole] ^ b[whole]) >> (8 - rest) == 0;
}

static bool clear_behind(const struct prefix *prefix)
{
	for (unsigned bit = prefix->bits; bit < prefix->address_bytes * 8u; bit++)
		if (prefix->address[bit / 8] >> (7 - bit % 8) & 1)
			return false;
	return true;
}

enum status prefix_parse(const char *text, struct prefix *out)
{
	char copy[ENDPOINT_TEXT_MAX];
	char *slash;
	int family;
	long bits;

	memset(out, 0, sizeof *out);
	if (strlen(text) >= sizeof copy)
		return STATUS_MALFORMED;
	text_copy(copy, sizeof copy, text);
	slash = strchr(copy, '/');
	if (slash != NULL)
		*slash = '\0';
	family = strchr(copy, ':') != NULL ? AF_INET6 : AF_INET;
	out->address_bytes = family == AF_INET6 ? 16 : 4;
	if (inet_pton(family, copy, out->address) != 1)
		return STATUS_MALFORMED;
	bits = out->address_bytes * 8;
	if (slash != NULL && (bits = parse_number(slash + 1, 0, bits)) < 0)
		return STATUS_MALFORMED;
	out->bits = (uint8_t)bits;
	return clear_behind(out) ? STATUS_OK : STATUS_MALFORMED;
}

bool prefix_contains(const struct prefix *prefix, const struct endpoint *e)
{
	struct bytes address = endpoint_address(e);

	if (e->sa.sa_family == AF_INET6 && IN6_IS_ADDR_V4MAPPED(&e->in6.sin6_addr))
		address = bytes_of(address.p + 12, 4);
	return address.n == prefix->address_bytes &&
	       same_bits(address.p, prefix->address, prefix->bits);
}
