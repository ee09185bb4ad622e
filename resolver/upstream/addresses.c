#include "upstream/addresses.h"

#include <stdlib.h>

static struct address *find(
	const struct addresses *addresses, const struct endpoint *endpoint)
{
	for (size_t i = 0; i < addresses->n; i++)
		if (endpoint_equal(&addresses->items[i].endpoint, endpoint))
			return &addresses->items[i];
	return NULL;
}

enum status addresses_set(
	struct addresses *addresses, const struct endpoint *endpoints, size_t n)
{
	struct address *items = calloc(n > 0 ? n : 1, sizeof *items);

	if (items == NULL)
		return STATUS_NOMEM;
	for (size_t i = 0; i < n; i++) {
		const struct address *known = find(addresses, &endpoints[i]);

		items[i].endpoint = endpoints[i];
		items[i].failed_ms = known != NULL ? known->failed_ms : 0;
	}
	free(addresses->items);
	*addresses = (struct addresses){ items, n };
	return STATUS_OK;
}

void addresses_deinit(struct addresses *addresses)
{
	free(addresses->items);
	*addresses = (struct addresses){ NULL, 0 };
}

void addresses_failed(
	struct addresses *addresses, const struct endpoint *endpoint, uint64_t now_ms)
{
	struct address *address = find(addresses, endpoint);

	if (address != NULL)
		address->failed_ms = now_ms > 0 ? now_ms : 1;
}

void addresses_worked(struct addresses *addresses, const struct endpoint *endpoint)
{
	struct address *address = find(addresses, endpoint);

	if (address != NULL)
		address->failed_ms = 0;
}

static bool failed_lately(const struct address *address, uint64_t now_ms)
{
	return address->failed_ms != 0 && now_ms < address->failed_ms + ADDRESS_FAILED_MS;
}

/* The next one of the family in [from, n), or n. */
static size_t next_of(
	const struct endpoint *list, size_t from, size_t n, sa_family_t family)
{
	while (from < n && list[from].sa.sa_family != family)
		from++;
	return from;
}

/* Moves list[from] to `to`, which is before it. */
static void pull(struct endpoint *list, size_t from, size_t to)
{
	struct endpoint moved = list[from];

	for (; from > to; from--)
		list[from] = list[from - 1];
	list[to] = moved;
}

/* RFC 8305 §4: the families in turn, beginning with that of the first. */
static void interleave(struct endpoint *list, size_t n)
{
	for (size_t i = 1; i < n; i++) {
		sa_family_t other =
			list[i - 1].sa.sa_family == AF_INET ? AF_INET6 : AF_INET;
		size_t at = next_of(list, i, n, other);

		if (at < n)
			pull(list, at, i);
	}
}

/* Into list[first, n), which is in the order of failures. */
static void insert_failed(const struct addresses *addresses, const struct address *failed,
	struct endpoint *list, size_t first, size_t n)
{
	size_t at = first;

	while (at < n && find(addresses, &list[at])->failed_ms <= failed->failed_ms)
		at++;
	list[n] = failed->endpoint;
	pull(list, n, at);
}

void addresses_order(
	const struct addresses *addresses, uint64_t now_ms, struct endpoint *out)
{
	size_t n = 0, first;

	for (size_t i = 0; i < addresses->n; i++)
		if (!failed_lately(&addresses->items[i], now_ms))
			out[n++] = addresses->items[i].endpoint;
	first = n;
	for (size_t i = 0; i < addresses->n; i++)
		if (failed_lately(&addresses->items[i], now_ms))
			insert_failed(addresses, &addresses->items[i], out, first, n++);
	interleave(out, first);
	interleave(out + first, n - first);
}
