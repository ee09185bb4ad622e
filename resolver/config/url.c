#include "config/url.h"

#include <arpa/inet.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "tls/policy.h"

static const char scheme[] = "https://";
static const char no_host[] = "has no host name or address that is one";

/* Behind the host: nothing, or a colon and a port. */
static const char *port_problem(const char *colon, const char *end)
{
	static const char problem[] = "has a port that is none";
	unsigned port = 0;

	if (colon == end)
		return NULL;
	if (*colon != ':' || colon + 1 == end || colon[1] == '0')
		return problem;
	for (const char *digit = colon + 1; digit < end; digit++) {
		if (*digit < '0' || *digit > '9')
			return problem;
		port = port * 10 + (unsigned)(*digit - '0');
		if (port > UINT16_MAX)
			return problem;
	}
	return NULL;
}

static bool is_wildcard(const struct in6_addr *address, size_t bytes)
{
	static const struct in6_addr none;

	return memcmp(address, &none, bytes) == 0;
}

static const char *host_problem(const char *host, bool in_brackets)
{
	struct in6_addr address;
	bool is_v6 = in_brackets && inet_pton(AF_INET6, host, &address) == 1;
	bool is_v4 = !in_brackets && inet_pton(AF_INET, host, &address) == 1;

	if (is_v6 || is_v4)
		return is_wildcard(&address, is_v6 ? 16 : 4) ? "has nobody's address"
							     : NULL;
	if (in_brackets || auth_name_problem(host) != NULL)
		return no_host;
	return NULL;
}

/* HOST[:PORT], up to `end`. */
static const char *authority_problem(const char *authority, const char *end)
{
	bool in_brackets = *authority == '[';
	const char *from = authority + in_brackets;
	const char *to = memchr(from, in_brackets ? ']' : ':', (size_t)(end - from));
	const char *problem;
	char host[256];
	size_t n;

	if (to == NULL && in_brackets)
		return no_host;
	if (to == NULL)
		to = end;
	n = (size_t)(to - from);
	if (n >= sizeof host)
		return "has a host name that is too long";
	memcpy(host, from, n);
	host[n] = '\0';
	problem = host_problem(host, in_brackets);
	if (problem != NULL)
		return problem;
	return port_problem(in_brackets ? to + 1 : to, end);
}

const char *url_problem(const char *url)
{
	const char *authority = url + strlen(scheme), *path, *problem;

	if (strncmp(url, scheme, strlen(scheme)) != 0)
		return "does not begin with https://";
	if (strlen(url) > URL_BYTES_MAX)
		return "is too long";
	for (const char *c = url; *c != '\0'; c++)
		if (*c <= 0x20 || *c >= 0x7f)
			return "has a character that URLs do not have";
	path = authority + strcspn(authority, "/?#");
	problem = authority_problem(authority, path);
	if (problem != NULL)
		return problem;
	if (*path != '/')
		return "has no path";
	return path[strcspn(path, "?#")] != '\0' ? "has a ? or #" : NULL;
}
