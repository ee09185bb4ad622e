/* The program's own calls, for --wrap (ld(1)). */
#include <stddef.h>

#include "tests/unit/fail_alloc.h"

void *__real_malloc(size_t n);
void *__real_calloc(size_t count, size_t n);
void *__real_realloc(void *old, size_t n);
char *__real_strdup(const char *text);
void *__wrap_malloc(size_t n);
void *__wrap_calloc(size_t count, size_t n);
void *__wrap_realloc(void *old, size_t n);
char *__wrap_strdup(const char *text);

void *__wrap_malloc(size_t n)
{
	return fail_alloc_now() ? NULL : __real_malloc(n);
}

void *__wrap_calloc(size_t count, size_t n)
{
	return fail_alloc_now() ? NULL : __real_calloc(count, n);
}

void *__wrap_realloc(void *old, size_t n)
{
	return fail_alloc_now() ? NULL : __real_realloc(old, n);
}

char *__wrap_strdup(const char *text)
{
	return fail_alloc_now() ? NULL : __real_strdup(text);
}
