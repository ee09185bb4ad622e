/* A session and an OpenSSL server in one process, joined by memory. The clock
 * is theirs (pair_set_clock). */
#ifndef TESTS_UNIT_TLS_TLS_PAIR_H
#define TESTS_UNIT_TLS_TLS_PAIR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <openssl/ssl.h>

#include "tls/session.h"

#define PAIR_CHAIN_MAX 8

/* What the server is like. */
struct pair_server {
	EVP_PKEY *key;
	X509 *chain[PAIR_CHAIN_MAX]; /* leaf first, ended by NULL */
	int version;                 /* TLS1_2_VERSION: that one only */
	const char *ciphers;         /* NULL: OpenSSL's */
	const char *groups;          /* NULL: OpenSSL's */
	const char *protocol;        /* ALPN it selects; NULL: none */
	struct bytes staple;         /* p NULL: none */
	/* Extension 18 of each certificate; in TLS 1.2 there is the leaf's alone. */
	struct bytes scts[PAIR_CHAIN_MAX];
	/* Its tickets: 0, OpenSSL's way: two, for hours. */
	size_t tickets, ticket_life_s;
	size_t ticket_bytes; /* so much more in each */
	uint32_t early_data; /* bytes that it would take with a ticket */
};

struct pair {
	struct tls_context *context; /* borrowed */
	struct session *client;      /* owned */
	SSL_CTX *ssl;                /* owned */
	SSL *server;                 /* owned */
	struct pair_server like;

	/* What the server has seen. */
	int alert; /* of the client, -1: none */
	int client_hellos;
	bool offered_ticket, offered_early_data, named_server, asked_for_staple,
		asked_for_scts;
	uint8_t at_server[256], at_client[256];
	size_t at_server_n, at_client_n;
};

void pair_init(
	struct pair *pair, struct tls_context *context, const struct pair_server *server);
/* The server of `first`, which keeps what it has in tickets, once more: at 192.0.2.1,
 * port 853, as in pair_init(), or at `text`. */
void pair_init_again(struct pair *pair, struct tls_context *context,
	const struct pair *first, const char *text);
void pair_deinit(struct pair *pair);

/* Lets both talk until neither has anything to say; what the server sends
 * arrives in pieces of `piece` bytes. */
void pair_run(struct pair *pair, size_t piece);
/* One way only, once. */
void pair_to_server(struct pair *pair);
size_t pair_to_client(struct pair *pair, size_t piece);

/* From now on the clock stands at `pair_at_s`: MAKE_CERT_NOW until a test sets it. */
void pair_set_clock(void);
extern int64_t pair_at_s;

#endif
