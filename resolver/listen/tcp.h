/* DNS over TCP (RFC 7766): several questions on a connection at once, answers
 * in the order they are found. */
#ifndef LISTEN_TCP_H
#define LISTEN_TCP_H

#include <uv.h>

#include "query/query.h"

struct tcp_scratch;

/* The clients of all TCP listeners of a worker, idlest first. */
struct tcp_clients {
	struct tcp_scratch *scratch; /* owned; NULL before there is a listener */
	struct list by_activity;
	unsigned count;
	size_t unsent_n; /* bytes of answers that clients have not taken */
	unsigned
		limit; /* over it the idlest goes; if all wait for answers, the new one */
	struct resolver *resolver;
};

struct tcp_listener;

/* A client without a question under way is closed after this (RFC 7766 §6.2.3). */
#define TCP_IDLE_MS 10000

void tcp_clients_init(
	struct tcp_clients *clients, struct resolver *resolver, unsigned limit);
/* Closes them all; their queries are cancelled. No listener is open any more; its memory
 * goes. */
void tcp_clients_close(struct tcp_clients *clients);

/* Takes `fd`, listening, over, whatever comes of it. */
MUST_CHECK enum status tcp_listener_start(
	uv_loop_t *loop, int fd, struct tcp_clients *clients, struct tcp_listener **out);
/* Clients that it accepted stay. */
void tcp_listener_close(struct tcp_listener *listener);

#endif
