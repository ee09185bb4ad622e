#include <strings.h>

#include "config/check.h"
#include "config/url.h"

/* The certificate is held against the URL's host; it cannot name two. */
static enum status check_auth_name(const struct complaint *complaint,
	const struct node *map, const struct config_upstream *upstream)
{
	const struct node *auth_name = node_find(map, "auth_name");

	if (auth_name == NULL || strcasecmp(auth_name->text, upstream->host) == 0)
		return STATUS_OK;
	return complain_at(complaint, auth_name,
		"upstreams[].auth_name: with protocol: doh the certificate must bear the "
		"host in url, which is %s; take it out",
		upstream->host);
}

/* Where the host is an address, that is what the certificate must name; another one
 * would be held against itself. */
static enum status check_address(const struct complaint *complaint,
	const struct node *map, const struct config_upstream *upstream)
{
	const struct node *list = node_find(map, "address");
	const struct node *it = list != NULL ? list->first : NULL;
	struct doh_url url;

	if (doh_url_read(upstream->url, &url) != NULL ||
		url.address.sa.sa_family == AF_UNSPEC)
		return STATUS_OK;
	for (size_t i = 0; it != NULL; it = it->next, i++) {
		char quote[NODE_QUOTE_MAX];
		struct bytes address = endpoint_address(&upstream->addresses[i]);

		if (!bytes_equal(address, endpoint_address(&url.address)))
			return complain_at(complaint, it,
				"upstreams[].address: %s is not the address in url, "
				"which the certificate must name; allowed: %s",
				node_quote(it, quote), upstream->host);
	}
	return STATUS_OK;
}

enum status check_protocol(const struct complaint *complaint, const struct node *map,
	const struct config_upstream *upstream)
{
	enum status status;

	if (upstream->protocol != UPSTREAM_DOH)
		return upstream->url == NULL
			       ? STATUS_OK
			       : complain_at(complaint, node_find(map, "url"),
					 "upstreams[].url: only DNS over HTTPS has one; "
					 "write protocol: doh, or take it out");
	if (upstream->url == NULL)
		return complain_at(complaint, node_find(map, "protocol"),
			"upstreams[].protocol: doh needs url, such as "
			"https://dns.example/dns-query");
	status = check_auth_name(complaint, map, upstream);
	return status == STATUS_OK ? check_address(complaint, map, upstream) : status;
}
