/* A DNS-over-TLS server on the test's own loop, which does what the test wants:
 * answers, says nothing, breaks off, sends any bytes. */
#ifndef TESTS_UNIT_TRANSPORT_DOT_SERVER_H
#define TESTS_UNIT_TRANSPORT_DOT_SERVER_H

#include <uv.h>

#include "base/endpoint.h"
#include "base/list.h"
#include "dns/framing.h"
#include "tests/unit/tls/make_cert.h"

struct dot_client;

enum dot_server_mode {
	SERVER_TLS,
	SERVER_MUTE,    /* takes the connection and never says a word */
	SERVER_CUT,     /* closes at the first byte */
	SERVER_GARBAGE, /* answers the first byte with what is not TLS */
	SERVER_HALF,    /* TLS 1.2; withholds the ServerHelloDone: certificate and proof
			 * of the key arrive, and then nothing */
};

/* The caller's storage; the counters are for the test to read. */
struct dot_server {
	enum dot_server_mode mode;
	/* A whole message came; NULL: dot_client_answer() with NOERROR. */
	void (*on_query)(struct dot_client *client, struct bytes query);
	void *data;
	/* For what is no DNS over TLS: the ALPN name to select, NULL: none; decrypted
	 * bytes, for on_bytes instead of on_query; a client that was accepted and one
	 * that goes. */
	const char *alpn;
	void (*on_bytes)(struct dot_client *client, struct bytes plain);
	void (*on_accepted)(struct dot_client *client);
	void (*on_gone)(struct dot_client *client);

	unsigned accepted, handshakes, records, queries;
	struct endpoint endpoint;

	uv_tcp_t tcp;
	SSL_CTX *ssl;
	struct list clients;
};

struct dot_client {
	struct dot_server *server;
	struct list link;
	uv_tcp_t tcp;
	SSL *ssl;
	BIO *in, *out;
	struct framing framing;
	bool closing;
	void *data; /* on_bytes's */
};

/* Listens on 127.0.0.1, on a port of the system's choice, or that of before if it was
 * stopped and `endpoint` is as it was; 0 at first. The certificate and
 * its key are copied. `mode`, `on_query` and `data` are set before or after. */
void dot_server_start(
	struct dot_server *server, uv_loop_t *loop, X509 *certificate, EVP_PKEY *key);
/* Closes it with all its clients; the loop needs another turn. */
void dot_server_stop(struct dot_server *server);
/* Closes its clients, not itself. */
void dot_server_hang_up(struct dot_server *server);

/* Encrypts and sends `plain`, whatever it is. */
void dot_client_send(struct dot_client *client, struct bytes plain);
/* Sends a reply: the query's ID and question, `rcode`, and with NOERROR one A
 * record, 192.0.2.7, with a TTL of 60 s. */
void dot_client_answer(struct dot_client *client, struct bytes query, unsigned rcode);
void dot_client_close(struct dot_client *client);

/* The reply alone, into `out`; returns its size. */
size_t dot_reply(struct bytes query, unsigned rcode, uint8_t out[512]);

#endif
