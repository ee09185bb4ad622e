/* connect -> handshake -> open -> bytes both ways -> closed.
 *
 * One function moves the state; each way out ends in conn_end() (by itself,
 * with a callback) or conn_close() (by the owner, without). Memory goes when
 * libuv has closed the last handle. */
#include "transport/conn.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "transport/queued.h"
#include "transport/tcp.h"

/* Bytes the kernel has not taken yet; beyond it the server is stuck. */
#define UNSENT_MAX (256 * 1024)
/* A full TLS record and more: ciphertext is read in one call. */
#define READ_BYTES   (64 * 1024)
#define LOOK_EVERY_S 3600
#define RECORD_BYTES (16 * 1024)

struct conn {
	enum conn_state state;
	struct session *session; /* owned */
	const struct conn_events *events;
	void *owner;
	struct endpoint address;

	uv_tcp_t tcp;
	uv_timer_t deadline; /* for the handshake */
	uv_prepare_t flush;  /* runs at the end of a turn with something queued */
	uv_connect_t connecting;
	unsigned open_handles;

	bool keep_queued;   /* at the end */
	bool ending;        /* by itself, soon, … */
	struct failure end; /* … for this reason */

	struct conn_scratch *scratch; /* owned */
	struct queued queued;         /* plaintext that waits for the flush */
};

/* For the time of a callback. Of its pages those are in memory that were needed once. */
struct conn_scratch {
	char ciphertext[READ_BYTES];
	uint8_t plain[RECORD_BYTES];
};

struct write {
	uv_write_t request;
	uint8_t data[];
};

#define TO(state) (1u << CONN_##state)
static const struct {
	const char *name;
	unsigned moves;
} states[] = {
	[CONN_NEW] = { "new", TO(CONNECTING) | TO(CLOSED) },
	[CONN_CONNECTING] = { "connecting", TO(HANDSHAKE) | TO(CLOSED) },
	[CONN_HANDSHAKE] = { "handshake", TO(OPEN) | TO(CLOSED) },
	[CONN_OPEN] = { "open", TO(CLOSED) },
	[CONN_CLOSED] = { "closed", 0 },
};

static void move(struct conn *conn, enum conn_state to)
{
	assert(states[conn->state].moves & 1u << to);
	log_debug("connection %p: %s -> %s", (void *)conn, states[conn->state].name,
		states[to].name);
	conn->state = to;
}

static void on_handle_closed(uv_handle_t *handle)
{
	struct conn *conn = handle->data;

	if (--conn->open_handles > 0)
		return;
	session_free(conn->session);
	free(conn->scratch);
	queued_deinit(&conn->queued);
	free(conn);
}

static void shut(struct conn *conn)
{
	move(conn, CONN_CLOSED);
	uv_close((uv_handle_t *)&conn->deadline, on_handle_closed);
	uv_close((uv_handle_t *)&conn->flush, on_handle_closed);
	uv_close((uv_handle_t *)&conn->tcp, on_handle_closed);
}

/* Over by itself: tells the owner, once. A server that was being refused may end the
 * handshake as it likes: refused it is. */
static void conn_end(struct conn *conn, const struct failure *why)
{
	const struct verdict *verdict = session_verdict(conn->session);
	struct failure refused;

	if (conn->state == CONN_CLOSED)
		return;
	if (verdict != NULL && !verdict->accepted) {
		refused = failure_from_verdict(verdict);
		why = &refused;
	}
	shut(conn);
	conn->events->on_closed(
		conn->owner, why, verdict, session_refused_pem(conn->session));
}

static void conn_end_kind(struct conn *conn, enum failure_kind kind, const char *detail)
{
	struct failure why = failure_of(kind, detail);

	conn_end(conn, &why);
}

static void conn_end_uv(struct conn *conn, int code)
{
	struct failure why = failure_from_uv(code);

	conn_end(conn, &why);
}

static void on_written(uv_write_t *request, int code)
{
	struct conn *conn = request->data;

	free(request);
	if (code < 0 && code != UV_ECANCELED)
		conn_end_uv(conn, code);
}

static size_t unsent(const struct conn *conn)
{
	return uv_stream_get_write_queue_size((const uv_stream_t *)&conn->tcp);
}

/* What the socket does not take at once is copied and waits. It is bounded here,
 * too: a server can make TLS answer without a query (RFC 8446 §4.6.3). */
static int write_later(struct conn *conn, struct bytes data)
{
	struct write *write = NULL;
	uv_buf_t buf;

	if (unsent(conn) <= UNSENT_MAX)
		write = malloc(sizeof *write + data.n);
	if (write == NULL)
		return UV_ENOMEM;
	memcpy(write->data, data.p, data.n);
	write->request.data = conn;
	buf = uv_buf_init((char *)write->data, (unsigned)data.n);
	int code =
		uv_write(&write->request, (uv_stream_t *)&conn->tcp, &buf, 1, on_written);
	if (code < 0)
		free(write);
	return code;
}

