/* Replies that are gathered, and arrive one by one. Sockets of this machine alone. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "listen/outbox.h"

/* Two that send, each of which has one that receives. */
struct post {
	int fd[2], client[2];
	struct endpoint clients[2];
	struct outbox outbox[2];
};

static const struct arrival anywhere = { .known = false };

static int open_at(const char *address, struct endpoint *e)
{
	char words[256];
	struct text error = text_in(words, sizeof words);
	socklen_t size = sizeof *e;
	int fd;

	assert_int_equal(endpoint_parse(address, 1, e), STATUS_OK);
	e->in.sin_port = 0;
	assert_int_equal(socket_open(e, true, SOCKET_ALONE, &error, &fd), STATUS_OK);
	assert_int_equal(getsockname(fd, &e->sa, &size), 0);
	return fd;
}

static int setup(void **state)
{
	struct post *p = calloc(1, sizeof *p);

	assert_non_null(p);
	for (unsigned i = 0; i < 2; i++) {
		struct endpoint from;

		p->fd[i] = open_at(i == 0 ? "0.0.0.0" : "127.0.0.1", &from);
		p->outbox[i].fd = p->fd[i];
		p->client[i] = open_at("127.0.0.1", &p->clients[i]);
		from.in.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
		/* It takes nothing from others. */
		assert_int_equal(connect(p->client[i], &from.sa, sizeof from.in), 0);
	}
	*state = p;
	return 0;
}

static int teardown(void **state)
{
	struct post *p = *state;

	for (unsigned i = 0; i < 2; i++) {
		close(p->fd[i]);
		close(p->client[i]);
	}
	free(p);
	return 0;
}

/* `n` bytes of `content`. */
static void add(struct post *p, unsigned who, uint8_t content, size_t n)
{
	struct writer w = outbox_room(&p->outbox[who]);

	assert_true(w.n + n <= w.cap);
	memset(w.p, content, n);
	outbox_add(&p->outbox[who], &p->clients[who], &anywhere, n);
}

static void assert_none(const struct post *p, unsigned who)
{
	uint8_t in[1];

	assert_int_equal(recv(p->client[who], in, sizeof in, MSG_DONTWAIT), -1);
}

static void assert_next(const struct post *p, unsigned who, uint8_t content, size_t n)
{
	uint8_t in[DNS_UDP_MAX + 1];

	assert_int_equal(recv(p->client[who], in, sizeof in, MSG_DONTWAIT), n);
	for (size_t i = 0; i < n; i++)
		assert_int_equal(in[i], content);
}

static void nothing_goes_before_it_is_sent(void **state)
{
	struct post *p = *state;

	outbox_send(&p->outbox[0]);
	add(p, 0, 1, 30);
	assert_none(p, 0);
	outbox_send(&p->outbox[0]);
	assert_next(p, 0, 1, 30);
	outbox_send(&p->outbox[0]);
	assert_none(p, 0);
}

static void each_goes_out_of_its_own_socket(void **state)
{
	static const unsigned who[] = { 0, 0, 1, 0, 1, 1 };
	struct post *p = *state;

	for (unsigned i = 0; i < sizeof who / sizeof *who; i++)
		add(p, who[i], (uint8_t)i, 20 + i);
	outbox_send(&p->outbox[0]);
	outbox_send(&p->outbox[1]);
	for (unsigned i = 0; i < sizeof who / sizeof *who; i++)
		assert_next(p, who[i], (uint8_t)i, 20 + i);
	assert_none(p, 0);
	assert_none(p, 1);
}

static void more_than_it_holds(void **state)
{
	struct post *p = *state;

	for (unsigned i = 0; i < OUTBOX_REPLIES + 1; i++)
		add(p, 0, (uint8_t)i, 16);
	for (unsigned i = 0; i < OUTBOX_REPLIES; i++)
		assert_next(p, 0, (uint8_t)i, 16);
	assert_none(p, 0);
	outbox_send(&p->outbox[0]);
	assert_next(p, 0, OUTBOX_REPLIES, 16);
}

static void the_largest(void **state)
{
	enum { ROOM_FOR = OUTBOX_BYTES / DNS_UDP_MAX };
	struct post *p = *state;

	for (unsigned i = 0; i < ROOM_FOR + 1; i++)
		add(p, 0, (uint8_t)i, DNS_UDP_MAX);
	for (unsigned i = 0; i < ROOM_FOR; i++)
		assert_next(p, 0, (uint8_t)i, DNS_UDP_MAX);
	assert_none(p, 0);
	outbox_send(&p->outbox[0]);
	assert_next(p, 0, ROOM_FOR, DNS_UDP_MAX);
}

/* Port 0 is nobody's: the kernel says so at once. */
static void what_the_kernel_refuses_is_skipped(void **state)
{
	struct post *p = *state;
	struct endpoint nobody = p->clients[0];

	nobody.in.sin_port = 0;
	for (unsigned i = 0; i < 6; i++) {
		add(p, 0, (uint8_t)i, 12);
		if (i % 2 == 0)
			p->outbox[0].replies[i].client = nobody;
	}
	outbox_send(&p->outbox[0]);
	for (unsigned i = 1; i < 6; i += 2)
		assert_next(p, 0, (uint8_t)i, 12);
	assert_none(p, 0);
}

/* To the first client, whose socket has but one peer: the wildcard's at 127.0.0.1. */
static void the_address_that_was_asked_answers(void **state)
{
	struct arrival arrival = { .known = true };
	struct post *p = *state;

	arrival.address.in.sin_family = AF_INET;
	for (unsigned last = 1; last <= 2; last++) {
		struct writer w = outbox_room(&p->outbox[0]);

		arrival.address.in.sin_addr.s_addr = htonl(INADDR_LOOPBACK + last - 1);
		memset(w.p, (int)last, 12);
		outbox_add(&p->outbox[0], &p->clients[0], &arrival, 12);
	}
	outbox_send(&p->outbox[0]);
	assert_next(p, 0, 1, 12);
	assert_none(p, 0);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(nothing_goes_before_it_is_sent),
		TEST(each_goes_out_of_its_own_socket),
		TEST(more_than_it_holds),
		TEST(the_largest),
		TEST(what_the_kernel_refuses_is_skipped),
		TEST(the_address_that_was_asked_answers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
