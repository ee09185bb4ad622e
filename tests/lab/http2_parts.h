/* Between http2.c, http2_request.c, http2_answer.c and http2_misdeed.c. */
#ifndef LAB_HTTP2_PARTS_H
#define LAB_HTTP2_PARTS_H

#include <nghttp2/nghttp2.h>

#include "base/list.h"
#include "tests/lab/h2frame.h"
#include "tests/lab/h2scan.h"
#include "tests/lab/http2.h"
#include "tests/lab/zone.h"

#define QUERY_MAX_BYTES 4096
#define REPLY_MAX_BYTES 4096

enum method { METHOD_OTHER, METHOD_GET, METHOD_POST };

struct request {
	struct list link;
	int32_t stream;
	enum method method;
	bool right_path, right_type, has_cookie, too_long;
	uint8_t query[QUERY_MAX_BYTES];
	size_t query_n;
	char fields[LAST_REQUEST_MAX]; /* their names */
	enum zone_manner manner;
	uint64_t due_ms; /* 0: not waiting */
	bool is_asked;   /* http2_answer() was called */
	bool is_misdeed; /* what it waits for is the misdeed */
	uint8_t *body;   /* owned; what is answered */
	size_t body_n, sent;
	const struct http_response *response; /* how; borrowed */
};

struct http2 {
	struct http2_options options;
	nghttp2_session *session; /* owned */
	struct list requests;
	struct h2scan scan;
	struct outbox out;   /* to be sent */
	struct outbox given; /* to the caller of http2_output() */
	struct outbox flood; /* over and over */
	struct counts counts;
	bool has_misdone; /* a request met the misdeed */
	bool genuine;
	bool deaf, over;
};

/* http2_request.c */
struct request *request_new(struct http2 *http2, int32_t stream);
void request_free(struct request *request);
void request_take_field(struct request *request, struct bytes name, struct bytes value);
void request_take_body(struct request *request, struct bytes in);
/* Its status if it is refused, 0 if it is a query. */
unsigned request_fault(const struct request *request);

/* http2_answer.c: the whole request has come, or the time for its answer. Streams may
 * end and take their requests with them. */
void http2_answer(struct http2 *http2, struct request *request);
/* Sends status, fields and body. NULL: a DNS message with status 200. */
void http2_respond(struct http2 *http2, struct request *request,
	const struct http_response *response);

/* http2_misdeed.c: true if the request is dealt with; `due_ms` is set if that is not
 * now. */
bool misdeed_meet(struct http2 *http2, struct request *request);
/* The time is now. */
void misdeed_do(struct http2 *http2, struct request *request);
/* Before any request. */
void misdeed_start(struct http2 *http2);

/* Has all that nghttp2 holds back go before what is written to `out` by hand. */
void http2_flush(struct http2 *http2);

#endif
