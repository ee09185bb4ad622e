/* The callbacks of nghttp2. A response: on_begin_headers, on_header, on_frame_recv
 * (HEADERS), on_data_chunk_recv, on_frame_recv (DATA, END_STREAM). None of them fails:
 * what is wrong with a stream is that stream's failure. */
#include "transport/h2_session.h"

#include <string.h>

#include "dns/message.h"

/* A stream's content is never given back to its window: it holds the largest message, and
 * enough more to see that it is too large. */
#define STREAM_WINDOW_BYTES (128 * 1024)
/* Content that is half received, all streams together: given back as each ends. */
#define CONNECTION_WINDOW_BYTES (1024 * 1024)
/* Answers of ours to PING and SETTINGS that the server has not fetched. */
#define ACKS_MAX 100
/* Requests until the server has told its limit. Fewer than H2_RESETS_MAX: one with a
 * small limit refuses the rest of them, and is honest. */
#define STREAMS_AT_FIRST 50

static struct h2_stream *stream_of(nghttp2_session *session, int32_t id)
{
	return id > 0 ? nghttp2_session_get_stream_user_data(session, id) : NULL;
}

void h2_session_detach(struct h2 *h2, struct h2_stream *s, bool reset)
{
	nghttp2_session_set_stream_user_data(h2->session, s->id, NULL);
	/* Fails for lack of memory only, and then the session does, too. */
	nghttp2_session_consume_connection(h2->session, s->content_n);
	if (reset)
		nghttp2_submit_rst_stream(
			h2->session, NGHTTP2_FLAG_NONE, s->id, NGHTTP2_CANCEL);
	list_remove(&s->link);
	h2->open_n--;
}

static void done(struct h2 *h2, struct h2_stream *s)
{
	s->state = H2_DONE;
	list_append(&h2->done, &s->link);
}

void h2_session_failed(
	struct h2 *h2, struct h2_stream *s, const struct failure *why, bool again)
{
	s->failed = true;
	s->why = *why;
	s->again = again;
	done(h2, s);
}

/* From inside a callback: this stream is of no more use. */
static void give_up(
	struct h2 *h2, struct h2_stream *s, const struct failure *why, bool again)
{
	h2_session_detach(h2, s, true);
	h2_session_failed(h2, s, why, again);
}

static void give_up_because(struct h2 *h2, struct h2_stream *s, const char *words)
{
	struct failure why = doh_failure(words);

	give_up(h2, s, &why, false);
}

/* --- a response ------------------------------------------------------------ */

static int on_begin_headers(
	nghttp2_session *session, const nghttp2_frame *frame, void *user_data)
{
	struct h2_stream *s = stream_of(session, frame->hd.stream_id);

	if (s != NULL && !s->has_head && doh_response_begin(&s->response) != STATUS_OK)
		give_up_because(user_data, s, "too many informational HTTP responses");
	return 0;
}

/* Trailers (RFC 9113 §8.1) tell nothing that matters here. */
static int on_header(nghttp2_session *session, const nghttp2_frame *frame,
	const uint8_t *name, size_t name_n, const uint8_t *value, size_t value_n,
	uint8_t flags, void *user_data)
{
	struct h2_stream *s = stream_of(session, frame->hd.stream_id);

	(void)flags;
	if (s != NULL && !s->has_head &&
		doh_response_field(&s->response, bytes_of(name, name_n),
			bytes_of(value, value_n)) != STATUS_OK)
		give_up_because(user_data, s, "too large an HTTP header");
	return 0;
}

static void on_head(struct h2 *h2, struct h2_stream *s)
{
	struct failure why;
	bool again;

	s->has_head = true;
	h2->heard = true;
	if (doh_response_is_good(&s->response, &why, &again))
		return;
	/* It is an answer of HTTP, if not of DNS: no sign of a flood. */
	h2->resets = 0;
	give_up(h2, s, &why, again);
}

/* Into the stream itself; all of it elsewhere from where that is too small. */
static bool add_content(struct h2_stream *s, struct bytes in)
{
	if (s->content_n + in.n <= sizeof s->first) {
		memcpy(s->first + s->content_n, in.p, in.n);
	} else {
		if (s->large.n < s->content_n &&
			!queued_add(&s->large, bytes_of(s->first, s->content_n)))
			return false;
		if (!queued_add(&s->large, in))
			return false;
		s->content = s->large.p;
	}
	s->content_n += in.n;
	return true;
}

static void take_content(struct h2 *h2, struct h2_stream *s, struct bytes in)
{
	struct failure why;

	if (s->content_n + in.n > DNS_MESSAGE_MAX) {
		give_up_because(h2, s, "HTTP content is larger than a DNS message");
	} else if (!add_content(s, in)) {
		why = failure_of(FAILURE_LOCAL, status_text(STATUS_NOMEM));
		give_up(h2, s, &why, true);
	} else {
		return;
	}
	nghttp2_session_consume_connection(h2->session, in.n);
}

