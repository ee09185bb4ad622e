#include "tests/unit/transport/plain_world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "dns/query.h"

/* --- the server ------------------------------------------------------------ */

size_t plain_reply(struct bytes query, unsigned rcode, uint8_t out[512])
{
	struct message m;

	assert_int_equal(message_parse(query, &m), STATUS_OK);
	memcpy(out, query.p, m.question_end);
	out[2] |= 0x80;
	out[3] = (uint8_t)rcode;
	out[11] = 0;
	return m.question_end;
}

void plain_send(uv_udp_t *udp, const struct sockaddr *to, struct bytes wire)
{
	uv_buf_t buf = uv_buf_init((char *)(uintptr_t)wire.p, (unsigned)wire.n);

	assert_int_equal(uv_udp_try_send(udp, &buf, 1, to), wire.n);
}

static void keep(struct plain_world *w, struct bytes query)
{
	assert_true(query.n <= sizeof w->last);
	memcpy(w->last, query.p, query.n);
	w->last_n = query.n;
}

static void on_room(uv_handle_t *handle, size_t suggested, uv_buf_t *out)
{
	static char room[65536];

	(void)handle;
	(void)suggested;
	*out = uv_buf_init(room, sizeof room);
}

static void on_datagram(uv_udp_t *udp, ssize_t n, const uv_buf_t *in,
	const struct sockaddr *from, unsigned flags)
{
	struct plain_world *w = udp->data;
	struct bytes query = bytes_of(in->base, n > 0 ? (size_t)n : 0);
	uint8_t out[512];

	(void)flags;
	if (n <= 0 || from == NULL)
		return;
	w->datagrams++;
	keep(w, query);
	if (w->on_query != NULL)
		w->on_query(w, query, from);
	else
		plain_send(
			udp, from, bytes_of(out, plain_reply(query, RCODE_NOERROR, out)));
}

static void on_client_closed(uv_handle_t *handle)
{
	free(handle);
}

/* A query comes in one piece here, and ends the connection. */
static void on_stream(uv_stream_t *client, ssize_t n, const uv_buf_t *in)
{
	struct plain_world *w = client->data;
	struct bytes query = bytes_of(in->base + 2, n > 2 ? (size_t)n - 2 : 0);
	uint8_t out[514] = { 0 };
	uv_buf_t buf = uv_buf_init((char *)out, 2);

	if (n > 2) {
		w->streams++;
		keep(w, query);
		out[1] = (uint8_t)plain_reply(query, RCODE_NXDOMAIN, out + 2);
		buf.len += w->tcp_in_pieces ? 1 : out[1];
		assert_int_equal(uv_try_write(client, &buf, 1), buf.len);
	}
	if (!uv_is_closing((uv_handle_t *)client))
		uv_close((uv_handle_t *)client, on_client_closed);
}

static void on_client(uv_stream_t *listener, int status)
{
	struct plain_world *w = listener->data;
	uv_tcp_t *client = malloc(sizeof *client);

	assert_int_equal(status, 0);
	assert_non_null(client);
	uv_tcp_init(&w->bench.loop, client);
	client->data = w;
	assert_int_equal(uv_accept(listener, (uv_stream_t *)client), 0);
	assert_int_equal(uv_read_start((uv_stream_t *)client, on_room, on_stream), 0);
}

static void start_server(struct plain_world *w)
{
	int size = sizeof w->at;

	assert_int_equal(endpoint_parse("127.0.0.1", 1, &w->at), STATUS_OK);
	w->at.in.sin_port = 0;
	uv_udp_init(&w->bench.loop, &w->udp);
	uv_udp_init(&w->bench.loop, &w->elsewhere);
	uv_tcp_init(&w->bench.loop, &w->tcp);
	w->udp.data = w->elsewhere.data = w->tcp.data = w;
	assert_int_equal(uv_udp_bind(&w->elsewhere, &w->at.sa, 0), 0);
	/* A port that is free over both. */
	assert_int_equal(uv_tcp_bind(&w->tcp, &w->at.sa, 0), 0);
	assert_int_equal(uv_tcp_getsockname(&w->tcp, &w->at.sa, &size), 0);
	assert_int_equal(uv_udp_bind(&w->udp, &w->at.sa, 0), 0);
	assert_int_equal(uv_udp_recv_start(&w->udp, on_room, on_datagram), 0);
	assert_int_equal(uv_listen((uv_stream_t *)&w->tcp, 8, on_client), 0);
}

