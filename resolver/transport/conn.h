/* One TCP connection with TLS to one address of one upstream.
 *
 *	NEW -> CONNECTING -> HANDSHAKE -> OPEN -> CLOSED
 *
 * OPEN is reachable only from HANDSHAKE, and only with an accepted verdict. */
#ifndef TRANSPORT_CONN_H
#define TRANSPORT_CONN_H

#include <uv.h>

#include "base/endpoint.h"
#include "tls/session.h"
#include "transport/failure.h"

struct conn;

enum conn_state { CONN_NEW, CONN_CONNECTING, CONN_HANDSHAKE, CONN_OPEN, CONN_CLOSED };

/* Called by the loop with the owner given to conn_start(); never from inside
 * conn_start() or conn_send(), never after conn_close(). */
struct conn_events {
	/* The verdict is accepted; from now on conn_send() works. */
	void (*on_open)(void *owner);
	/* Decrypted bytes, borrowed until it returns. */
	void (*on_bytes)(void *owner, struct bytes plain);
	/* It is over, once. The connection is gone when this returns;
	 * `verdict` (borrowed, may be NULL) is what the handshake came to and
	 * `refused_pem` (borrowed, may be empty) whom it refused. */
	void (*on_closed)(void *owner, const struct failure *why,
		const struct verdict *verdict, struct bytes refused_pem);
};

/* `context` and `events` are borrowed until the end, `address` is copied.
 * `handshake_ms` bounds the time to OPEN. Failures come through on_closed(),
 * but for NOMEM and CRYPTO. */
MUST_CHECK enum status conn_start(uv_loop_t *loop, struct tls_context *context,
	const struct endpoint *address, unsigned handshake_ms,
	const struct conn_events *events, void *owner, struct conn **out);

/* Ends it without a callback; says goodbye if it is OPEN. What is queued is not
 * sent, unless conn_keep_queued() was called. */
void conn_close(struct conn *conn);
void conn_keep_queued(struct conn *conn);
/* Ends it by itself for this reason, from the loop: on_closed() comes. What is queued by
 * then is sent. Only the first reason counts. */
void conn_end_soon(struct conn *conn, const struct failure *why);

/* Queues bytes. What is queued in one turn of the loop leaves together, as one
 * TLS record and one write. CLOSED: not OPEN. LIMIT: the server does not take
 * what was sent before. NOMEM. */
MUST_CHECK enum status conn_send(struct conn *conn, struct bytes plain);

/* Bytes that wait for the server to take them. */
size_t conn_unsent(const struct conn *conn);

enum conn_state conn_state(const struct conn *conn);
const char *conn_state_text(enum conn_state state);
/* The accepted verdict once OPEN, else NULL. */
const struct verdict *conn_verdict(const struct conn *conn);
const char *conn_tls_version(const struct conn *conn);
const struct endpoint *conn_address(const struct conn *conn);

#endif
