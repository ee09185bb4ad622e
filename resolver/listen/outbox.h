/* Replies over UDP on their way out of one socket: they are gathered, and sent with as
 * few system calls as there can be. */
#ifndef LISTEN_OUTBOX_H
#define LISTEN_OUTBOX_H

#include <sys/socket.h>

#include "dns/message.h"
#include "listen/socket.h"

#define OUTBOX_REPLIES 64
/* Many small ones, or some of the largest. */
#define OUTBOX_BYTES (32 * 1024)

/* Zeroed, but for its socket: empty. */
struct outbox {
	int fd; /* borrowed */
	unsigned n;
	size_t used_bytes;
	struct outbox_reply {
		struct endpoint client;
		struct iovec wire;
		_Alignas(struct cmsghdr) uint8_t control[ARRIVAL_CONTROL_BYTES];
	} replies[OUTBOX_REPLIES];
	struct mmsghdr messages[OUTBOX_REPLIES]; /* of each, for the kernel */
	uint8_t bytes[OUTBOX_BYTES];
};

/* Where the next reply may be written, DNS_UDP_MAX bytes. If there is no room for one,
 * what is there is sent first. */
struct writer outbox_room(struct outbox *outbox);
/* `n` bytes of that room are a reply, from the address that the query came to. */
void outbox_add(struct outbox *outbox, const struct endpoint *client,
	const struct arrival *arrival, size_t n);
/* Empties it. A reply that the kernel will not take is skipped: the client asks again. */
void outbox_send(struct outbox *outbox);

#endif
