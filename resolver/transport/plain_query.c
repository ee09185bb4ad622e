/* UDP -> again, if nothing comes -> the answer.
 *
 * Too long, or the letters are others, or too many strangers: TCP. Nobody there: told at
 * once. Whoever asks has a deadline; here is none. */
#include "transport/plain_query.h"

#include <stdlib.h>

#include "base/clock.h"
#include "transport/tcp.h"

/* Between the first datagram and the second; it doubles, up to the fifth and then to the
 * end. */
#define AGAIN_MS      250
#define DATAGRAMS_MAX 5
/* To connect and to answer. */
#define TCP_MS 5000
/* An answer with other letters was not the server's, if its own comes so soon after. */
#define MISCASED_MS 20
/* So many answers under another ID: somebody is guessing (RFC 5452 §9.2). */
#define STRANGERS_MAX 8

static void on_closed(uv_handle_t *handle)
{
	struct plain_query *q = handle->data;

	if (--q->handles > 0)
		return;
	framing_deinit(&q->framing);
	free(q);
}

static void close_handle(uv_handle_t *handle, bool *has)
{
	if (*has)
		uv_close(handle, on_closed);
	*has = false;
}

void plain_query_end(struct plain_query *q)
{
	list_remove(&q->link);
	q->server->transport->in_flight--;
	q->server = NULL;
	close_handle((uv_handle_t *)&q->udp, &q->has_udp);
	close_handle((uv_handle_t *)&q->tcp, &q->has_tcp);
	close_handle((uv_handle_t *)&q->timer, &q->has_timer);
}

/* --- how it ends ------------------------------------------------------------ */

static void finish(struct plain_query *q, const struct message *answer)
{
	struct plain_server *server = q->server;
	struct transport_query *query = q->query;

	transport_heard(server->transport);
	plain_query_end(q);
	server->on_answer(server->transport, query, answer);
}

static void fail(struct plain_query *q, const struct failure *why, bool gone)
{
	struct plain_server *server = q->server;
	struct transport_query *query = q->query;

	plain_query_end(q);
	server->on_failed(server->transport, query, why, gone);
}

/* A server that answers over UDP and not over TCP is there: it has said what it can. */
static void fail_tcp(struct plain_query *q, int code)
{
	struct failure why = failure_from_uv(code);
	uint8_t room[DNS_HEADER_BYTES + NAME_WIRE_MAX + 4];
	struct message cut;

	if (q->cut && plain_cut(&q->sent, q->query->question, room, &cut) == STATUS_OK)
		finish(q, &cut);
	else
		fail(q, &why, false);
}

/* --- TCP ------------------------------------------------------------------- */

static void on_tcp_alloc(uv_handle_t *handle, size_t suggested, uv_buf_t *buf)
{
	struct plain_query *q = handle->data;

	(void)suggested;
	*buf = uv_buf_init((char *)q->server->packet, sizeof q->server->packet);
}

static void on_tcp_read(uv_stream_t *tcp, ssize_t n, const uv_buf_t *buf)
{
	struct plain_query *q = tcp->data;
	struct bytes in = bytes_of(buf->base, n > 0 ? (size_t)n : 0), wire;
	enum status status = STATUS_OK;
	struct message m;

	if (n < 0) {
		fail_tcp(q, (int)n);
		return;
	}
	while (status == STATUS_OK) {
		status = framing_next(&q->framing, &in, &wire);
		if (status != STATUS_OK)
			break;
		if (plain_judge_tcp(&q->sent, q->query->question, wire, &m) ==
			PLAIN_ANSWER) {
			finish(q, &m);
			return;
		}
		q->server->transport->mismatched++;
		if (++q->stranger_n > STRANGERS_MAX)
			status = STATUS_LIMIT;
	}
	if (status != STATUS_NOTFOUND)
		fail_tcp(q, status == STATUS_NOMEM ? UV_ENOMEM : UV_EOF);
}

static void on_written(uv_write_t *request, int status)
{
	struct plain_query *q = request->handle->data;

	if (q->server != NULL && status < 0)
		fail_tcp(q, status);
}

static void on_connected(uv_connect_t *request, int status)
{
	struct plain_query *q = request->handle->data;
	struct bytes frame = plain_frame(&q->sent);
	uv_buf_t buf = uv_buf_init((char *)(uintptr_t)frame.p, (unsigned)frame.n);

	if (q->server == NULL)
		return;
	if (status == 0)
		status = uv_read_start((uv_stream_t *)&q->tcp, on_tcp_alloc, on_tcp_read);
	if (status == 0)
		status = uv_write(
			&q->writing, (uv_stream_t *)&q->tcp, &buf, 1, on_written);
	if (status != 0)
		fail_tcp(q, status);
}

static void on_timer(uv_timer_t *timer);

/* UDP is over. */
static void go_to_tcp(struct plain_query *q)
{
	int code;

	uv_timer_start(&q->timer, on_timer, TCP_MS, 0);
	close_handle((uv_handle_t *)&q->udp, &q->has_udp);
	code = uv_tcp_init(q->server->loop, &q->tcp);
	if (code == 0) {
		q->tcp.data = q;
		q->has_tcp = true;
		q->handles++;
		code = uv_tcp_connect(
			&q->connecting, &q->tcp, &q->server->address.sa, on_connected);
	}
	if (code == 0)
		tcp_set_options(&q->tcp);
	else
		fail_tcp(q, code);
}

/* --- UDP ------------------------------------------------------------------- */

static void on_udp_alloc(uv_handle_t *handle, size_t suggested, uv_buf_t *buf)
{
	struct plain_query *q = handle->data;

	(void)suggested;
	*buf = uv_buf_init((char *)q->server->packet, PLAIN_DATAGRAM_MAX);
}

