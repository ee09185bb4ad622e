/* Queries pipelined on a connection (RFC 7766 §6.2.1.1). */
#include <errno.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/bytes.h"
#include "tests/bench/load.h"

#define BUFFER_BYTES (256 * 1024)

void load_tcp_open(struct load_socket *s)
{
	const struct endpoint *server = &s->load->options.server;
	int one = 1;

	s->fd = socket(server->sa.sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (s->fd < 0 || connect(s->fd, &server->sa, endpoint_size(server)) != 0) {
		perror("load: tcp");
		exit(1);
	}
	setsockopt(s->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
	s->in_n = s->out_n = 0;
	if (s->in == NULL)
		s->in = malloc(BUFFER_BYTES);
	if (s->out == NULL)
		s->out = malloc(BUFFER_BYTES);
	if (s->in == NULL || s->out == NULL)
		abort();
}

static void flush(struct load_socket *s)
{
	ssize_t n = send(s->fd, s->out, s->out_n, MSG_DONTWAIT | MSG_NOSIGNAL);

	if (n <= 0)
		return;
	s->out_n -= (size_t)n;
	memmove(s->out, s->out + n, s->out_n);
}

unsigned load_tcp_send(struct load_socket *s, unsigned n)
{
	const struct load *load = s->load;
	uint64_t now_ns = timing_now_ns();
	unsigned sent = 0;
	uint16_t id;

	while (sent < n && s->out_n + 2 + load->query_n <= BUFFER_BYTES &&
		load_reserve(s, now_ns, &id)) {
		put16(s->out + s->out_n, (unsigned)load->query_n);
		load_query_write(load, id, s->slots[id].number, s->out + s->out_n + 2);
		s->out_n += 2 + load->query_n;
		sent++;
	}
	flush(s);
	return sent;
}

static void take_frames(struct load_socket *s)
{
	uint64_t now_ns = timing_now_ns();
	size_t at = 0;

	while (s->in_n - at >= 2) {
		size_t n = get16(s->in + at);

		if (s->in_n - at - 2 < n)
			break;
		load_take_reply(s, s->in + at + 2, n, now_ns);
		at += 2 + n;
	}
	s->in_n -= at;
	memmove(s->in, s->in + at, s->in_n);
}

void load_tcp_receive(struct load_socket *s)
{
	ssize_t n;

	do {
		n = recv(s->fd, s->in + s->in_n, BUFFER_BYTES - s->in_n, MSG_DONTWAIT);
		if (n == 0 || (n < 0 && errno != EAGAIN)) {
			close(s->fd);
			load_give_up(s);
			s->load->counts.reconnects++;
			load_tcp_open(s);
			return;
		}
		if (n > 0) {
			s->in_n += (size_t)n;
			take_frames(s);
		}
	} while (n > 0);
}
