/* One client's connection, served to its end by a thread of its own. */
#ifndef LAB_CONNECTION_H
#define LAB_CONNECTION_H

#include "tests/lab/lab.h"

/* Serves `fd`, a connected non-blocking socket, and closes it. */
void connection_start(struct listener *listener, int fd);
/* Waits until all have ended, for `timeout_ms` at most. */
void connections_drain(struct lab *lab, unsigned timeout_ms);
/* Hangs up all and waits until their threads have ended. */
void connections_end(struct lab *lab);

/* Between the files of this part. */

/* What starts a TLS record (RFC 8446 §5.1). As the first byte of a DNS message
 * over TCP it would announce one of over 5000 bytes. */
#define TLS_RECORD_FIRST 0x14
#define TLS_RECORD_LAST  0x17

struct connection {
	struct list link;
	struct listener *listener;
	int fd;
};

/* Waits until the socket is ready for `events` or, with 0, only for the time;
 * false if the connection is at its end. `timeout_ms` -1: no limit. */
bool connection_wait(const struct connection *c, short events, int timeout_ms);
void connection_count(struct connection *c, struct counts more);

/* connection_tls.c: after the first byte of a ClientHello has come. */
void connection_serve_tls(struct connection *c);
/* connection_plain.c: without TLS, or what came so to a port with TLS. */
void connection_serve_plain(struct connection *c);

#endif
