/* A server without TLS on the test's loop, which a test makes answer or lie, and a
 * transport that asks it about "lan" and "a.test". */
#ifndef TESTS_UNIT_TRANSPORT_PLAIN_WORLD_H
#define TESTS_UNIT_TRANSPORT_PLAIN_WORLD_H

#include "tests/unit/transport/bench.h"
#include "transport/transport.h"

struct plain_world {
	struct bench bench;
	struct endpoint at; /* of both */
	uv_udp_t udp, elsewhere;
	uv_tcp_t tcp;
	/* NULL: it answers. `from` is NULL over TCP. */
	void (*on_query)(struct plain_world *world, struct bytes query,
		const struct sockaddr *from);
	bool tcp_in_pieces; /* of an answer over TCP the beginning alone is sent */
	unsigned datagrams, streams; /* queries that came */
	uint8_t last[512];           /* the last of them */
	size_t last_n;

	struct transport *plain;
	unsigned opened, closed;
	struct failure why; /* of the close */
};

int plain_setup(void **state);
int plain_teardown(void **state);
/* Nobody listens any more. */
void plain_stop_udp(struct plain_world *world);
void plain_stop_tcp(struct plain_world *world);

/* The answer to `query`, with this rcode; as long as the question. */
size_t plain_reply(struct bytes query, unsigned rcode, uint8_t out[512]);
/* From the server's port, or from another. */
void plain_send(uv_udp_t *udp, const struct sockaddr *to, struct bytes wire);

struct plain_asked {
	struct transport_query query;
	struct question question;
	struct plain_world *world;
	unsigned answers, failures, rcode;
	bool cut;
	char letters[64]; /* of the answer's question */
	bool closes;      /* the transport, when it is answered or fails */
	struct failure why;
};

enum status plain_try(
	struct plain_world *world, struct plain_asked *asked, const char *name);
void plain_ask(struct plain_world *world, struct plain_asked *asked, const char *name);
void plain_wait(struct plain_world *world, const struct plain_asked *asked);

#define PLAIN_TEST(f) cmocka_unit_test_setup_teardown(f, plain_setup, plain_teardown)

#endif
