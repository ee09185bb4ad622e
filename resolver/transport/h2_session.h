/* What h2.c and nghttp2's callbacks share; private to the two. */
#ifndef TRANSPORT_H2_SESSION_H
#define TRANSPORT_H2_SESSION_H

#include <nghttp2/nghttp2.h>

#include "base/pool.h"
#include "transport/h2.h"
#include "transport/h2_guard.h"

/* Requests that the server gave up one after the other, without a single answer. */
#define H2_RESETS_MAX 64

struct h2 {
	nghttp2_session *session; /* owned */
	struct h2_guard guard;
	struct list waiting, open, done; /* of struct h2_stream, owned */
	struct pool pool;                /* of those with a usual request */
	size_t waiting_n, open_n;

	bool draining;
	uint32_t goodbye; /* the error code of the server's GOAWAY */
	unsigned resets;  /* in a row */
	bool heard;
	bool pinged; /* the answer to `ping_number` is awaited */
	uint64_t ping_number;
	bool broken;     /* nghttp2 gave up the connection, … */
	char words[128]; /* … for this */
};

/* NOMEM. */
MUST_CHECK enum status h2_session_new(struct h2 *h2);
/* Sends the request of a stream that is in no list; then it is open. */
MUST_CHECK enum status h2_session_submit(struct h2 *h2, struct h2_stream *stream);

/* Off the connection, from H2_OPEN: what still comes for it is dropped. `reset`: and the
 * server is told. */
void h2_session_detach(struct h2 *h2, struct h2_stream *stream, bool reset);
/* To where it can be taken, from no list. */
void h2_session_failed(
	struct h2 *h2, struct h2_stream *stream, const struct failure *why, bool again);

#endif
