/* Handshake, then queries in any number at a time; what is late waits in a
 * short list while others overtake it. The end of a connection for any reason
 * is just that: what counts stands in the counters. */
#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/err.h>

#include "base/clock.h"
#include "base/text.h"
#include "dns/framing.h"
#include "dns/message.h"
#include "tests/lab/connection.h"
#include "tests/lab/zone.h"

#define HANDSHAKE_TIMEOUT_MS 10000
#define SEND_TIMEOUT_MS      5000
#define STALL_MS             1500
#define LATE_MAX             64
#define REPLY_MAX_BYTES      4096

struct late {
	uint64_t due_ms;
	uint8_t *framed; /* owned */
	size_t n;
};

struct session {
	struct connection *c; /* borrowed */
	SSL *ssl;             /* owned */
	bool swapping;        /* asked for the second handshake */
	bool swapped;         /* and completed it */
	struct framing framing;
	struct late late[LATE_MAX]; /* in the order they are due */
	size_t late_n;
};

static void on_info(const SSL *ssl, int where, int value)
{
	struct session *s = SSL_get_app_data(ssl);
	struct counts more = { 0 };

	if ((where & SSL_CB_READ_ALERT) == SSL_CB_READ_ALERT) {
		if ((value & 0xff) == SSL_AD_CLOSE_NOTIFY)
			return;
		text_copy(more.last_alert, sizeof more.last_alert,
			SSL_alert_desc_string_long(value));
		connection_count(s->c, more);
	} else if ((where & SSL_CB_HANDSHAKE_DONE) != 0 && s->swapping && !s->swapped) {
		s->swapped = true;
		connection_count(s->c, (struct counts){ .handshakes = 1 });
	}
}

/* Waits for what the call that returned `n` lacks; false at the end. */
static bool wait_for(struct session *s, int n, int timeout_ms)
{
	switch (SSL_get_error(s->ssl, n)) {
	case SSL_ERROR_WANT_READ:
		return connection_wait(s->c, POLLIN, timeout_ms);
	case SSL_ERROR_WANT_WRITE:
		return connection_wait(s->c, POLLOUT, timeout_ms);
	default:
		return false;
	}
}

static bool send_framed(struct session *s, const uint8_t *framed, size_t n)
{
	int done;

	while ((done = SSL_write(s->ssl, framed, (int)n)) <= 0)
		if (!wait_for(s, done, SEND_TIMEOUT_MS))
			return false;
	return true;
}

/* False: no room, hang up. */
static bool keep_late(struct session *s, const uint8_t *framed, size_t n)
{
	struct late *late = &s->late[s->late_n];

	if (s->late_n == LATE_MAX || (late->framed = malloc(n)) == NULL)
		return false;
	memcpy(late->framed, framed, n);
	late->n = n;
	late->due_ms = clock_now_ms() + ZONE_SLOW_MS;
	s->late_n++;
	return true;
}

static bool send_due(struct session *s)
{
	while (s->late_n > 0 && s->late[0].due_ms <= clock_now_ms()) {
		struct late first = s->late[0];
		bool sent;

		memmove(s->late, s->late + 1, --s->late_n * sizeof *s->late);
		sent = send_framed(s, first.framed, first.n);
		free(first.framed);
		if (!sent)
			return false;
	}
	return true;
}

static int next_due_ms(const struct session *s)
{
	uint64_t now_ms = clock_now_ms();

	if (s->late_n == 0)
		return -1;
	return s->late[0].due_ms > now_ms ? (int)(s->late[0].due_ms - now_ms) : 0;
}

/* Whether what is shown now is the listener's own certificate, not the one
 * before a renegotiation. */
static bool shows_own(const struct session *s)
{
	return s->c->listener->server->manner != MANNER_RENEGOTIATE || s->swapped;
}

