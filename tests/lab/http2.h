/* The server's half of DNS over HTTPS (RFC 8484) on one connection: bytes in, bytes
 * out, no sockets. It answers as the zone says, to GET and POST of /dns-query, unless
 * the listener's misdeed says otherwise. */
#ifndef LAB_HTTP2_H
#define LAB_HTTP2_H

#include "base/bytes.h"
#include "tests/lab/counters.h"
#include "tests/lab/misdeed.h"

#define HTTP2_PATH "/dns-query"

struct http2_options {
	const char *who;               /* of the zone's TXT records; borrowed, as … */
	const struct misdeed *misdeed; /* NULL: none */
	bool first;                    /* no other client came before */
};

/* NULL: no memory. */
struct http2 *http2_new(const struct http2_options *options);
void http2_free(struct http2 *http2);

/* What the client sent, and who answers it: the genuine resolver, or an impostor.
 * False: it is no HTTP/2. */
bool http2_take(struct http2 *http2, struct bytes in, bool genuine);
/* Does what is due by now; milliseconds until something is, -1 never. */
int http2_turn(struct http2 *http2);
/* What is to be sent, borrowed until the next call; there may be more. */
struct bytes http2_output(struct http2 *http2);
/* To be sent again and again while nothing is read; empty: there is no flood. */
struct bytes http2_flood(const struct http2 *http2);
/* Hang up, once the output is sent. */
bool http2_is_over(const struct http2 *http2);
/* What http2_take() and http2_turn() found since the last call. */
struct counts http2_counts(struct http2 *http2);

#endif
