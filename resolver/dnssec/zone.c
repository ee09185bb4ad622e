#include "dnssec/zone.h"

#include <stdlib.h>
#include <string.h>

static size_t size_of(const struct dnskey *keys, size_t keys_n)
{
	size_t n = sizeof(struct zone) + keys_n * sizeof *keys;

	for (size_t i = 0; i < keys_n; i++)
		n += keys[i].rdata.n;
	return n;
}

size_t zone_size(const struct zone *zone)
{
	return size_of(zone->keys, zone->keys_n);
}

struct zone *zone_new(const struct name *name, const struct dnskey *keys, size_t keys_n,
	int64_t until_s)
{
	struct zone *zone = calloc(1, size_of(keys, keys_n));
	uint8_t *at;

	if (zone == NULL)
		return NULL;
	list_init(&zone->link);
	zone->name = *name;
	zone->until_s = until_s;
	zone->keys_n = keys_n;
	zone->keys = zone->rest;
	at = (uint8_t *)(zone->rest + keys_n);
	for (size_t i = 0; i < keys_n; i++) {
		zone->keys[i] = keys[i];
		zone->keys[i].rdata = bytes_of(at, keys[i].rdata.n);
		memcpy(at, keys[i].rdata.p, keys[i].rdata.n);
		at += keys[i].rdata.n;
	}
	return zone;
}

struct zone *zone_copy(const struct zone *zone)
{
	struct zone *copy =
		zone_new(&zone->name, zone->keys, zone->keys_n, zone->until_s);

	if (copy == NULL)
		return NULL;
	copy->insecure = zone->insecure;
	copy->ede = zone->ede;
	return copy;
}
