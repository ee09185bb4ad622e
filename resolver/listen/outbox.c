#include "listen/outbox.h"

#include <errno.h>

#include "base/log.h"

struct writer outbox_room(struct outbox *o)
{
	if (o->n == OUTBOX_REPLIES || OUTBOX_BYTES - o->used_bytes < DNS_UDP_MAX)
		outbox_send(o);
	return (struct writer){ .p = o->bytes + o->used_bytes, .cap = DNS_UDP_MAX };
}

void outbox_add(struct outbox *o, const struct endpoint *client,
	const struct arrival *arrival, size_t n)
{
	struct outbox_reply *reply = &o->replies[o->n];
	struct msghdr *header = &o->messages[o->n++].msg_hdr;

	reply->client = *client;
	reply->wire =
		(struct iovec){ .iov_base = o->bytes + o->used_bytes, .iov_len = n };
	o->used_bytes += n;
	header->msg_name = &reply->client;
	header->msg_namelen = endpoint_size(client);
	header->msg_iov = &reply->wire;
	header->msg_iovlen = 1;
	header->msg_flags = 0;
	arrival_write(arrival, reply->control, header);
}

void outbox_send(struct outbox *o)
{
	unsigned sent = 0;

	while (sent < o->n) {
		int n = sendmmsg(o->fd, o->messages + sent, o->n - sent, 0);

		if (n <= 0)
			log_debug("udp reply not sent: errno %d", errno);
		sent += n > 0 ? (unsigned)n : 1;
	}
	o->n = 0;
	o->used_bytes = 0;
}
