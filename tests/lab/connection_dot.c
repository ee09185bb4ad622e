/* DNS over TLS (RFC 7858): queries in any number at a time; what is late waits in a
 * short list while others overtake it. The end of a connection for any reason is
 * just that: what counts stands in the counters. */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "dns/framing.h"
#include "dns/message.h"
#include "tests/lab/channel.h"
#include "tests/lab/zone.h"

#define LATE_MAX        64
#define REPLY_MAX_BYTES 4096

struct late {
	uint64_t due_ms;
	uint8_t *framed; /* owned */
	size_t n;
};

struct dot {
	struct channel *channel; /* borrowed */
	struct framing framing;
	struct late late[LATE_MAX]; /* in the order they are due */
	size_t late_n;
};

/* False: no room, hang up. */
static bool keep_late(struct dot *dot, const uint8_t *framed, size_t n)
{
	struct late *late = &dot->late[dot->late_n];

	if (dot->late_n == LATE_MAX || (late->framed = malloc(n)) == NULL)
		return false;
	memcpy(late->framed, framed, n);
	late->n = n;
	late->due_ms = clock_now_ms() + ZONE_SLOW_MS;
	dot->late_n++;
	return true;
}

static bool send_due(struct dot *dot)
{
	while (dot->late_n > 0 && dot->late[0].due_ms <= clock_now_ms()) {
		struct late first = dot->late[0];
		bool sent;

		memmove(dot->late, dot->late + 1, --dot->late_n * sizeof *dot->late);
		sent = channel_send(dot->channel, bytes_of(first.framed, first.n));
		free(first.framed);
		if (!sent)
			return false;
	}
	return true;
}

static int next_due_ms(const struct dot *dot)
{
	uint64_t now_ms = clock_now_ms();

	if (dot->late_n == 0)
		return -1;
	return dot->late[0].due_ms > now_ms ? (int)(dot->late[0].due_ms - now_ms) : 0;
}

static bool send_in_manner(
	struct dot *dot, uint8_t *framed, size_t n, enum zone_manner manner)
{
	switch (manner) {
	case ZONE_NEVER:
		return true;
	case ZONE_LATE:
		return keep_late(dot, framed, n);
	case ZONE_WRONG_ID_FIRST:
		framed[2] ^= 0xff;
		framed[3] ^= 0xff;
		if (!channel_send(dot->channel, bytes_of(framed, n)))
			return false;
		framed[2] ^= 0xff;
		framed[3] ^= 0xff;
		break;
	case ZONE_NOW:
		break;
	}
	return channel_send(dot->channel, bytes_of(framed, n));
}

static bool answer(struct dot *dot, struct bytes query)
{
	const struct listener *listener = dot->channel->c->listener;
	bool genuine = listener->genuine_zone || !channel_shows_own(dot->channel);
	uint8_t framed[2 + REPLY_MAX_BYTES];
	struct writer out = { .p = framed + 2, .cap = REPLY_MAX_BYTES };
	enum zone_manner manner;

	if (zone_answer(query, genuine, listener->name, &out, &manner) != STATUS_OK)
		return false;
	framed[0] = (uint8_t)(out.n >> 8);
	framed[1] = (uint8_t)out.n;
	return send_in_manner(dot, framed, out.n + 2, manner);
}

static bool take(struct dot *dot, struct bytes in)
{
	struct connection *c = dot->channel->c;
	uint64_t own = channel_shows_own(dot->channel) ? 1 : 0;
	struct bytes query;

	connection_count(c, (struct counts){ .query_bytes = own * in.n,
				    .application_bytes = own * in.n });
	while (framing_next(&dot->framing, &in, &query) == STATUS_OK) {
		connection_count(c, (struct counts){ .queries = own });
		if (!answer(dot, query))
			return false;
	}
	return true;
}

void converse_dot(struct channel *channel)
{
	struct dot dot = { .channel = channel };
	uint8_t buffer[4096];
	int n = 0;

	framing_init(&dot.framing);
	while (n != CHANNEL_END && send_due(&dot)) {
		n = channel_receive(channel, buffer, sizeof buffer, next_due_ms(&dot));
		if (n > 0 && !take(&dot, bytes_of(buffer, (size_t)n)))
			break;
	}
	for (size_t i = 0; i < dot.late_n; i++)
		free(dot.late[i].framed);
	framing_deinit(&dot.framing);
}
