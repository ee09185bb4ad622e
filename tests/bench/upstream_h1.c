/* Just enough HTTP/1.1: POST with a length, GET with ?dns=, kept alive. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/base64.h"
#include "tests/bench/upstream.h"

static bool is_base64url(char c)
{
	return isalnum((unsigned char)c) || c == '-' || c == '_';
}

/* RFC 4648 §5 without padding, made §4 with it. */
size_t upstream_query_of_path(const char *path, size_t n, uint8_t *out)
{
	char text[BASE64_TEXT_MAX(UPSTREAM_QUERY_MAX)];
	const char *at = memmem(path, n, "dns=", 4);
	size_t text_n = 0, out_n;

	if (at == NULL)
		return 0;
	for (at += 4; at < path + n && is_base64url(*at); at++) {
		if (text_n == sizeof text - 1)
			return 0;
		text[text_n++] = *at == '-' ? '+' : *at == '_' ? '/' : *at;
	}
	while (text_n % 4 != 0)
		text[text_n++] = '=';
	if (base64_decode(bytes_of(text, text_n), out, UPSTREAM_QUERY_MAX, &out_n) !=
		STATUS_OK)
		return 0;
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