/* Sends the ciphertext that the session holds. Returns a libuv code. */
static int send_pending(struct conn *conn)
{
	struct bytes data = session_pending(conn->session);
	uv_buf_t buf = uv_buf_init((char *)(uintptr_t)data.p, (unsigned)data.n);
	int code = 0;

	if (data.n == 0)
		return 0;
	code = uv_try_write((uv_stream_t *)&conn->tcp, &buf, 1);
	if (code == UV_EAGAIN)
		code = 0;
	if (code >= 0 && (size_t)code < data.n)
		code = write_later(conn, bytes_of(data.p + code, data.n - (size_t)code));
	session_sent(conn->session);
	return code < 0 ? code : 0;
}

static void on_flush(uv_prepare_t *handle)
{
	struct conn *conn = handle->data;
	int code;

	uv_prepare_stop(handle);
	if (conn->state != CONN_OPEN)
		return;
	if (session_write(conn->session, queued_bytes(&conn->queued)) != STATUS_OK) {
		conn_end_kind(conn, FAILURE_PROTOCOL, "cannot encrypt");
		return;
	}
	conn->queued.n = 0;
	code = send_pending(conn);
	if (code < 0)
		conn_end_uv(conn, code);
}

enum status conn_send(struct conn *conn, struct bytes plain)
{
	if (conn->state != CONN_OPEN)
		return STATUS_CLOSED;
	if (unsent(conn) + conn->queued.n + plain.n > UNSENT_MAX)
		return STATUS_LIMIT;
	if (!queued_add(&conn->queued, plain))
		return STATUS_NOMEM;
	uv_prepare_start(&conn->flush, on_flush);
	return STATUS_OK;
}

/* With a verdict that is the reason; without one it is our own trouble. */
static void handshake_failed(struct conn *conn)
{
	conn_end_kind(conn, FAILURE_LOCAL, status_text(session_trouble(conn->session)));
}

static void on_validity(uv_timer_t *timer);

/* A connection may last for weeks; no longer than the certificates it was
 * accepted for. Looked at each hour, because clocks are set. */
static void watch_validity(struct conn *conn)
{
	int64_t left_s = session_left_s(conn->session);

	/* At its last second it counts as ended, as in path verification. */
	if (left_s <= 0)
		conn_end_kind(conn, FAILURE_CLOSED, "its certificate has ended");
	else
		uv_timer_start(&conn->deadline, on_validity,
			(uint64_t)(left_s < LOOK_EVERY_S ? left_s : LOOK_EVERY_S) * 1000,
			0);
}

static void on_validity(uv_timer_t *timer)
{
	watch_validity(timer->data);
}

static void go_on_with_handshake(struct conn *conn)
{
	enum session_state state = session_handshake(conn->session);
	int code = send_pending(conn);

	if (state == SESSION_FAILED) {
		handshake_failed(conn);
	} else if (code < 0) {
		conn_end_uv(conn, code);
	} else if (state == SESSION_OPEN) {
		move(conn, CONN_OPEN);
		watch_validity(conn);
		/* The certificate may have ended while the handshake went on. */
		if (conn->state == CONN_OPEN)
			conn->events->on_open(conn->owner);
	}
}

/* TLS may have something to say of its own in the end: an answer to a new key, say. */
static void drain_session(struct conn *conn)
{
	uint8_t *plain = conn->scratch->plain;
	enum status status = STATUS_OK;
	size_t n;
	int code;

	while (conn->state == CONN_OPEN) {
		status = session_read(conn->session, plain, RECORD_BYTES, &n);
		if (status != STATUS_OK)
			break;
		conn->events->on_bytes(conn->owner, bytes_of(plain, n));
	}
	if (conn->state != CONN_OPEN)
		return;
	if (status == STATUS_CLOSED)
		conn_end_kind(conn, FAILURE_CLOSED, NULL);
	else if (status != STATUS_NOTFOUND)
		conn_end_kind(conn, FAILURE_PROTOCOL,
			status == STATUS_LIMIT ? "TLS records without content"
					       : "bad TLS record");
	else if ((code = send_pending(conn)) < 0)
		conn_end_uv(conn, code);
}

static void on_alloc(uv_handle_t *handle, size_t suggested, uv_buf_t *buf)
{
	const struct conn *conn = handle->data;

	(void)suggested;
	*buf = uv_buf_init(conn->scratch->ciphertext, READ_BYTES);
}

/* The server went away: in the middle of a handshake that is a failed
 * handshake, afterwards an end like any other. */
static void on_eof(struct conn *conn, int code)
{
	if (code == UV_EOF && session_end_of_file(conn->session) == SESSION_FAILED)
		handshake_failed(conn);
	else
		conn_end_uv(conn, code);
}

