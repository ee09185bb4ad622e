/* Just enough HTTP/1.1: POST with a length, GET with ?dns=, kept alive. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/bench/upstream.h"

static int digit_of(char c)
{
	static const char digits[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
	const char *at = c != '\0' ? strchr(digits, c) : NULL;

	return at != NULL ? (int)(at - digits) : -1;
}

size_t upstream_query_of_path(const char *path, size_t n, uint8_t *out)
{
	const char *at = memmem(path, n, "dns=", 4);
	uint32_t bits = 0;
	unsigned bit_n = 0;
	size_t out_n = 0;
	int digit;

	if (at == NULL)
		return 0;
	for (at += 4; at < path + n && (digit = digit_of(*at)) >= 0; at++) {
		bits = bits << 6 | (uint32_t)digit;
		bit_n += 6;
		if (bit_n < 8)
			continue;
		if (out_n == UPSTREAM_QUERY_MAX)
			return 0;
		bit_n -= 8;
		out[out_n++] = (uint8_t)(bits >> bit_n);
	}
	return out_n;
}

static void respond(struct upstream_client *c, struct bytes query)
{
	uint8_t reply[UPSTREAM_REPLY_MAX];
	size_t n = upstream_answer(query, reply);
	char head[160];
	int head_n = snprintf(head, sizeof head,
		"HTTP/1.1 %s\r\nContent-Type: application/dns-message\r\n"
		"Content-Length: %zu\r\n\r\n",
		n > 0 ? "200 OK" : "400 Bad Request", n);

	upstream_put(c, bytes_of(head, (size_t)head_n));
	upstream_put(c, bytes_of(reply, n));
	c->source.upstream->counts.doh++;
}

/* How many bytes the request at `in` has that was answered; 0: it is not all there. */
static size_t take_request(struct upstream_client *c, const char *in, size_t n)
{
	uint8_t query[UPSTREAM_QUERY_MAX];
	const char *end = memmem(in, n, "\r\n\r\n", 4), *length;
	size_t head_n, body_n = 0;

	if (end == NULL)
		return 0;
	head_n = (size_t)(end - in) + 4;
	if (strncmp(in, "GET", 3) == 0) {
		const char *line = memchr(in, '\r', head_n);
		size_t query_n = upstream_query_of_path(in, (size_t)(line - in), query);

		respond(c, bytes_of(query, query_n));
		return head_n;
	}
	length = strcasestr(in, "\r\ncontent-length:");
	if (length != NULL && length < end)
		body_n = strtoul(length + 17, NULL, 10);
	if (body_n > UPSTREAM_QUERY_MAX || n - head_n < body_n)
		return 0;
	respond(c, bytes_of(in + head_n, body_n));
	return head_n + body_n;
}

bool upstream_take_h1(struct upstream_client *c)
{
	size_t at = 0, n;

	/* Its end is looked for as text. */
	if (c->in_n == sizeof c->in)
		return false;
	c->in[c->in_n] = '\0';
	while ((n = take_request(c, (const char *)c->in + at, c->in_n - at)) > 0)
		at += n;
	c->in_n -= at;
	memmove(c->in, c->in + at, c->in_n);
	return true;
}
