/* HTTP/2 (RFC 9113), the client's side for DNS queries, as an engine: bytes in, bytes
 * out, results to be taken; no sockets, no loop, no clock. Behind it nghttp2, which
 * nobody else uses (h2_session.c).
 *
 *	h2_receive(bytes)            h2_ask -> streams
 *	h2_output -> bytes           h2_take -> what came of one
 *
 * Nothing here calls back. */
#ifndef TRANSPORT_H2_H
#define TRANSPORT_H2_H

#include "base/list.h"
#include "transport/doh_response.h"
#include "transport/queued.h"

/* Requests on the connection, as far as the server lets us, and behind them in our own
 * queue. */
#define H2_STREAMS_MAX 1000
#define H2_WAITING_MAX 1000

/* Padded as RFC 8467 has it, an answer has 468 bytes or less, a question with POST 128.
 * For these there is room without asking for memory each time. */
#define H2_CONTENT_USUAL 512
#define H2_REQUEST_USUAL 512

struct h2;

struct h2_request {
	const char *authority; /* all three borrowed until the connection's end, … */
	const char *path;      /* … but for this: copied, … */
	struct bytes content;  /* … and this: copied. Empty: GET, else POST */
};

enum h2_stream_state { H2_WAITING, H2_OPEN, H2_DONE };

/* One request and what came of it; read by the owner once it was taken. */
struct h2_stream {
	void *owner; /* borrowed */
	bool failed; /* then `why` and `again`, otherwise `response` and `content` */
	bool again;  /* it was not looked at, or another try may help */
	struct failure why;
	struct doh_response response; /* a good one, doh_response_is_good() */
	uint8_t *content;             /* `first` or `large`; at most 65535 bytes */
	size_t content_n;

	/* The engine's. */
	struct list link;
	enum h2_stream_state state;
	int32_t id;
	bool has_head;       /* the final response's */
	struct queued large; /* content that has no room in `first` */
	const char *authority;
	const char *path;
	size_t request_n, request_sent;
	bool usual; /* the request has no more than H2_REQUEST_USUAL bytes */
	/* From here on not cleared at the start. */
	uint8_t first[H2_CONTENT_USUAL];
	uint8_t request[]; /* content, then the path */
};

/* NOMEM. */
MUST_CHECK enum status h2_new(uint64_t now_ms, struct h2 **out);
/* With all streams that were not taken. */
void h2_free(struct h2 *h2);

/* What the server sent. Not OK: NOMEM, or the connection is of no more use, for `*why`;
 * there may be results and output all the same. */
MUST_CHECK enum status h2_receive(
	struct h2 *h2, struct bytes in, uint64_t now_ms, struct failure *why);
/* The next bytes to send, borrowed until the next call; empty: no more for now. */
MUST_CHECK enum status h2_output(struct h2 *h2, struct bytes *out, struct failure *why);

/* `*out` is the engine's until it is cancelled or taken. CLOSED: takes no more. LIMIT:
 * too many. NOMEM. */
MUST_CHECK enum status h2_ask(struct h2 *h2, const struct h2_request *request,
	void *owner, struct h2_stream **out);
/* Gives it up, with RST_STREAM, and frees it, in whatever state it is. */
void h2_cancel(struct h2 *h2, struct h2_stream *stream);
/* The next one that has come to something; now the caller's. NULL: none. */
struct h2_stream *h2_take(struct h2 *h2);
void h2_stream_free(struct h2 *h2, struct h2_stream *stream);

/* Asks for a sign of life, unless that is under way. */
void h2_ping(struct h2 *h2);
/* Says goodbye: to be sent, then the connection may be closed. */
void h2_goodbye(struct h2 *h2);

/* A sign of life came: a PING's answer, a response. Once for each. */
bool h2_heard(struct h2 *h2);
/* It takes no new requests: the server said goodbye, or there are no numbers left. */
bool h2_is_draining(const struct h2 *h2);
/* The server's words with that: "NO_ERROR". */
const char *h2_goodbye_text(const struct h2 *h2);

#endif
