/* DNS over HTTPS (RFC 8484) over HTTP/2: one connection, a stream for each question. */
#ifndef TRANSPORT_DOH_H
#define TRANSPORT_DOH_H

#include "transport/transport.h"

/* As transport_start(). The context must require h2: tls_alpn_h2. */
MUST_CHECK enum status doh_start(const struct transport_spec *spec,
	const struct transport_events *events, void *owner, struct transport **out);

#endif
