/* All addresses that pintle listens on, and their change at a reload: bound
 * first, then swapped whole. */
#ifndef LISTEN_LISTENERS_H
#define LISTEN_LISTENERS_H

#include "base/text.h"
#include "listen/handed.h"
#include "listen/socket.h"
#include "listen/tcp.h"
#include "listen/udp.h"

struct listener {
	struct endpoint endpoint;
	int udp_fd, tcp_fd; /* until watched */
	struct udp_listener *udp;
	struct tcp_listener *tcp;
};

struct listeners {
	uv_loop_t *loop;
	struct resolver *resolver;
	enum socket_share share;
	struct handed *handed; /* borrowed; NULL: all are opened here */
	struct tcp_clients clients;
	struct listener *items; /* owned */
	size_t n;
};

/* Sockets bound and watched for what is new; `keep` marks what is in force already. */
struct listeners_plan {
	struct listener *items; /* owned */
	bool *keep;             /* owned */
	size_t n;
};

/* `share`: with whom its sockets share their addresses; SOCKET_NEXT prepares after
 * SOCKET_FIRST has. */
void listeners_init(struct listeners *listeners, uv_loop_t *loop,
	struct resolver *resolver, enum socket_share share, unsigned client_limit);
void listeners_deinit(struct listeners *listeners);

/* IO or CONFIG with words in `error`, NOMEM: nothing has changed. An IPv6 loopback on
 * a machine without IPv6 is skipped with a line in the log. */
MUST_CHECK enum status listeners_prepare(struct listeners *listeners,
	const struct endpoint *endpoints, size_t n, struct text *error,
	struct listeners_plan *plan);
/* Cannot fail. Addresses in both stay open, and their clients with them. One of both has
 * to run before the loop's next turn. */
void listeners_commit(struct listeners *listeners, struct listeners_plan *plan);
void listeners_plan_discard(struct listeners_plan *plan);

#endif
