#include "cache/table.h"

#include <stdlib.h>

/* Below an eighth the array is halved until it is at most half empty; the gap
 * keeps a table at the edge from being resized back and forth. */
#define SPARSE 8

/* An entry has 32 bits of it, more than there can be buckets. */
static struct entry **bucket_of(const struct table *table, uint64_t hash)
{
	return &table->buckets[hash & (table->buckets_n - 1)];
}

struct entry *table_find(const struct table *table, const struct entry_key *key)
{
	struct entry *e;

	if (table->buckets_n == 0)
		return NULL;
	for (e = *bucket_of(table, key->hash); e != NULL; e = e->next) {
		if (entry_matches(e, key))
			return e;
	}
	return NULL;
}

void table_add(struct table *table, struct entry *e)
{
	struct entry **bucket = bucket_of(table, e->hash);

	e->next = *bucket;
	*bucket = e;
	table->entries++;
}

void table_remove(struct table *table, struct entry *e)
{
	struct entry **at = bucket_of(table, e->hash);

	while (*at != e)
		at = &(*at)->next;
	*at = e->next;
	e->next = NULL;
	table->entries--;
}

size_t table_suitable(const struct table *table)
{
	size_t n = table->buckets_n > 0 ? table->buckets_n : TABLE_BUCKETS_MIN;

	while (table->entries > n)
		n *= 2;
	if (table->entries >= n / SPARSE)
		return n;
	while (n > TABLE_BUCKETS_MIN && table->entries <= n / 2)
		n /= 2;
	return n;
}

size_t table_charge(size_t buckets_n)
{
	return buckets_n == 0 ? 0 : entry_charge(buckets_n * sizeof(struct entry *));
}

enum status table_resize(struct table *table, size_t buckets_n)
{
	struct table bigger = { .buckets_n = buckets_n };

	bigger.buckets = calloc(buckets_n, sizeof *bigger.buckets);
	if (bigger.buckets == NULL)
		return STATUS_NOMEM;
	for (size_t i = 0; i < table->buckets_n; i++) {
		struct entry *e, *next;

		for (e = table->buckets[i]; e != NULL; e = next) {
			next = e->next;
			table_add(&bigger, e);
		}
	}
	free(table->buckets);
	*table = bigger;
	return STATUS_OK;
}

void table_deinit(struct table *table)
{
	free(table->buckets);
	*table = (struct table){ .buckets = NULL };
}
