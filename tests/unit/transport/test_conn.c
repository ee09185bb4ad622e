#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/unit/transport/bench.h"
#include "tests/unit/transport/dot_server.h"
#include "transport/conn.h"

/* Longer than any handshake here takes; and one that a test waits for. */
#define AMPLE_MS 20000
#define SHORT_MS 20
/* Enough for a server's certificate to arrive. */
#define CERTIFICATE_MS 500

enum close_in { NEVER, ON_OPEN, ON_BYTES };

/* One connection and all that it told. */
struct seen {
	struct bench bench;
	struct dot_server server;
	struct tls_policy policy;
	struct tls_context context;
	struct conn *conn;

	enum close_in close_in;
	bool starting;
	unsigned opened, closed;
	size_t bytes_n;
	struct failure why;
	bool had_verdict, accepted;
	size_t pem_n;
};

static void close_now(struct seen *s)
{
	conn_close(s->conn);
	s->conn = NULL;
}

static void on_open(void *owner)
{
	struct seen *s = owner;

	assert_false(s->starting);
	s->opened++;
	assert_int_equal(conn_state(s->conn), CONN_OPEN);
	if (s->close_in == ON_OPEN)
		close_now(s);
}

static void on_bytes(void *owner, struct bytes plain)
{
	struct seen *s = owner;

	assert_non_null(s->conn);
	s->bytes_n += plain.n;
	if (s->close_in == ON_BYTES)
		close_now(s);
}

static void on_closed(void *owner, const struct failure *why,
	const struct verdict *verdict, struct bytes refused_pem)
{
	struct seen *s = owner;

	assert_false(s->starting);
	assert_non_null(s->conn);
	s->conn = NULL;
	s->closed++;
	s->why = *why;
	s->had_verdict = verdict != NULL;
	s->accepted = verdict != NULL && verdict->accepted;
	s->pem_n = refused_pem.n;
}

static int setup(void **state)
{
	struct seen *s = calloc(1, sizeof *s);

	assert_non_null(s);
	bench_init(&s->bench);
	dot_server_start(&s->server, &s->bench.loop, s->bench.leaf, s->bench.key);
	s->policy = (struct tls_policy){
		.identity = IDENTITY_NAME, .auth_name = "dns.lab", .ca_file = "x"
	};
	assert_int_equal(
		tls_context_init(&s->context, &s->policy, &s->bench.trust, tls_alpn_dot),
		STATUS_OK);
	*state = s;
	return 0;
}

static int teardown(void **state)
{
	struct seen *s = *state;

	if (s->conn != NULL)
		conn_close(s->conn);
	dot_server_stop(&s->server);
	bench_deinit(&s->bench);
	tls_context_deinit(&s->context);
	free(s);
	return 0;
}

static void start_to(struct seen *s, const struct endpoint *to, unsigned handshake_ms)
{
	static const struct conn_events events = { on_open, on_bytes, on_closed };

	s->starting = true;
	assert_int_equal(conn_start(&s->bench.loop, &s->context, to, handshake_ms,
				 &events, s, &s->conn),
		STATUS_OK);
	s->starting = false;
	assert_int_equal(conn_state(s->conn), CONN_CONNECTING);
}

static void start(struct seen *s)
{
	start_to(s, &s->server.endpoint, AMPLE_MS);
}

static void open_it(struct seen *s)
{
	start(s);
	RUN_UNTIL(&s->bench.loop, s->opened && s->server.handshakes);
}

static void run_to_the_end(struct seen *s)
{
	RUN_UNTIL(&s->bench.loop, s->closed);
	bench_settle(&s->bench.loop);
	assert_int_equal(s->closed, 1);
}

/* A query as a frame; enough for the server to answer. */
static const uint8_t frame[] = { 0, 19, 1, 2, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 1, 'a', 0, 0,
	1, 0, 1 };

