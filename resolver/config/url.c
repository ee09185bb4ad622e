#include "config/url.h"

#include <arpa/inet.h>
#include <string.h>

#include "tls/policy.h"

/* RFC 9110 §4.2.2. */
#define HTTPS_PORT 443

static const char scheme[] = "https://";
static const char no_host[] = "has no host name or address that is one";

/* Behind the host: nothing, or a colon and a port. */
static const char *port_read(const char *colon, const char *end, uint16_t *port)
{
	static const char problem[] = "has a port that is none";
	unsigned value = 0;

	*port = HTTPS_PORT;
	if (colon == end)
		return NULL;
	if (*colon != ':' || colon + 1 == end || colon[1] == '0')
		return problem;
	for (const char *digit = colon + 1; digit < end; digit++) {
		if (*digit < '0' || *digit > '9')
			return problem;
		value = value * 10 + (unsigned)(*digit - '0');
		if (value > UINT16_MAX)
			return problem;
	}
	*port = (uint16_t)value;
	return NULL;
}

/* An address without a port, as far as one stands here. */
static bool is_address(const char *host, bool in_brackets)
{
	struct in6_addr address;

	return inet_pton(in_brackets ? AF_INET6 : AF_INET, host, &address) == 1;
}

static const char *host_read(struct doh_url *out, bool in_brackets)
{
	out->address.sa.sa_family = AF_UNSPEC;
	if (!is_address(out->host, in_brackets))
		return in_brackets || auth_name_problem(out->host) != NULL ? no_host
									   : NULL;
	if (endpoint_parse(out->host, out->port, &out->address) != STATUS_OK)
		return no_host;
	return endpoint_is_wildcard(&out->address) ? "has nobody's address" : NULL;
}

/* HOST[:PORT], up to `end`. */
static const char *authority_read(
	const char *authority, const char *end, struct doh_url *out)
{
	bool in_brackets = *authority == '[';
	const char *from = authority + in_brackets;
	const char *to = memchr(from, in_brackets ? ']' : ':', (size_t)(end - from));
	const char *problem, *no_port;
	size_t n;

	if (to == NULL && in_brackets)
		return no_host;
	if (to == NULL)
		to = end;
	n = (size_t)(to - from);
	if (n >= sizeof out->host)
		return "has a host name that is too long";
	memcpy(out->host, from, n);
	out->host[n] = '\0';
	no_port = port_read(in_brackets ? to + 1 : to, end, &out->port);
	problem = host_read(out, in_brackets);
	return problem != NULL ? problem : no_port;
}

/* Scheme and authority; the path begins with its slash. */
static const char *place_read(const char *url, struct doh_url *out)
{
	const char *authority = url + strlen(scheme), *problem;

	if (strncmp(url, scheme, strlen(scheme)) != 0)
		return "does not begin with https://";
	if (strlen(url) > URL_BYTES_MAX)
		return "is too long";
	for (const char *c = url; *c != '\0'; c++)
		if (*c <= 0x20 || *c >= 0x7f)
			return "has a character that URLs do not have";
	out->path = authority + strcspn(authority, "/?#{");
	problem = authority_read(authority, out->path, out);
	if (problem != NULL)
		return problem;
	return *out->path != '/' ? "has no path" : NULL;
}

const char *url_problem(const char *url)
{
	struct doh_url parts;
	const char *problem = place_read(url, &parts);

	if (problem != NULL)
		return problem;
	return parts.path[strcspn(parts.path, "?#")] != '\0' ? "has a ? or #" : NULL;
}

static bool is_hex(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

/* Characters of a path and a query (RFC 3986 §3.3, §3.4): none that a URL must have
 * escaped, and each escape whole. */
static const char *characters_problem(const char *from, const char *end)
{
	for (const char *c = from; c < end; c++) {
		if (strchr("\"<>\\^`|}[]", *c) != NULL)
			return "has a character that URLs do not have";
		if (*c == '%' && !(is_hex(c[1]) && is_hex(c[2])))
			return "has a % without two hexadecimal digits";
	}
	return NULL;
}

/* `{?dns}` begins a query, `{&dns}` continues one (RFC 6570 §3.2.8, §3.2.9): the other
 * one would make a parameter that no server finds. */
static const char *expression_problem(const char *path, const char *expression)
{
	bool query = memchr(path, '?', (size_t)(expression - path)) != NULL;
	bool begins = strcmp(expression, "{?dns}") == 0;

	if (!begins && strcmp(expression, "{&dns}") != 0)
		return "has something else in braces";
	if (begins && query)
		return "has {?dns} behind a ?, where it is {&dns}";
	if (!begins && !query)
		return "has {&dns} without a ? before it, where it is {?dns}";
	return NULL;
}

const char *doh_url_read(const char *url, struct doh_url *out)
{
	const char *problem = place_read(url, out), *expression;

	if (problem != NULL)
		return problem;
	expression = out->path + strcspn(out->path, "{");
	if (memchr(out->path, '#', (size_t)(expression - out->path)) != NULL)
		return "has a #";
	problem = characters_problem(out->path, expression);
	if (problem != NULL || *expression == '\0')
		return problem;
	return expression_problem(out->path, expression);
}
