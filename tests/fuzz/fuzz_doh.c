/* A hostile server's bytes, behind the handshake: HTTP/2, the HTTP response in it, the
 * DNS message in that. Whatever comes, each request is answered or fails at most once,
 * and what is held stays bounded. */
#include <stdint.h>
#include <stdlib.h>

#include "dns/message.h"
#include "transport/h2.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define REQUESTS 6
/* conn.h hands over a TLS record at a time. */
#define RECORD_BYTES (16 * 1024)

struct client {
	struct h2 *h2;
	struct h2_stream *streams[REQUESTS]; /* NULL: came to something */
};

static void must(int holds)
{
	if (!holds)
		abort();
}

static void ask(struct client *c, size_t at)
{
	static const uint8_t query[] = { 0, 0, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 1, 'a', 3,
		'l', 'a', 'b', 0, 0, 1, 0, 1 };
	struct h2_request request = { .authority = "dns.lab", .path = "/dns-query" };

	/* POST and GET by turns. */
	if (at % 2 == 0)
		request.content = bytes_of(query, sizeof query);
	if (h2_ask(c->h2, &request, &c->streams[at], &c->streams[at]) != STATUS_OK)
		c->streams[at] = NULL;
}

static int send_all(struct client *c)
{
	struct failure why;
	struct bytes out;

	do {
		if (h2_output(c->h2, &out, &why) != STATUS_OK)
			return 0;
	} while (out.n > 0);
	return 1;
}

static void look_at_answer(struct h2_stream *s)
{
	struct bytes wire = bytes_of(s->content, s->content_n);
	struct message m;

	must(s->content_n <= DNS_MESSAGE_MAX);
	must(s->response.status == 200 && s->response.is_dns_message);
	if (message_parse(wire, &m) != STATUS_OK)
		return;
	message_age(&m, s->content, s->response.age_s);
	(void)!message_parse(wire, &m);
}

static void take_all(struct client *c)
{
	struct h2_stream *s;

	while ((s = h2_take(c->h2)) != NULL) {
		struct h2_stream **at = s->owner;

		must(*at == s);
		*at = NULL;
		if (s->failed)
			must(s->why.kind != FAILURE_NONE && s->why.text[0] != '\0');
		else
			look_at_answer(s);
		h2_stream_free(c->h2, s);
	}
}

static int receive(struct client *c, struct bytes in, uint64_t now_ms)
{
	struct failure why;
	int goes_on = h2_receive(c->h2, in, now_ms, &why) == STATUS_OK;

	goes_on = send_all(c) && goes_on;
	take_all(c);
	(void)h2_heard(c->h2);
	return goes_on;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct client c = { .h2 = NULL };
	/* Some inputs come whole, some in pieces. */
	size_t piece = size % 3 == 0 ? 7 : RECORD_BYTES;

	if (h2_new(0, &c.h2) != STATUS_OK)
		return 0;
	for (size_t i = 0; i < REQUESTS - 1; i++)
		ask(&c, i);
	h2_ping(c.h2);
	for (size_t at = 0; send_all(&c) && at < size; at += piece) {
		size_t n = size - at < piece ? size - at : piece;

		if (!receive(&c, bytes_of(data + at, n), at))
			break;
		/* In the middle of it one is no longer wanted and another is. */
		if (at == 0 && c.streams[1] != NULL) {
			h2_cancel(c.h2, c.streams[1]);
			c.streams[1] = NULL;
			ask(&c, REQUESTS - 1);
		}
	}
	h2_goodbye(c.h2);
	send_all(&c);
	h2_free(c.h2);
	return 0;
}
