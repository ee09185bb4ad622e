#include "tests/unit/transport/doh_server.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/base64.h"
#include "dns/message.h"

static void must(bool ok, const char *what)
{
	if (ok)
		return;
	fprintf(stderr, "doh_server: %s\n", what);
	abort();
}

/* --- requests -------------------------------------------------------------- */

static int on_begin_headers(
	nghttp2_session *session, const nghttp2_frame *frame, void *user_data)
{
	struct doh_client *c = user_data;
	struct doh_request *r = calloc(1, sizeof *r);

	must(r != NULL, "memory");
	r->stream = frame->hd.stream_id;
	list_append(&c->requests, &r->link);
	nghttp2_session_set_stream_user_data(session, r->stream, r);
	return 0;
}

static int on_header(nghttp2_session *session, const nghttp2_frame *frame,
	const uint8_t *name, size_t name_n, const uint8_t *value, size_t value_n,
	uint8_t flags, void *user_data)
{
	struct doh_request *r =
		nghttp2_session_get_stream_user_data(session, frame->hd.stream_id);

	(void)user_data;
	r->fields_n +=
		(size_t)snprintf(r->fields + r->fields_n, sizeof r->fields - r->fields_n,
			"%.*s: %.*s%s\n", (int)name_n, name, (int)value_n, value,
			flags & NGHTTP2_NV_FLAG_NO_INDEX ? " (no index)" : "");
	must(r->fields_n < sizeof r->fields, "fields");
	return 0;
}

static int on_data(nghttp2_session *session, uint8_t flags, int32_t id,
	const uint8_t *data, size_t n, void *user_data)
{
	struct doh_request *r = nghttp2_session_get_stream_user_data(session, id);

	(void)flags, (void)user_data;
	must(r->content_n + n <= sizeof r->content, "content");
	memcpy(r->content + r->content_n, data, n);
	r->content_n += n;
	return 0;
}

/* dns=… of the path, base64url without padding (RFC 8484 §6). */
static void read_query(struct doh_request *r)
{
	const char *at = strstr(r->fields, "dns=");
	char text[DOH_FIELDS_MAX];
	size_t n = at != NULL ? strcspn(at + 4, "& \n") : 0;

	memcpy(r->query, r->content, r->content_n);
	r->query_n = r->content_n;
	if (at == NULL)
		return;
	memcpy(text, at + 4, n);
	for (size_t i = 0; i < n; i++)
		text[i] = text[i] == '-' ? '+' : text[i] == '_' ? '/' : text[i];
	while (n % 4 != 0)
		text[n++] = '=';
	must(base64_decode(bytes_of(text, n), r->query, sizeof r->query, &r->query_n) ==
			STATUS_OK,
		"base64url");
}

static void on_request(struct doh_client *c, struct doh_request *r)
{
	struct doh_server *s = c->server;

	read_query(r);
	s->requests++;
	s->last = *r;
	if (s->on_request != NULL)
		s->on_request(c, r);
	else
		doh_client_answer(c, r);
}

static void on_settings(struct doh_server *s, const nghttp2_settings *settings)
{
	if (settings->hd.flags & NGHTTP2_FLAG_ACK) {
		s->settled++;
		return;
	}
	must(settings->niv <= 8, "settings");
	memcpy(s->their_settings, settings->iv, settings->niv * sizeof *settings->iv);
	s->their_settings_n = settings->niv;
}

static int on_frame(nghttp2_session *session, const nghttp2_frame *frame, void *user_data)
{
	struct doh_client *c = user_data;
	struct doh_server *s = c->server;

	s->frames++;
	if (frame->hd.type == NGHTTP2_SETTINGS)
		on_settings(s, &frame->settings);
	if (frame->hd.type == NGHTTP2_PING && frame->hd.flags & NGHTTP2_FLAG_ACK)
		s->acked_pings++;
	if (frame->hd.type == NGHTTP2_RST_STREAM) {
		s->resets++;
		s->reset_code = frame->rst_stream.error_code;
	}
	if (frame->hd.type == NGHTTP2_GOAWAY) {
		s->goaways++;
		s->goaway_code = frame->goaway.error_code;
	}
	if ((frame->hd.type == NGHTTP2_HEADERS || frame->hd.type == NGHTTP2_DATA) &&
		frame->hd.flags & NGHTTP2_FLAG_END_STREAM)
		on_request(c, nghttp2_session_get_stream_user_data(
				      session, frame->hd.stream_id));
	return 0;
}

/* --- replies --------------------------------------------------------------- */

struct content {
	size_t n, sent;
	bool unended;
	uint8_t bytes[];
};

static ssize_t on_read(nghttp2_session *session, int32_t id, uint8_t *out, size_t cap,
	uint32_t *flags, nghttp2_data_source *source, void *user_data)
{
	struct content *content = source->ptr;
	size_t n = content->n - content->sent;

	(void)session, (void)id, (void)user_data;
	if (n > cap)
		n = cap;
	memcpy(out, content->bytes + content->sent, n);
	content->sent += n;
	if (content->sent < content->n)
		return (ssize_t)n;
	if (content->unended && n == 0)
		return NGHTTP2_ERR_DEFERRED;
	*flags |= content->unended ? 0 : NGHTTP2_DATA_FLAG_EOF;
	return (ssize_t)n;
}

static struct content *content_new(
	struct doh_client *c, const struct doh_reply *reply, int32_t stream)
{
	struct content *content = malloc(sizeof *content + reply->content.n);
	struct doh_request *r = nghttp2_session_get_stream_user_data(c->session, stream);

