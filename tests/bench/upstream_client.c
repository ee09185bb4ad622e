#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <openssl/err.h>

#include "tests/bench/upstream.h"

#define RECORD_BYTES 16384 /* RFC 8446 §5.1 */

void upstream_put(struct upstream_client *c, struct bytes out)
{
	size_t need = c->out_n + out.n;

	if (need > c->out_cap) {
		c->out_cap = 2 * need;
		c->out = realloc(c->out, c->out_cap);
		if (c->out == NULL)
			abort();
	}
	if (out.n > 0)
		memcpy(c->out + c->out_n, out.p, out.n);
	c->out_n = need;
}

/* False: the connection is over. */
static bool can_go_on(struct upstream_client *c, int result)
{
	int error = SSL_get_error(c->ssl, result);

	ERR_clear_error();
	return error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE;
}

static void write_out(struct upstream_client *c)
{
	while (c->out_at < c->out_n) {
		size_t left = c->out_n - c->out_at;
		int n = SSL_write(c->ssl, c->out + c->out_at,
			(int)(left < RECORD_BYTES ? left : RECORD_BYTES));

		if (n <= 0) {
			c->over = !can_go_on(c, n);
			return;
		}
		c->out_at += (size_t)n;
	}
	c->out_at = c->out_n = 0;
}

static void read_in(struct upstream_client *c)
{
	int n = 1;

	while (n > 0 && !c->over) {
		size_t room = sizeof c->in - c->in_n;

		n = SSL_read(c->ssl, c->in + c->in_n, (int)room);
		if (n > 0) {
			c->in_n += (size_t)n;
			c->over = !c->take(c);
		} else {
			c->over = !can_go_on(c, n);
		}
	}
}

static bool start_protocol(struct upstream_client *c)
{
	const unsigned char *protocol;
	unsigned n;

	if (c->source.kind == UPSTREAM_LISTENS_DOT) {
		c->take = upstream_take_dot;
		return true;
	}
	SSL_get0_alpn_selected(c->ssl, &protocol, &n);
	c->take = n == 2 ? upstream_take_h2 : upstream_take_h1;
	return n != 2 || upstream_start_h2(c);
}

static void shake_hands(struct upstream_client *c)
{
	struct upstream_counts *counts = &c->source.upstream->counts;
	int result = SSL_do_handshake(c->ssl);

	if (result != 1) {
		c->over = !can_go_on(c, result);
		return;
	}
	c->open = true;
	if (SSL_session_reused(c->ssl))
		counts->resumed++;
	else
		counts->full++;
	c->over = !start_protocol(c);
}

static void wait_on(struct upstream_client *c)
{
	uint32_t events = EPOLLIN | (c->out_at < c->out_n ? EPOLLOUT : 0u);
	struct epoll_event event = { .events = events, .data.ptr = &c->source };

	if (events == c->events)
		return;
	c->events = events;
	epoll_ctl(c->source.upstream->epoll, EPOLL_CTL_MOD, c->source.fd, &event);
}

static void free_client(struct upstream_client *c)
{
	nghttp2_session_del(c->http);
	SSL_free(c->ssl);
	close(c->source.fd);
	free(c->out);
	free(c);
}

static void on_ready(struct upstream_source *source, uint32_t events)
{
	struct upstream_client *c = (struct upstream_client *)source;

	if (!c->open)
		shake_hands(c);
	if (c->open && !c->over) {
		read_in(c);
		write_out(c);
	}
	if (c->over || (events & (EPOLLERR | EPOLLHUP)) != 0)
		free_client(c);
	else
		wait_on(c);
}

void upstream_accept(struct upstream *upstream, enum upstream_kind kind, int fd)
{
	struct upstream_client *c = calloc(1, sizeof *c);
	struct epoll_event event = { .events = EPOLLIN };
	int one = 1;

	if (c == NULL || (c->ssl = SSL_new(upstream->tls)) == NULL)
		abort();
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
	c->source = (struct upstream_source){ upstream, on_ready, fd, kind };
	c->events = event.events;
	SSL_set_app_data(c->ssl, c);
	SSL_set_fd(c->ssl, fd);
	SSL_set_accept_state(c->ssl);
	upstream->counts.connections++;
	event.data.ptr = &c->source;
	epoll_ctl(upstream->epoll, EPOLL_CTL_ADD, fd, &event);
}
