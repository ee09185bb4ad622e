/* A DNS-over-HTTPS server on the test's own loop: the other end of nghttp2, behind the
 * TLS of dot_server.h. It does what the test wants. */
#ifndef TESTS_UNIT_TRANSPORT_DOH_SERVER_H
#define TESTS_UNIT_TRANSPORT_DOH_SERVER_H

#include <nghttp2/nghttp2.h>

#include "tests/unit/transport/dot_server.h"

#define DOH_FIELDS_MAX 1024
#define DOH_REPLY_MAX  20

struct doh_client;

struct doh_request {
	struct list link;
	int32_t stream;
	char fields[DOH_FIELDS_MAX]; /* "name: value\n" each */
	size_t fields_n;
	uint8_t content[1024];
	size_t content_n;
	/* The DNS query, of either. */
	uint8_t query[1024];
	size_t query_n;
	void *reply; /* the server's */
};

struct doh_reply {
	const char *fields[2 * DOH_REPLY_MAX]; /* names and values by turns */
	struct bytes content;
	bool unended; /* no END_STREAM */
};

/* The caller's storage; the counters are for the test to read. */
struct doh_server {
	struct dot_server tls;
	/* A whole request came; NULL: doh_client_answer(). */
	void (*on_request)(struct doh_client *client, const struct doh_request *request);
	void *data;
	/* Instead of HTTP/2: what came, as it is. */
	void (*on_raw)(struct doh_client *client, struct bytes plain);
	nghttp2_settings_entry settings[4];
	size_t settings_n;

	unsigned settled; /* SETTINGS of ours that were acknowledged */
	unsigned requests, resets, acked_pings, goaways, frames;
	uint32_t reset_code, goaway_code;
	nghttp2_settings_entry their_settings[8];
	size_t their_settings_n;
	struct doh_request last;
	struct doh_client *client; /* the latest; NULL once it is gone */
};

struct doh_client {
	struct doh_server *server;
	struct dot_client *tls;
	nghttp2_session *session;
	struct list requests;
};

/* As dot_server_start(). */
void doh_server_start(
	struct doh_server *server, uv_loop_t *loop, X509 *certificate, EVP_PKEY *key);
void doh_server_stop(struct doh_server *server);

/* All three take effect with doh_client_flush(), or when on_request returns. `content` is
 * copied. */
void doh_client_reply(
	struct doh_client *client, int32_t stream, const struct doh_reply *reply);
/* 200 with dot_reply(). */
void doh_client_answer(struct doh_client *client, const struct doh_request *request);
void doh_client_flush(struct doh_client *client);
/* At once, and past nghttp2. */
void doh_client_raw(struct doh_client *client, struct bytes frames);

#endif