static void on_read(uv_stream_t *stream, ssize_t n, const uv_buf_t *buf)
{
	struct conn *conn = stream->data;

	if (n < 0) {
		on_eof(conn, (int)n);
		return;
	}
	if (session_receive(conn->session, bytes_of(buf->base, (size_t)n)) != STATUS_OK) {
		conn_end_kind(conn, FAILURE_LOCAL, status_text(STATUS_NOMEM));
		return;
	}
	if (conn->state == CONN_HANDSHAKE)
		go_on_with_handshake(conn);
	clock_hold(); /* all of it came now */
	if (conn->state == CONN_OPEN)
		drain_session(conn);
	clock_release();
}

static void on_connected(uv_connect_t *request, int code)
{
	struct conn *conn = request->data;

	if (conn->state == CONN_CLOSED)
		return;
	if (code == 0)
		code = uv_read_start((uv_stream_t *)&conn->tcp, on_alloc, on_read);
	if (code < 0) {
		conn_end_uv(conn, code);
		return;
	}
	move(conn, CONN_HANDSHAKE);
	go_on_with_handshake(conn);
}

static void on_deadline(uv_timer_t *timer)
{
	struct conn *conn = timer->data;

	conn_end_kind(conn, FAILURE_TIMEOUT,
		conn->state == CONN_CONNECTING ? "connecting" : "in the TLS handshake");
}

/* A connect that fails at once still reports from the loop, not from here. */
static void on_failed_at_once(uv_timer_t *timer)
{
	struct conn *conn = timer->data;

	conn_end_uv(conn, (int)(intptr_t)conn->connecting.data);
}

static void begin(struct conn *conn, unsigned handshake_ms)
{
	int code;

	move(conn, CONN_CONNECTING);
	conn->connecting.data = conn;
	code = uv_tcp_connect(
		&conn->connecting, &conn->tcp, &conn->address.sa, on_connected);
	tcp_set_options(&conn->tcp);
	if (code == 0) {
		uv_timer_start(&conn->deadline, on_deadline, handshake_ms, 0);
		return;
	}
	conn->connecting.data = (void *)(intptr_t)code;
	uv_timer_start(&conn->deadline, on_failed_at_once, 0, 0);
}

static enum status conn_new(
	struct tls_context *context, const struct endpoint *address, struct conn **out)
{
	struct conn *conn = calloc(1, sizeof *conn);
	enum status status;

	if (conn == NULL)
		return STATUS_NOMEM;
	conn->address = *address;
	conn->scratch = malloc(sizeof *conn->scratch);
	status = conn->scratch != NULL ? session_new(context, address, &conn->session)
				       : STATUS_NOMEM;
	if (status != STATUS_OK) {
		free(conn->scratch);
		free(conn);
		return status;
	}
	*out = conn;
	return STATUS_OK;
}

enum status conn_start(uv_loop_t *loop, struct tls_context *context,
	const struct endpoint *address, unsigned handshake_ms,
	const struct conn_events *events, void *owner, struct conn **out)
{
	struct conn *conn = NULL;
	enum status status = conn_new(context, address, &conn);

	*out = NULL;
	if (status != STATUS_OK)
		return status;
	conn->events = events;
	conn->owner = owner;
	/* These three do not fail: they fill structs. */
	uv_tcp_init(loop, &conn->tcp);
	uv_timer_init(loop, &conn->deadline);
	uv_prepare_init(loop, &conn->flush);
	conn->tcp.data = conn->deadline.data = conn->flush.data = conn;
	conn->open_handles = 3;
	begin(conn, handshake_ms);
	*out = conn;
	return STATUS_OK;
}

/* Errors do not matter any more. */
static void say_goodbye(struct conn *conn)
{
	if (conn->state != CONN_OPEN)
		return;
	if (!conn->keep_queued ||
		session_write(conn->session, queued_bytes(&conn->queued)) == STATUS_OK)
		session_close(conn->session);
	(void)send_pending(conn);
}

void conn_keep_queued(struct conn *conn)
{
	conn->keep_queued = true;
}

void conn_close(struct conn *conn)
{
	if (conn->state == CONN_CLOSED)
		return;
	say_goodbye(conn);
	shut(conn);
}

static void on_end(uv_timer_t *timer)
{
	struct conn *conn = timer->data;

	conn_keep_queued(conn);
	say_goodbye(conn);
	conn_end(conn, &conn->end);
}

void conn_end_soon(struct conn *conn, const struct failure *why)
{
	if (conn->state == CONN_CLOSED || conn->ending)
		return;
	conn->ending = true;
	conn->end = *why;
	uv_timer_start(&conn->deadline, on_end, 0, 0);
}

size_t conn_unsent(const struct conn *conn)
{
	return unsent(conn) + conn->queued.n;
}

enum conn_state conn_state(const struct conn *conn)
{
	return conn->state;
}

const char *conn_state_text(enum conn_state state)
{
	return states[state].name;
}

const struct verdict *conn_verdict(const struct conn *conn)
{
	return conn->state == CONN_OPEN ? session_verdict(conn->session) : NULL;
}

const char *conn_tls_version(const struct conn *conn)
{
	return session_version(conn->session);
}

const struct endpoint *conn_address(const struct conn *conn)
{
	return &conn->address;
}
