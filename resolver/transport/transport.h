/* A connection to one address of one upstream that takes questions and brings
 * answers: the one interface of all protocols.
 *
 *	start -> on_open -> send … answers … -> on_closed, or close
 */
#ifndef TRANSPORT_TRANSPORT_H
#define TRANSPORT_TRANSPORT_H

#include "dns/message.h"
#include "transport/conn.h"
#include "transport/doh_template.h"
#include "transport/plain_message.h"

struct transport;
struct h2_stream;
struct plain_query;

enum transport_protocol {
	TRANSPORT_DOT, /* DNS over TLS (RFC 7858) */
	TRANSPORT_DOH, /* DNS over HTTPS (RFC 8484) */
	/* RFC 1035 §4.2: no TLS, no verdict; for the names in `scope` and no others. */
	TRANSPORT_PLAIN,
};

/* One question on a connection; the caller's storage, untouched from
 * transport_send() until its answer, its failure, transport_cancel() or the
 * connection's end. */
struct transport_query {
	const struct question *question; /* borrowed as long */
	/* The answer: parsed, borrowed until it returns. The query is off the
	 * connection already. */
	void (*on_answer)(struct transport_query *query, const struct message *answer);
	/* This question alone came to nothing, the connection goes on. `again`: it was
	 * not looked at, or another try may help. */
	void (*on_failed)(
		struct transport_query *query, const struct failure *why, bool again);
	/* The connection's. */
	uint32_t slot;
	struct h2_stream *stream;
	struct plain_query *plain;
};

struct transport_events {
	/* The verdict is accepted (PLAIN has none); questions may be sent. */
	void (*on_open)(void *owner);
	/* It takes no new questions any more; those on it may still be answered. */
	void (*on_draining)(void *owner);
	/* Every query that was on it has come to nothing; none is told by
	 * itself. Arguments as in conn.h. */
	void (*on_closed)(void *owner, const struct failure *why,
		const struct verdict *verdict, struct bytes refused_pem);
};

/* Where to, and how; borrowed as conn_start() says. */
struct transport_spec {
	uv_loop_t *loop;
	enum transport_protocol protocol;
	struct tls_context *context;
	const struct endpoint *address;
	unsigned handshake_ms;
	const struct doh_template *template; /* DoH: borrowed until the end; else NULL */
	struct plain_scope scope;            /* PLAIN: the same */
};

/* As conn_start(). */
MUST_CHECK enum status transport_start(const struct transport_spec *spec,
	const struct transport_events *events, void *owner, struct transport **out);
/* Without callbacks, for its queries neither. Allowed in every callback. */
void transport_close(struct transport *transport);

/* Sends `wire`, a DNS query for query->question under any ID: the ID that is sent is
 * the transport's choice. CLOSED: not open yet, or takes no more. LIMIT: too many on
 * it. UNSUPPORTED: PLAIN, and a name that is none of its: nothing was sent. NOMEM. */
MUST_CHECK enum status transport_send(
	struct transport *transport, struct transport_query *query, struct bytes wire);
/* No answer is wanted any more; one that still comes is dropped, and shows no more than
 * that the server is at work. */
void transport_cancel(struct transport *transport, struct transport_query *query);

/* Asks the server for a sign of life: DoH with a PING, DoT with a question for the root's
 * servers, PLAIN with one for its first zone. One at a time. */
void transport_check(struct transport *transport);

/* NULL: it has ended, or is PLAIN. */
struct conn *transport_conn(const struct transport *transport);
/* It has no answer from the other end yet; never so of PLAIN. */
bool transport_is_connecting(const struct transport *transport);
/* Questions without an answer yet. */
size_t transport_in_flight(const struct transport *transport);
/* clock_now_ms() of the last thing that showed the server to be at work: an answer that
 * matched or was no longer wanted, or a reply to transport_check(). At first, of the
 * start, then of on_open. */
uint64_t transport_last_heard_ms(const struct transport *transport);
/* There was such a thing since on_open. */
bool transport_was_heard(const struct transport *transport);
/* Answers that matched no question here, and were dropped, or not the one under whose ID
 * they came, which has failed of it. */
uint64_t transport_mismatched(const struct transport *transport);
/* How long the server keeps an idle connection, by its own last words (RFC 7828, in
 * milliseconds); -1: it has not said. */
int64_t transport_keepalive_ms(const struct transport *transport);

#endif
