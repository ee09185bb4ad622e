/* Memory that is freed all at once: for what is built together and dies
 * together, such as one configuration. Not for per-query work. */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include <stddef.h>

struct arena {
	struct arena_block *newest; /* owned */
};

void arena_init(struct arena *arena);
/* Frees everything allocated from it. */
void arena_deinit(struct arena *arena);

/* Zeroed, aligned for any type, valid until arena_deinit(). NULL: no memory. */
void *arena_alloc(struct arena *arena, size_t n);
/* A copy of `count` elements of `size` bytes. NULL: no memory. */
void *arena_copy(struct arena *arena, const void *from, size_t count, size_t size);
char *arena_text(struct arena *arena, const char *text);

#endif
