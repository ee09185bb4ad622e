/* Clients over UDP, with a resolver and servers behind it. */
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
#include "listen/udp.h"
#include "tests/unit/query/house.h"

/* More than the listener reads at once; of those that wait as many as may. */
#define MANY         150
#define MANY_WAITING 100

#define QUERY_BYTES 19
#define REPLY_BYTES (QUERY_BYTES + 16)

struct udp_house {
	struct house house;
	struct udp_listener *listener;
	struct endpoint endpoint;
	int client;
};

static int setup(void **state)
{
	struct udp_house *h = calloc(1, sizeof *h);
	char words[256];
	struct text error = text_in(words, sizeof words);
	socklen_t size = sizeof h->endpoint;
	int fd;

	assert_non_null(h);
	house_init(&h->house);
	assert_int_equal(prefix_parse("127.0.0.1", &h->house.allow), STATUS_OK);
	assert_int_equal(endpoint_parse("0.0.0.0", 1, &h->endpoint), STATUS_OK);
	h->endpoint.in.sin_port = 0;
	assert_int_equal(
		socket_open(&h->endpoint, true, SOCKET_ALONE, &error, &fd), STATUS_OK);
	assert_int_equal(getsockname(fd, &h->endpoint.sa, &size), 0);
	h->endpoint.in.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	assert_int_equal(udp_listener_start(&h->house.lab.bench.loop, fd,
				 h->house.resolver, &h->listener),
		STATUS_OK);
	h->client = socket(AF_INET, SOCK_DGRAM, 0);
	assert_int_equal(
		connect(h->client, &h->endpoint.sa, endpoint_size(&h->endpoint)), 0);
	*state = h;
	return 0;
}

static int teardown(void **state)
{
	struct udp_house *h = *state;

	if (h->listener != NULL)
		udp_listener_close(h->listener);
	close(h->client);
	house_deinit(&h->house);
	free(h);
	return 0;
}

static void ask_from(int client, unsigned id)
{
	uint8_t wire[QUERY_BYTES] = { 0, (uint8_t)id, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 1,
		(uint8_t)('a' + id % 26), 0, 0, 1, 0, 1 };

	assert_int_equal(send(client, wire, sizeof wire, 0), sizeof wire);
}

static void ask(const struct udp_house *h, unsigned id)
{
	ask_from(h->client, id);
}

static ssize_t receive_at(struct udp_house *h, int client, uint8_t *out, size_t cap)
{
	ssize_t n;

	while ((n = recv(client, out, cap, MSG_DONTWAIT)) < 0)
		uv_run(&h->house.lab.bench.loop, UV_RUN_NOWAIT);
	return n;
}

static ssize_t receive(struct udp_house *h, uint8_t *out, size_t cap)
{
	return receive_at(h, h->client, out, cap);
}

/* A socket that takes replies from one address alone. */
static int client_of(const struct udp_house *h, const char *address)
{
	struct endpoint e;
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	assert_int_equal(endpoint_parse(address, 1, &e), STATUS_OK);
	e.in.sin_port = h->endpoint.in.sin_port;
	assert_int_equal(connect(fd, &e.sa, endpoint_size(&e)), 0);
	return fd;
}

/* From an upstream first, then all of them from the cache. */
static void many_questions_at_once(void **state)
{
	struct udp_house *h = *state;
	uint8_t reply[600];

	for (int pass = 0; pass < 2; pass++) {
		unsigned many = pass == 0 ? MANY_WAITING : MANY;
		bool seen[MANY] = { false };

		for (unsigned i = 0; i < many; i++)
			ask(h, i);
		for (unsigned i = 0; i < many; i++) {
			assert_int_equal(receive(h, reply, sizeof reply), REPLY_BYTES);
			assert_in_range(reply[1], 0, many - 1);
			assert_false(seen[reply[1]]);
			seen[reply[1]] = true;
			assert_int_equal(reply[13], 'a' + reply[1] % 26);
		}
	}
	assert_int_equal(h->house.lab.servers[0].queries, 26);
}

