#include "config/url.h"
#include "config/value.h"

/* The one address that a URL may have instead of a name. NOMEM. */
static enum status store_address(
	struct arena *arena, const struct endpoint *address, struct config_upstream *out)
{
	if (address->sa.sa_family == AF_UNSPEC)
		return STATUS_OK;
	out->addresses = arena_alloc(arena, sizeof *out->addresses);
	if (out->addresses == NULL)
		return STATUS_NOMEM;
	out->addresses[0] = *address;
	out->address_n = 1;
	return STATUS_OK;
}

/* `address`, read later, replaces the URL's own. */
enum status value_read_doh_url(
	const struct value_reader *r, const struct node *node, void *base)
{
	struct config_upstream *upstream = base;
	struct doh_url parts;
	const char *problem = doh_url_read(node->text, &parts);

	if (problem != NULL)
		return value_refuse(r, node, problem);
	upstream->url = arena_text(r->arena, node->text);
	upstream->host = arena_text(r->arena, parts.host);
	if (upstream->url == NULL || upstream->host == NULL)
		return STATUS_NOMEM;
	upstream->path = upstream->url + (parts.path - node->text);
	upstream->port = parts.port;
	return store_address(r->arena, &parts.address, upstream);
}
