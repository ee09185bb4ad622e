#include "tests/unit/cache/heap.h"

#include <malloc.h>
#include <stdbool.h>

struct heap heap;

void *__real_malloc(size_t n);
void *__real_calloc(size_t count, size_t n);
void __real_free(void *p);

static bool fails(void)
{
	heap.allocs++;
	return heap.fail_at > 0 && --heap.fail_at == 0;
}

static void *count(void *p)
{
	if (p != NULL)
		heap.bytes += malloc_usable_size(p);
	if (heap.bytes > heap.bytes_max)
		heap.bytes_max = heap.bytes;
	return p;
}

void *__wrap_malloc(size_t n)
{
	return fails() ? NULL : count(__real_malloc(n));
}

void *__wrap_calloc(size_t n, size_t size)
{
	return fails() ? NULL : count(__real_calloc(n, size));
}

void __wrap_free(void *p)
{
	if (p != NULL)
		heap.bytes -= malloc_usable_size(p);
	__real_free(p);
}
