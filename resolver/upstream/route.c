#include "upstream/route.h"

#include <string.h>

/* The root is its own. */
static struct name parent_of(const struct name *name)
{
	size_t label = name->n > 1 ? 1u + name->wire[0] : 0;
	struct name parent = { .n = (uint8_t)(name->n - label) };

	memcpy(parent.wire, name->wire + label, parent.n);
	return parent;
}

static const struct config_forward *longest(
	const struct routes *routes, const struct name *name)
{
	const struct config_forward *best = NULL;

	for (size_t i = 0; i < routes->n; i++) {
		const struct config_forward *it = &routes->items[i];

		if (name_within(name, &it->zone) &&
			(best == NULL || it->zone.n > best->zone.n))
			best = it;
	}
	return best;
}

const struct config_forward *route_find(
	const struct routes *routes, const struct name *name, uint16_t type)
{
	struct name parent;

	if (type != TYPE_DS)
		return longest(routes, name);
	parent = parent_of(name);
	return longest(routes, &parent);
}

static bool has(const struct config_forward *route, const char *upstream)
{
	for (size_t i = 0; i < route->upstream_n; i++)
		if (strcmp(route->upstreams[i], upstream) == 0)
			return true;
	return false;
}

bool route_allows(const struct routes *routes, const struct name *name, uint16_t type,
	const char *upstream)
{
	const struct config_forward *route = route_find(routes, name, type);

	if (route != NULL)
		return has(route, upstream);
	for (size_t i = 0; i < routes->n; i++)
		if (has(&routes->items[i], upstream))
			return false;
	return true;
}

static const struct config_forward *same_zone(
	const struct routes *routes, const struct name *zone)
{
	for (size_t i = 0; i < routes->n; i++)
		if (name_equal(&routes->items[i].zone, zone))
			return &routes->items[i];
	return NULL;
}

static bool is_same(const struct config_forward *a, const struct config_forward *b)
{
	if (b == NULL || a->upstream_n != b->upstream_n)
		return false;
	for (size_t i = 0; i < a->upstream_n; i++)
		if (!has(b, a->upstreams[i]))
			return false;
	return true;
}

void route_changes(const struct routes *old, const struct routes *new,
	void (*each)(void *data, const struct name *zone), void *data)
{
	for (size_t i = 0; i < old->n; i++)
		if (!is_same(&old->items[i], same_zone(new, &old->items[i].zone)))
			each(data, &old->items[i].zone);
	for (size_t i = 0; i < new->n; i++)
		if (same_zone(old, &new->items[i].zone) == NULL)
			each(data, &new->items[i].zone);
}