static void what_is_no_query_is_not_answered(void **state)
{
	static const uint8_t large[3000];
	struct udp_house *h = *state;
	uint8_t reply[600];

	assert_int_equal(send(h->client, large, 0, 0), 0);
	assert_int_equal(send(h->client, large, 11, 0), 11);
	assert_int_equal(send(h->client, large, sizeof large, 0), sizeof large);
	ask(h, 7);
	assert_int_equal(receive(h, reply, sizeof reply), REPLY_BYTES);
	assert_int_equal(reply[1], 7);
}

/* At first by those who waited for an upstream, all in one turn, then out of the cache.
 */
static void the_address_that_was_asked_answers(void **state)
{
	static const char *const addresses[] = { "127.0.0.1", "127.0.0.2", "127.0.0.3" };
	struct udp_house *h = *state;
	uint8_t reply[600];

	for (int pass = 0; pass < 2; pass++) {
		int fds[3];

		for (unsigned i = 0; i < 3; i++)
			ask_from(fds[i] = client_of(h, addresses[i]), i);
		for (unsigned i = 0; i < 3; i++) {
			assert_int_equal(
				receive_at(h, fds[i], reply, sizeof reply), REPLY_BYTES);
			assert_int_equal(reply[1], i);
			close(fds[i]);
		}
	}
	assert_int_equal(h->house.lab.servers[0].queries, 3);
}

/* The same question to both, so that what they waited for comes at the same time. */
static void two_listeners(void **state)
{
	struct udp_house *h = *state;
	char words[256];
	struct text error = text_in(words, sizeof words);
	struct endpoint other = h->endpoint;
	struct udp_listener *second;
	uint8_t reply[600];
	socklen_t size = sizeof other;
	int fd, client = socket(AF_INET, SOCK_DGRAM, 0);

	other.in.sin_port = 0;
	assert_int_equal(socket_open(&other, true, SOCKET_ALONE, &error, &fd), STATUS_OK);
	assert_int_equal(getsockname(fd, &other.sa, &size), 0);
	assert_int_equal(udp_listener_start(&h->house.lab.bench.loop, fd,
				 h->house.resolver, &second),
		STATUS_OK);
	assert_int_equal(connect(client, &other.sa, endpoint_size(&other)), 0);
	for (int pass = 0; pass < 2; pass++) {
		for (unsigned i = 0; i < 3; i++) {
			ask(h, i);
			ask_from(client, i);
		}
		for (unsigned i = 0; i < 3; i++) {
			assert_int_equal(receive(h, reply, sizeof reply), REPLY_BYTES);
			assert_int_equal(
				receive_at(h, client, reply, sizeof reply), REPLY_BYTES);
		}
	}
	assert_int_equal(h->house.lab.servers[0].queries, 3);
	udp_listener_close(second);
	close(client);
}

/* The reply is there, and its turn has not ended: it is not lost. */
static void closed_before_a_reply_has_left(void **state)
{
	struct udp_house *h = *state;
	uint8_t reply[600];

	ask(h, 5);
	RUN_UNTIL(&h->house.lab.bench.loop, h->house.lab.servers[0].queries == 1);
	RUN_UNTIL(&h->house.lab.bench.loop,
		resolver_stats(h->house.resolver).answered == 1);
	assert_int_equal(recv(h->client, reply, sizeof reply, MSG_DONTWAIT), -1);
	udp_listener_close(h->listener);
	h->listener = NULL;
	assert_int_equal(recv(h->client, reply, sizeof reply, MSG_DONTWAIT), REPLY_BYTES);
	assert_int_equal(reply[1], 5);
}

static void closed_with_questions_under_way(void **state)
{
	struct udp_house *h = *state;

	h->house.lab.servers[0].on_query = lab_say_nothing;
	for (unsigned i = 0; i < 3; i++)
		ask(h, i);
	RUN_UNTIL(&h->house.lab.bench.loop, h->house.lab.servers[0].queries == 3);
	assert_int_equal(resolver_stats(h->house.resolver).in_flight, 3);
	udp_listener_close(h->listener);
	h->listener = NULL;
	assert_int_equal(resolver_stats(h->house.resolver).in_flight, 0);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(many_questions_at_once),
		TEST(what_is_no_query_is_not_answered),
		TEST(the_address_that_was_asked_answers),
		TEST(two_listeners),
		TEST(closed_before_a_reply_has_left),
		TEST(closed_with_questions_under_way),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
