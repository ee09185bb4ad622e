/* Counts what the code under test allocates; the linker puts these in place of
 * malloc(), calloc() and free() (--wrap). */
#ifndef TESTS_UNIT_CACHE_HEAP_H
#define TESTS_UNIT_CACHE_HEAP_H

#include <stddef.h>

struct heap {
	size_t bytes;         /* held now, as glibc rounds them */
	size_t bytes_max;     /* the most ever held */
	unsigned long allocs; /* calls so far */
	long fail_at;         /* the call that fails, counted down; 0: none */
};
extern struct heap heap;

void *__wrap_malloc(size_t n);
void *__wrap_calloc(size_t count, size_t n);
void __wrap_free(void *p);

#endif
