/* Without TLS. A client that begins with a ClientHello gets a DNS message for
 * it, or one of HTTP/1.1, so that it sees at once that nobody speaks TLS here; bytes
 * that it then sends outside of TLS records are counted as a query's. */
#include "base/bytes.h"
#include "dns/message.h"
#include "tests/lab/channel.h"

#define RECORD_HEADER_BYTES 5
#define RECORD_MAX_BYTES    (16384 + 2048) /* RFC 5246 §6.2.3 */

/* Follows TLS records from header to header. */
struct record_scan {
	uint8_t header[RECORD_HEADER_BYTES];
	size_t have, skip;
	bool lost; /* what comes is no TLS */
};

static bool header_is_tls(const uint8_t *header)
{
	return header[0] >= TLS_RECORD_FIRST && header[0] <= TLS_RECORD_LAST &&
	       header[1] == 3 && header[3] * 256 + header[4] <= RECORD_MAX_BYTES;
}

/* How many of the bytes are outside of TLS records. */
static size_t record_scan_feed(struct record_scan *scan, struct bytes in)
{
	for (size_t i = 0; i < in.n; i++) {
		if (scan->skip > 0) {
			scan->skip--;
			continue;
		}
		scan->header[scan->have++] = in.p[i];
		if (scan->have < RECORD_HEADER_BYTES)
			continue;
		if (!header_is_tls(scan->header)) {
			scan->lost = true;
			return RECORD_HEADER_BYTES + in.n - i - 1;
		}
		scan->skip = scan->header[3] * 256U + scan->header[4];
		scan->have = 0;
	}
	return 0;
}

static void serve_client_hello(struct channel *channel, struct bytes refusal)
{
	uint8_t buffer[4096];
	struct record_scan scan = { 0 };
	int n = 0;

	if (!channel_send(channel, refusal))
		return;
	while ((n = channel_receive(channel, buffer, sizeof buffer, -1)) != CHANNEL_END) {
		struct bytes in = bytes_of(buffer, (size_t)n);
		size_t stray = scan.lost ? in.n : record_scan_feed(&scan, in);

		connection_count(channel->c, (struct counts){ .query_bytes = stray,
						     .application_bytes = stray });
	}
}

/* What a server of the protocol would say to a ClientHello. */
static struct bytes refusal(enum protocol protocol)
{
	/* A response with FORMERR. */
	static const uint8_t formerr[] = { 0, 12, 0, 0, 0x80, RCODE_FORMERR, 0, 0, 0, 0,
		0, 0, 0, 0 };

	return protocol == PROTOCOL_DOH
		       ? bytes_of_text("HTTP/1.1 400 Bad Request\r\n"
				       "Content-Length: 0\r\nConnection: close\r\n\r\n")
		       : bytes_of(formerr, sizeof formerr);
}

void connection_serve_plain(struct connection *c)
{
	struct channel channel = { .c = c };
	enum protocol protocol = c->listener->protocol;
	uint8_t first;

	if (recv(c->fd, &first, 1, MSG_PEEK) != 1)
		return;
	if (first >= TLS_RECORD_FIRST && first <= TLS_RECORD_LAST)
		serve_client_hello(&channel, refusal(protocol));
	else if (protocol == PROTOCOL_DOH)
		converse_doh(&channel);
	else
		converse_dot(&channel);
}
