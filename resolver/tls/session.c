#include "tls/session.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/ssl.h>

#include "tls/handshake.h"
#include "tls/resumption.h"

/* Ciphertext that brings no content: room for a few tickets and a record that is not
 * whole yet. Ten microseconds and more for each change of keys, and nobody else is
 * served. */
#define BARREN_MAX (48 * 1024)
/* A byte of content pays for so many: records add 22 bytes and more to what may be 17. */
#define PAID_A_BYTE 4

struct session {
	SSL *ssl;      /* owned; owns both BIOs */
	BIO *in, *out; /* ciphertext */
	enum session_state state;
	bool begun;  /* the handshake */
	bool broken; /* by a record, once it was open */
	size_t barren_bytes;
	struct handshake handshake;
};

static enum status set_up(struct session *s, const struct tls_policy *policy)
{
	s->ssl = SSL_new(s->handshake.context->ssl);
	s->in = BIO_new(BIO_s_mem());
	s->out = BIO_new(BIO_s_mem());
	if (s->ssl == NULL || s->in == NULL || s->out == NULL) {
		BIO_free(s->in);
		BIO_free(s->out);
		return STATUS_NOMEM;
	}
	/* An empty input means "not yet", not "end of file". */
	BIO_set_mem_eof_return(s->in, -1);
	BIO_set_mem_eof_return(s->out, -1);
	SSL_set_bio(s->ssl, s->in, s->out);
	SSL_set_app_data(s->ssl, &s->handshake);
	SSL_set_connect_state(s->ssl);
	if (policy->identity == IDENTITY_NAME &&
		SSL_set_tlsext_host_name(s->ssl, policy->auth_name) != 1)
		return STATUS_CRYPTO;
	return STATUS_OK;
}

enum status session_new(
	struct tls_context *context, const struct endpoint *address, struct session **out)
{
	struct session *s = calloc(1, sizeof *s);
	enum status status;

	*out = NULL;
	if (s == NULL)
		return STATUS_NOMEM;
	s->handshake.context = context;
	s->handshake.address = *address;
	status = set_up(s, context->policy);
	if (status != STATUS_OK) {
		session_free(s);
		return status;
	}
	*out = s;
	return STATUS_OK;
}

void session_free(struct session *s)
{
	if (s == NULL)
		return;
	/* Or OpenSSL would spoil the tickets of a connection that was not ended by a
	 * goodbye on both sides, as TLS 1.0 wanted it. */
	if (s->state == SESSION_OPEN)
		SSL_set_shutdown(s->ssl, SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);
	SSL_free(s->ssl);
	handshake_deinit(&s->handshake);
	ERR_clear_error();
	free(s);
}

enum status session_receive(struct session *s, struct bytes ciphertext)
{
	size_t done;

	if (ciphertext.n > 0 &&
		BIO_write_ex(s->in, ciphertext.p, ciphertext.n, &done) != 1)
		return STATUS_NOMEM;
	if (s->state == SESSION_OPEN)
		s->barren_bytes += ciphertext.n;
	return STATUS_OK;
}

/* OpenSSL's words for the oldest error, which is the cause of the others. */
static void describe_error(struct text *out)
{
	unsigned long code = ERR_get_error();
	const char *reason = ERR_reason_error_string(code);

	text_add(out, "%s", reason != NULL ? reason : "closed by the server");
	ERR_clear_error();
}

/* The server has selected what was offered, or, where that will do, nothing. */
static bool protocol_fits(const struct session *s)
{
	const struct tls_alpn *alpn = &s->handshake.context->alpn;
	const unsigned char *name = NULL;
	unsigned n = 0;

	SSL_get0_alpn_selected(s->ssl, &name, &n);
	if (n == 0)
		return !alpn->required;
	return bytes_equal(
		bytes_of(name, n), bytes_of(alpn->wire.p + 1, alpn->wire.n - 1));
}

/* Whatever went wrong, the next handshake is one without a ticket.
 *
 * A verdict stands unless the certificate was fine and something else broke:
 * the signature that proves the key, the version, a record that is not TLS. */
static enum session_state fail(struct session *s, const char *why)
{
	struct handshake *h = &s->handshake;
	const struct tls_policy *policy = h->context->policy;
	char detail[128];
	struct text text = text_in(detail, sizeof detail);

	s->state = SESSION_FAILED;
	if (h->ticket != NULL)
		tickets_drop(&h->context->tickets, &h->address);
	if (why != NULL)
		text_add(&text, "%s", why);
	else
		describe_error(&text);
	if (h->trouble == STATUS_OK && (!h->judged || h->verdict.accepted)) {
		verdict_protocol_failure(detail, &h->verdict);
		h->verdict.pins.configured = policy->pins.n;
		h->verdict.ct.mode = policy->ct;
		h->judged = true;
	}
	return s->state;
}

