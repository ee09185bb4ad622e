/* readable -> a batch of datagrams -> query_receive() each -> a batch of
 * replies. What has to wait keeps the client's address and goes out alone. */
#include "listen/udp.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/log.h"
#include "listen/socket.h"

#define BATCH 32
/* A query larger than this is no query (RFC 9715 §3.1: R5). */
#define QUERY_MAX 2048
/* Batches read for one wake-up, so that TCP and upstreams get their turn. */
#define BATCHES_MAX 8

struct udp_listener {
	uv_poll_t poll;
	int fd;
	struct resolver *resolver;
	struct list waiting; /* struct udp_query */
};

/* A query that waits for an upstream. */
struct udp_query {
	struct query query;
	struct list link;
	struct udp_listener *listener;
	struct endpoint client;
	struct arrival arrival;
};

/* The memory of one batch, shared by all listeners of a thread. */
struct batch {
	struct mmsghdr in[BATCH], out[BATCH];
	struct iovec in_iov[BATCH], out_iov[BATCH];
	struct endpoint clients[BATCH];
	struct arrival arrivals[BATCH];
	_Alignas(struct cmsghdr) uint8_t in_control[BATCH][ARRIVAL_CONTROL_BYTES];
	_Alignas(struct cmsghdr) uint8_t out_control[BATCH][ARRIVAL_CONTROL_BYTES];
	uint8_t queries[BATCH][QUERY_MAX];
	uint8_t replies[BATCH][DNS_UDP_MAX];
	unsigned out_n;
};

static _Thread_local struct batch batch;

static void on_done(struct query *query, struct bytes reply)
{
	struct udp_query *q = list_entry(query, struct udp_query, query);
	_Alignas(struct cmsghdr) uint8_t control[ARRIVAL_CONTROL_BYTES];
	struct iovec iov = { .iov_base = (void *)(uintptr_t)reply.p, .iov_len = reply.n };
	struct msghdr header = { .msg_name = &q->client,
		.msg_namelen = endpoint_size(&q->client),
		.msg_iov = &iov,
		.msg_iovlen = 1 };

	arrival_write(&q->arrival, control, &header);
	if (reply.n > 0 && sendmsg(q->listener->fd, &header, 0) < 0)
		log_debug("udp reply not sent: errno %d", errno);
	list_remove(&q->link);
	free(q);
}

static void add_reply(unsigned from, struct bytes reply)
{
	unsigned at = batch.out_n++;
	struct msghdr *header = &batch.out[at].msg_hdr;

	batch.out_iov[at] = (struct iovec){ .iov_base = (void *)(uintptr_t)reply.p,
		.iov_len = reply.n };
	*header = (struct msghdr){ .msg_name = &batch.clients[from],
		.msg_namelen = endpoint_size(&batch.clients[from]),
		.msg_iov = &batch.out_iov[at],
		.msg_iovlen = 1 };
	arrival_write(&batch.arrivals[from], batch.out_control[at], header);
}

/* Becomes a waiting query, or is answered after all. */
static enum query_outcome wait_for(struct udp_listener *l, unsigned at,
	const struct message *parsed, struct writer *reply)
{
	struct udp_query *q = calloc(1, sizeof *q);
	enum query_outcome outcome;

	if (q == NULL)
		return QUERY_DROP;
	q->listener = l;
	q->client = batch.clients[at];
	q->arrival = batch.arrivals[at];
	q->query.done = on_done;
	outcome = query_wait(l->resolver, &q->query, parsed, &q->client, true, reply);
	if (outcome == QUERY_PENDING)
		list_append(&l->waiting, &q->link);
	else
		free(q);
	return outcome;
}

static void handle(struct udp_listener *l, unsigned at)
{
	struct msghdr *header = &batch.in[at].msg_hdr;
	struct bytes wire = bytes_of(batch.queries[at], batch.in[at].msg_len);
	struct writer reply = { .p = batch.replies[at], .cap = DNS_UDP_MAX };
	enum query_outcome outcome;
	UNCLEARED struct message parsed;

	if (header->msg_flags & MSG_TRUNC)
		return;
	arrival_read(header, &batch.arrivals[at]);
	outcome = query_receive(
		l->resolver, wire, &batch.clients[at], true, &parsed, &reply);
	if (outcome == QUERY_PENDING)
		outcome = wait_for(l, at, &parsed, &reply);
	if (outcome == QUERY_ANSWERED)
		add_reply(at, wr_done(&reply));
}

static int receive_batch(int fd)
{
	for (unsigned i = 0; i < BATCH; i++) {
		batch.in_iov[i] = (struct iovec){ .iov_base = batch.queries[i],
			.iov_len = QUERY_MAX };
		batch.in[i].msg_hdr = (struct msghdr){ .msg_name = &batch.clients[i],
			.msg_namelen = sizeof batch.clients[i],
			.msg_iov = &batch.in_iov[i],
			.msg_iovlen = 1,
			.msg_control = batch.in_control[i],
			.msg_controllen = ARRIVAL_CONTROL_BYTES };
	}
	return recvmmsg(fd, batch.in, BATCH, MSG_DONTWAIT, NULL);
}

/* A reply that the kernel will not take is skipped: the client asks again. */
static void send_batch(int fd)
{
	unsigned sent = 0;

	while (sent < batch.out_n) {
		int n = sendmmsg(fd, batch.out + sent, batch.out_n - sent, 0);

		sent += n > 0 ? (unsigned)n : 1;
	}
	batch.out_n = 0;
}

static void on_readable(uv_poll_t *poll, int status, int events)
{
	struct udp_listener *l = poll->data;
	int n = BATCH;

	(void)status;
	(void)events;
	for (unsigned turn = 0; turn < BATCHES_MAX && n == BATCH; turn++) {
		n = receive_batch(l->fd);
		for (int i = 0; i < n; i++)
			handle(l, (unsigned)i);
		send_batch(l->fd);
	}
}

enum status udp_listener_start(
	uv_loop_t *loop, int fd, struct resolver *resolver, struct udp_listener **out)
{
	struct udp_listener *l = calloc(1, sizeof *l);

	*out = NULL;
	if (l == NULL) {
		close(fd);
		return STATUS_NOMEM;
	}
	l->fd = fd;
	l->resolver = resolver;
	list_init(&l->waiting);
	if (uv_poll_init(loop, &l->poll, fd) != 0) {
		close(fd);
		free(l);
		return STATUS_IO;
	}
	l->poll.data = l;
	uv_poll_start(&l->poll, UV_READABLE, on_readable);
	*out = l;
	return STATUS_OK;
}

static void on_closed(uv_handle_t *handle)
{
	free(handle->data);
}

void udp_listener_close(struct udp_listener *l)
{
	list_for_each_safe (it, &l->waiting) {
		struct udp_query *q = list_entry(it, struct udp_query, link);

		query_cancel(&q->query);
		free(q);
	}
	uv_poll_stop(&l->poll);
	/* At once, so that the next reload may bind the address again. */
	close(l->fd);
	uv_close((uv_handle_t *)&l->poll, on_closed);
}
