/* Storage of one size that is used again at once: for what every question needs that has
 * to wait. Of what was given back so much lies ready as was asked for and no more, so
 * that the memory of a burst goes back; whoever allocates next has the one that is still
 * in the processor's cache. One thread.
 *
 * Where AddressSanitizer looks for those who use what they gave back, nothing lies
 * ready. */
#ifndef BASE_POOL_H
#define BASE_POOL_H

#include <stddef.h>

struct pool {
	size_t item_bytes;
	unsigned kept_n, kept_max;
	struct pool_item *kept; /* owned */
};

void pool_init(struct pool *pool, size_t item_bytes, unsigned kept_max);
/* Frees what lies ready; what is given back later is freed at once. Nothing is taken any
 * more. */
void pool_deinit(struct pool *pool);

/* As from malloc(): what was in it, or NULL. */
void *pool_take(struct pool *pool);
void pool_give(struct pool *pool, void *item);

#endif
