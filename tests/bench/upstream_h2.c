#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/bench/upstream.h"

/* More than any peer's queries in flight. */
#define STREAMS_MAX   1000
#define WINDOW_BYTES  (1 << 20)
#define OUT_MAX_BYTES (256 * 1024)

struct request {
	uint8_t query[UPSTREAM_QUERY_MAX];
	uint8_t reply[UPSTREAM_REPLY_MAX];
	size_t query_n, reply_n, sent;
};

static int on_begin_headers(
	nghttp2_session *session, const nghttp2_frame *frame, void *user)
{
	struct request *request = malloc(sizeof *request);

	(void)user;
	if (request == NULL)
		return NGHTTP2_ERR_CALLBACK_FAILURE;
	request->query_n = request->reply_n = request->sent = 0;
	nghttp2_session_set_stream_user_data(session, frame->hd.stream_id, request);
	return 0;
}

static int on_header(nghttp2_session *session, const nghttp2_frame *frame,
	const uint8_t *name, size_t name_n, const uint8_t *value, size_t value_n,
	uint8_t flags, void *user)
{
	struct request *request =
		nghttp2_session_get_stream_user_data(session, frame->hd.stream_id);

	(void)flags, (void)user;
	if (request != NULL && name_n == 5 && memcmp(name, ":path", 5) == 0)
		request->query_n = upstream_query_of_path(
			(const char *)value, value_n, request->query);
	return 0;
}

static int on_data(nghttp2_session *session, uint8_t flags, int32_t stream,
	const uint8_t *data, size_t n, void *user)
{
	struct request *request = nghttp2_session_get_stream_user_data(session, stream);

	(void)flags, (void)user;
	if (request == NULL || n > sizeof request->query - request->query_n)
		return NGHTTP2_ERR_CALLBACK_FAILURE;
	memcpy(request->query + request->query_n, data, n);
	request->query_n += n;
	return 0;
}

static ssize_t on_read(nghttp2_session *session, int32_t stream, uint8_t *out, size_t cap,
	uint32_t *flags, nghttp2_data_source *source, void *user)
{
	struct request *request = source->ptr;
	size_t n = request->reply_n - request->sent;

	(void)session, (void)stream, (void)user;
	if (n > cap)
		n = cap;
	memcpy(out, request->reply + request->sent, n);
	request->sent += n;
	if (request->sent == request->reply_n)
		*flags |= NGHTTP2_DATA_FLAG_EOF;
	return (ssize_t)n;
}

static nghttp2_nv field(const char *name, const char *value)
{
	return (nghttp2_nv){ (uint8_t *)(uintptr_t)name, (uint8_t *)(uintptr_t)value,
		strlen(name), strlen(value), NGHTTP2_NV_FLAG_NONE };
}

static int on_frame(nghttp2_session *session, const nghttp2_frame *frame, void *user)
{
	struct upstream_client *c = user;
	struct request *request;
	nghttp2_data_provider body = { .read_callback = on_read };
	char length[24];

	if ((frame->hd.flags & NGHTTP2_FLAG_END_STREAM) == 0 ||
		(frame->hd.type != NGHTTP2_HEADERS && frame->hd.type != NGHTTP2_DATA))
		return 0;
	request = nghttp2_session_get_stream_user_data(session, frame->hd.stream_id);
	if (request == NULL)
		return 0;
	request->reply_n = upstream_answer(
		bytes_of(request->query, request->query_n), request->reply);
	body.source.ptr = request;
	snprintf(length, sizeof length, "%zu", request->reply_n);
	const nghttp2_nv fields[] = {
		field(":status", request->reply_n > 0 ? "200" : "400"),
		field("content-type", "application/dns-message"),
		field("content-length", length),
		field("cache-control", "max-age=3600"),
	};
	c->source.upstream->counts.doh++;
	return nghttp2_submit_response(session, frame->hd.stream_id, fields,
		sizeof fields / sizeof *fields, &body);
}

static int on_stream_close(
	nghttp2_session *session, int32_t stream, uint32_t code, void *user)
{
	(void)code, (void)user;
	free(nghttp2_session_get_stream_user_data(session, stream));
	return 0;
}

static nghttp2_session_callbacks *callbacks(void)
{
	static nghttp2_session_callbacks *all;

	if (all != NULL || nghttp2_session_callbacks_new(&all) != 0)
		return all;
	nghttp2_session_callbacks_set_on_begin_headers_callback(all, on_begin_headers);
	nghttp2_session_callbacks_set_on_header_callback(all, on_header);
	nghttp2_session_callbacks_set_on_data_chunk_recv_callback(all, on_data);
	nghttp2_session_callbacks_set_on_frame_recv_callback(all, on_frame);
	nghttp2_session_callbacks_set_on_stream_close_callback(all, on_stream_close);
	return all;
}

static bool flush(struct upstream_client *c)
{
	const uint8_t *p;
	ssize_t n = 1;

	while (n > 0 && c->out_n - c->out_at < OUT_MAX_BYTES) {
		n = nghttp2_session_mem_send(c->http, &p);
		if (n > 0)
			upstream_put(c, bytes_of(p, (size_t)n));
	}
	return n >= 0;
}

bool upstream_start_h2(struct upstream_client *c)
{
	static const nghttp2_settings_entry settings[] = {
		{ NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS, STREAMS_MAX },
		{ NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, WINDOW_BYTES },
	};

	return callbacks() != NULL &&
	       nghttp2_session_server_new(&c->http, callbacks(), c) == 0 &&
	       nghttp2_submit_settings(c->http, NGHTTP2_FLAG_NONE, settings, 2) == 0 &&
	       nghttp2_session_set_local_window_size(
		       c->http, NGHTTP2_FLAG_NONE, 0, 1 << 26) == 0 &&
	       flush(c);
}

bool upstream_take_h2(struct upstream_client *c)
{
	bool ok = nghttp2_session_mem_recv(c->http, c->in, c->in_n) >= 0;

	c->in_n = 0;
	return ok && flush(c);
}
