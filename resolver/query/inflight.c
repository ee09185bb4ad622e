#include "query/inflight.h"

#include "base/hash.h"

/* As many as a client or two ask at a time; more is a burst. */
#define KEPT_MAX 64

void inflight_table_init(struct inflight_table *table)
{
	for (size_t i = 0; i < INFLIGHT_BUCKETS; i++)
		list_init(&table->buckets[i]);
	pool_init(&table->pool, sizeof(struct inflight), KEPT_MAX);
}

void inflight_table_deinit(struct inflight_table *table)
{
	pool_deinit(&table->pool);
}

struct list *inflight_bucket(struct inflight_table *table, const struct cache_key *key)
{
	struct name name = key->question->name;

	name_lower(&name);
	return &table->buckets[(hash_bytes(name_bytes(&name)) + key->question->type) %
			       INFLIGHT_BUCKETS];
}

struct inflight *inflight_find(const struct list *bucket, const struct cache_key *key)
{
	list_for_each (it, bucket) {
		struct inflight *f = list_entry(it, struct inflight, link);

		if (f->dnssec_ok == key->dnssec_ok &&
			f->checking_disabled == key->checking_disabled &&
			question_equal(&f->question, key->question))
			return f;
	}
	return NULL;
}

struct inflight *inflight_add(
	struct inflight_table *table, struct list *bucket, const struct cache_key *key)
{
	struct inflight *f = pool_take(&table->pool);

	if (f == NULL)
		return NULL;
	*f = (struct inflight){ .pool = &table->pool,
		.question = *key->question,
		.dnssec_ok = key->dnssec_ok,
		.checking_disabled = key->checking_disabled };
	list_init(&f->waiting);
	list_init(&f->followers);
	list_append(bucket, &f->link);
	return f;
}

struct inflight *inflight_any(struct inflight_table *table)
{
	for (size_t i = 0; i < INFLIGHT_BUCKETS; i++)
		if (!list_empty(&table->buckets[i]))
			return list_entry(table->buckets[i].next, struct inflight, link);
	return NULL;
}

void inflight_hide(struct inflight *f)
{
	list_remove(&f->link);
}

void inflight_remove(struct inflight *f)
{
	list_remove(&f->link);
	pool_give(f->pool, f);
}

struct cache_key inflight_key(const struct inflight *f)
{
	return (struct cache_key){ .question = &f->question,
		.dnssec_ok = f->dnssec_ok,
		.checking_disabled = f->checking_disabled };
}