static void it_opens_with_an_accepted_verdict_alone(void **state)
{
	struct seen *s = *state;

	start(s);
	assert_null(conn_verdict(s->conn));
	assert_int_equal(
		conn_send(s->conn, bytes_of(frame, sizeof frame)), STATUS_CLOSED);
	RUN_UNTIL(&s->bench.loop, conn_state(s->conn) == CONN_HANDSHAKE);
	assert_null(conn_verdict(s->conn));
	assert_int_equal(
		conn_send(s->conn, bytes_of(frame, sizeof frame)), STATUS_CLOSED);
	RUN_UNTIL(&s->bench.loop, s->opened);
	assert_true(conn_verdict(s->conn)->accepted);
	assert_string_equal(conn_tls_version(s->conn), "TLSv1.3");
	assert_true(endpoint_equal(conn_address(s->conn), &s->server.endpoint));
	assert_string_equal(conn_state_text(conn_state(s->conn)), "open");
}

static void bytes_go_both_ways(void **state)
{
	struct seen *s = *state;

	open_it(s);
	assert_int_equal(conn_send(s->conn, bytes_of(frame, sizeof frame)), STATUS_OK);
	RUN_UNTIL(&s->bench.loop, s->bytes_n == sizeof frame + 16);
	assert_int_equal(s->server.queries, 1);
}

static void one_turn_is_one_record(void **state)
{
	struct seen *s = *state;

	open_it(s);
	for (int i = 0; i < 100; i++)
		assert_int_equal(
			conn_send(s->conn, bytes_of(frame, sizeof frame)), STATUS_OK);
	RUN_UNTIL(&s->bench.loop, s->server.queries == 100);
	assert_int_equal(s->server.records, 1);
	assert_int_equal(conn_send(s->conn, bytes_of(frame, sizeof frame)), STATUS_OK);
	RUN_UNTIL(&s->bench.loop, s->server.queries == 101);
	assert_int_equal(s->server.records, 2);
}

static void a_server_that_takes_nothing_is_a_limit(void **state)
{
	static const uint8_t much[250 * 1024];
	struct seen *s = *state;
	enum status status = STATUS_OK;
	size_t sent = 0;

	open_it(s);
	assert_int_equal(conn_send(s->conn, bytes_of(much, sizeof much)), STATUS_OK);
	assert_int_equal(conn_send(s->conn, bytes_of(much, sizeof much)), STATUS_LIMIT);
	/* The server reads no more, and the kernel's buffers end somewhere. */
	uv_read_stop((uv_stream_t *)&list_entry(
		s->server.clients.next, struct dot_client, link)
			     ->tcp);
	for (int i = 0; i < 1000 && status == STATUS_OK; i++) {
		bench_settle(&s->bench.loop);
		status = conn_send(s->conn, bytes_of(much, sizeof much));
		sent += sizeof much;
	}
	assert_int_equal(status, STATUS_LIMIT);
	assert_true(sent > sizeof much);
	assert_int_equal(s->closed, 0);
}

static void large_writes_arrive_whole(void **state)
{
	static uint8_t frames[10000 * sizeof frame];
	struct seen *s = *state;

	for (size_t i = 0; i < 10000; i++)
		memcpy(frames + i * sizeof frame, frame, sizeof frame);
	open_it(s);
	assert_int_equal(conn_send(s->conn, bytes_of(frames, sizeof frames)), STATUS_OK);
	RUN_UNTIL(&s->bench.loop, s->bytes_n == 10000 * (sizeof frame + 16));
	assert_int_equal(s->server.queries, 10000);
}

static void nobody_listens(void **state)
{
	struct seen *s = *state;
	struct endpoint to = s->server.endpoint;

	to.in.sin_addr.s_addr = htonl(0x7f0000fe); /* 127.0.0.254 */
	start_to(s, &to, AMPLE_MS);
	run_to_the_end(s);
	assert_int_equal(s->why.kind, FAILURE_UNREACHABLE);
	assert_false(s->had_verdict);
}

static void a_connect_that_fails_at_once_is_told_later(void **state)
{
	struct seen *s = *state;
	struct endpoint to = s->server.endpoint;

	to.in.sin_addr.s_addr = htonl(INADDR_BROADCAST);
	start_to(s, &to, AMPLE_MS);
	run_to_the_end(s);
	assert_int_equal(s->opened, 0);
}

