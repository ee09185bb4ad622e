/* Clients over TCP, with a resolver and servers behind it. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "listen/socket.h"
#include "listen/tcp.h"
#include "tests/unit/fail_alloc.h"
#include "tests/unit/query/house.h"

#define LIMIT 3

struct tcp_house {
	struct house house;
	struct tcp_clients clients;
	struct tcp_listener *listener;
	struct endpoint endpoint;
};

static int setup(void **state)
{
	struct tcp_house *h = calloc(1, sizeof *h);
	char words[256];
	struct text error = text_in(words, sizeof words);
	socklen_t size = sizeof h->endpoint;
	int fd;

	assert_non_null(h);
	house_init(&h->house);
	assert_int_equal(prefix_parse("127.0.0.0/8", &h->house.allow), STATUS_OK);
	assert_int_equal(endpoint_parse("127.0.0.1", 1, &h->endpoint), STATUS_OK);
	h->endpoint.in.sin_port = 0;
	assert_int_equal(
		socket_open(&h->endpoint, false, SOCKET_ALONE, &error, &fd), STATUS_OK);
	assert_int_equal(getsockname(fd, &h->endpoint.sa, &size), 0);
	tcp_clients_init(&h->clients, h->house.resolver, LIMIT);
	assert_int_equal(tcp_listener_start(
				 &h->house.lab.bench.loop, fd, &h->clients, &h->listener),
		STATUS_OK);
	*state = h;
	return 0;
}

static int teardown(void **state)
{
	struct tcp_house *h = *state;

	fail_alloc_at(-1);
	tcp_listener_close(h->listener);
	tcp_clients_close(&h->clients);
	assert_int_equal(h->clients.count, 0);
	house_deinit(&h->house);
	free(h);
	return 0;
}

/* A query for "N.", framed, under ID n. */
static const uint8_t *query(unsigned n)
{
	static uint8_t wire[21] = { 0, 19, 0, 0, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 1, 'a', 0,
		0, 1, 0, 1 };

	wire[3] = (uint8_t)n;
	wire[15] = (uint8_t)('a' + n % 26);
	return wire;
}
#define QUERY_BYTES 21
#define REPLY_BYTES (QUERY_BYTES + 16)

static int dial(struct tcp_house *h)
{
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	assert_int_equal(connect(fd, &h->endpoint.sa, endpoint_size(&h->endpoint)), 0);
	return fd;
}

/* Until `n` bytes are there; -1 if the other side closed before. */
static ssize_t receive(struct tcp_house *h, int fd, uint8_t *out, size_t n)
{
	size_t have = 0;

	while (have < n) {
		ssize_t got = recv(fd, out + have, n - have, MSG_DONTWAIT);

		if (got == 0 || (got < 0 && errno != EAGAIN))
			return -1;
		if (got > 0)
			have += (size_t)got;
		else
			uv_run(&h->house.lab.bench.loop, UV_RUN_NOWAIT);
	}
	return (ssize_t)have;
}

static void several_questions_on_a_connection(void **state)
{
	struct tcp_house *h = *state;
	uint8_t reply[REPLY_BYTES];
	int fd = dial(h);

	for (unsigned i = 0; i < 5; i++)
		assert_int_equal(send(fd, query(i), QUERY_BYTES, 0), QUERY_BYTES);
	for (unsigned i = 0; i < 5; i++) {
		assert_int_equal(receive(h, fd, reply, REPLY_BYTES), REPLY_BYTES);
		assert_int_equal(reply[1], REPLY_BYTES - 2);
		assert_int_equal(reply[15], query(reply[3])[15]);
	}
	close(fd);
	bench_settle(&h->house.lab.bench.loop);
	assert_int_equal(h->clients.count, 0);
}

static void a_question_in_pieces(void **state)
{
	struct tcp_house *h = *state;
	uint8_t reply[REPLY_BYTES];
	int fd = dial(h);

	for (size_t i = 0; i < QUERY_BYTES; i++) {
		assert_int_equal(send(fd, query(1) + i, 1, 0), 1);
		bench_settle(&h->house.lab.bench.loop);
	}
	assert_int_equal(receive(h, fd, reply, REPLY_BYTES), REPLY_BYTES);
	close(fd);
}

static void a_client_that_goes_takes_its_questions_with_it(void **state)
{
	const struct linger now = { .l_onoff = 1, .l_linger = 0 };
	struct tcp_house *h = *state;
	int fd = dial(h);

	h->house.lab.servers[0].on_query = lab_say_nothing;
	for (unsigned i = 0; i < 5; i++)
		assert_int_equal(send(fd, query(i), QUERY_BYTES, 0), QUERY_BYTES);
	RUN_UNTIL(&h->house.lab.bench.loop, h->house.lab.servers[0].queries == 5);
	assert_int_equal(resolver_stats(h->house.resolver).in_flight, 5);
	assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof now), 0);
	close(fd);
	RUN_UNTIL(&h->house.lab.bench.loop, h->clients.count == 0);
	assert_int_equal(resolver_stats(h->house.resolver).in_flight, 0);
}

