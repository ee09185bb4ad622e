/* The bytes of one connection, through TLS or without. */
#ifndef LAB_CHANNEL_H
#define LAB_CHANNEL_H

#include <openssl/ssl.h>

#include "base/bytes.h"
#include "tests/lab/connection.h"

struct channel {
	struct connection *c; /* borrowed */
	SSL *ssl;             /* owned by who made it; NULL: without TLS */
	bool swapping;        /* asked for a second handshake … */
	bool swapped;         /* … and completed it */
};

/* Waits for what the OpenSSL call that returned `n` lacks; false at the end. */
bool channel_wait(const struct channel *channel, int n, int timeout_ms);

/* False: the connection is at its end, or nothing more goes out. */
bool channel_send(struct channel *channel, struct bytes out);

#define CHANNEL_QUIET 0
#define CHANNEL_END   (-1)
/* How many bytes came, or one of the above. QUIET: none so far, call again;
 * `timeout_ms` was waited at most, -1 for no limit. */
int channel_receive(struct channel *channel, uint8_t *buffer, size_t cap, int timeout_ms);

/* Whether what is shown now is the listener's own certificate, not the one before
 * a renegotiation. */
bool channel_shows_own(const struct channel *channel);

/* connection_dot.c, connection_doh.c: until either side is done with it. */
void converse_dot(struct channel *channel);
void converse_doh(struct channel *channel);

#endif
