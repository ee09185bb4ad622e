/* One question to one server without TLS: over UDP, on a socket and from a port of its
 * own; then over TCP, if the answer is too long, or if somebody may be guessing. Private
 * to plain.c. */
#ifndef TRANSPORT_PLAIN_QUERY_H
#define TRANSPORT_PLAIN_QUERY_H

#include "base/endpoint.h"
#include "base/list.h"
#include "dns/framing.h"
#include "transport/base.h"

/* One that sends more than we have asked for is asked over TCP. */
#define PLAIN_DATAGRAM_MAX 4096

struct plain_query;

/* Whom to ask, and who hears of it. */
struct plain_server {
	struct transport *transport; /* the owner, with its counters */
	uv_loop_t *loop;
	struct endpoint address;
	uint8_t packet[DNS_MESSAGE_MAX]; /* scratch, while something is read */

	/* Called by the loop; the query has ended. An answer, or why there is none:
	 * `gone`, if that is so for all questions. */
	void (*on_answer)(struct transport *transport, struct transport_query *query,
		const struct message *answer);
	void (*on_failed)(struct transport *transport, struct transport_query *query,
		const struct failure *why, bool gone);
};

struct plain_query {
	struct list link; /* the owner's */
	struct transport_query *query;
	struct plain_server *server; /* borrowed; NULL: it has ended */
	struct plain_sent sent;
	struct failure why; /* it could not even be sent */

	unsigned handles; /* not closed yet */
	uv_udp_t udp;
	uv_timer_t timer;
	uv_tcp_t tcp;
	bool has_udp, has_timer, has_tcp;
	unsigned sent_n;     /* datagrams */
	unsigned stranger_n; /* answers that were not to it */
	bool miscased, cut;
	uv_connect_t connecting;
	uv_write_t writing;
	struct framing framing;
};

/* `query->plain` is its. UNSUPPORTED: its name is none of `scope`; nothing was sent.
 * MALFORMED, NOSPACE, NOMEM. What else fails is told by the loop. */
MUST_CHECK enum status plain_query_start(struct plain_server *server,
	const struct plain_scope *scope, struct transport_query *query, struct bytes wire,
	struct plain_query **out);
/* Without callbacks; takes it off its list. Its memory goes when the loop has closed what
 * it had open. */
void plain_query_end(struct plain_query *query);

#endif
