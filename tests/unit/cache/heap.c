#include "tests/unit/cache/heap.h"

#include <stdalign.h>
#include <stdbool.h>
#include <string.h>

/* In front of what is handed out stands its size, so that it need not be asked
 * from the allocator, whose answer differs with its mood and a sanitizer's. */
#define HEAD_BYTES alignof(max_align_t)

struct heap heap;

void *__real_malloc(size_t n);
void __real_free(void *p);

static size_t rounded(size_t n)
{
	return (n + sizeof(size_t) + 15) & ~(size_t)15;
}

void *__wrap_malloc(size_t n)
{
	char *p;

	heap.allocs++;
	if (heap.fail_at > 0 && --heap.fail_at == 0)
		return NULL;
	p = __real_malloc(HEAD_BYTES + n);
	if (p == NULL)
		return NULL;
	memcpy(p, &n, sizeof n);
	heap.bytes += rounded(n);
	if (heap.bytes > heap.bytes_max)
		heap.bytes_max = heap.bytes;
	return p + HEAD_BYTES;
}

void *__wrap_calloc(size_t count, size_t size)
{
	void *p = __wrap_malloc(count * size);

	return p == NULL ? NULL : memset(p, 0, count * size);
}

void __wrap_free(void *p)
{
	char *head = p == NULL ? NULL : (char *)p - HEAD_BYTES;
	size_t n;

	if (head == NULL)
		return;
	memcpy(&n, head, sizeof n);
	heap.bytes -= rounded(n);
	__real_free(head);
}
