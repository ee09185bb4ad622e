/* DNS over UDP: datagrams in batches, replies in batches. */
#ifndef LISTEN_UDP_H
#define LISTEN_UDP_H

#include <uv.h>

#include "query/query.h"

struct udp_listener;

/* Takes `fd`, bound by socket_open(), over, whatever comes of it. `resolver` is borrowed
 * until udp_listener_close(). NOMEM, IO. */
MUST_CHECK enum status udp_listener_start(
	uv_loop_t *loop, int fd, struct resolver *resolver, struct udp_listener **out);
/* Queries that wait are cancelled. Memory goes with the next turn of the loop. */
void udp_listener_close(struct udp_listener *listener);

#endif