static int on_data_chunk_recv(nghttp2_session *session, uint8_t flags, int32_t id,
	const uint8_t *data, size_t n, void *user_data)
{
	struct h2_stream *s = stream_of(session, id);

	(void)flags;
	if (s == NULL)
		nghttp2_session_consume_connection(session, n);
	else
		take_content(user_data, s, bytes_of(data, n));
	return 0;
}

/* The server may answer before it has the whole question (RFC 9113 §8.1). */
static void on_complete(struct h2 *h2, struct h2_stream *s)
{
	if (!s->has_head) {
		give_up_because(h2, s, "the HTTP response has no head");
		return;
	}
	h2->resets = 0;
	h2_guard_answered(&h2->guard);
	h2_session_detach(
		h2, s, nghttp2_session_get_stream_local_close(h2->session, s->id) == 0);
	done(h2, s);
}

static void on_goaway(struct h2 *h2, const nghttp2_goaway *goaway)
{
	struct failure why = doh_failure("the server takes no more questions (GOAWAY)");

	h2->draining = true;
	h2->goodbye = goaway->error_code;
	list_for_each_safe (it, &h2->waiting) {
		list_remove(it);
		h2->waiting_n--;
		h2_session_failed(h2, list_entry(it, struct h2_stream, link), &why, true);
	}
}

static void on_ping(struct h2 *h2, const nghttp2_ping *ping)
{
	if (!(ping->hd.flags & NGHTTP2_FLAG_ACK) || !h2->pinged ||
		memcmp(ping->opaque_data, &h2->ping_number, sizeof h2->ping_number) != 0)
		return;
	h2->pinged = false;
	h2->heard = true;
}

static int on_frame_recv(
	nghttp2_session *session, const nghttp2_frame *frame, void *user_data)
{
	struct h2_stream *s = stream_of(session, frame->hd.stream_id);
	struct h2 *h2 = user_data;

	if (frame->hd.type == NGHTTP2_GOAWAY)
		on_goaway(h2, &frame->goaway);
	else if (frame->hd.type == NGHTTP2_PING)
		on_ping(h2, &frame->ping);
	if (s == NULL ||
		(frame->hd.type != NGHTTP2_HEADERS && frame->hd.type != NGHTTP2_DATA))
		return 0;
	if (!s->has_head && doh_response_is_final(&s->response))
		on_head(h2, s);
	if (s->state == H2_OPEN && frame->hd.flags & NGHTTP2_FLAG_END_STREAM)
		on_complete(h2, s);
	return 0;
}

/* --- what goes wrong ------------------------------------------------------- */

/* Of a stream that is still wanted: the server gave it up, or what came was against the
 * rules and nghttp2 did. */
static int on_stream_close(
	nghttp2_session *session, int32_t id, uint32_t code, void *user_data)
{
	struct h2_stream *s = stream_of(session, id);
	struct h2 *h2 = user_data;
	char words[96];
	struct text text = text_in(words, sizeof words);
	struct failure why;

	if (s == NULL)
		return 0;
	/* Behind GOAWAY: those that the server will not look at (RFC 9113 §6.8). */
	if (!h2->draining)
		h2->resets++;
	text_add(&text, "the HTTP/2 stream was given up (%s)",
		nghttp2_http2_strerror(code));
	why = doh_failure(words);
	h2_session_detach(h2, s, false);
	h2_session_failed(h2, s, &why, true);
	return 0;
}

/* A request that could not be sent. It was no stream yet, so it is not closed either. */
static int on_frame_not_send(
	nghttp2_session *session, const nghttp2_frame *frame, int error, void *user_data)
{
	struct h2 *h2 = user_data;
	struct failure why = failure_of(FAILURE_LOCAL, nghttp2_strerror(error));

	(void)session;
	if (frame->hd.type != NGHTTP2_HEADERS)
		return 0;
	list_for_each_safe (it, &h2->open) {
		struct h2_stream *s = list_entry(it, struct h2_stream, link);

		if (s->id != frame->hd.stream_id)
			continue;
		h2_session_detach(h2, s, false);
		h2_session_failed(h2, s, &why, true);
	}
	return 0;
}

/* Our own GOAWAY says best what was wrong with the server's frames. */
static int on_frame_send(
	nghttp2_session *session, const nghttp2_frame *frame, void *user_data)
{
	const nghttp2_goaway *goaway = &frame->goaway;
	struct h2 *h2 = user_data;
	struct text text = text_in(h2->words, sizeof h2->words);

	(void)session;
	if (frame->hd.type != NGHTTP2_GOAWAY || goaway->error_code == NGHTTP2_NO_ERROR)
		return 0;
	h2->broken = true;
	text_add(&text, "HTTP/2 %s", nghttp2_http2_strerror(goaway->error_code));
	if (goaway->opaque_data_len > 0) {
		text_add(&text, ": ");
		text_add_untrusted(&text, (const char *)goaway->opaque_data,
			goaway->opaque_data_len);
	}
	return 0;
}

/* --- a request ------------------------------------------------------------- */

