/* What the protocols have in common; private to this room. An implementer's struct
 * begins with a struct transport. */
#ifndef TRANSPORT_BASE_H
#define TRANSPORT_BASE_H

#include "transport/transport.h"

struct transport_ops {
	enum status (*send)(struct transport *, struct transport_query *, struct bytes);
	void (*cancel)(struct transport *, struct transport_query *);
	void (*check)(struct transport *);
	/* The owner closes it: last words go into the connection, which is there. NULL:
	 * none. */
	void (*goodbye)(struct transport *);
	/* The last call: its memory, but for the connection's. */
	void (*free)(struct transport *);
};

struct transport {
	const struct transport_ops *ops;
	const struct transport_events *events;
	void *owner;
	struct conn *conn; /* owned; NULL once it has ended, and with PLAIN */
	size_t in_flight;
	uint64_t last_heard_ms;
	bool was_heard; /* not only by its handshake */
	uint64_t mismatched;
	int64_t keepalive_ms;

	bool in_callback; /* an owner's callback may run: freeing waits for it */
	bool gone;        /* ended: free when it is over */
};

/* Without a connection. */
void transport_prepare(struct transport *transport, const struct transport_ops *ops,
	const struct transport_events *events, void *owner);
/* Starts the connection that `events` hears of, with the transport as their owner; on
 * failure the transport is freed. */
MUST_CHECK enum status transport_init(struct transport *transport,
	const struct transport_ops *ops, const struct transport_spec *spec,
	const struct conn_events *conn_events, const struct transport_events *events,
	void *owner);

/* Around whatever may call the owner. After leave() it may be gone. */
void transport_enter(struct transport *transport);
void transport_leave(struct transport *transport);

/* An answer that matched, or a reply to a check. */
void transport_heard(struct transport *transport);

/* Inside enter() and leave(). Closes the connection, because of what came, and tells the
 * owner. */
void transport_break_off(struct transport *transport, const struct failure *why);

/* conn_events that need nothing of the protocol. */
void transport_on_closed(void *transport, const struct failure *why,
	const struct verdict *verdict, struct bytes refused_pem);

#endif
