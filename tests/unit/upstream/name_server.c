#include "name_server.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define HEADER_BYTES 12

static size_t put(uint8_t *out, size_t n, const void *from, size_t bytes)
{
	memcpy(out + n, from, bytes);
	return n + bytes;
}

/* NAME (a pointer to the question's) TYPE CLASS TTL RDLENGTH RDATA */
static size_t put_record(
	const struct name_server *s, const struct endpoint *e, uint8_t *out, size_t n)
{
	struct bytes address = endpoint_address(e);
	uint8_t type = address.n == 4 ? 1 : 28;
	uint8_t head[] = { 0xc0, HEADER_BYTES, 0, type, 0, 1, (uint8_t)(s->ttl_s >> 24),
		(uint8_t)(s->ttl_s >> 16), (uint8_t)(s->ttl_s >> 8), (uint8_t)s->ttl_s, 0,
		(uint8_t)address.n };

	n = put(out, n, head, sizeof head);
	return put(out, n, address.p, address.n);
}

/* The query's header and question, then the addresses of its type. */
static size_t answer(struct name_server *s, const uint8_t *query, uint8_t *out)
{
	size_t end = HEADER_BYTES;
	uint8_t count = 0;
	size_t n;

	while (query[end] != 0)
		end += query[end] + 1u;
	end += 5;
	memset(s->last_name_bytes, 0, sizeof s->last_name_bytes);
	memcpy(s->last_name_bytes, query + HEADER_BYTES, end - 4 - HEADER_BYTES);
	n = put(out, 0, query, end);
	for (size_t i = 0; s->addresses[i] != NULL; i++) {
		struct endpoint e;

		assert_int_equal(endpoint_parse(s->addresses[i], 1, &e), STATUS_OK);
		if (query[end - 3] != (e.sa.sa_family == AF_INET ? 1 : 28))
			continue;
		n = put_record(s, &e, out, n);
		count++;
	}
	out[2] = 0x81;
	out[3] = (uint8_t)(0x80 | s->rcode);
	out[7] = count;
	out[9] = out[11] = 0;
	return n;
}

static void on_room(uv_handle_t *handle, size_t suggested, uv_buf_t *out)
{
	static char room[65536];

	(void)handle;
	(void)suggested;
	*out = uv_buf_init(room, sizeof room);
}

static void on_query(uv_udp_t *udp, ssize_t n, const uv_buf_t *in,
	const struct sockaddr *from, unsigned flags)
{
	struct name_server *s = udp->data;
	uint8_t out[2048];
	uv_buf_t wire = uv_buf_init((char *)out, 0);

	(void)flags;
	if (n <= HEADER_BYTES || from == NULL)
		return;
	s->asked++;
	wire.len = answer(s, (const uint8_t *)in->base, out);
	assert_int_equal(uv_udp_try_send(udp, &wire, 1, from), wire.len);
}

void name_server_start(struct name_server *server, uv_loop_t *loop)
{
	int size = sizeof server->at;

	assert_int_equal(endpoint_parse("127.0.0.1", 1, &server->at), STATUS_OK);
	server->at.in.sin_port = 0;
	assert_int_equal(uv_udp_init(loop, &server->udp), 0);
	server->udp.data = server;
	assert_int_equal(uv_udp_bind(&server->udp, &server->at.sa, 0), 0);
	assert_int_equal(uv_udp_getsockname(&server->udp, &server->at.sa, &size), 0);
	assert_int_equal(uv_udp_recv_start(&server->udp, on_room, on_query), 0);
}

void name_server_stop(struct name_server *server)
{
	uv_close((uv_handle_t *)&server->udp, NULL);
}