/* The kernel answers no more once the queue of a listener is full. */
static void the_deadline_while_connecting(void **state)
{
	struct seen *s = *state;
	int listener = socket(AF_INET, SOCK_STREAM, 0), fill[3];
	struct sockaddr_in in = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t size = sizeof in;
	struct endpoint to;

	assert_int_equal(bind(listener, (struct sockaddr *)&in, sizeof in), 0);
	assert_int_equal(listen(listener, 0), 0);
	assert_int_equal(getsockname(listener, (struct sockaddr *)&in, &size), 0);
	for (int i = 0; i < 3; i++) {
		fill[i] = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
		(void)connect(fill[i], (struct sockaddr *)&in, sizeof in);
	}
	to.in = in;
	start_to(s, &to, SHORT_MS);
	run_to_the_end(s);
	assert_int_equal(s->why.kind, FAILURE_TIMEOUT);
	assert_non_null(strstr(s->why.text, "connecting"));
	for (int i = 0; i < 3; i++)
		close(fill[i]);
	close(listener);
}

static void the_deadline_in_the_handshake(void **state)
{
	struct seen *s = *state;

	s->server.mode = SERVER_MUTE;
	start_to(s, &s->server.endpoint, SHORT_MS);
	run_to_the_end(s);
	assert_int_equal(s->why.kind, FAILURE_TIMEOUT);
	assert_non_null(strstr(s->why.text, "in the TLS handshake"));
}

/* Refused is refused, however the server then behaves; nobody's fault is the twin's. */
static void a_refused_server_falls_silent(void **state)
{
	struct seen *s = *state;
	const struct pin other = { .sha256 = { 1 } };

	s->server.mode = SERVER_HALF;
	start_to(s, &s->server.endpoint, CERTIFICATE_MS);
	run_to_the_end(s);
	assert_int_equal(s->why.kind, FAILURE_TIMEOUT);

	s->closed = 0;
	s->policy.pins = (struct pinset){ &other, 1 };
	start_to(s, &s->server.endpoint, CERTIFICATE_MS);
	run_to_the_end(s);
	assert_int_equal(s->why.kind, FAILURE_REFUSED);
	assert_non_null(strstr(s->why.text, "pin_mismatch"));
	assert_int_equal(s->opened, 0);
}

static void an_end_in_the_handshake(void **state)
{
	struct seen *s = *state;

	s->server.mode = SERVER_CUT;
	start(s);
	run_to_the_end(s);
	assert_int_equal(s->opened, 0);
	assert_false(s->accepted);
	assert_true(
		s->why.kind == FAILURE_PROTOCOL || s->why.kind == FAILURE_UNREACHABLE);
}

static void what_is_not_tls(void **state)
{
	struct seen *s = *state;

	s->server.mode = SERVER_GARBAGE;
	start(s);
	run_to_the_end(s);
	assert_int_equal(s->why.kind, FAILURE_PROTOCOL);
	assert_true(s->had_verdict && !s->accepted);
}

static void a_refused_certificate(void **state)
{
	struct seen *s = *state;

	s->policy.auth_name = "other.lab";
	start(s);
	run_to_the_end(s);
	assert_int_equal(s->why.kind, FAILURE_REFUSED);
	assert_true(s->had_verdict && !s->accepted);
	assert_true(s->pem_n > 0);
	assert_int_equal(s->opened, 0);
	assert_int_equal(s->server.records, 0);
}

static void the_server_hangs_up(void **state)
{
	struct seen *s = *state;

	open_it(s);
	bench_settle(&s->bench.loop);
	dot_server_hang_up(&s->server);
	run_to_the_end(s);
	assert_int_equal(s->why.kind, FAILURE_CLOSED);
}

