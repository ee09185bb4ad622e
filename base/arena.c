#include "base/arena.h"

#include <stdalign.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define BLOCK_BYTES 4096

struct arena_block {
	struct arena_block *older;
	size_t used, size;
	alignas(max_align_t) unsigned char data[];
};

void arena_init(struct arena *arena)
{
	arena->newest = NULL;
}

void arena_deinit(struct arena *arena)
{
	while (arena->newest != NULL) {
		struct arena_block *older = arena->newest->older;

		free(arena->newest);
		arena->newest = older;
	}
}

static struct arena_block *block_new(struct arena *arena, size_t n)
{
	size_t size = n > BLOCK_BYTES ? n : BLOCK_BYTES;
	struct arena_block *block = calloc(1, sizeof *block + size);

	if (block == NULL)
		return NULL;
	block->size = size;
	block->older = arena->newest;
	arena->newest = block;
	return block;
}

void *arena_alloc(struct arena *arena, size_t n)
{
	struct arena_block *block = arena->newest;
	void *out;

	if (n > SIZE_MAX / 2)
		return NULL;
	n = (n + alignof(max_align_t) - 1) / alignof(max_align_t) * alignof(max_align_t);
	if (block == NULL || n > block->size - block->used)
		block = block_new(arena, n);
	if (block == NULL)
		return NULL;
	out = block->data + block->used;
	block->used += n;
	return out;
}

void *arena_copy(struct arena *arena, const void *from, size_t count, size_t size)
{
	void *out;

	if (size != 0 && count > SIZE_MAX / size)
		return NULL;
	out = arena_alloc(arena, count * size);
	if (out != NULL && count * size > 0)
		memcpy(out, from, count * size);
	return out;
}

char *arena_text(struct arena *arena, const char *text)
{
	return arena_copy(arena, text, strlen(text) + 1, 1);
}
