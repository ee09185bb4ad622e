#include "tests/unit/tls/tls_pair.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/err.h>

#include "base/clock.h"
#include "tests/unit/must.h"
#include "tests/unit/tls/make_cert.h"

int64_t pair_at_s;

static int64_t now_s(void)
{
	return pair_at_s;
}

static uint64_t now_ms(void)
{
	return 0;
}

void pair_set_clock(void)
{
	static const struct clock_source source = { now_ms, now_s };

	pair_at_s = MAKE_CERT_NOW;
	clock_replace(&source);
}

static void on_info(const SSL *ssl, int where, int value)
{
	struct pair *pair = SSL_get_app_data(ssl);

	if ((where & SSL_CB_READ_ALERT) == SSL_CB_READ_ALERT)
		pair->alert = value & 0xff;
}

static int on_client_hello(SSL *ssl, int *alert, void *unused)
{
	struct pair *pair = SSL_get_app_data(ssl);
	const unsigned char *p;
	size_t n;

	(void)unused;
	(void)alert;
	pair->client_hellos++;
	if (SSL_client_hello_get0_ext(ssl, TLSEXT_TYPE_psk, &p, &n) == 1 ||
		SSL_client_hello_get0_ext(ssl, TLSEXT_TYPE_session_ticket, &p, &n) == 1)
		pair->offered_ticket = true;
	if (SSL_client_hello_get0_ext(ssl, TLSEXT_TYPE_early_data, &p, &n) == 1)
		pair->offered_early_data = true;
	if (SSL_client_hello_get0_ext(ssl, TLSEXT_TYPE_server_name, &p, &n) == 1)
		pair->named_server = true;
	if (SSL_client_hello_get0_ext(ssl, TLSEXT_TYPE_status_request, &p, &n) == 1)
		pair->asked_for_staple = true;
	if (SSL_client_hello_get0_ext(
		    ssl, TLSEXT_TYPE_signed_certificate_timestamp, &p, &n) == 1)
		pair->asked_for_scts = true;
	return SSL_CLIENT_HELLO_SUCCESS;
}

static int on_alpn(SSL *ssl, const unsigned char **out, unsigned char *n,
	const unsigned char *offered, unsigned offered_n, void *unused)
{
	const struct pair *pair = SSL_get_app_data(ssl);

	(void)unused;
	(void)offered;
	(void)offered_n;
	if (pair->like.protocol == NULL)
		return SSL_TLSEXT_ERR_NOACK;
	*out = (const unsigned char *)pair->like.protocol;
	*n = (unsigned char)strlen(pair->like.protocol);
	return SSL_TLSEXT_ERR_OK;
}

static int on_status(SSL *ssl, void *unused)
{
	const struct pair *pair = SSL_get_app_data(ssl);
	struct bytes staple = pair->like.staple;

	(void)unused;
	if (staple.p == NULL)
		return SSL_TLSEXT_ERR_NOACK;
	must(SSL_set_tlsext_status_ocsp_resp(
		     ssl, OPENSSL_memdup(staple.p, staple.n), (long)staple.n) == 1,
		"staple");
	return SSL_TLSEXT_ERR_OK;
}

static int on_add_scts(SSL *ssl, unsigned type, unsigned where, const unsigned char **out,
	size_t *n, X509 *certificate, size_t place, int *alert, void *unused)
{
	const struct pair *pair = SSL_get_app_data(ssl);
	struct bytes scts = pair->like.scts[place];

	(void)type, (void)where, (void)certificate, (void)alert, (void)unused;
	*out = scts.p;
	*n = scts.n;
	return scts.p != NULL;
}

static void add_extras(SSL_CTX *ssl)
{
	const unsigned where = SSL_EXT_CLIENT_HELLO | SSL_EXT_TLS1_2_SERVER_HELLO |
			       SSL_EXT_TLS1_3_CERTIFICATE;

	SSL_CTX_set_tlsext_status_cb(ssl, on_status);
	must(SSL_CTX_add_custom_ext(ssl, TLSEXT_TYPE_signed_certificate_timestamp, where,
		     on_add_scts, NULL, NULL, NULL, NULL) == 1,
		"extension");
}

static int on_new_ticket(SSL *ssl, void *unused)
{
	static const uint8_t filling[32 * 1024];
	const struct pair *pair = SSL_get_app_data(ssl);
	size_t n = pair->like.ticket_bytes;

	(void)unused;
	must(n <= sizeof filling && SSL_SESSION_set1_ticket_appdata(
					    SSL_get_session(ssl), filling, n) == 1,
		"ticket");
	return 1;
}

static SSL_TICKET_RETURN on_ticket(SSL *ssl, SSL_SESSION *session,
	const unsigned char *name, size_t n, SSL_TICKET_STATUS status, void *unused)
{
	(void)ssl, (void)session, (void)name, (void)n, (void)unused;
	return status == SSL_TICKET_SUCCESS || status == SSL_TICKET_SUCCESS_RENEW
		       ? SSL_TICKET_RETURN_USE_RENEW
		       : SSL_TICKET_RETURN_IGNORE_RENEW;
}

