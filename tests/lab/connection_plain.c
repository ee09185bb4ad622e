/* Without TLS. A client that begins with a ClientHello gets a DNS message for
 * it, so that it sees at once that nobody speaks TLS here; bytes that it then
 * sends outside of TLS records are counted as a query's. */
#include <errno.h>
#include <poll.h>
#include <string.h>

#include "dns/framing.h"
#include "dns/message.h"
#include "tests/lab/connection.h"
#include "tests/lab/zone.h"

#define RECORD_HEADER_BYTES 5
#define RECORD_MAX_BYTES    (16384 + 2048) /* RFC 5246 §6.2.3 */
#define SEND_TIMEOUT_MS     5000

/* Follows TLS records from header to header. */
struct record_scan {
	uint8_t header[RECORD_HEADER_BYTES];
	size_t have, skip;
	bool lost; /* what comes is no TLS */
};

static bool header_is_tls(const uint8_t *header)
{
	return header[0] >= 0x14 && header[0] <= 0x17 && header[1] == 3 &&
	       header[3] * 256 + header[4] <= RECORD_MAX_BYTES;
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

static bool send_all(const struct connection *c, struct bytes out)
{
	while (out.n > 0) {
		ssize_t n = send(c->fd, out.p, out.n, MSG_NOSIGNAL);

		if (n < 0 && errno == EAGAIN &&
			connection_wait(c, POLLOUT, SEND_TIMEOUT_MS))
			continue;
		if (n <= 0)
			return false;
		out.p += n;
		out.n -= (size_t)n;
	}
	return true;
}

static bool receive(
	const struct connection *c, uint8_t *buffer, size_t cap, struct bytes *in)
{
	ssize_t n;

	if (!connection_wait(c, POLLIN, -1))
		return false;
	n = recv(c->fd, buffer, cap, 0);
	*in = bytes_of(buffer, n > 0 ? (size_t)n : 0);
	return n > 0;
}

static bool answer(const struct connection *c, struct bytes query)
{
	uint8_t reply[2 + 4096];
	struct writer out = { .p = reply + 2, .cap = sizeof reply - 2 };
	enum zone_manner manner;

	if (zone_answer(query, c->listener->genuine_zone, c->listener->name, &out,
		    &manner) != STATUS_OK)
		return false;
	reply[0] = (uint8_t)(out.n >> 8);
	reply[1] = (uint8_t)out.n;
	return manner == ZONE_NEVER || send_all(c, bytes_of(reply, out.n + 2));
}

static void serve_dns(struct connection *c)
{
	uint8_t buffer[4096];
	struct framing framing;
	struct bytes in, query;
	bool more = true;

	framing_init(&framing);
	while (more && receive(c, buffer, sizeof buffer, &in)) {
		connection_count(c, (struct counts){ .query_bytes = in.n });
		while (more && framing_next(&framing, &in, &query) == STATUS_OK) {
			connection_count(c, (struct counts){ .queries = 1 });
			more = answer(c, query);
		}
	}
	framing_deinit(&framing);
}

static void serve_client_hello(struct connection *c)
{
	/* A response with FORMERR, which is all a DNS server can say to this. */
	static const uint8_t formerr[] = { 0, 12, 0, 0, 0x80, RCODE_FORMERR, 0, 0, 0, 0,
		0, 0, 0, 0 };
	uint8_t buffer[4096];
	struct record_scan scan = { 0 };
	struct bytes in;

	if (!send_all(c, bytes_of(formerr, sizeof formerr)))
		return;
	while (receive(c, buffer, sizeof buffer, &in)) {
		size_t stray = scan.lost ? in.n : record_scan_feed(&scan, in);

		connection_count(c, (struct counts){ .query_bytes = stray });
	}
}

void connection_serve_plain(struct connection *c)
{
	uint8_t first;

	if (recv(c->fd, &first, 1, MSG_PEEK) != 1)
		return;
	if (first >= 0x14 && first <= 0x17)
		serve_client_hello(c);
	else
		serve_dns(c);
}
