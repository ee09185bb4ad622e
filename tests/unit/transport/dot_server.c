#include "tests/unit/transport/dot_server.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/ssl.h>

#include "dns/message.h"

/* From OpenSSL's allocator, not malloc(): a test may make that one fail. */
struct write {
	uv_write_t request;
	uint8_t data[];
};

/* A record of its own: its header, and that of a message without content. */
#define SERVER_HELLO_DONE_BYTES (5 + 4)

static void must(bool ok, const char *what)
{
	if (ok)
		return;
	fprintf(stderr, "dot_server: %s\n", what);
	abort();
}

static void on_client_closed(uv_handle_t *handle)
{
	struct dot_client *c = handle->data;

	if (c->server->on_gone != NULL)
		c->server->on_gone(c);
	SSL_free(c->ssl);
	framing_deinit(&c->framing);
	OPENSSL_free(c);
}

void dot_client_close(struct dot_client *c)
{
	if (c->closing)
		return;
	c->closing = true;
	list_remove(&c->link);
	uv_close((uv_handle_t *)&c->tcp, on_client_closed);
}

static void on_written(uv_write_t *request, int status)
{
	(void)status;
	OPENSSL_free(request->data);
}

static void send_raw(struct dot_client *c, struct bytes data)
{
	struct write *w = OPENSSL_malloc(sizeof *w + data.n);
	uv_buf_t buf;

	must(w != NULL, "memory");
	memcpy(w->data, data.p, data.n);
	w->request.data = w;
	buf = uv_buf_init((char *)w->data, (unsigned)data.n);
	if (uv_write(&w->request, (uv_stream_t *)&c->tcp, &buf, 1, on_written) != 0)
		OPENSSL_free(w);
}

static void flush(struct dot_client *c)
{
	char *p = NULL;
	long n = BIO_get_mem_data(c->out, &p);

	if (c->server->mode == SERVER_HALF)
		n -= SERVER_HELLO_DONE_BYTES;
	if (n > 0 && !c->closing)
		send_raw(c, bytes_of(p, (size_t)n));
	(void)BIO_reset(c->out);
}

void dot_client_send(struct dot_client *c, struct bytes plain)
{
	size_t done;

	must(SSL_write_ex(c->ssl, plain.p, plain.n, &done) == 1, "SSL_write");
	flush(c);
}

size_t dot_reply(struct bytes query, unsigned rcode, uint8_t out[512])
{
	static const uint8_t a[] = { 0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 192, 0, 2,
		7 };
	struct writer w = { .p = out, .cap = 512 };
	struct message m;

	must(message_parse(query, &m) == STATUS_OK, "a query that is none");
	wr_uint(&w, m.id, 2);
	wr_uint(&w, DNS_FLAG_QR | DNS_FLAG_RD | DNS_FLAG_RA | rcode, 2);
	wr_uint(&w, 1, 2);
	wr_uint(&w, rcode == RCODE_NOERROR, 2);
	wr_uint(&w, 0, 4);
	wr_bytes(&w,
		bytes_of(query.p + DNS_HEADER_BYTES, m.question_end - DNS_HEADER_BYTES));
	if (rcode == RCODE_NOERROR)
		wr_bytes(&w, bytes_of(a, sizeof a));
	must(!w.bad, "reply");
	return w.n;
}

void dot_client_answer(struct dot_client *c, struct bytes query, unsigned rcode)
{
	uint8_t frame[2 + 512];
	size_t n = dot_reply(query, rcode, frame + 2);

	frame[0] = (uint8_t)(n >> 8);
	frame[1] = (uint8_t)n;
	dot_client_send(c, bytes_of(frame, n + 2));
}

static void on_plain(struct dot_client *c, struct bytes plain)
{
	struct dot_server *s = c->server;
	struct bytes message;

	if (s->on_bytes != NULL) {
		s->on_bytes(c, plain);
		return;
	}
	while (!c->closing && framing_next(&c->framing, &plain, &message) == STATUS_OK) {
		s->queries++;
		if (s->on_query != NULL)
			s->on_query(c, message);
		else
			dot_client_answer(c, message, RCODE_NOERROR);
	}
}

static void go_on(struct dot_client *c)
{
	uint8_t plain[32 * 1024];
	size_t n;

	if (!SSL_is_init_finished(c->ssl)) {
		int ok = SSL_do_handshake(c->ssl);

		flush(c);
		if (ok == 1)
			c->server->handshakes++;
	}
	/* Without read-ahead one call returns what one record holds. */
	while (!c->closing && SSL_is_init_finished(c->ssl) &&
		SSL_read_ex(c->ssl, plain, sizeof plain, &n) == 1) {
		c->server->records++;
		on_plain(c, bytes_of(plain, n));
	}
}