	must(content != NULL && r != NULL, "content");
	free(r->reply);
	r->reply = content;
	*content = (struct content){ reply->content.n, 0, reply->unended };
	if (reply->content.n > 0)
		memcpy(content->bytes, reply->content.p, reply->content.n);
	return content;
}

static nghttp2_nv field(const char *name, const char *value)
{
	return (nghttp2_nv){ (uint8_t *)(uintptr_t)name, (uint8_t *)(uintptr_t)value,
		strlen(name), strlen(value), NGHTTP2_NV_FLAG_NONE };
}

void doh_client_reply(struct doh_client *c, int32_t stream, const struct doh_reply *reply)
{
	struct content *content = content_new(c, reply, stream);
	nghttp2_data_provider provider = { .source.ptr = content,
		.read_callback = on_read };
	nghttp2_nv fields[DOH_REPLY_MAX];
	size_t n = 0;

	for (; reply->fields[2 * n] != NULL; n++)
		fields[n] = field(reply->fields[2 * n], reply->fields[2 * n + 1]);
	must(nghttp2_submit_response(c->session, stream, fields, n, &provider) == 0,
		"response");
}

void doh_client_answer(struct doh_client *c, const struct doh_request *request)
{
	uint8_t wire[512];
	size_t n = dot_reply(
		bytes_of(request->query, request->query_n), RCODE_NOERROR, wire);

	doh_client_reply(c, request->stream,
		&(struct doh_reply){
			{ ":status", "200", "content-type", "application/dns-message" },
			bytes_of(wire, n), false });
}

/* --- clients --------------------------------------------------------------- */

/* All that is to be sent is one record. */
void doh_client_flush(struct doh_client *c)
{
	static uint8_t out[512 * 1024];
	const uint8_t *p;
	size_t n = 0;
	ssize_t got;

	while ((got = nghttp2_session_mem_send(c->session, &p)) > 0) {
		must(n + (size_t)got <= sizeof out, "output");
		memcpy(out + n, p, (size_t)got);
		n += (size_t)got;
	}
	must(got == 0, "mem_send");
	for (size_t at = 0; at < n && !c->tls->closing; at += 16384)
		dot_client_send(
			c->tls, bytes_of(out + at, n - at < 16384 ? n - at : 16384));
}

void doh_client_raw(struct doh_client *c, struct bytes frames)
{
	if (!c->tls->closing)
		dot_client_send(c->tls, frames);
}

static void on_bytes(struct dot_client *tls, struct bytes plain)
{
	struct doh_client *c = tls->data;

	if (c->server->on_raw != NULL) {
		c->server->on_raw(c, plain);
		return;
	}
	if (nghttp2_session_mem_recv(c->session, plain.p, plain.n) < 0)
		dot_client_close(tls);
	else
		doh_client_flush(c);
}

static void request_free(struct doh_request *r)
{
	list_remove(&r->link);
	free(r->reply);
	free(r);
}

static int on_stream_close(
	nghttp2_session *session, int32_t id, uint32_t code, void *user_data)
{
	struct doh_request *r = nghttp2_session_get_stream_user_data(session, id);

	(void)code, (void)user_data;
	if (r != NULL)
		request_free(r);
	return 0;
}

static nghttp2_session *session_new(struct doh_client *c)
{
	nghttp2_session_callbacks *callbacks = NULL;
	nghttp2_session *session;
	nghttp2_option *option = NULL;

	must(nghttp2_session_callbacks_new(&callbacks) == 0 &&
			nghttp2_option_new(&option) == 0,
		"session");
	nghttp2_session_callbacks_set_on_begin_headers_callback(
		callbacks, on_begin_headers);
	nghttp2_session_callbacks_set_on_header_callback(callbacks, on_header);
	nghttp2_session_callbacks_set_on_data_chunk_recv_callback(callbacks, on_data);
	nghttp2_session_callbacks_set_on_frame_recv_callback(callbacks, on_frame);
	nghttp2_session_callbacks_set_on_stream_close_callback(
		callbacks, on_stream_close);
	must(nghttp2_session_server_new2(&session, callbacks, c, option) == 0, "session");
	nghttp2_option_del(option);
	nghttp2_session_callbacks_del(callbacks);
	return session;
}

static void on_accepted(struct dot_client *tls)
{
	struct doh_server *s = tls->server->data;
	struct doh_client *c = calloc(1, sizeof *c);

	must(c != NULL, "memory");
	*c = (struct doh_client){ .server = s, .tls = tls };
	list_init(&c->requests);
	c->session = session_new(c);
	must(nghttp2_submit_settings(
		     c->session, NGHTTP2_FLAG_NONE, s->settings, s->settings_n) == 0,
		"settings");
	tls->data = c;
	s->client = c;
}

static void on_gone(struct dot_client *tls)
{
	struct doh_client *c = tls->data;

	if (c->server->client == c)
		c->server->client = NULL;
	nghttp2_session_del(c->session);
	list_for_each_safe (it, &c->requests)
		request_free(list_entry(it, struct doh_request, link));
	free(c);
}

void doh_server_start(
	struct doh_server *s, uv_loop_t *loop, X509 *certificate, EVP_PKEY *key)
{
	s->tls.alpn = "h2";
	s->tls.on_bytes = on_bytes;
	s->tls.on_accepted = on_accepted;
	s->tls.on_gone = on_gone;
	s->tls.data = s;
	dot_server_start(&s->tls, loop, certificate, key);
}

void doh_server_stop(struct doh_server *s)
{
	dot_server_stop(&s->tls);
}
