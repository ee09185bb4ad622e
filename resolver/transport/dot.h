/* DNS over TLS (RFC 7858): one connection, many questions at once, matched to
 * their answers by message ID and question. */
#ifndef TRANSPORT_DOT_H
#define TRANSPORT_DOT_H

#include "transport/transport.h"

/* As transport_start(). */
MUST_CHECK enum status dot_start(const struct transport_spec *spec,
	const struct transport_events *events, void *owner, struct transport **out);

#endif