/* A connection ends with the certificate that it was accepted for. */
static void the_certificate_ends(void **state)
{
	struct seen *s = *state;
	struct peer_certificate leaf;

	assert_int_equal(peer_describe(s->bench.leaf, &leaf), STATUS_OK);
	bench_wall_s = leaf.not_after_s - 1;
	open_it(s);
	bench_settle(&s->bench.loop);
	assert_int_equal(s->closed, 0);
	bench_wall_s = leaf.not_after_s;
	run_to_the_end(s); /* within a second, by the loop's own clock */
	assert_int_equal(s->why.kind, FAILURE_CLOSED);
	assert_non_null(strstr(s->why.text, "certificate has ended"));
}

/* Judged in its last second, and ended when the handshake has: nobody is told that
 * it is open. */
static void the_certificate_ends_in_the_handshake(void **state)
{
	struct seen *s = *state;
	struct peer_certificate leaf;

	assert_int_equal(peer_describe(s->bench.leaf, &leaf), STATUS_OK);
	/* Read for a ticket, for the certificate, and when it is open. */
	bench_wall_s = leaf.not_after_s - 3;
	bench_wall_step_s = 1;
	start(s);
	run_to_the_end(s);
	assert_int_equal(s->opened, 0);
	assert_non_null(strstr(s->why.text, "certificate has ended"));
}

/* The ladder of a connection's life, left at each rung. */
static void closed_after_the_nth_turn(void **state)
{
	struct seen *s = *state;
	unsigned opened = 0;

	for (int n = 0; n < 30; n++) {
		s->opened = 0;
		start(s);
		s->bytes_n = 0;
		for (int i = 0; i < n && s->bytes_n == 0; i++) {
			assert_true(bench_turn(&s->bench.loop));
			if (s->opened)
				(void)!conn_send(s->conn, bytes_of(frame, sizeof frame));
		}
		opened += s->opened;
		close_now(s);
		bench_settle(&s->bench.loop);
		assert_int_equal(s->closed, 0);
	}
	assert_in_range(opened, 1, 29);
}

static void closed_while_data_is_queued(void **state)
{
	struct seen *s = *state;

	open_it(s);
	assert_int_equal(conn_send(s->conn, bytes_of(frame, sizeof frame)), STATUS_OK);
	close_now(s);
	bench_settle(&s->bench.loop);
	assert_int_equal(s->server.queries, 0);
	assert_true(list_empty(&s->server.clients));
}

static void closed_inside_on_open(void **state)
{
	struct seen *s = *state;

	s->close_in = ON_OPEN;
	start(s);
	RUN_UNTIL(&s->bench.loop, s->opened);
	bench_settle(&s->bench.loop);
	assert_int_equal(s->closed, 0);
}

static void closed_inside_on_bytes(void **state)
{
	struct seen *s = *state;

	s->close_in = ON_BYTES;
	open_it(s);
	for (int i = 0; i < 3; i++)
		assert_int_equal(
			conn_send(s->conn, bytes_of(frame, sizeof frame)), STATUS_OK);
	RUN_UNTIL(&s->bench.loop, s->conn == NULL);
	bench_settle(&s->bench.loop);
	assert_int_equal(s->closed, 0);
	assert_int_equal(s->bytes_n, sizeof frame + 16);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(it_opens_with_an_accepted_verdict_alone),
		TEST(bytes_go_both_ways),
		TEST(one_turn_is_one_record),
		TEST(a_server_that_takes_nothing_is_a_limit),
		TEST(large_writes_arrive_whole),
		TEST(nobody_listens),
		TEST(a_connect_that_fails_at_once_is_told_later),
		TEST(the_deadline_while_connecting),
		TEST(the_deadline_in_the_handshake),
		TEST(a_refused_server_falls_silent),
		TEST(an_end_in_the_handshake),
		TEST(what_is_not_tls),
		TEST(a_refused_certificate),
		TEST(the_server_hangs_up),
		TEST(the_certificate_ends),
		TEST(the_certificate_ends_in_the_handshake),
		TEST(closed_after_the_nth_turn),
		TEST(closed_while_data_is_queued),
		TEST(closed_inside_on_open),
		TEST(closed_inside_on_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
