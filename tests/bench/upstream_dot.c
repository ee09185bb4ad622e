#include <string.h>

#include "tests/bench/upstream.h"

bool upstream_take_dot(struct upstream_client *c)
{
	uint8_t framed[2 + UPSTREAM_REPLY_MAX];
	size_t at = 0;

	while (c->in_n - at >= 2) {
		size_t n = get16(c->in + at), reply_n;

		if (c->in_n - at - 2 < n)
			break;
		reply_n = upstream_answer(bytes_of(c->in + at + 2, n), framed + 2);
		if (reply_n == 0)
			return false;
		put16(framed, (unsigned)reply_n);
		upstream_put(c, bytes_of(framed, 2 + reply_n));
		c->source.upstream->counts.dot++;
		at += 2 + n;
	}
	c->in_n -= at;
	memmove(c->in, c->in + at, c->in_n);
	return true;
}
