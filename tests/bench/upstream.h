/* An upstream that costs little: it shares a core with the load, while what is measured
 * has the other one to itself. One thread on epoll; all that a record brings is answered
 * in one record. Over DNS over TLS and DNS over HTTPS (HTTP/2, and HTTP/1.1 for whoever
 * has nothing newer). The lab has a thread a connection and a record an answer, for its
 * servers are there to misbehave. */
#ifndef TESTS_BENCH_UPSTREAM_H
#define TESTS_BENCH_UPSTREAM_H

#include <stdbool.h>

#include <nghttp2/nghttp2.h>
#include <openssl/ssl.h>

#include "base/bytes.h"

#define UPSTREAM_TTL_S     3600
#define UPSTREAM_QUERY_MAX 1024
#define UPSTREAM_REPLY_MAX 1400
#define UPSTREAM_IN_BYTES  65536

struct upstream_counts {
	uint64_t connections, full, resumed; /* handshakes */
	uint64_t dot, doh;                   /* queries */
};

struct upstream {
	SSL_CTX *tls;
	int epoll;
	struct upstream_counts counts;
};

enum upstream_kind { UPSTREAM_LISTENS_DOT, UPSTREAM_LISTENS_DOH };

/* What epoll has a pointer to begins with this. */
struct upstream_source {
	struct upstream *upstream;
	void (*on_ready)(struct upstream_source *source, uint32_t events);
	int fd;
	enum upstream_kind kind;
};

/* A connection. */
struct upstream_client {
	struct upstream_source source;
	SSL *ssl;              /* owned */
	nghttp2_session *http; /* owned; NULL: not HTTP/2 */
	/* Takes decrypted bytes out of `in`. False: hang up. */
	bool (*take)(struct upstream_client *c);
	uint8_t in[UPSTREAM_IN_BYTES];
	size_t in_n;
	uint8_t *out; /* owned; out_n bytes, of which out_at are written */
	size_t out_n, out_at, out_cap;
	uint32_t events; /* that epoll waits for */
	bool open, over;
};

/* --- upstream_answer.c ----------------------------------------------------------- */

/* An A or AAAA gets an address, other types nothing. 0: it was no query. */
size_t upstream_answer(struct bytes query, uint8_t out[UPSTREAM_REPLY_MAX]);

/* --- upstream_client.c ----------------------------------------------------------- */

void upstream_accept(struct upstream *upstream, enum upstream_kind kind, int fd);
/* Appends to what will be written. */
void upstream_put(struct upstream_client *c, struct bytes out);

/* --- upstream_dot.c, upstream_h1.c, upstream_h2.c --------------------------------- */

bool upstream_take_dot(struct upstream_client *c);
bool upstream_take_h1(struct upstream_client *c);
/* Begins HTTP/2. */
bool upstream_start_h2(struct upstream_client *c);
bool upstream_take_h2(struct upstream_client *c);
/* The message in `path`?dns=… (RFC 8484 §4.1), at most UPSTREAM_QUERY_MAX bytes; 0: none
 * that can be read. `path` ends with its `n` bytes. */
size_t upstream_query_of_path(const char *path, size_t n, uint8_t *out);

#endif
