/* A hash table of zones by name, and one list of all in the order of use. */
#include "dnssec/keys.h"

#include <stdlib.h>

#include "base/hash.h"
#include "dnssec/names.h"

/* An entry is about 1.5 KB: for the default budget a few zones a bucket. */
#define BUCKETS 256

struct entry {
	struct list used;  /* in `by_use` */
	struct list link;  /* in a bucket */
	struct zone *zone; /* owned */
};

struct dnssec_keys {
	size_t size_max, size, n;
	struct list by_use; /* the one used last in front */
	struct list buckets[BUCKETS];
};

enum status dnssec_keys_new(size_t size_bytes, struct dnssec_keys **out)
{
	struct dnssec_keys *keys = calloc(1, sizeof *keys);

	if (keys == NULL)
		return STATUS_NOMEM;
	keys->size_max = size_bytes;
	list_init(&keys->by_use);
	for (size_t i = 0; i < BUCKETS; i++)
		list_init(&keys->buckets[i]);
	*out = keys;
	return STATUS_OK;
}

static struct list *bucket_of(struct dnssec_keys *keys, const struct name *name)
{
	struct name lower = *name;

	name_lower(&lower);
	return &keys->buckets[hash_bytes(name_bytes(&lower)) % BUCKETS];
}

static size_t entry_size(const struct entry *entry)
{
	return sizeof *entry + zone_size(entry->zone);
}

static void entry_free(struct dnssec_keys *keys, struct entry *entry)
{
	keys->size -= entry_size(entry);
	keys->n--;
	list_remove(&entry->used);
	list_remove(&entry->link);
	free(entry->zone);
	free(entry);
}

static struct entry *entry_of(struct list *used)
{
	return list_entry(used, struct entry, used);
}

static struct entry *find(struct dnssec_keys *keys, const struct name *name)
{
	list_for_each (it, bucket_of(keys, name)) {
		struct entry *entry = list_entry(it, struct entry, link);

		if (name_equal(&entry->zone->name, name))
			return entry;
	}
	return NULL;
}

const struct zone *keys_find(
	struct dnssec_keys *keys, const struct name *name, int64_t now_s)
{
	struct name zone;

	for (unsigned labels = names_labels(name);; labels--) {
		struct entry *entry;

		names_suffix(name, labels, &zone);
		entry = find(keys, &zone);
		if (entry != NULL && entry->zone->until_s > now_s) {
			list_remove(&entry->used);
			list_insert(&keys->by_use, &entry->used);
			return entry->zone;
		}
		if (entry != NULL)
			entry_free(keys, entry);
		if (labels == 0)
			return NULL;
	}
}

void keys_remember(struct dnssec_keys *keys, const struct zone *zone)
{
	struct entry *old = find(keys, &zone->name);
	struct entry *entry = malloc(sizeof *entry);

	if (entry == NULL)
		return;
	entry->zone = zone_copy(zone);
	if (entry->zone == NULL) {
		free(entry);
		return;
	}
	if (old != NULL)
		entry_free(keys, old);
	keys->size += entry_size(entry);
	keys->n++;
	list_insert(&keys->by_use, &entry->used);
	list_insert(bucket_of(keys, &zone->name), &entry->link);
	while (keys->size > keys->size_max)
		entry_free(keys, entry_of(keys->by_use.prev));
}

void dnssec_keys_forget(struct dnssec_keys *keys, const struct name *name)
{
	list_for_each_safe (it, &keys->by_use) {
		if (name_within(&entry_of(it)->zone->name, name))
			entry_free(keys, entry_of(it));
	}
}

void dnssec_keys_clear(struct dnssec_keys *keys)
{
	list_for_each_safe (it, &keys->by_use)
		entry_free(keys, entry_of(it));
}

size_t dnssec_keys_count(const struct dnssec_keys *keys)
{
	return keys->n;
}

void dnssec_keys_free(struct dnssec_keys *keys)
{
	if (keys == NULL)
		return;
	dnssec_keys_clear(keys);
	free(keys);
}
