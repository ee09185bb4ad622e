/* accept -> bytes -> frames -> query_receive() each -> replies, those known at
 * once in one write. A client that sends faster than it is answered is not read
 * from for a while; one that does not read its answers is closed. */
#include "listen/tcp.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "dns/framing.h"
#include "listen/socket.h"

/* No query is longer; who announces one wants something else. */
#define QUERY_MAX  4096
#define READ_BYTES (16 * 1024)
/* Questions of one client that wait: above, it is not read from. */
#define WAITING_MAX 128
/* Bytes a client has not taken, and all of them together: above, it is closed. */
#define UNSENT_MAX     (256 * 1024)
#define UNSENT_ALL_MAX (16 * 1024 * 1024)
/* After this, whom there was no memory for is looked at again. */
#define AGAIN_MS 100

struct tcp_listener {
	uv_tcp_t tcp;
	uv_timer_t again; /* looks once more for a client that had to wait */
	unsigned open_handles;
	struct tcp_clients *clients;
};

struct tcp_client {
	uv_tcp_t tcp;
	uv_timer_t idle;
	unsigned open_handles;
	struct tcp_clients *clients;
	struct list link;
	struct endpoint address;
	struct framing framing;
	struct list waiting; /* struct tcp_query */
	unsigned waiting_n;
	uv_shutdown_t shutdown;
	bool closing, paused, half_closed;
};

struct tcp_query {
	struct query query;
	struct list link;
	struct tcp_client *client;
};

struct tcp_write {
	uv_write_t request;
	size_t data_n;
	uint8_t data[];
};

/* What all clients need for the time of a callback. */
struct tcp_scratch {
	char input[READ_BYTES];
	uint8_t frame[2 + DNS_MESSAGE_MAX];
	uint8_t gathered[2 * (2 + DNS_MESSAGE_MAX)]; /* replies known at once */
};

/* --- closing --------------------------------------------------------------- */

static void on_handle_closed(uv_handle_t *handle)
{
	struct tcp_client *c = handle->data;

	if (--c->open_handles > 0)
		return;
	framing_deinit(&c->framing);
	free(c);
}

static void client_close(struct tcp_client *c)
{
	if (c->closing)
		return;
	c->closing = true;
	list_for_each_safe (it, &c->waiting) {
		struct tcp_query *q = list_entry(it, struct tcp_query, link);

		query_cancel(&q->query);
		free(q);
	}
	list_remove(&c->link);
	c->clients->count--;
	uv_close((uv_handle_t *)&c->idle, on_handle_closed);
	uv_close((uv_handle_t *)&c->tcp, on_handle_closed);
}

static struct tcp_client *client_of(struct list *link)
{
	return list_entry(link, struct tcp_client, link);
}

void tcp_clients_init(
	struct tcp_clients *clients, struct resolver *resolver, unsigned limit)
{
	*clients = (struct tcp_clients){ .resolver = resolver, .limit = limit };
	list_init(&clients->by_activity);
}

void tcp_clients_close(struct tcp_clients *clients)
{
	list_for_each_safe (it, &clients->by_activity)
		client_close(client_of(it));
	free(clients->scratch);
	clients->scratch = NULL;
}

static void on_idle(uv_timer_t *timer)
{
	struct tcp_client *c = timer->data;

	if (c->waiting_n == 0)
		client_close(c);
}

static void note_activity(struct tcp_client *c)
{
	list_remove(&c->link);
	list_append(&c->clients->by_activity, &c->link);
	uv_timer_start(&c->idle, on_idle, TCP_IDLE_MS, 0);
}

/* --- writing --------------------------------------------------------------- */

static void on_written(uv_write_t *request, int status)
{
	struct tcp_client *c = request->data;
	struct tcp_write *w = list_entry(request, struct tcp_write, request);

	c->clients->unsent_n -= w->data_n;
	free(w);
	if (status < 0 && status != UV_ECANCELED)
		client_close(c);
}

static bool write_later(struct tcp_client *c, struct bytes data)
{
	size_t unsent_n = uv_stream_get_write_queue_size((uv_stream_t *)&c->tcp);
	struct tcp_write *w = NULL;
	uv_buf_t buf;

	if (unsent_n + data.n <= UNSENT_MAX &&
		c->clients->unsent_n + data.n <= UNSENT_ALL_MAX)
		w = malloc(sizeof *w + data.n);
	if (w == NULL)
		return false;
	memcpy(w->data, data.p, data.n);
	w->data_n = data.n;
	w->request.data = c;
	buf = uv_buf_init((char *)w->data, (unsigned)data.n);
	if (uv_write(&w->request, (uv_stream_t *)&c->tcp, &buf, 1, on_written) == 0) {
		c->clients->unsent_n += data.n;
		return true;
	}
	free(w);
	return false;
}

