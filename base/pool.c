#include "base/pool.h"

#include <stdlib.h>

#ifdef __has_feature
#define HAS_FEATURE(feature) __has_feature(feature)
#else
#define HAS_FEATURE(feature) 0
#endif

#if defined(__SANITIZE_ADDRESS__) || HAS_FEATURE(address_sanitizer)
#define KEPT(kept_max) 0u
#else
#define KEPT(kept_max) (kept_max)
#endif

struct pool_item {
	struct pool_item *next;
};

void pool_init(struct pool *pool, size_t item_bytes, unsigned kept_max)
{
	(void)kept_max;
	*pool = (struct pool){ .item_bytes = item_bytes, .kept_max = KEPT(kept_max) };
	if (item_bytes < sizeof *pool->kept)
		pool->item_bytes = sizeof *pool->kept;
}

void pool_deinit(struct pool *pool)
{
	while (pool->kept != NULL) {
		struct pool_item *item = pool->kept;

		pool->kept = item->next;
		free(item);
	}
	pool->kept_n = pool->kept_max = 0;
}

void *pool_take(struct pool *pool)
{
	struct pool_item *item = pool->kept;

	if (item == NULL)
		return malloc(pool->item_bytes);
	pool->kept = item->next;
	pool->kept_n--;
	return item;
}

void pool_give(struct pool *pool, void *p)
{
	struct pool_item *item = p;

	if (pool->kept_n >= pool->kept_max) {
		free(item);
		return;
	}
	item->next = pool->kept;
	pool->kept = item;
	pool->kept_n++;
}
