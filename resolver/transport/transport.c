#include "base/clock.h"
#include "transport/base.h"
#include "transport/doh.h"
#include "transport/dot.h"
#include "transport/plain.h"

void transport_prepare(struct transport *t, const struct transport_ops *ops,
	const struct transport_events *events, void *owner)
{
	t->ops = ops;
	t->events = events;
	t->owner = owner;
	t->last_heard_ms = clock_now_ms();
	t->keepalive_ms = -1;
}

enum status transport_init(struct transport *t, const struct transport_ops *ops,
	const struct transport_spec *spec, const struct conn_events *conn_events,
	const struct transport_events *events, void *owner)
{
	enum status status;

	transport_prepare(t, ops, events, owner);
	status = conn_start(spec->loop, spec->context, spec->address, spec->handshake_ms,
		conn_events, t, &t->conn);
	if (status != STATUS_OK)
		ops->free(t);
	return status;
}

void transport_enter(struct transport *t)
{
	t->in_callback = true;
}

void transport_leave(struct transport *t)
{
	t->in_callback = false;
	if (t->gone)
		t->ops->free(t);
}

void transport_heard(struct transport *t)
{
	t->last_heard_ms = clock_now_ms();
	t->was_heard = true;
}

static void tell_ended(struct transport *t, const struct failure *why,
	const struct verdict *verdict, struct bytes refused_pem)
{
	t->conn = NULL;
	t->gone = true;
	t->events->on_closed(t->owner, why, verdict, refused_pem);
}

void transport_break_off(struct transport *t, const struct failure *why)
{
	if (t->conn != NULL)
		conn_close(t->conn);
	tell_ended(t, why, NULL, bytes_of(NULL, 0));
}

void transport_on_closed(void *owner, const struct failure *why,
	const struct verdict *verdict, struct bytes refused_pem)
{
	struct transport *t = owner;

	transport_enter(t);
	tell_ended(t, why, verdict, refused_pem);
	transport_leave(t);
}

/* --- what callers see ------------------------------------------------------ */

enum status transport_start(const struct transport_spec *spec,
	const struct transport_events *events, void *owner, struct transport **out)
{
	switch (spec->protocol) {
	case TRANSPORT_DOT:
		return dot_start(spec, events, owner, out);
	case TRANSPORT_DOH:
		return doh_start(spec, events, owner, out);
	case TRANSPORT_PLAIN:
		return plain_start(spec, events, owner, out);
	}
	return STATUS_UNSUPPORTED;
}

void transport_close(struct transport *t)
{
	if (t->conn != NULL && t->ops->goodbye != NULL)
		t->ops->goodbye(t);
	if (t->conn != NULL)
		conn_close(t->conn);
	t->conn = NULL;
	t->gone = true;
	if (!t->in_callback)
		t->ops->free(t);
}

enum status transport_send(
	struct transport *t, struct transport_query *query, struct bytes wire)
{
	return !t->gone ? t->ops->send(t, query, wire) : STATUS_CLOSED;
}

void transport_cancel(struct transport *t, struct transport_query *query)
{
	t->ops->cancel(t, query);
}

void transport_check(struct transport *t)
{
	if (!t->gone)
		t->ops->check(t);
}

struct conn *transport_conn(const struct transport *t)
{
	return t->conn;
}

bool transport_is_connecting(const struct transport *t)
{
	return t->conn != NULL && conn_state(t->conn) == CONN_CONNECTING;
}

size_t transport_in_flight(const struct transport *t)
{
	return t->in_flight;
}

uint64_t transport_last_heard_ms(const struct transport *t)
{
	return t->last_heard_ms;
}

bool transport_was_heard(const struct transport *t)
{
	return t->was_heard;
}

uint64_t transport_mismatched(const struct transport *t)
{
	return t->mismatched;
}

int64_t transport_keepalive_ms(const struct transport *t)
{
	return t->keepalive_ms;
}