static ssize_t on_read_request(nghttp2_session *session, int32_t id, uint8_t *out,
	size_t cap, uint32_t *flags, nghttp2_data_source *source, void *user_data)
{
	struct h2_stream *s = stream_of(session, id);
	size_t n;

	(void)source, (void)user_data;
	if (s == NULL)
		return NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE;
	n = s->request_n - s->request_sent;
	if (n > cap)
		n = cap;
	memcpy(out, s->request + s->request_sent, n);
	s->request_sent += n;
	if (s->request_sent == s->request_n)
		*flags |= NGHTTP2_DATA_FLAG_EOF;
	return (ssize_t)n;
}

/* A name is a constant, which nghttp2 need not copy. */
static nghttp2_nv field(const char *name, const char *value, uint8_t flags)
{
	return (nghttp2_nv){ (uint8_t *)(uintptr_t)name, (uint8_t *)(uintptr_t)value,
		strlen(name), strlen(value), flags | NGHTTP2_NV_FLAG_NO_COPY_NAME };
}

/* Nor the value, which is there until the connection's end. */
static nghttp2_nv lasting(const char *name, const char *value)
{
	return field(name, value, NGHTTP2_NV_FLAG_NO_COPY_VALUE);
}

/* RFC 8484 §4.1, and nothing that would tell clients apart. A path with a question in it
 * is of no use in the table of fields; one without is the same each time. */
enum status h2_session_submit(struct h2 *h2, struct h2_stream *s)
{
	bool post = s->request_n > 0;
	uint8_t path_flags = post ? NGHTTP2_NV_FLAG_NONE : NGHTTP2_NV_FLAG_NO_INDEX;
	nghttp2_data_provider content = { .read_callback = on_read_request };
	char length[16];
	struct text text = text_in(length, sizeof length);
	nghttp2_nv head[] = {
		lasting(":method", post ? "POST" : "GET"),
		lasting(":scheme", "https"),
		lasting(":authority", s->authority),
		field(":path", s->path, path_flags),
		lasting("accept", "application/dns-message"),
		lasting("content-type", "application/dns-message"),
		field("content-length", length, NGHTTP2_NV_FLAG_NONE),
	};

	text_add_number(&text, s->request_n);
	head[6].valuelen = text.n;
	s->id = nghttp2_submit_request(h2->session, NULL, head,
		sizeof head / sizeof *head - (post ? 0 : 2), post ? &content : NULL, s);
	if (s->id < 0)
		return s->id == NGHTTP2_ERR_NOMEM ? STATUS_NOMEM : STATUS_CLOSED;
	s->state = H2_OPEN;
	list_append(&h2->open, &s->link);
	h2->open_n++;
	h2_guard_asked(&h2->guard);
	return STATUS_OK;
}

/* --- the session ----------------------------------------------------------- */

static void set_callbacks(nghttp2_session_callbacks *c)
{
	nghttp2_session_callbacks_set_on_begin_headers_callback(c, on_begin_headers);
	nghttp2_session_callbacks_set_on_header_callback(c, on_header);
	nghttp2_session_callbacks_set_on_data_chunk_recv_callback(c, on_data_chunk_recv);
	nghttp2_session_callbacks_set_on_frame_recv_callback(c, on_frame_recv);
	nghttp2_session_callbacks_set_on_stream_close_callback(c, on_stream_close);
	nghttp2_session_callbacks_set_on_frame_not_send_callback(c, on_frame_not_send);
	nghttp2_session_callbacks_set_on_frame_send_callback(c, on_frame_send);
}

/* RFC 9113 §6.5.2: nothing may be pushed. The table of fields stays at its 4096 bytes,
 * the server's as ours. */
static int introduce(nghttp2_session *session)
{
	static const nghttp2_settings_entry settings[] = {
		{ NGHTTP2_SETTINGS_ENABLE_PUSH, 0 },
		{ NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS, 0 },
		{ NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, STREAM_WINDOW_BYTES },
		{ NGHTTP2_SETTINGS_MAX_HEADER_LIST_SIZE, DOH_HEADER_BYTES_MAX },
	};
	int error = nghttp2_submit_settings(
		session, NGHTTP2_FLAG_NONE, settings, sizeof settings / sizeof *settings);

	if (error == 0)
		error = nghttp2_session_set_local_window_size(
			session, NGHTTP2_FLAG_NONE, 0, CONNECTION_WINDOW_BYTES);
	return error;
}

enum status h2_session_new(struct h2 *h2)
{
	nghttp2_session_callbacks *callbacks = NULL;
	nghttp2_option *option = NULL;
	enum status status = STATUS_NOMEM;

	if (nghttp2_session_callbacks_new(&callbacks) != 0 ||
		nghttp2_option_new(&option) != 0)
		goto out;
	set_callbacks(callbacks);
	nghttp2_option_set_no_auto_window_update(option, 1);
	nghttp2_option_set_max_outbound_ack(option, ACKS_MAX);
	nghttp2_option_set_peer_max_concurrent_streams(option, STREAMS_AT_FIRST);
	if (nghttp2_session_client_new2(&h2->session, callbacks, h2, option) == 0 &&
		introduce(h2->session) == 0)
		status = STATUS_OK;
out:
	nghttp2_option_del(option);
	nghttp2_session_callbacks_del(callbacks);
	return status;
}
