/* send: ID 0 -> template -> h2 -> conn.   receive: conn -> h2 -> streams that came to
 * something -> one DNS message about the question? -> Age -> answer.
 *
 * Nobody is called from inside h2: its results are taken when it is done with the bytes
 * that came, so an owner may ask, cancel and close as it likes. */
#include "transport/doh.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "dns/query.h"
#include "transport/base.h"
#include "transport/h2.h"

/* Bytes that wait for the server; beyond them no more are made. Far under what
 * conn_send() takes, so that it does not refuse those that were. */
#define UNSENT_MAX (224 * 1024)

struct doh {
	struct transport base;
	struct h2 *h2;                       /* owned */
	const struct doh_template *template; /* borrowed */
	bool told_draining;
};

/* What HTTP/2 has to say, into the connection; what it does not take now goes with what
 * comes next. */
static enum status flush(struct doh *doh, struct failure *why)
{
	struct bytes out = { NULL, 1 };
	enum status status = STATUS_OK;

	while (status == STATUS_OK && out.n > 0) {
		if (conn_unsent(doh->base.conn) > UNSENT_MAX)
			return STATUS_OK;
		status = h2_output(doh->h2, &out, why);
		if (status != STATUS_OK || out.n == 0)
			break;
		status = conn_send(doh->base.conn, out);
		if (status != STATUS_OK)
			*why = failure_of(FAILURE_LOCAL, status_text(status));
	}
	return status;
}

/* From a caller, who must not hear of the end before it returns. */
static enum status flush_for_caller(struct doh *doh)
{
	struct failure why;
	enum status status = flush(doh, &why);

	if (status != STATUS_OK)
		conn_end_soon(doh->base.conn, &why);
	return status;
}

/* The last question is gone, and no more are taken. */
static void end_if_drained(struct doh *doh)
{
	struct failure why;

	if (!doh->told_draining || doh->base.in_flight > 0)
		return;
	why = failure_of(FAILURE_CLOSED, h2_goodbye_text(doh->h2));
	conn_end_soon(doh->base.conn, &why);
}

/* --- questions ------------------------------------------------------------- */

/* RFC 8484 §4.1: with ID 0, so that the same question is the same request for a cache. */
static enum status ask(struct doh *doh, struct transport_query *query, struct bytes wire)
{
	UNCLEARED char path[DOH_REQUEST_PATH_MAX];
	UNCLEARED uint8_t content[QUERY_WIRE_MAX];
	struct h2_request request = { .authority = doh->template->authority,
		.path = path };

	if (wire.n < DNS_HEADER_BYTES || wire.n > sizeof content)
		return STATUS_NOSPACE;
	memcpy(content, wire.p, wire.n);
	query_set_id(content, 0);
	if (doh_template_path(doh->template, bytes_of(content, wire.n), path) !=
		STATUS_OK)
		return STATUS_NOSPACE;
	if (!doh->template->get)
		request.content = bytes_of(content, wire.n);
	return h2_ask(doh->h2, &request, query, &query->stream);
}

static void forget(struct doh *doh, struct transport_query *query)
{
	query->stream = NULL;
	doh->base.in_flight--;
}

static enum status doh_send(
	struct transport *transport, struct transport_query *query, struct bytes wire)
{
	struct doh *doh = (struct doh *)transport;
	enum status status;

	query->stream = NULL;
	if (conn_state(doh->base.conn) != CONN_OPEN)
		return STATUS_CLOSED;
	if (conn_unsent(doh->base.conn) > UNSENT_MAX)
		return STATUS_LIMIT;
	status = ask(doh, query, wire);
	if (status != STATUS_OK)
		return status;
	doh->base.in_flight++;
	status = flush_for_caller(doh);
	/* It may have come to nothing at once. */
	if (status == STATUS_OK && query->stream->state == H2_DONE)
		status = STATUS_CLOSED;
	if (status == STATUS_OK)
		return status;
	h2_cancel(doh->h2, query->stream);
	forget(doh, query);
	return status;
}

static void doh_cancel(struct transport *transport, struct transport_query *query)
{
	struct doh *doh = (struct doh *)transport;

	if (query->stream == NULL)
		return;
	h2_cancel(doh->h2, query->stream);
	forget(doh, query);
	if (doh->base.conn == NULL)
		return;
	(void)flush_for_caller(doh);
	end_if_drained(doh);
}

static void doh_check(struct transport *transport)
{
	struct doh *doh = (struct doh *)transport;

	if (conn_state(doh->base.conn) != CONN_OPEN)
		return;
	h2_ping(doh->h2);
	(void)flush_for_caller(doh);
}

