/* readable -> a batch of datagrams -> query_receive() each -> a batch of
 * replies. What has to wait keeps the client's address; its reply goes out with all
 * others of the loop's turn. */
#include "listen/udp.h"

#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/pool.h"
#include "listen/outbox.h"

#define BATCH OUTBOX_REPLIES
/* A query larger than this is no query (RFC 9715 §3.1: R5). */
#define QUERY_MAX 2048
/* Batches read for one wake-up, so that TCP and upstreams get their turn. */
#define BATCHES_MAX 4
/* Of storage for queries that wait, at most so many lie ready. */
#define KEPT_MAX 64

/* Datagrams that were received at once. */
struct batch {
	struct mmsghdr in[BATCH];
	struct iovec iov[BATCH];
	struct endpoint clients[BATCH];
	struct arrival arrivals[BATCH];
	_Alignas(struct cmsghdr) uint8_t control[BATCH][ARRIVAL_CONTROL_BYTES];
	uint8_t queries[BATCH][QUERY_MAX];
};

struct udp_listener {
	uv_poll_t poll;
	uv_prepare_t turn; /* runs at the end of a turn that has brought replies */
	unsigned handles;  /* of these, not closed */
	struct resolver *resolver;
	struct list waiting; /* struct udp_query */
	struct pool pool;    /* theirs */
	struct batch batch;
	struct outbox outbox; /* with the socket */
};

/* A query that waits for an upstream. */
struct udp_query {
	struct query query;
	struct list link;
	struct udp_listener *listener;
	struct endpoint client;
	struct arrival arrival;
};

static void on_turn_end(uv_prepare_t *turn)
{
	struct udp_listener *l = turn->data;

	uv_prepare_stop(turn);
	outbox_send(&l->outbox);
}

static void on_done(struct query *query, struct bytes reply)
{
	struct udp_query *q = list_entry(query, struct udp_query, query);
	struct udp_listener *l = q->listener;
	struct writer room = outbox_room(&l->outbox);

	wr_bytes(&room, reply);
	if (room.n > 0) {
		outbox_add(&l->outbox, &q->client, &q->arrival, room.n);
		uv_prepare_start(&l->turn, on_turn_end);
	}
	list_remove(&q->link);
	pool_give(&l->pool, q);
}

/* Becomes a waiting query, or is answered after all. */
static enum query_outcome wait_for(struct udp_listener *l, unsigned at,
	const struct message *parsed, struct writer *reply)
{
	struct udp_query *q = pool_take(&l->pool);
	enum query_outcome outcome;

	if (q == NULL)
		return QUERY_DROP;
	q->listener = l;
	q->client = l->batch.clients[at];
	q->arrival = l->batch.arrivals[at];
	q->query.done = on_done;
	outcome = query_wait(l->resolver, &q->query, parsed, &q->client, true, reply);
	if (outcome == QUERY_PENDING)
		list_append(&l->waiting, &q->link);
	else
		pool_give(&l->pool, q);
	return outcome;
}

static void handle(struct udp_listener *l, unsigned at)
{
	struct batch *b = &l->batch;
	struct msghdr *header = &b->in[at].msg_hdr;
	struct bytes wire = bytes_of(b->queries[at], b->in[at].msg_len);
	struct writer reply = outbox_room(&l->outbox);
	enum query_outcome outcome;
	UNCLEARED struct message parsed;

	if (header->msg_flags & MSG_TRUNC)
		return;
	arrival_read(header, &b->arrivals[at]);
	outcome =
		query_receive(l->resolver, wire, &b->clients[at], true, &parsed, &reply);
	if (outcome == QUERY_PENDING)
		outcome = wait_for(l, at, &parsed, &reply);
	if (outcome == QUERY_ANSWERED)
		outbox_add(&l->outbox, &b->clients[at], &b->arrivals[at], reply.n);
}

/* What the kernel reads and leaves as it is. */
static void set_up_batch(struct batch *b)
{
	for (unsigned i = 0; i < BATCH; i++) {
		b->iov[i] =
			(struct iovec){ .iov_base = b->queries[i], .iov_len = QUERY_MAX };
		b->in[i].msg_hdr = (struct msghdr){ .msg_name = &b->clients[i],
			.msg_namelen = sizeof b->clients[i],
			.msg_iov = &b->iov[i],
			.msg_iovlen = 1,
			.msg_control = b->control[i],
			.msg_controllen = ARRIVAL_CONTROL_BYTES };
	}
}

/* What it has written over, of `n` messages. */
static void reset_batch(struct batch *b, int n)
{
	for (int i = 0; i < n; i++) {
		b->in[i].msg_hdr.msg_namelen = sizeof b->clients[i];
		b->in[i].msg_hdr.msg_controllen = ARRIVAL_CONTROL_BYTES;
	}
}

static int receive_batch(struct udp_listener *l)
{
	return recvmmsg(l->outbox.fd, l->batch.in, BATCH, MSG_DONTWAIT, NULL);
}

static void answer_batch(struct udp_listener *l, int n)
{
	clock_hold();
	for (int i = 0; i < n; i++)
		handle(l, (unsigned)i);
	clock_release();
	reset_batch(&l->batch, n);
	outbox_send(&l->outbox);
}

/* The kernel wakes who watches a socket for each packet that has left it, though nobody
 * waits for that: 6 % of what a reply costs. So whoever has more to do than one batch
 * does not watch meanwhile. */
static void on_readable(uv_poll_t *poll, int status, int events)
{
	struct udp_listener *l = poll->data;
	int n = receive_batch(l);
	bool busy = n == BATCH;

	(void)status;
	(void)events;
	if (busy)
		uv_poll_stop(poll);
	answer_batch(l, n);
	for (unsigned i = 1; i < BATCHES_MAX && n == BATCH; i++) {
		n = receive_batch(l);
		answer_batch(l, n);
	}
	if (busy)
		uv_poll_start(poll, UV_READABLE, on_readable);
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
	l->outbox.fd = fd;
	set_up_batch(&l->batch);
	l->resolver = resolver;
	list_init(&l->waiting);
	pool_init(&l->pool, sizeof(struct udp_query), KEPT_MAX);
	if (uv_poll_init(loop, &l->poll, fd) != 0) {
		close(fd);
		free(l);
		return STATUS_IO;
	}
	uv_prepare_init(loop, &l->turn);
	l->handles = 2;
	l->poll.data = l->turn.data = l;
	uv_poll_start(&l->poll, UV_READABLE, on_readable);
	*out = l;
	return STATUS_OK;
}

static void on_closed(uv_handle_t *handle)
{
	struct udp_listener *l = handle->data;

	if (--l->handles > 0)
		return;
	pool_deinit(&l->pool);
	free(l);
}

void udp_listener_close(struct udp_listener *l)
{
	list_for_each_safe (it, &l->waiting) {
		struct udp_query *q = list_entry(it, struct udp_query, link);

		query_cancel(&q->query);
		pool_give(&l->pool, q);
	}
	uv_poll_stop(&l->poll);
	/* Replies of this turn; then at once, so that the next reload may bind the
	 * address again. */
	outbox_send(&l->outbox);
	close(l->outbox.fd);
	uv_close((uv_handle_t *)&l->poll, on_closed);
	uv_close((uv_handle_t *)&l->turn, on_closed);
}