static void client_write(struct tcp_client *c, struct bytes data)
{
	uv_buf_t buf = uv_buf_init((char *)(uintptr_t)data.p, (unsigned)data.n);
	int n;

	if (c->closing || data.n == 0)
		return;
	n = uv_try_write((uv_stream_t *)&c->tcp, &buf, 1);
	if (n == UV_EAGAIN)
		n = 0;
	if (n >= 0 && (size_t)n == data.n)
		return;
	if (n < 0 || !write_later(c, bytes_of(data.p + n, data.n - (size_t)n)))
		client_close(c);
}

static void on_shutdown(uv_shutdown_t *request, int status)
{
	struct tcp_client *c = request->data;

	(void)status;
	client_close(c);
}

/* What is queued goes out first. */
static void close_after_writing(struct tcp_client *c)
{
	c->shutdown.data = c;
	if (uv_shutdown(&c->shutdown, (uv_stream_t *)&c->tcp, on_shutdown) != 0)
		client_close(c);
}

/* --- questions ------------------------------------------------------------- */

static void on_alloc(uv_handle_t *handle, size_t suggested, uv_buf_t *buf)
{
	const struct tcp_client *c = handle->data;

	(void)suggested;
	*buf = uv_buf_init(c->clients->scratch->input, READ_BYTES);
}

static void on_read(uv_stream_t *stream, ssize_t n, const uv_buf_t *buf);

static void pause_or_go_on(struct tcp_client *c)
{
	if (c->closing)
		return;
	if (c->half_closed) {
		if (c->waiting_n == 0)
			close_after_writing(c);
		return;
	}
	if (!c->paused && c->waiting_n >= WAITING_MAX) {
		c->paused = true;
		uv_read_stop((uv_stream_t *)&c->tcp);
	} else if (c->paused && c->waiting_n < WAITING_MAX / 2) {
		c->paused = false;
		if (uv_read_start((uv_stream_t *)&c->tcp, on_alloc, on_read) != 0)
			client_close(c);
	}
}

static void on_done(struct query *query, struct bytes reply)
{
	struct tcp_query *q = list_entry(query, struct tcp_query, query);
	struct tcp_client *c = q->client;
	uint8_t *frame = c->clients->scratch->frame;
	struct writer w = { .p = frame, .cap = 2 + DNS_MESSAGE_MAX };

	list_remove(&q->link);
	c->waiting_n--;
	free(q);
	wr_uint(&w, reply.n, 2);
	wr_bytes(&w, reply);
	note_activity(c);
	if (reply.n > 0)
		client_write(c, wr_done(&w));
	pause_or_go_on(c);
}

static enum query_outcome wait_for(
	struct tcp_client *c, const struct message *parsed, struct writer *reply)
{
	struct tcp_query *q = calloc(1, sizeof *q);
	enum query_outcome outcome;

	if (q == NULL)
		return QUERY_DROP;
	q->client = c;
	q->query.done = on_done;
	outcome = query_wait(
		c->clients->resolver, &q->query, parsed, &c->address, false, reply);
	if (outcome != QUERY_PENDING) {
		free(q);
		return outcome;
	}
	list_append(&c->waiting, &q->link);
	c->waiting_n++;
	return outcome;
}

static void handle(struct tcp_client *c, struct bytes wire, struct writer *out)
{
	struct writer reply;
	enum query_outcome outcome;
	struct message parsed;

	if (out->cap - out->n < 2 + DNS_MESSAGE_MAX) {
		client_write(c, wr_done(out));
		out->n = 0;
		if (c->closing)
			return;
	}
	reply = (struct writer){ .p = out->p + out->n + 2, .cap = out->cap - out->n - 2 };
	outcome = query_receive(
		c->clients->resolver, wire, &c->address, false, &parsed, &reply);
	if (outcome == QUERY_PENDING)
		outcome = wait_for(c, &parsed, &reply);
	/* What is no query keeps no connection open. */
	if (outcome != QUERY_DROP)
		note_activity(c);
	if (outcome != QUERY_ANSWERED)
		return;
	wr_uint(out, reply.n, 2);
	out->n += reply.n;
}

