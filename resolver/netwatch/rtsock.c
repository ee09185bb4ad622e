/* rtsock_read_state -> a dump of links, addresses, routes -> netstate_finish. */
#include "netwatch/rtsock.h"

#include <errno.h>
#include <linux/rtnetlink.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "netwatch/rtmessage.h"

/* What the kernel fills at most in one receive (NLMSG_GOODSIZE grows up to it). */
#define BUFFER_BYTES 32768
/* Datagrams taken in one turn of the loop: others are to have theirs. */
#define TAKEN_AT_ONCE 64
/* Reads of the whole that may be disturbed. */
#define TRIES 3

static int open_socket(uint32_t groups)
{
	struct sockaddr_nl self = { .nl_family = AF_NETLINK, .nl_groups = groups };
	int fd = socket(
		AF_NETLINK, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, NETLINK_ROUTE);
	int why;

	if (fd < 0 || bind(fd, (struct sockaddr *)&self, sizeof self) == 0)
		return fd;
	why = errno;
	close(fd);
	errno = why;
	return -1;
}

int rtsock_open_changes(void)
{
	return open_socket(RTMGRP_LINK | RTMGRP_IPV4_IFADDR | RTMGRP_IPV6_IFADDR |
			   RTMGRP_IPV4_ROUTE | RTMGRP_IPV6_ROUTE);
}

int rtsock_open_questions(void)
{
	return open_socket(0);
}

/* One datagram; empty if it is not the kernel's. NOTFOUND: nothing is there. LIMIT: the
 * kernel had to drop some. */
static enum status receive(int fd, uint8_t *buffer, struct bytes *out)
{
	struct sockaddr_nl from = { 0 };
	struct iovec part = { buffer, BUFFER_BYTES };
	struct msghdr header = {
		.msg_name = &from,
		.msg_namelen = sizeof from,
		.msg_iov = &part,
		.msg_iovlen = 1,
	};
	ssize_t n;

	do
		n = recvmsg(fd, &header, 0);
	while (n < 0 && errno == EINTR);
	if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
		return STATUS_NOTFOUND;
	if (n < 0)
		return errno == ENOBUFS ? STATUS_LIMIT : STATUS_IO;
	if ((header.msg_flags & MSG_TRUNC) != 0)
		return STATUS_MALFORMED;
	*out = bytes_of(buffer, from.nl_pid == 0 ? (size_t)n : 0);
	return STATUS_OK;
}

/* --- changes --------------------------------------------------------------- */

static bool matters(const struct rtmessage *message, bool crowded)
{
	if (message->kind != RTMESSAGE_PRESENT && message->kind != RTMESSAGE_ABSENT)
		return false;
	return !crowded || message->fact.kind != NETFACT_ROUTE ||
	       netfact_is_wide(&message->fact);
}

/* What we cannot read may be anything. */
static bool has_news(struct bytes datagram, bool crowded)
{
	struct rtmessage message;
	enum status status;

	while ((status = rtmessage_next(&datagram, &message)) == STATUS_OK)
		if (matters(&message, crowded))
			return true;
	return status != STATUS_NOTFOUND;
}

bool rtsock_take_changes(int fd, bool crowded)
{
	uint8_t buffer[BUFFER_BYTES];
	struct bytes datagram;
	bool news = false;

	for (int i = 0; i < TAKEN_AT_ONCE; i++) {
		enum status status = receive(fd, buffer, &datagram);

		if (status == STATUS_NOTFOUND)
			break;
		if (status != STATUS_OK || has_news(datagram, crowded))
			news = true;
	}
	return news;
}

/* --- all there is ---------------------------------------------------------- */

struct dump {
	int fd;
	uint32_t sequence;
	struct netstate *state;
	bool interrupted, done;
};

/* Each dump takes this short form, whose first byte is a family: 0, all of them. */
static enum status ask(int fd, uint16_t type, uint32_t sequence)
{
	struct {
		struct nlmsghdr header;
		struct rtgenmsg body;
		uint8_t padding[3];
	} request = {
		.header = {
			.nlmsg_len = sizeof request,
			.nlmsg_type = type,
			.nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP,
			.nlmsg_seq = sequence,
		},
	};

	return send(fd, &request, sizeof request, 0) == (ssize_t)sizeof request
		       ? STATUS_OK
		       : STATUS_IO;
}

static enum status take_message(struct dump *d, const struct rtmessage *message)
{
	if (message->sequence != d->sequence)
		return STATUS_OK;
	d->interrupted = d->interrupted || message->interrupted;
	switch (message->kind) {
	case RTMESSAGE_PRESENT:
		return netstate_add(d->state, &message->fact);
	case RTMESSAGE_DONE:
		d->done = true;
		return STATUS_OK;
	case RTMESSAGE_ERROR:
		errno = message->error;
		return STATUS_IO;
	case RTMESSAGE_NOISE:
	case RTMESSAGE_ABSENT:
		return STATUS_OK;
	}
	return STATUS_OK;
}

static enum status take_datagram(struct dump *d, struct bytes datagram)
{
	struct rtmessage message;
	enum status status;

	while ((status = rtmessage_next(&datagram, &message)) == STATUS_OK) {
		status = take_message(d, &message);
		if (status != STATUS_OK)
			return status;
	}
	return status == STATUS_NOTFOUND ? STATUS_OK : status;
}

static enum status run_dump(struct dump *d, uint16_t type)
{
	uint8_t buffer[BUFFER_BYTES];
	struct bytes datagram;
	enum status status;

	d->done = false;
	d->sequence++;
	status = ask(d->fd, type, d->sequence);
	while (status == STATUS_OK && !d->done) {
		status = receive(d->fd, buffer, &datagram);
		if (status == STATUS_OK)
			status = take_datagram(d, datagram);
	}
	/* The kernel writes the next part while we take one: none is no answer. */
	return status == STATUS_NOTFOUND || status == STATUS_LIMIT ? STATUS_IO : status;
}

static enum status read_once(struct dump *d)
{
	static const uint16_t types[] = { RTM_GETLINK, RTM_GETADDR, RTM_GETROUTE };
	enum status status = STATUS_OK;

	netstate_deinit(d->state);
	d->interrupted = false;
	for (size_t i = 0; i < sizeof types / sizeof *types && status == STATUS_OK; i++)
		status = run_dump(d, types[i]);
	if (status == STATUS_OK && d->interrupted)
		status = STATUS_TIMEOUT;
	return status;
}

enum status rtsock_read_state(int fd, uint32_t *sequence, struct netstate *out)
{
	struct dump d = { .fd = fd, .sequence = *sequence, .state = out };
	enum status status = STATUS_TIMEOUT;

	*out = (struct netstate){ 0 };
	for (int i = 0; i < TRIES && status == STATUS_TIMEOUT; i++)
		status = read_once(&d);
	*sequence = d.sequence;
	if (status == STATUS_OK)
		netstate_finish(out);
	else
		netstate_deinit(out);
	return status;
}
