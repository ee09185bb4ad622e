#include "transport/h2.h"

#include <stdlib.h>
#include <string.h>

#include "transport/h2_session.h"

/* Stream numbers end at 2^31-1 (RFC 9113 §5.1.1); each takes two. */
#define STREAM_ID_LAST 0x7ffffff0u
/* Memory for so many streams lies ready. */
#define KEPT_MAX 64

enum status h2_new(uint64_t now_ms, struct h2 **out)
{
	struct h2 *h2 = calloc(1, sizeof *h2);

	*out = NULL;
	if (h2 == NULL)
		return STATUS_NOMEM;
	list_init(&h2->waiting);
	list_init(&h2->open);
	list_init(&h2->done);
	pool_init(&h2->pool, sizeof(struct h2_stream) + H2_REQUEST_USUAL, KEPT_MAX);
	h2_guard_init(&h2->guard, now_ms);
	if (h2_session_new(h2) != STATUS_OK) {
		h2_free(h2);
		return STATUS_NOMEM;
	}
	*out = h2;
	return STATUS_OK;
}

void h2_stream_free(struct h2 *h2, struct h2_stream *s)
{
	queued_deinit(&s->large);
	if (s->usual)
		pool_give(&h2->pool, s);
	else
		free(s);
}

static void free_streams(struct h2 *h2, struct list *streams)
{
	list_for_each_safe (it, streams)
		h2_stream_free(h2, list_entry(it, struct h2_stream, link));
}

void h2_free(struct h2 *h2)
{
	if (h2 == NULL)
		return;
	nghttp2_session_del(h2->session);
	free_streams(h2, &h2->waiting);
	free_streams(h2, &h2->open);
	free_streams(h2, &h2->done);
	pool_deinit(&h2->pool);
	free(h2);
}

/* --- bytes ----------------------------------------------------------------- */

/* RFC 9113 §5.1.2. The server may change it at any time. */
static bool has_room(const struct h2 *h2)
{
	uint32_t most = nghttp2_session_get_remote_settings(
		h2->session, NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS);

	return h2->open_n < most && h2->open_n < H2_STREAMS_MAX;
}

static void start_waiting(struct h2 *h2)
{
	while (!list_empty(&h2->waiting) && has_room(h2)) {
		struct h2_stream *s =
			list_entry(h2->waiting.next, struct h2_stream, link);
		enum status status;
		struct failure why;

		list_remove(&s->link);
		h2->waiting_n--;
		status = h2_session_submit(h2, s);
		if (status == STATUS_OK)
			continue;
		why = failure_of(FAILURE_LOCAL, status_text(status));
		h2_session_failed(h2, s, &why, true);
	}
}

static enum status library_failed(ssize_t error, struct failure *why)
{
	if (error == NGHTTP2_ERR_NOMEM) {
		*why = failure_of(FAILURE_LOCAL, status_text(STATUS_NOMEM));
		return STATUS_NOMEM;
	}
	*why = failure_of(FAILURE_PROTOCOL, nghttp2_strerror((int)error));
	return STATUS_MALFORMED;
}

enum status h2_receive(
	struct h2 *h2, struct bytes in, uint64_t now_ms, struct failure *why)
{
	const char *what;
	ssize_t n;

	if (h2_guard_take(&h2->guard, in, now_ms, &what) != STATUS_OK) {
		*why = failure_of(FAILURE_PROTOCOL, what);
		return STATUS_LIMIT;
	}
	n = nghttp2_session_mem_recv(h2->session, in.p, in.n);
	if (n < 0)
		return library_failed(n, why);
	if (h2->resets > H2_RESETS_MAX) {
		*why = failure_of(FAILURE_PROTOCOL, "it gives up all requests");
		return STATUS_LIMIT;
	}
	start_waiting(h2);
	return STATUS_OK;
}

enum status h2_output(struct h2 *h2, struct bytes *out, struct failure *why)
{
	const uint8_t *p = NULL;
	ssize_t n = nghttp2_session_mem_send(h2->session, &p);

