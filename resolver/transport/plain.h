/* DNS without TLS (RFC 1035 §4.2), for the names that it has been given and no others.
 * Open at once; there is no connection. */
#ifndef TRANSPORT_PLAIN_H
#define TRANSPORT_PLAIN_H

#include "transport/transport.h"

/* Questions, each with a socket. */
#define PLAIN_QUESTIONS_MAX 128

MUST_CHECK enum status plain_start(const struct transport_spec *spec,
	const struct transport_events *events, void *owner, struct transport **out);

#endif