static void on_read(uv_stream_t *stream, ssize_t n, const uv_buf_t *buf)
{
	struct tcp_client *c = stream->data;
	struct bytes in = bytes_of(buf->base, n > 0 ? (size_t)n : 0);
	struct tcp_scratch *scratch = c->clients->scratch;
	struct writer out = { .p = scratch->gathered, .cap = sizeof scratch->gathered };
	enum status status = STATUS_OK;
	struct bytes message;

	if (n == UV_EOF) {
		/* It has asked all it wants to, and may still read. */
		c->half_closed = true;
		uv_read_stop(stream);
		pause_or_go_on(c);
		return;
	}
	if (n < 0) {
		client_close(c);
		return;
	}
	while (!c->closing && status == STATUS_OK) {
		status = framing_next(&c->framing, &in, &message);
		if (status != STATUS_OK)
			break;
		handle(c, message, &out);
	}
	client_write(c, wr_done(&out));
	if (status == STATUS_NOMEM || status == STATUS_LIMIT)
		client_close(c);
	pause_or_go_on(c);
}

/* --- accepting ------------------------------------------------------------- */

static struct tcp_client *client_new(uv_loop_t *loop, struct tcp_clients *clients)
{
	struct tcp_client *c = calloc(1, sizeof *c);

	if (c == NULL)
		return NULL;
	c->clients = clients;
	c->open_handles = 2;
	list_init(&c->waiting);
	framing_init(&c->framing);
	c->framing.limit = QUERY_MAX;
	uv_tcp_init(loop, &c->tcp);
	uv_timer_init(loop, &c->idle);
	c->tcp.data = c->idle.data = c;
	list_append(&clients->by_activity, &c->link);
	clients->count++;
	return c;
}

/* Room for one more: the idlest clients that wait for nothing go, several where a reload
 * has lowered the limit. */
static void make_room(struct tcp_clients *clients)
{
	list_for_each_safe (it, &clients->by_activity) {
		if (clients->count < clients->limit)
			return;
		if (client_of(it)->waiting_n == 0)
			client_close(client_of(it));
	}
}

static void accept_one(struct tcp_listener *l);

static void on_again(uv_timer_t *timer)
{
	accept_one(timer->data);
}

/* libuv listens on only once a client that it reported was accepted: without
 * memory for one that has to be tried again, or nobody else is ever heard. */
static void accept_one(struct tcp_listener *l)
{
	uv_stream_t *server = (uv_stream_t *)&l->tcp;
	int size = sizeof(struct endpoint);
	struct tcp_client *c;

	make_room(l->clients);
	c = client_new(server->loop, l->clients);
	if (c == NULL) {
		uv_timer_start(&l->again, on_again, AGAIN_MS, 0);
		return;
	}
	if (uv_accept(server, (uv_stream_t *)&c->tcp) != 0 ||
		l->clients->count > l->clients->limit ||
		uv_tcp_getpeername(&c->tcp, &c->address.sa, &size) != 0 ||
		uv_read_start((uv_stream_t *)&c->tcp, on_alloc, on_read) != 0) {
		client_close(c);
		return;
	}
	uv_tcp_nodelay(&c->tcp, 1);
	note_activity(c);
}

static void on_connection(uv_stream_t *server, int status)
{
	if (status < 0)
		log_warning("a TCP client cannot be accepted: %s", uv_strerror(status));
	else
		accept_one(server->data);
}

static void on_listener_closed(uv_handle_t *handle)
{
	struct tcp_listener *l = handle->data;

	if (--l->open_handles == 0)
		free(l);
}

enum status tcp_listener_start(
	uv_loop_t *loop, int fd, struct tcp_clients *clients, struct tcp_listener **out)
{
	struct tcp_listener *l = calloc(1, sizeof *l);

	*out = NULL;
	if (clients->scratch == NULL)
		clients->scratch = malloc(sizeof *clients->scratch);
	if (l == NULL || clients->scratch == NULL) {
		close(fd);
		free(l);
		return STATUS_NOMEM;
	}
	l->clients = clients;
	uv_tcp_init(loop, &l->tcp);
	uv_timer_init(loop, &l->again);
	l->tcp.data = l->again.data = l;
	l->open_handles = 2;
	if (uv_tcp_open(&l->tcp, fd) != 0) {
		close(fd);
		tcp_listener_close(l);
		return STATUS_IO;
	}
	if (uv_listen((uv_stream_t *)&l->tcp, SOCKET_BACKLOG, on_connection) != 0) {
		tcp_listener_close(l);
		return STATUS_IO;
	}
	*out = l;
	return STATUS_OK;
}

void tcp_listener_close(struct tcp_listener *l)
{
	uv_close((uv_handle_t *)&l->again, on_listener_closed);
	uv_close((uv_handle_t *)&l->tcp, on_listener_closed);
}
