/* The handshake, and for one scenario a second one; what is said behind it is
 * another file's. */
#include <openssl/err.h>

#include "base/text.h"
#include "tests/lab/channel.h"

#define HANDSHAKE_TIMEOUT_MS 10000
#define STALL_MS             1500

static void on_info(const SSL *ssl, int where, int value)
{
	struct channel *channel = SSL_get_app_data(ssl);
	struct counts more = { 0 };

	if ((where & SSL_CB_READ_ALERT) == SSL_CB_READ_ALERT) {
		if ((value & 0xff) == SSL_AD_CLOSE_NOTIFY)
			return;
		text_copy(more.last_alert, sizeof more.last_alert,
			SSL_alert_desc_string_long(value));
		connection_count(channel->c, more);
	} else if ((where & SSL_CB_HANDSHAKE_DONE) != 0 && channel->swapping &&
		   !channel->swapped) {
		channel->swapped = true;
		connection_count(channel->c, (struct counts){ .handshakes = 1 });
	}
}

/* The genuine certificate was shown; now ask for a new handshake with another,
 * before anything is read. The client's answer is met in SSL_read(). */
static bool swap_certificate(struct channel *channel)
{
	const struct credential *own = &channel->c->listener->own;
	SSL *ssl = channel->ssl;
	int n;

	if (SSL_use_certificate(ssl, own->certificate) != 1 ||
		SSL_use_PrivateKey(ssl, own->key) != 1 || SSL_renegotiate(ssl) != 1)
		return false;
	while ((n = SSL_do_handshake(ssl)) != 1)
		if (!channel_wait(channel, n, HANDSHAKE_TIMEOUT_MS))
			return false;
	/* OpenSSL calls sending the HelloRequest a handshake done, too. */
	channel->swapping = true;
	return true;
}

static bool shake_hands(struct channel *channel)
{
	struct connection *c = channel->c;
	enum tls_manner manner = c->listener->server->manner;
	int n;

	if (manner == MANNER_STALL && !connection_wait(c, 0, STALL_MS))
		return false;
	while ((n = SSL_accept(channel->ssl)) != 1)
		if (!channel_wait(channel, n, HANDSHAKE_TIMEOUT_MS))
			return false;
	connection_count(
		c, (struct counts){ .handshakes = 1,
			   .resumed = SSL_session_reused(channel->ssl) ? 1 : 0 });
	return manner != MANNER_RENEGOTIATE || swap_certificate(channel);
}

void connection_serve_tls(struct connection *c)
{
	struct channel channel = { .c = c, .ssl = SSL_new(c->listener->tls) };

	if (channel.ssl != NULL && SSL_set_fd(channel.ssl, c->fd) == 1) {
		SSL_set_app_data(channel.ssl, &channel);
		SSL_set_info_callback(channel.ssl, on_info);
		if (shake_hands(&channel)) {
			if (c->listener->protocol == PROTOCOL_DOH)
				converse_doh(&channel);
			else
				converse_dot(&channel);
		}
		SSL_shutdown(channel.ssl);
	}
	SSL_free(channel.ssl);
}
