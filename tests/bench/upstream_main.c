/*	upstream --chain FILE --key FILE [--dot ADDRESS:PORT]… [--doh ADDRESS:PORT]…
 *
 * Says "ready". A line of input, whatever is in it, is answered with the counts so far,
 * as JSON. Ends with its input. */
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include <openssl/err.h>

#include "base/endpoint.h"
#include "tests/bench/upstream.h"

#define BACKLOG    1024
#define EVENTS_MAX 256
#define TICKETS    2

static void die(const char *what)
{
	perror(what);
	ERR_print_errors_fp(stderr);
	exit(1);
}

static void on_connection(struct upstream_source *source, uint32_t events)
{
	int fd;

	(void)events;
	while ((fd = accept4(source->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0)
		upstream_accept(source->upstream, source->kind, fd);
}

static void on_input(struct upstream_source *source, uint32_t events)
{
	const struct upstream_counts *counts = &source->upstream->counts;
	char line[64];

	(void)events;
	if (read(source->fd, line, sizeof line) <= 0)
		exit(0);
	printf("{\"connections\": %ju, \"full\": %ju, \"resumed\": %ju, \"queries\": "
	       "%ju}\n",
		counts->connections, counts->full, counts->resumed,
		counts->dot + counts->doh);
	fflush(stdout);
}

static void watch(struct upstream *upstream, struct upstream_source source)
{
	struct upstream_source *kept = malloc(sizeof *kept);
	struct epoll_event event = { .events = EPOLLIN, .data.ptr = kept };

	if (kept == NULL)
		abort();
	*kept = source;
	if (epoll_ctl(upstream->epoll, EPOLL_CTL_ADD, source.fd, &event) != 0)
		die("upstream: epoll");
}

static void listen_at(
	struct upstream *upstream, enum upstream_kind kind, const char *text)
{
	struct endpoint at;
	int fd, one = 1;

	if (endpoint_parse(text, 853, &at) != STATUS_OK)
		die(text);
	fd = socket(at.sa.sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one) != 0 ||
		bind(fd, &at.sa, endpoint_size(&at)) != 0 || listen(fd, BACKLOG) != 0)
		die(text);
	watch(upstream, (struct upstream_source){ upstream, on_connection, fd, kind });
}

static int select_protocol(SSL *ssl, const unsigned char **out, unsigned char *out_n,
	const unsigned char *in, unsigned in_n, void *user)
{
	static const unsigned char doh[] = "\x02h2\x08http/1.1", dot[] = "\x03"
									 "dot";
	const struct upstream_client *c = SSL_get_app_data(ssl);
	bool is_doh = c->source.kind == UPSTREAM_LISTENS_DOH;

	(void)user;
	if (SSL_select_next_proto((unsigned char **)(uintptr_t)out, out_n,
		    is_doh ? doh : dot, (unsigned)(is_doh ? sizeof doh : sizeof dot) - 1,
		    in, in_n) != OPENSSL_NPN_NEGOTIATED)
		return SSL_TLSEXT_ERR_NOACK;
	return SSL_TLSEXT_ERR_OK;
}

static SSL_CTX *make_tls(const char *chain, const char *key)
{
	SSL_CTX *tls = SSL_CTX_new(TLS_server_method());

	if (tls == NULL || SSL_CTX_use_certificate_chain_file(tls, chain) != 1 ||
		SSL_CTX_use_PrivateKey_file(tls, key, SSL_FILETYPE_PEM) != 1)
		die("upstream: certificate and key");
	SSL_CTX_set_mode(
		tls, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
	SSL_CTX_set_session_id_context(tls, (const unsigned char *)"bench", 5);
	SSL_CTX_set_num_tickets(tls, TICKETS);
	SSL_CTX_set_alpn_select_cb(tls, select_protocol, NULL);
	SSL_CTX_set_read_ahead(tls, 1);
	return tls;
}

static void serve(struct upstream *upstream)
{
	struct epoll_event events[EVENTS_MAX];

	for (;;) {
		int n = epoll_wait(upstream->epoll, events, EVENTS_MAX, -1);

		for (int i = 0; i < n; i++) {
			struct upstream_source *source = events[i].data.ptr;

			source->on_ready(source, events[i].events);
		}
	}
}

static const struct option long_options[] = {
	{ "chain", required_argument, NULL, 'c' },
	{ "key", required_argument, NULL, 'k' },
	{ "dot", required_argument, NULL, 't' },
	{ "doh", required_argument, NULL, 'h' },
	{ 0 },
};

int main(int argc, char **argv)
{
	static struct upstream upstream;
	const char *chain = NULL, *key = NULL;
	int letter;

	signal(SIGPIPE, SIG_IGN);
	upstream.epoll = epoll_create1(EPOLL_CLOEXEC);
	while ((letter = getopt_long(argc, argv, "", long_options, NULL)) != -1) {
		if (letter == 'c')
			chain = optarg;
		else if (letter == 'k')
			key = optarg;
		else if (letter == 't')
			listen_at(&upstream, UPSTREAM_LISTENS_DOT, optarg);
		else if (letter == 'h')
			listen_at(&upstream, UPSTREAM_LISTENS_DOH, optarg);
		else
			return 2;
	}
	if (chain == NULL || key == NULL)
		return 2;
	upstream.tls = make_tls(chain, key);
	watch(&upstream,
		(struct upstream_source){ &upstream, on_input, STDIN_FILENO, 0 });
	puts("ready");
	fflush(stdout);
	serve(&upstream);
}
