#include "tests/lab/channel.h"

#include <errno.h>
#include <poll.h>

#include <openssl/err.h>

#define SEND_TIMEOUT_MS 5000

bool channel_wait(const struct channel *channel, int n, int timeout_ms)
{
	switch (SSL_get_error(channel->ssl, n)) {
	case SSL_ERROR_WANT_READ:
		return connection_wait(channel->c, POLLIN, timeout_ms);
	case SSL_ERROR_WANT_WRITE:
		return connection_wait(channel->c, POLLOUT, timeout_ms);
	default:
		return false;
	}
}

static bool send_tls(struct channel *channel, struct bytes out)
{
	int done;

	while ((done = SSL_write(channel->ssl, out.p, (int)out.n)) <= 0)
		if (!channel_wait(channel, done, SEND_TIMEOUT_MS))
			return false;
	return true;
}

static bool send_plain(const struct channel *channel, struct bytes out)
{
	while (out.n > 0) {
		ssize_t n = send(channel->c->fd, out.p, out.n, MSG_NOSIGNAL);

		if (n < 0 && errno == EAGAIN &&
			connection_wait(channel->c, POLLOUT, SEND_TIMEOUT_MS))
			continue;
		if (n <= 0)
			return false;
		out.p += n;
		out.n -= (size_t)n;
	}
	return true;
}

bool channel_send(struct channel *channel, struct bytes out)
{
	if (out.n == 0)
		return true;
	return channel->ssl != NULL ? send_tls(channel, out) : send_plain(channel, out);
}

static int receive_tls(
	struct channel *channel, uint8_t *buffer, size_t cap, int timeout_ms)
{
	int n = SSL_read(channel->ssl, buffer, (int)cap);
	int error = SSL_get_error(channel->ssl, n);
	bool ready;

	if (n > 0)
		return n;
	if (error != SSL_ERROR_WANT_READ && error != SSL_ERROR_WANT_WRITE)
		return CHANNEL_END;
	ready = channel_wait(channel, n, timeout_ms);
	ERR_clear_error();
	return ready || timeout_ms >= 0 ? CHANNEL_QUIET : CHANNEL_END;
}

static int receive_plain(
	const struct channel *channel, uint8_t *buffer, size_t cap, int timeout_ms)
{
	ssize_t n;

	if (!connection_wait(channel->c, POLLIN, timeout_ms))
		return timeout_ms >= 0 ? CHANNEL_QUIET : CHANNEL_END;
	n = recv(channel->c->fd, buffer, cap, 0);
	return n > 0 ? (int)n : CHANNEL_END;
}

int channel_receive(struct channel *channel, uint8_t *buffer, size_t cap, int timeout_ms)
{
	return channel->ssl != NULL ? receive_tls(channel, buffer, cap, timeout_ms)
				    : receive_plain(channel, buffer, cap, timeout_ms);
}

bool channel_shows_own(const struct channel *channel)
{
	return channel->ssl == NULL || channel->swapped ||
	       channel->c->listener->server->manner != MANNER_RENEGOTIATE;
}