/* --- answers --------------------------------------------------------------- */

/* Parsed a second time: in a message that means ill a name may lead into a TTL. */
static bool take_age(struct h2_stream *s, struct message *m)
{
	if (s->response.age_s == 0)
		return true;
	message_age(m, s->content, s->response.age_s);
	return message_parse(bytes_of(s->content, s->content_n), m) == STATUS_OK;
}

static void on_content(
	struct doh *doh, struct transport_query *query, struct h2_stream *s)
{
	UNCLEARED struct message m;
	struct failure why;

	if (message_parse(bytes_of(s->content, s->content_n), &m) == STATUS_OK &&
		m.id == 0 && message_answers(&m, query->question) && take_age(s, &m)) {
		query->on_answer(query, &m);
		return;
	}
	doh->base.mismatched++;
	why = doh_failure("HTTP content is no answer to the question");
	query->on_failed(query, &why, false);
}

static void deliver(struct doh *doh)
{
	struct h2_stream *s;

	/* Whoever hears of one may close the connection: look each time. */
	while (doh->base.conn != NULL && (s = h2_take(doh->h2)) != NULL) {
		struct transport_query *query = s->owner;

		forget(doh, query);
		if (s->failed)
			query->on_failed(query, &s->why, s->again);
		else
			on_content(doh, query, s);
		h2_stream_free(doh->h2, s);
	}
}

static void tell_draining(struct doh *doh)
{
	if (doh->told_draining || !h2_is_draining(doh->h2))
		return;
	doh->told_draining = true;
	doh->base.events->on_draining(doh->base.owner);
}

/* Behind the GOAWAY that says why. */
static void break_off(struct doh *doh, const struct failure *why)
{
	conn_keep_queued(doh->base.conn);
	transport_break_off(&doh->base, why);
}

/* What has come of the bytes, in the order in which others must hear of it. */
static void on_turn(struct doh *doh)
{
	struct failure why;
	enum status status = flush(doh, &why);

	if (h2_heard(doh->h2))
		transport_heard(&doh->base);
	tell_draining(doh);
	deliver(doh);
	if (doh->base.conn == NULL)
		return;
	if (status != STATUS_OK)
		break_off(doh, &why);
	else
		end_if_drained(doh);
}

static void on_bytes(void *owner, struct bytes plain)
{
	struct doh *doh = owner;
	struct failure why;
	enum status status;

	transport_enter(&doh->base);
	status = h2_receive(doh->h2, plain, clock_now_ms(), &why);
	on_turn(doh);
	if (status != STATUS_OK && doh->base.conn != NULL)
		break_off(doh, &why);
	transport_leave(&doh->base);
}

static void on_open(void *owner)
{
	struct doh *doh = owner;

	transport_enter(&doh->base);
	doh->base.last_heard_ms = clock_now_ms();
	doh->base.events->on_open(doh->base.owner);
	/* The preface (RFC 9113 §3.4), unless a question has taken it along. */
	if (doh->base.conn != NULL)
		on_turn(doh);
	transport_leave(&doh->base);
}

/* --- beginning and end ----------------------------------------------------- */

/* RFC 9113 §6.8 */
static void doh_goodbye(struct transport *transport)
{
	struct doh *doh = (struct doh *)transport;
	struct failure why;

	if (conn_state(doh->base.conn) != CONN_OPEN)
		return;
	h2_goodbye(doh->h2);
	conn_keep_queued(doh->base.conn);
	(void)flush(doh, &why);
}

static void doh_free(struct transport *transport)
{
	struct doh *doh = (struct doh *)transport;

	h2_free(doh->h2);
	free(doh);
}

static const struct transport_ops doh_ops = {
	.send = doh_send,
	.cancel = doh_cancel,
	.check = doh_check,
	.goodbye = doh_goodbye,
	.free = doh_free,
};

enum status doh_start(const struct transport_spec *spec,
	const struct transport_events *events, void *owner, struct transport **out)
{
	static const struct conn_events conn_events = { on_open, on_bytes,
		transport_on_closed };
	struct doh *doh = calloc(1, sizeof *doh);
	enum status status;

	*out = NULL;
	if (doh == NULL)
		return STATUS_NOMEM;
	doh->template = spec->template;
	status = h2_new(clock_now_ms(), &doh->h2);
	if (status != STATUS_OK) {
		free(doh);
		return status;
	}
	status = transport_init(&doh->base, &doh_ops, spec, &conn_events, events, owner);
	if (status == STATUS_OK)
		*out = &doh->base;
	return status;
}
