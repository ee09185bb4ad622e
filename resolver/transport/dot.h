/* DNS over TLS (RFC 7858): one connection, many questions at once, matched to
 * their answers by message ID and question. */
#ifndef TRANSPORT_DOT_H
#define TRANSPORT_DOT_H

#include "base/list.h"
#include "dns/message.h"
#include "transport/conn.h"

struct dot;

/* One question on a connection; the caller's storage, untouched from
 * dot_send() until its answer, dot_cancel() or the connection's end. */
struct dot_query {
	const struct question *question; /* borrowed as long */
	/* The answer: parsed, borrowed until it returns. The query is off the
	 * connection already. */
	void (*on_answer)(struct dot_query *query, const struct message *answer);
	uint16_t slot; /* the connection's */
};

struct dot_events {
	void (*on_open)(void *owner);
	/* Every query that was on it has come to nothing; none is told by
	 * itself. Arguments as in conn.h. */
	void (*on_closed)(void *owner, const struct failure *why,
		const struct verdict *verdict, struct bytes refused_pem);
};

/* As conn_start(). */
MUST_CHECK enum status dot_start(uv_loop_t *loop, struct tls_context *context,
	const struct endpoint *address, unsigned handshake_ms,
	const struct dot_events *events, void *owner, struct dot **out);
/* Without callbacks, for its queries neither. */
void dot_close(struct dot *dot);

/* Sends `wire`, a query for query->question, under an ID of the connection's
 * choice. CLOSED: not open yet or any more. LIMIT: too many on it. NOMEM. */
MUST_CHECK enum status dot_send(
	struct dot *dot, struct dot_query *query, struct bytes wire);
/* No answer is wanted any more; one that still comes is dropped. */
void dot_cancel(struct dot *dot, struct dot_query *query);

struct conn *dot_conn(const struct dot *dot);
/* Questions without an answer yet. */
size_t dot_in_flight(const struct dot *dot);
/* clock_now_ms() of the last answer that matched, or of the start. */
uint64_t dot_last_answer_ms(const struct dot *dot);
/* Answers that matched no question here and were dropped. */
uint64_t dot_mismatched(const struct dot *dot);

#endif
