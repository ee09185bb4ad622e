/* Entries by the hash of their key: buckets of chains. The entries belong to
 * the cache, the array of buckets to the table. */
#ifndef CACHE_TABLE_H
#define CACHE_TABLE_H

#include "cache/entry.h"

#define TABLE_BUCKETS_MIN 16

struct table {
	struct entry **buckets; /* owned; NULL when empty */
	size_t buckets_n;       /* 0 or a power of two */
	size_t entries;
};

struct entry *table_find(const struct table *table, const struct entry_key *key);
/* The table has buckets; the key is not in it. */
void table_add(struct table *table, struct entry *e);
/* `e` is in the table. */
void table_remove(struct table *table, struct entry *e);

/* How many buckets suit the entries: what there is, unless chains have become
 * long or the buckets are mostly empty. */
size_t table_suitable(const struct table *table);
/* What an array of `buckets_n` counts in the budget. */
size_t table_charge(size_t buckets_n);
/* The old array and the new one exist at the same time. NOMEM: as before. */
MUST_CHECK enum status table_resize(struct table *table, size_t buckets_n);
/* Frees the array, not the entries. */
void table_deinit(struct table *table);

#endif