static void on_alloc(uv_handle_t *handle, size_t suggested, uv_buf_t *buf)
{
	static char input[64 * 1024];

	(void)handle;
	(void)suggested;
	*buf = uv_buf_init(input, sizeof input);
}

static void on_read(uv_stream_t *stream, ssize_t n, const uv_buf_t *buf)
{
	struct dot_client *c = stream->data;
	size_t done;

	if (n < 0 || (n > 0 && c->server->mode == SERVER_CUT)) {
		dot_client_close(c);
		return;
	}
	if (n == 0 || c->server->mode == SERVER_MUTE)
		return;
	if (c->server->mode == SERVER_GARBAGE) {
		send_raw(c, bytes_of_text("220 mail.example ESMTP\r\n"));
		return;
	}
	must(BIO_write_ex(c->in, buf->base, (size_t)n, &done) == 1, "BIO_write");
	go_on(c);
}

static void on_connection(uv_stream_t *stream, int status)
{
	struct dot_server *s = stream->data;
	struct dot_client *c = OPENSSL_zalloc(sizeof *c);

	must(status == 0 && c != NULL, "accept");
	c->server = s;
	framing_init(&c->framing);
	uv_tcp_init(stream->loop, &c->tcp);
	c->tcp.data = c;
	must(uv_accept(stream, (uv_stream_t *)&c->tcp) == 0, "accept");
	c->ssl = SSL_new(s->ssl);
	c->in = BIO_new(BIO_s_mem());
	c->out = BIO_new(BIO_s_mem());
	must(c->ssl != NULL && c->in != NULL && c->out != NULL, "SSL");
	if (s->mode == SERVER_HALF)
		SSL_set_max_proto_version(c->ssl, TLS1_2_VERSION);
	BIO_set_mem_eof_return(c->in, -1);
	SSL_set_bio(c->ssl, c->in, c->out);
	SSL_set_accept_state(c->ssl);
	list_append(&s->clients, &c->link);
	if (s->on_accepted != NULL)
		s->on_accepted(c);
	s->accepted++;
	must(uv_read_start((uv_stream_t *)&c->tcp, on_alloc, on_read) == 0, "read");
}

static int on_alpn(SSL *ssl, const unsigned char **out, unsigned char *n,
	const unsigned char *in, unsigned in_n, void *arg)
{
	struct dot_server *s = arg;

	(void)ssl, (void)in, (void)in_n;
	if (s->alpn == NULL)
		return SSL_TLSEXT_ERR_NOACK;
	*out = (const unsigned char *)s->alpn;
	*n = (unsigned char)strlen(s->alpn);
	return SSL_TLSEXT_ERR_OK;
}

void dot_server_start(
	struct dot_server *s, uv_loop_t *loop, X509 *certificate, EVP_PKEY *key)
{
	struct endpoint any;
	int size = sizeof s->endpoint;

	list_init(&s->clients);
	s->ssl = SSL_CTX_new(TLS_server_method());
	must(s->ssl != NULL && SSL_CTX_use_certificate(s->ssl, certificate) == 1 &&
			SSL_CTX_use_PrivateKey(s->ssl, key) == 1,
		"certificate");
	SSL_CTX_set_alpn_select_cb(s->ssl, on_alpn, s);
	must(endpoint_parse("127.0.0.1", 1, &any) == STATUS_OK, "address");
	any.in.sin_port = s->endpoint.in.sin_port;
	uv_tcp_init(loop, &s->tcp);
	s->tcp.data = s;
	must(uv_tcp_bind(&s->tcp, &any.sa, 0) == 0 &&
			uv_listen((uv_stream_t *)&s->tcp, 16, on_connection) == 0 &&
			uv_tcp_getsockname(&s->tcp, &s->endpoint.sa, &size) == 0,
		"listen");
}

void dot_server_hang_up(struct dot_server *s)
{
	list_for_each_safe (it, &s->clients)
		dot_client_close(list_entry(it, struct dot_client, link));
}

void dot_server_stop(struct dot_server *s)
{
	dot_server_hang_up(s);
	uv_close((uv_handle_t *)&s->tcp, NULL);
	SSL_CTX_free(s->ssl);
	s->ssl = NULL;
}