static void stop(uv_handle_t *handle)
{
	if (!uv_is_closing(handle))
		uv_close(handle, NULL);
}

void plain_stop_udp(struct plain_world *w)
{
	stop((uv_handle_t *)&w->udp);
	bench_settle(&w->bench.loop);
}

void plain_stop_tcp(struct plain_world *w)
{
	stop((uv_handle_t *)&w->tcp);
	bench_settle(&w->bench.loop);
}

/* --- the transport --------------------------------------------------------- */

static void on_open(void *owner)
{
	((struct plain_world *)owner)->opened++;
}

static void on_closed(void *owner, const struct failure *why,
	const struct verdict *verdict, struct bytes refused_pem)
{
	struct plain_world *w = owner;

	assert_null(verdict);
	assert_int_equal(refused_pem.n, 0);
	w->closed++;
	w->why = *why;
	w->plain = NULL;
}

int plain_setup(void **state)
{
	static const struct transport_events events = { on_open, NULL, on_closed };
	static struct name zones[2];
	struct plain_world *w = calloc(1, sizeof *w);
	struct transport_spec spec;

	assert_non_null(w);
	bench_init(&w->bench);
	start_server(w);
	assert_int_equal(name_from_text("lan", &zones[0]), STATUS_OK);
	assert_int_equal(name_from_text("a.test", &zones[1]), STATUS_OK);
	spec = (struct transport_spec){ .loop = &w->bench.loop,
		.protocol = TRANSPORT_PLAIN,
		.address = &w->at,
		.scope = { zones, 2, false } };
	assert_int_equal(transport_start(&spec, &events, w, &w->plain), STATUS_OK);
	assert_int_equal(w->opened, 0);
	bench_settle(&w->bench.loop);
	assert_int_equal(w->opened, 1);
	*state = w;
	return 0;
}

int plain_teardown(void **state)
{
	struct plain_world *w = *state;

	if (w->plain != NULL)
		transport_close(w->plain);
	stop((uv_handle_t *)&w->udp);
	stop((uv_handle_t *)&w->elsewhere);
	stop((uv_handle_t *)&w->tcp);
	bench_deinit(&w->bench);
	free(w);
	return 0;
}

static void close_now(struct plain_asked *a)
{
	if (a->closes && a->world->plain != NULL) {
		transport_close(a->world->plain);
		a->world->plain = NULL;
	}
}

static void on_answer(struct transport_query *query, const struct message *m)
{
	struct plain_asked *a = (struct plain_asked *)query;
	char text[NAME_TEXT_MAX];

	a->answers++;
	a->rcode = message_rcode(m);
	a->cut = (m->flags & DNS_FLAG_TC) != 0;
	name_to_text(&m->question.name, text);
	text_copy(a->letters, sizeof a->letters, text);
	close_now(a);
}

static void on_failed(
	struct transport_query *query, const struct failure *why, bool again)
{
	struct plain_asked *a = (struct plain_asked *)query;

	assert_false(again);
	a->failures++;
	a->why = *why;
	close_now(a);
}

enum status plain_try(struct plain_world *w, struct plain_asked *a, const char *name)
{
	uint8_t wire[QUERY_WIRE_MAX];
	struct writer out = { .p = wire, .cap = sizeof wire };

	*a = (struct plain_asked){ .world = w,
		.question = { .type = TYPE_A, .class = CLASS_IN } };
	assert_int_equal(name_from_text(name, &a->question.name), STATUS_OK);
	assert_int_equal(query_write(&a->question, 0, &(struct query_options){ 0 }, &out),
		STATUS_OK);
	a->query = (struct transport_query){
		.question = &a->question, .on_answer = on_answer, .on_failed = on_failed
	};
	return transport_send(w->plain, &a->query, wr_done(&out));
}

void plain_ask(struct plain_world *w, struct plain_asked *a, const char *name)
{
	assert_int_equal(plain_try(w, a, name), STATUS_OK);
}

void plain_wait(struct plain_world *w, const struct plain_asked *a)
{
	RUN_UNTIL(&w->bench.loop, a->answers + a->failures + w->closed > 0);
	bench_settle(&w->bench.loop);
	assert_int_equal(a->answers + a->failures + w->closed, 1);
}
