/* Where a server takes DNS queries: the authority and the path of its URI template
 * (RFC 6570, RFC 8484 §4.1). Pure. */
#ifndef TRANSPORT_DOH_TEMPLATE_H
#define TRANSPORT_DOH_TEMPLATE_H

#include <stdbool.h>

#include "base/base64.h"
#include "base/bytes.h"
#include "base/status.h"
#include "dns/query.h"

/* A name's 253 bytes, or an address in brackets, and a port. */
#define DOH_AUTHORITY_MAX 264
#define DOH_PATH_MAX      1024

/* The longest path with a query in it. */
#define DOH_REQUEST_PATH_MAX (DOH_PATH_MAX + 5 + BASE64_TEXT_MAX(QUERY_WIRE_MAX))

struct doh_template {
	char authority[DOH_AUTHORITY_MAX]; /* "dns.example", "[2001:db8::1]:8443" */
	/* The path and query, "dns=" left out: "/dns-query" "?" "" */
	char before[DOH_PATH_MAX];
	char after[DOH_PATH_MAX];
	char joint; /* '?' or '&' */
	bool get;   /* there is a variable for the query: GET, else POST */
};

/* `host`: a name, or an address without brackets. `path` begins with "/" and may hold one
 * expression, {?dns} or, behind a "?", {&dns}. RANGE: `host` is empty, too long or holds
 * what no host does. MALFORMED: another expression, or a character that stands in no path
 * (RFC 3986 §3.3), among them "#" and white space. NOSPACE: longer than above. */
MUST_CHECK enum status doh_template_init(
	struct doh_template *template, const char *host, uint16_t port, const char *path);

/* The :path for a request (RFC 9113 §8.3.1). GET: `query` in base64url without padding
 * (RFC 8484 §4.1, §6). POST: the template without the variable; `query` is not looked at.
 * NOSPACE. */
MUST_CHECK enum status doh_template_path(const struct doh_template *template,
	struct bytes query, char out[DOH_REQUEST_PATH_MAX]);

#endif