static bool send_in_manner(
	struct session *s, uint8_t *framed, size_t n, enum zone_manner manner)
{
	switch (manner) {
	case ZONE_NEVER:
		return true;
	case ZONE_LATE:
		return keep_late(s, framed, n);
	case ZONE_WRONG_ID_FIRST:
		framed[2] ^= 0xff;
		framed[3] ^= 0xff;
		if (!send_framed(s, framed, n))
			return false;
		framed[2] ^= 0xff;
		framed[3] ^= 0xff;
		break;
	case ZONE_NOW:
		break;
	}
	return send_framed(s, framed, n);
}

static bool answer(struct session *s, struct bytes query)
{
	const struct listener *listener = s->c->listener;
	bool genuine = listener->genuine_zone || !shows_own(s);
	uint8_t framed[2 + REPLY_MAX_BYTES];
	struct writer out = { .p = framed + 2, .cap = REPLY_MAX_BYTES };
	enum zone_manner manner;

	if (zone_answer(query, genuine, listener->name, &out, &manner) != STATUS_OK)
		return false;
	framed[0] = (uint8_t)(out.n >> 8);
	framed[1] = (uint8_t)out.n;
	return send_in_manner(s, framed, out.n + 2, manner);
}

static bool take(struct session *s, struct bytes in)
{
	struct bytes query;
	uint64_t own = shows_own(s) ? 1 : 0;

	connection_count(s->c, (struct counts){ .query_bytes = own * in.n });
	while (framing_next(&s->framing, &in, &query) == STATUS_OK) {
		connection_count(s->c, (struct counts){ .queries = own });
		if (!answer(s, query))
			return false;
	}
	return true;
}

static void converse(struct session *s)
{
	uint8_t buffer[4096];

	while (send_due(s)) {
		int n = SSL_read(s->ssl, buffer, sizeof buffer);
		int due_ms = next_due_ms(s);

		if (n > 0 && !take(s, bytes_of(buffer, (size_t)n)))
			return;
		if (n <= 0 && !wait_for(s, n, due_ms) && due_ms < 0)
			return;
		if (n <= 0 && SSL_get_error(s->ssl, n) != SSL_ERROR_WANT_READ &&
			SSL_get_error(s->ssl, n) != SSL_ERROR_WANT_WRITE)
			return;
		ERR_clear_error();
	}
}

/* The genuine certificate was shown; now ask for a new handshake with another,
 * before anything is read. The client's answer is met in SSL_read(). */
static bool swap_certificate(struct session *s)
{
	const struct credential *own = &s->c->listener->own;
	int n;

	if (SSL_use_certificate(s->ssl, own->certificate) != 1 ||
		SSL_use_PrivateKey(s->ssl, own->key) != 1 || SSL_renegotiate(s->ssl) != 1)
		return false;
	while ((n = SSL_do_handshake(s->ssl)) != 1)
		if (!wait_for(s, n, HANDSHAKE_TIMEOUT_MS))
			return false;
	/* OpenSSL calls sending the HelloRequest a handshake done, too. */
	s->swapping = true;
	return true;
}

static bool shake_hands(struct session *s)
{
	enum tls_manner manner = s->c->listener->server->manner;
	int n;

	if (manner == MANNER_STALL && !connection_wait(s->c, 0, STALL_MS))
		return false;
	while ((n = SSL_accept(s->ssl)) != 1)
		if (!wait_for(s, n, HANDSHAKE_TIMEOUT_MS))
			return false;
	connection_count(s->c, (struct counts){ .handshakes = 1,
				       .resumed = SSL_session_reused(s->ssl) ? 1 : 0 });
	return manner != MANNER_RENEGOTIATE || swap_certificate(s);
}

void connection_serve_tls(struct connection *c)
{
	struct session s = { .c = c, .ssl = SSL_new(c->listener->tls) };

	framing_init(&s.framing);
	if (s.ssl != NULL && SSL_set_fd(s.ssl, c->fd) == 1) {
		SSL_set_app_data(s.ssl, &s);
		SSL_set_info_callback(s.ssl, on_info);
		if (shake_hands(&s))
			converse(&s);
		SSL_shutdown(s.ssl);
	}
	for (size_t i = 0; i < s.late_n; i++)
		free(s.late[i].framed);
	framing_deinit(&s.framing);
	SSL_free(s.ssl);
}