/* What is under another name or ID costs us nothing and him a guess; too many of them
 * are not left to luck. Right but for its letters, it may be a server's that writes
 * names as it likes: TCP will tell. */
static void on_stranger(struct plain_query *q, bool miscased)
{
	q->server->transport->mismatched++;
	if (miscased && !q->miscased)
		uv_timer_start(&q->timer, on_timer, MISCASED_MS, 0);
	q->miscased |= miscased;
	if (++q->stranger_n > STRANGERS_MAX)
		go_to_tcp(q);
}

static void on_datagram(struct plain_query *q, uint8_t *wire, size_t n, bool partial)
{
	enum plain_judgement judgement;
	struct message m;

	judgement = plain_judge(&q->sent, q->query->question, wire, n, partial, &m);
	switch (judgement) {
	case PLAIN_STRANGER:
	case PLAIN_MISCASED:
		on_stranger(q, judgement == PLAIN_MISCASED);
		break;
	case PLAIN_CUT:
		transport_heard(q->server->transport);
		q->cut = true;
		go_to_tcp(q);
		break;
	case PLAIN_ANSWER:
		finish(q, &m);
		break;
	}
}

/* The kernel drops what comes from elsewhere, but not what came before the socket was
 * connected. */
static bool is_from_server(const struct plain_query *q, const struct sockaddr *from)
{
	struct endpoint e = { .sa = { .sa_family = from->sa_family } };

	if (from->sa_family == AF_INET)
		e.in = *(const struct sockaddr_in *)(const void *)from;
	else if (from->sa_family == AF_INET6)
		e.in6 = *(const struct sockaddr_in6 *)(const void *)from;
	return e.sa.sa_family == q->server->address.sa.sa_family &&
	       endpoint_port(&e) == endpoint_port(&q->server->address) &&
	       bytes_equal(endpoint_address(&e), endpoint_address(&q->server->address));
}

static void on_udp_read(uv_udp_t *udp, ssize_t n, const uv_buf_t *buf,
	const struct sockaddr *from, unsigned flags)
{
	struct plain_query *q = udp->data;
	struct failure why;

	if (n < 0) {
		why = failure_from_uv((int)n);
		fail(q, &why, true);
	} else if (from != NULL && is_from_server(q, from)) {
		on_datagram(q, (uint8_t *)buf->base, (size_t)n,
			(flags & UV_UDP_PARTIAL) != 0);
	}
}

static int send_datagram(struct plain_query *q)
{
	struct bytes wire = plain_datagram(&q->sent);
	uv_buf_t buf = uv_buf_init((char *)(uintptr_t)wire.p, (unsigned)wire.n);
	int code = uv_udp_try_send(&q->udp, &buf, 1, NULL);

	q->sent_n++;
	/* A full buffer is as good as a datagram that was lost. */
	return code >= 0 || code == UV_EAGAIN || code == UV_ENOBUFS ? 0 : code;
}

static void wait_for_answer(struct plain_query *q)
{
	uv_timer_start(&q->timer, on_timer, (uint64_t)AGAIN_MS << (q->sent_n - 1), 0);
}

static void send_again(struct plain_query *q)
{
	struct failure why = failure_of(FAILURE_TIMEOUT, NULL);
	int code;

	if (q->sent_n == DATAGRAMS_MAX) {
		fail(q, &why, false);
		return;
	}
	code = send_datagram(q);
	if (code == 0) {
		wait_for_answer(q);
		return;
	}
	why = failure_from_uv(code);
	fail(q, &why, true);
}

static void on_timer(uv_timer_t *timer)
{
	struct plain_query *q = timer->data;

	if (q->why.kind != FAILURE_NONE)
		fail(q, &q->why, true);
	else if (q->has_tcp)
		fail_tcp(q, UV_ETIMEDOUT);
	else if (q->miscased)
		go_to_tcp(q);
	else
		send_again(q);
}

/* A socket of its own: the kernel gives each a port that is not known before (RFC 6056;
 * Linux draws from some 28000), and takes nothing from anybody else once it is
 * connected. */
static int open_udp(struct plain_query *q)
{
	int code = uv_udp_init(q->server->loop, &q->udp);

	if (code != 0)
		return code;
	q->udp.data = q;
	q->has_udp = true;
	q->handles++;
	code = uv_udp_connect(&q->udp, &q->server->address.sa);
	if (code == 0)
		code = uv_udp_recv_start(&q->udp, on_udp_alloc, on_udp_read);
	return code == 0 ? send_datagram(q) : code;
}

enum status plain_query_start(struct plain_server *server,
	const struct plain_scope *scope, struct transport_query *query, struct bytes wire,
	struct plain_query **out)
{
	struct plain_query *q = calloc(1, sizeof *q);
	enum status status = STATUS_NOMEM;
	int code;

	*out = NULL;
	if (q != NULL)
		status = plain_write(scope, query->question, wire, &q->sent);
	if (status != STATUS_OK) {
		free(q);
		return status;
	}
	list_init(&q->link);
	framing_init(&q->framing);
	q->query = query;
	q->server = server;
	uv_timer_init(server->loop, &q->timer);
	q->timer.data = q;
	q->has_timer = true;
	q->handles = 1;
	server->transport->in_flight++;
	query->plain = q;
	code = open_udp(q);
	if (code == 0) {
		wait_for_answer(q);
	} else {
		q->why = failure_from_uv(code);
		uv_timer_start(&q->timer, on_timer, 0, 0);
	}
	*out = q;
	return STATUS_OK;
}