/* It has asked all it wants to, and still reads. */
static void a_client_that_only_listens_any_more(void **state)
{
	struct tcp_house *h = *state;
	uint8_t reply[600];
	int fd = dial(h);

	assert_int_equal(send(fd, query(1), QUERY_BYTES, 0), QUERY_BYTES);
	assert_int_equal(shutdown(fd, SHUT_WR), 0);
	RUN_UNTIL(&h->house.lab.bench.loop, h->clients.count == 1);
	RUN_UNTIL(&h->house.lab.bench.loop, h->clients.count == 0);
	assert_true(recv(fd, reply, sizeof reply, MSG_DONTWAIT) > 12);
	close(fd);
}

/* Nobody asks with more than 4 KiB: the connection ends at the length. */
static void a_query_that_is_none(void **state)
{
	struct tcp_house *h = *state;
	int fd = dial(h);

	RUN_UNTIL(&h->house.lab.bench.loop, h->clients.count == 1);
	assert_int_equal(send(fd, "\x10\x01", 2, 0), 2);
	RUN_UNTIL(&h->house.lab.bench.loop, h->clients.count == 0);
	close(fd);
}

/* Two questions, and gone before the first is answered: the reply that cannot
 * be written ends the other one, too. */
static void a_client_that_goes_while_it_is_answered(void **state)
{
	const struct linger now = { .l_onoff = 1, .l_linger = 0 };
	struct tcp_house *h = *state;
	int fd = dial(h);

	h->house.lab.servers[0].on_query = lab_say_nothing;
	for (unsigned i = 0; i < 3; i++)
		assert_int_equal(send(fd, query(i), QUERY_BYTES, 0), QUERY_BYTES);
	RUN_UNTIL(&h->house.lab.bench.loop, h->house.lab.servers[0].queries == 3);
	setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
	close(fd);
	bench_now_ms += LAB_TIMEOUT_MS;
	RUN_UNTIL(&h->house.lab.bench.loop, h->clients.count == 0);
	bench_settle(&h->house.lab.bench.loop);
	assert_int_equal(resolver_stats(h->house.resolver).in_flight, 0);
}

static void the_idlest_makes_room(void **state)
{
	struct tcp_house *h = *state;
	uint8_t reply[REPLY_BYTES];
	int fds[LIMIT + 1];

	for (unsigned i = 0; i <= LIMIT; i++) {
		fds[i] = dial(h);
		bench_settle(&h->house.lab.bench.loop);
	}
	assert_int_equal(h->clients.count, LIMIT);
	assert_int_equal(receive(h, fds[0], reply, 1), -1);
	assert_int_equal(send(fds[LIMIT], query(1), QUERY_BYTES, 0), QUERY_BYTES);
	assert_int_equal(receive(h, fds[LIMIT], reply, REPLY_BYTES), REPLY_BYTES);
	for (unsigned i = 0; i <= LIMIT; i++)
		close(fds[i]);
}

static void if_all_wait_the_new_one_goes(void **state)
{
	struct tcp_house *h = *state;
	uint8_t reply[REPLY_BYTES];
	int fds[LIMIT + 1];

	h->house.lab.servers[0].on_query = lab_say_nothing;
	for (unsigned i = 0; i <= LIMIT; i++) {
		fds[i] = dial(h);
		assert_int_equal(send(fds[i], query(i), QUERY_BYTES, 0), QUERY_BYTES);
		bench_settle(&h->house.lab.bench.loop);
	}
	assert_int_equal(h->clients.count, LIMIT);
	assert_int_equal(receive(h, fds[LIMIT], reply, 1), -1);
	for (unsigned i = 0; i <= LIMIT; i++)
		close(fds[i]);
	bench_settle(&h->house.lab.bench.loop);
}

/* Whoever comes when there is no memory must not be the last one ever. */
static void without_memory_others_come_later(void **state)
{
	struct tcp_house *h = *state;
	uint8_t reply[REPLY_BYTES];
	int first, second;

	fail_alloc_at(0);
	first = dial(h);
	RUN_UNTIL(&h->house.lab.bench.loop, fail_alloc_happened());
	bench_settle(&h->house.lab.bench.loop);
	second = dial(h);
	assert_int_equal(send(second, query(1), QUERY_BYTES, 0), QUERY_BYTES);
	assert_int_equal(receive(h, second, reply, REPLY_BYTES), REPLY_BYTES);
	close(first);
	close(second);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(several_questions_on_a_connection),
		TEST(a_question_in_pieces),
		TEST(a_client_that_goes_takes_its_questions_with_it),
		TEST(a_client_that_only_listens_any_more),
		TEST(a_query_that_is_none),
		TEST(a_client_that_goes_while_it_is_answered),
		TEST(the_idlest_makes_room),
		TEST(if_all_wait_the_new_one_goes),
		TEST(without_memory_others_come_later),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
