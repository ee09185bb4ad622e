#include "base/random.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

/* Small draws come out of a buffer: one system call for 256 bytes. */
static _Thread_local struct {
	unsigned char bytes[256];
	size_t left;
} pool;

static void system_random(unsigned char *out, size_t n)
{
	while (n > 0) {
		ssize_t got = getrandom(out, n, 0);

		if (got < 0 && errno != EINTR)
			abort();
		if (got > 0) {
			out += got;
			n -= (size_t)got;
		}
	}
}

void random_bytes(void *out, size_t n)
{
	if (n > sizeof pool.bytes) {
		system_random(out, n);
		return;
	}
	if (n > pool.left) {
		system_random(pool.bytes, sizeof pool.bytes);
		pool.left = sizeof pool.bytes;
	}
	pool.left -= n;
	memcpy(out, pool.bytes + pool.left, n);
	memset(pool.bytes + pool.left, 0, n);
}

uint32_t random_below(uint32_t bound)
{
	/* Rejects the short last interval, so that no value is favoured. */
	uint32_t limit = UINT32_MAX - UINT32_MAX % bound;
	uint32_t value;

	do
		random_bytes(&value, sizeof value);
	while (value >= limit);
	return value % bound;
}