static void add_tickets(SSL_CTX *ssl, const struct pair_server *like)
{
	if (like->tickets != 0)
		must(SSL_CTX_set_num_tickets(ssl, like->tickets) == 1, "tickets");
	if (like->ticket_life_s != 0)
		SSL_CTX_set_timeout(ssl, (long)like->ticket_life_s);
	must(SSL_CTX_set_max_early_data(ssl, like->early_data) == 1, "early data");
	must(SSL_CTX_set_session_ticket_cb(ssl, on_new_ticket, on_ticket, NULL) == 1,
		"ticket callback");
}

/* As weak as it gets: what is refused, the client refuses. */
static SSL_CTX *make_server(const struct pair_server *like)
{
	SSL_CTX *ssl = SSL_CTX_new(TLS_server_method());

	must(ssl != NULL, "context");
	SSL_CTX_set_security_level(ssl, 0);
	must(SSL_CTX_set_min_proto_version(ssl, like->version) == 1 &&
			SSL_CTX_set_max_proto_version(ssl, like->version) == 1,
		"version");
	must(like->ciphers == NULL || SSL_CTX_set_cipher_list(ssl, like->ciphers) == 1,
		"ciphers");
	must(like->groups == NULL || SSL_CTX_set1_groups_list(ssl, like->groups) == 1,
		"groups");
	if (like->chain[0] != NULL)
		must(SSL_CTX_use_certificate(ssl, like->chain[0]) == 1 &&
				SSL_CTX_use_PrivateKey(ssl, like->key) == 1,
			"certificate");
	for (size_t i = 1; i < PAIR_CHAIN_MAX && like->chain[i] != NULL; i++)
		must(SSL_CTX_add1_chain_cert(ssl, like->chain[i]) == 1, "chain");
	add_extras(ssl);
	add_tickets(ssl, like);
	SSL_CTX_set_session_id_context(ssl, (const unsigned char *)"pair", 4);
	SSL_CTX_set_info_callback(ssl, on_info);
	SSL_CTX_set_client_hello_cb(ssl, on_client_hello, NULL);
	SSL_CTX_set_alpn_select_cb(ssl, on_alpn, NULL);
	return ssl;
}

/* `ssl`: owned from now on. */
static void join(struct pair *pair, struct tls_context *context,
	const struct pair_server *server, SSL_CTX *ssl, const char *text)
{
	BIO *in = BIO_new(BIO_s_mem()), *out = BIO_new(BIO_s_mem());
	struct endpoint address;

	memset(pair, 0, sizeof *pair);
	pair->alert = -1;
	pair->like = *server;
	pair->ssl = ssl;
	pair->server = SSL_new(pair->ssl);
	must(pair->server != NULL && in != NULL && out != NULL, "server");
	SSL_set_bio(pair->server, in, out);
	SSL_set_accept_state(pair->server);
	SSL_set_app_data(pair->server, pair);
	must(endpoint_parse(text, 853, &address) == STATUS_OK, "address");
	must(session_new(context, &address, &pair->client) == STATUS_OK, "session");
}

void pair_init(
	struct pair *pair, struct tls_context *context, const struct pair_server *server)
{
	join(pair, context, server, make_server(server), "192.0.2.1");
}

void pair_init_again(struct pair *pair, struct tls_context *context,
	const struct pair *first, const char *text)
{
	must(SSL_CTX_up_ref(first->ssl) == 1, "server");
	join(pair, context, &first->like, first->ssl, text != NULL ? text : "192.0.2.1");
}

void pair_deinit(struct pair *pair)
{
	session_free(pair->client);
	SSL_free(pair->server);
	SSL_CTX_free(pair->ssl);
	ERR_clear_error();
}

/* Reads after the handshake, too: a renegotiation is asked for in a read. */
static void run_server(struct pair *pair)
{
	size_t n = 0;

	ERR_clear_error();
	if (!SSL_is_init_finished(pair->server) && SSL_do_handshake(pair->server) != 1)
		return;
	while (SSL_read_ex(pair->server, pair->at_server + pair->at_server_n,
		       sizeof pair->at_server - pair->at_server_n, &n) == 1)
		pair->at_server_n += n;
}

void pair_to_server(struct pair *pair)
{
	struct bytes pending = session_pending(pair->client);

	if (pending.n > 0)
		BIO_write(SSL_get_rbio(pair->server), pending.p, (int)pending.n);
	session_sent(pair->client);
	run_server(pair);
}

static void run_client(struct pair *pair)
{
	size_t n;

	if (session_handshake(pair->client) != SESSION_OPEN)
		return;
	while (session_read(pair->client, pair->at_client + pair->at_client_n,
		       sizeof pair->at_client - pair->at_client_n, &n) == STATUS_OK)
		pair->at_client_n += n;
}

size_t pair_to_client(struct pair *pair, size_t piece)
{
	char *p = NULL;
	BIO *bio = SSL_get_wbio(pair->server);
	size_t n = (size_t)BIO_get_mem_data(bio, &p);

	for (size_t at = 0; at < n; at += piece) {
		size_t left = n - at;

		must(session_receive(pair->client,
			     bytes_of(p + at, left < piece ? left : piece)) == STATUS_OK,
			"session_receive");
		run_client(pair);
	}
	(void)BIO_reset(bio);
	return n;
}

void pair_run(struct pair *pair, size_t piece)
{
	do {
		run_client(pair);
		pair_to_server(pair);
	} while (pair_to_client(pair, piece) > 0 || session_pending(pair->client).n > 0);
}
