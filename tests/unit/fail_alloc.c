#include "tests/unit/fail_alloc.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>

#include <openssl/crypto.h>

/* Until one fails; negative: none does. The compiler believes that realloc() does not
 * look at it. */
static volatile long left = -1;
static bool happened, was_own;

static bool fails(void)
{
	if (left < 0 || left-- > 0)
		return false;
	happened = true;
	errno = ENOMEM;
	return true;
}

bool fail_alloc_now(void)
{
	bool now = fails();

	was_own = was_own || now;
	return now;
}

void fail_alloc_at(long n)
{
	left = n;
	if (n >= 0)
		happened = was_own = false;
}

bool fail_alloc_happened(void)
{
	return happened;
}

bool fail_alloc_was_own(void)
{
	return was_own;
}

long fail_alloc_hold(void)
{
	long held = left;

	left = -1;
	return held;
}

void fail_alloc_resume(long held)
{
	left = held;
}

/* realloc() may be the program's own, which counts as well. */
static void *on_realloc(void *p, size_t n, const char *file, int line)
{
	long held;

	(void)file, (void)line;
	if (fails())
		return NULL;
	held = fail_alloc_hold();
	p = realloc(p, n);
	fail_alloc_resume(held);
	return p;
}

static void *on_malloc(size_t n, const char *file, int line)
{
	return on_realloc(NULL, n, file, line);
}

static void on_free(void *p, const char *file, int line)
{
	(void)file, (void)line;
	free(p);
}

bool fail_alloc_openssl(void)
{
	return CRYPTO_set_mem_functions(on_malloc, on_realloc, on_free) == 1;
}