/* Everything that must hold before the first query byte, in one place. */
static bool may_open(const struct session *s)
{
	const struct handshake *h = &s->handshake;

	return h->judged && h->verdict.accepted && !h->verdict.provisional &&
	       h->trouble == STATUS_OK;
}

/* Not sooner: a ticket is not spent on an address that cannot be reached. */
static void begin(struct session *s)
{
	if (!s->begun)
		resumption_offer(&s->handshake, s->ssl);
	s->begun = true;
}

static enum session_state open_up(struct session *s)
{
	s->handshake.open = true;
	return s->state = SESSION_OPEN;
}

enum session_state session_handshake(struct session *s)
{
	int ok, error;

	if (s->state != SESSION_HANDSHAKE)
		return s->state;
	begin(s);
	ERR_clear_error();
	ok = SSL_do_handshake(s->ssl);
	if (ok == 1)
		resumption_finish(&s->handshake, s->ssl);
	if (ok == 1 && !protocol_fits(s))
		return fail(s, "the server did not select the protocol offered (ALPN)");
	if (ok == 1 && may_open(s))
		return open_up(s);
	error = SSL_get_error(s->ssl, ok);
	if (ok != 1 && (error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE))
		return s->state;
	return fail(s, NULL);
}

enum session_state session_end_of_file(struct session *s)
{
	return s->state == SESSION_HANDSHAKE ? fail(s, NULL) : s->state;
}

/* Before each call whose outcome SSL_get_error() is to tell. Mostly there is none, and to
 * clear the whole queue costs more than to look. */
static void forget_errors(void)
{
	if (ERR_peek_error() != 0)
		ERR_clear_error();
}

static void pay(struct session *s, size_t content_n)
{
	size_t paid = content_n * PAID_A_BYTE;

	s->barren_bytes -= paid < s->barren_bytes ? paid : s->barren_bytes;
}

/* All that came has been read: OpenSSL would find that out, too, but takes as long for it
 * as for a record. */
static bool is_drained(const struct session *s)
{
	return !s->broken && BIO_ctrl_pending(s->in) == 0 &&
	       SSL_has_pending(s->ssl) == 0 && SSL_get_shutdown(s->ssl) == 0;
}

static enum status nothing_yet(const struct session *s)
{
	return s->barren_bytes > BARREN_MAX ? STATUS_LIMIT : STATUS_NOTFOUND;
}

enum status session_read(struct session *s, uint8_t *out, size_t cap, size_t *n)
{
	int error;

	*n = 0;
	if (s->state != SESSION_OPEN)
		return STATUS_CLOSED;
	if (is_drained(s))
		return nothing_yet(s);
	forget_errors();
	if (SSL_read_ex(s->ssl, out, cap, n) == 1) {
		pay(s, *n);
		return STATUS_OK;
	}
	error = SSL_get_error(s->ssl, 0);
	forget_errors();
	if (error == SSL_ERROR_WANT_READ)
		return nothing_yet(s);
	if (error == SSL_ERROR_ZERO_RETURN)
		return STATUS_CLOSED;
	s->broken = true;
	/* RFC 8446 §6.2: the tickets of a connection that failed are discarded. */
	tickets_drop(&s->handshake.context->tickets, &s->handshake.address);
	return STATUS_IO;
}

enum status session_write(struct session *s, struct bytes plain)
{
	size_t done;

	if (s->state != SESSION_OPEN)
		return STATUS_CLOSED;
	if (plain.n == 0)
		return STATUS_OK;
	forget_errors();
	return SSL_write_ex(s->ssl, plain.p, plain.n, &done) == 1 ? STATUS_OK : STATUS_IO;
}

void session_close(struct session *s)
{
	if (s->state == SESSION_OPEN)
		SSL_shutdown(s->ssl);
	ERR_clear_error();
}

struct bytes session_pending(struct session *s)
{
	char *p = NULL;
	long n = BIO_get_mem_data(s->out, &p);

	return bytes_of(p, n > 0 ? (size_t)n : 0);
}

void session_sent(struct session *s)
{
	(void)BIO_reset(s->out);
}

const struct verdict *session_verdict(const struct session *s)
{
	const struct handshake *h = &s->handshake;
	bool ended = s->state != SESSION_HANDSHAKE;

	return h->judged && (ended || !h->verdict.accepted) ? &h->verdict : NULL;
}

enum status session_trouble(const struct session *s)
{
	return s->handshake.trouble;
}

int64_t session_left_s(const struct session *s)
{
	return verdict_end_s(&s->handshake.verdict) -
	       clock_floor_now_s(s->handshake.context->trust.clock);
}

struct bytes session_refused_pem(const struct session *s)
{
	char *p = NULL;
	long n = 0;

	if (s->handshake.refused != NULL)
		n = BIO_get_mem_data(s->handshake.refused, &p);
	return bytes_of(p, n > 0 ? (size_t)n : 0);
}

const char *session_version(const struct session *s)
{
	return SSL_get_version(s->ssl);
}
