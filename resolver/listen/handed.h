/* Sockets that the service manager has bound and handed over (sd_listen_fds(3)):
 * descriptors from 3 on, as many as LISTEN_FDS says, if LISTEN_PID is this process. They
 * take the place of the configuration's `listen`. */
#ifndef LISTEN_HANDED_H
#define LISTEN_HANDED_H

#include <stdbool.h>
#include <stddef.h>

#include "base/endpoint.h"
#include "base/text.h"

#define HANDED_MAX 64

struct handed {
	struct endpoint endpoints[HANDED_MAX];        /* each over UDP and TCP */
	int udp_fds[HANDED_MAX], tcp_fds[HANDED_MAX]; /* owned; -1: taken */
	size_t n;                                     /* 0: nothing was handed over */
};

/* Reads the environment, and takes the variables out of it. Every address must be there
 * for UDP and for TCP, where it listens (RFC 7766 §5: both are required), and IPv6
 * without IPv4 in it. CONFIG: `error` names the descriptor; handed_close() is the
 * caller's. */
MUST_CHECK enum status handed_read(struct handed *handed, struct text *error);
/* Closes what nobody has taken. */
void handed_close(struct handed *handed);

/* Both sockets of that address are the caller's now; false: there are none. */
bool handed_take(
	struct handed *handed, const struct endpoint *endpoint, int *udp_fd, int *tcp_fd);

#endif
