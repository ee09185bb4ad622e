#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/bench/load.h"

#define REPLY_MAX    4096
#define BUFFER_BYTES (4 << 20)

struct batch {
	struct mmsghdr messages[LOAD_BATCH];
	struct iovec vectors[LOAD_BATCH];
	uint8_t bytes[LOAD_BATCH][REPLY_MAX];
};

/* Made once: the kernel changes nothing in them but lengths that it does not read. */
static struct batch questions, replies;

static void batch_init(struct batch *batch, size_t bytes)
{
	for (size_t i = 0; i < LOAD_BATCH; i++) {
		batch->vectors[i] = (struct iovec){ batch->bytes[i], bytes };
		batch->messages[i].msg_hdr.msg_iov = &batch->vectors[i];
		batch->messages[i].msg_hdr.msg_iovlen = 1;
	}
}

void load_udp_open(struct load_socket *s)
{
	const struct endpoint *server = &s->load->options.server;
	int size = BUFFER_BYTES;

	batch_init(&questions, s->load->query_n);
	batch_init(&replies, REPLY_MAX);
	s->fd = socket(
		server->sa.sa_family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (s->fd < 0 || connect(s->fd, &server->sa, endpoint_size(server)) != 0) {
		perror("load: udp");
		exit(1);
	}
	/* What is lost here would look like the server's loss. */
	if (setsockopt(s->fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof size) != 0)
		setsockopt(s->fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
}

static unsigned send_batch(struct load_socket *s, unsigned n)
{
	struct load *load = s->load;
	uint64_t now_ns = timing_now_ns();
	unsigned made = 0;
	uint16_t id;
	int sent;

	while (made < n && load_reserve(s, now_ns, &id)) {
		load_query_write(load, id, s->slots[id].number, questions.bytes[made]);
		made++;
	}
	if (made == 0)
		return 0;
	sent = sendmmsg(s->fd, questions.messages, made, 0);
	/* A server that is not there yet: the kernel says so with the next call. */
	if (sent < 0)
		sent = 0;
	load_unreserve(s, made - (unsigned)sent);
	return (unsigned)sent;
}

unsigned load_udp_send(struct load_socket *s, unsigned n)
{
	unsigned sent = 0, more = 1;

	while (sent < n && more > 0) {
		unsigned left = n - sent;

		more = send_batch(s, left < LOAD_BATCH ? left : LOAD_BATCH);
		sent += more;
	}
	return sent;
}

void load_udp_receive(struct load_socket *s)
{
	int n;

	do {
		uint64_t now_ns;

		n = recvmmsg(s->fd, replies.messages, LOAD_BATCH, MSG_DONTWAIT, NULL);
		now_ns = timing_now_ns();
		for (int i = 0; i < n; i++)
			load_take_reply(
				s, replies.bytes[i], replies.messages[i].msg_len, now_ns);
	} while (n == LOAD_BATCH);
}