	*out = bytes_of(p, n > 0 ? (size_t)n : 0);
	if (n < 0)
		return library_failed(n, why);
	/* The GOAWAY that says so has gone out. */
	if (n == 0 && h2->broken) {
		*why = failure_of(FAILURE_PROTOCOL, h2->words);
		return STATUS_MALFORMED;
	}
	return STATUS_OK;
}

/* --- requests -------------------------------------------------------------- */

static struct h2_stream *stream_new(
	struct h2 *h2, const struct h2_request *request, void *owner)
{
	size_t n = request->content.n, path_n = strlen(request->path) + 1;
	bool usual = n + path_n <= H2_REQUEST_USUAL;
	struct h2_stream *s =
		usual ? pool_take(&h2->pool) : malloc(sizeof *s + n + path_n);

	if (s == NULL)
		return NULL;
	memset(s, 0, offsetof(struct h2_stream, first));
	s->usual = usual;
	s->content = s->first;
	list_init(&s->link);
	s->owner = owner;
	s->authority = request->authority;
	s->request_n = n;
	if (n > 0)
		memcpy(s->request, request->content.p, n);
	memcpy(s->request + n, request->path, path_n);
	s->path = (const char *)s->request + n;
	return s;
}

static bool takes_requests(struct h2 *h2)
{
	if (nghttp2_session_get_next_stream_id(h2->session) > STREAM_ID_LAST)
		h2->draining = true;
	return !h2->draining && nghttp2_session_check_request_allowed(h2->session) != 0;
}

/* Those that wait have come first. */
static enum status start(struct h2 *h2, struct h2_stream *s)
{
	if (h2->waiting_n == 0 && has_room(h2))
		return h2_session_submit(h2, s);
	if (h2->waiting_n >= H2_WAITING_MAX)
		return STATUS_LIMIT;
	s->state = H2_WAITING;
	list_append(&h2->waiting, &s->link);
	h2->waiting_n++;
	return STATUS_OK;
}

enum status h2_ask(struct h2 *h2, const struct h2_request *request, void *owner,
	struct h2_stream **out)
{
	struct h2_stream *s;
	enum status status;

	*out = NULL;
	if (!takes_requests(h2))
		return STATUS_CLOSED;
	s = stream_new(h2, request, owner);
	if (s == NULL)
		return STATUS_NOMEM;
	status = start(h2, s);
	if (status == STATUS_OK)
		*out = s;
	else
		h2_stream_free(h2, s);
	return status;
}

void h2_cancel(struct h2 *h2, struct h2_stream *s)
{
	if (s->state == H2_OPEN)
		h2_session_detach(h2, s, true);
	else if (s->state == H2_WAITING)
		h2->waiting_n--;
	list_remove(&s->link);
	h2_stream_free(h2, s);
	start_waiting(h2);
}

struct h2_stream *h2_take(struct h2 *h2)
{
	struct h2_stream *s;

	if (list_empty(&h2->done))
		return NULL;
	s = list_entry(h2->done.next, struct h2_stream, link);
	list_remove(&s->link);
	return s;
}

/* --- the connection -------------------------------------------------------- */

void h2_ping(struct h2 *h2)
{
	uint8_t number[sizeof h2->ping_number];

	if (h2->pinged)
		return;
	h2->ping_number++;
	memcpy(number, &h2->ping_number, sizeof number);
	h2->pinged = nghttp2_submit_ping(h2->session, NGHTTP2_FLAG_NONE, number) == 0;
}

void h2_goodbye(struct h2 *h2)
{
	/* Without memory for it the connection just ends. */
	(void)nghttp2_session_terminate_session(h2->session, NGHTTP2_NO_ERROR);
}

bool h2_heard(struct h2 *h2)
{
	bool heard = h2->heard;

	h2->heard = false;
	return heard;
}

bool h2_is_draining(const struct h2 *h2)
{
	return h2->draining;
}

const char *h2_goodbye_text(const struct h2 *h2)
{
	return nghttp2_http2_strerror(h2->goodbye);
}
