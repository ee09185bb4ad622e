/* DNS over HTTPS: what http2.c makes of the client's bytes goes out. */
#include <stdatomic.h>

#include "tests/lab/channel.h"
#include "tests/lab/http2.h"

/* A client that takes all this has shown that it does not mind. */
#define FLOOD_MAX_BYTES (256L * 1024 * 1024)

/* False: hang up. */
static bool take(const struct channel *channel, struct http2 *http2, struct bytes in)
{
	bool own = channel_shows_own(channel);
	bool genuine = channel->c->listener->genuine_zone || !own;
	bool more = http2_take(http2, in, genuine);
	struct counts counts;

	http2_turn(http2);
	counts = http2_counts(http2);
	counts.application_bytes = in.n;
	if (own)
		connection_count(channel->c, counts);
	return more;
}

static void flood(struct channel *channel, struct bytes piece)
{
	for (size_t sent = 0; sent < FLOOD_MAX_BYTES; sent += piece.n)
		if (!channel_send(channel, piece))
			return;
}

/* Sends what there is now. False: hang up. */
static bool send_output(struct channel *channel, struct http2 *http2, bool *more)
{
	struct bytes out = http2_output(http2);

	*more = out.n > 0;
	if (!channel_send(channel, out))
		return false;
	if (http2_flood(http2).n > 0) {
		flood(channel, http2_flood(http2));
		return false;
	}
	return *more || !http2_is_over(http2);
}

static void exchange(struct channel *channel, struct http2 *http2)
{
	uint8_t buffer[4096];
	bool more;
	int n = 0, due_ms;

	while (n != CHANNEL_END) {
		due_ms = http2_turn(http2);
		if (!send_output(channel, http2, &more))
			return;
		n = channel_receive(channel, buffer, sizeof buffer, more ? 0 : due_ms);
		if (n > 0 && !take(channel, http2, bytes_of(buffer, (size_t)n)))
			return;
	}
}

void converse_doh(struct channel *channel)
{
	struct listener *listener = channel->c->listener;
	struct http2_options options = {
		.who = listener->name,
		.misdeed = listener->server->misdeed,
		.first = atomic_fetch_add(&listener->conversations, 1) == 0,
	};
	struct http2 *http2 = http2_new(&options);

	if (http2 != NULL)
		exchange(channel, http2);
	http2_free(http2);
}
