#include "query/inflight.h"

#include <stdlib.h>

#include "base/hash.h"

void inflight_table_init(struct inflight_table *table)
{
	for (size_t i = 0; i < INFLIGHT_BUCKETS; i++)
		list_init(&table->buckets[i]);
}

static struct list *bucket_of(
	struct inflight_table *table, const struct question *question)
{
	struct name name = question->name;

	name_lower(&name);
	return &table->buckets[(hash_bytes(name_bytes(&name)) + question->type) %
			       INFLIGHT_BUCKETS];
}

struct inflight *inflight_find(struct inflight_table *table, const struct cache_key *key)
{
	list_for_each (it, bucket_of(table, key->question)) {
		struct inflight *f = list_entry(it, struct inflight, link);

		if (f->dnssec_ok == key->dnssec_ok &&
			f->checking_disabled == key->checking_disabled &&
			question_equal(&f->question, key->question))
			return f;
	}
	return NULL;
}

struct inflight *inflight_add(struct inflight_table *table, const struct cache_key *key)
{
	struct inflight *f = calloc(1, sizeof *f);

	if (f == NULL)
		return NULL;
	f->question = *key->question;
	f->dnssec_ok = key->dnssec_ok;
	f->checking_disabled = key->checking_disabled;
	list_init(&f->waiting);
	list_init(&f->followers);
	list_append(bucket_of(table, key->question), &f->link);
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
	free(f);
}

struct cache_key inflight_key(const struct inflight *f)
{
	return (struct cache_key){ .question = &f->question,
		.dnssec_ok = f->dnssec_ok,
		.checking_disabled = f->checking_disabled };
}
