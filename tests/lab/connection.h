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
/* connection_plain.c: DNS over TCP, or what came to a port without TLS. */
void connection_serve_plain(struct connection *c);

#endif
