/* Out: all questions of a batch are as long, so the kernel cuts them from one buffer
 * (udp(7), UDP_SEGMENT); the server gets a datagram each. In: recvmmsg(). */
#include <netinet/udp.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "tests/bench/load.h"

#define REPLY_MAX    4096
#define BUFFER_BYTES (4 << 20)

static uint8_t questions[LOAD_BATCH * LOAD_QUERY_MAX];

static struct {
	struct mmsghdr messages[LOAD_BATCH];
	struct iovec vectors[LOAD_BATCH];
	uint8_t bytes[LOAD_BATCH][REPLY_MAX];
} replies;

/* Once: the kernel changes nothing in them but lengths that it does not read. */
static void make_room_for_replies(void)
{
	for (size_t i = 0; i < LOAD_BATCH; i++) {
		replies.vectors[i] = (struct iovec){ replies.bytes[i], REPLY_MAX };
		replies.messages[i].msg_hdr.msg_iov = &replies.vectors[i];
		replies.messages[i].msg_hdr.msg_iovlen = 1;
	}
}

void load_udp_open(struct load_socket *s)
{
	const struct endpoint *server = &s->load->options.server;
	int size = BUFFER_BYTES, question_n = (int)s->load->query_n;

	make_room_for_replies();
	s->fd = socket(
		server->sa.sa_family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (s->fd < 0 || connect(s->fd, &server->sa, endpoint_size(server)) != 0 ||
		setsockopt(s->fd, SOL_UDP, UDP_SEGMENT, &question_n, sizeof question_n) !=
			0) {
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

	while (made < n && load_reserve(s, now_ns, &id)) {
		load_query_write(
			load, id, s->slots[id].number, questions + made * load->query_n);
		made++;
	}
	if (made == 0)
		return 0;
	/* A server that is not there yet: the kernel says so with the next call. */
	if (send(s->fd, questions, made * load->query_n, 0) < 0) {
		load_unreserve(s, made);
		return 0;
	}
	return made;
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
