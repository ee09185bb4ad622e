/* Frames that no honest server sends, and floods of those that it may. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/dns/wire.h"
#include "tests/unit/rows.h"
#include "tests/unit/transport/doh_scene.h"

#define LOOP(s) (&(s)->bench.loop)

/* Length, type, flags, stream; see wire.h. */
#define SETTINGS "000000 04 00 00000000 "
#define HEAD     "00001b 01 04 00000001 88 0f10 17'application/dns-message' "
#define MESSAGE  "0000 8180 0001 0000 0000 0000 01'a'03'lab'00 0001 0001 "
#define ANSWER   HEAD "000017 00 01 00000001 " MESSAGE

#define REFUSED "it does not speak the protocol (HTTP/2 "
#define STREAM  "the HTTP/2 stream was given up ("

enum outcome { ANSWERED, FAILED, ENDED };

static const struct row {
	const char *name;
	const char *frames;
	enum outcome outcome;
	const char *why; /* how it begins */
} rows[] = {
	{ "an answer", SETTINGS ANSWER, ANSWERED, NULL },
	{ "padded DATA", SETTINGS HEAD "00001b 00 09 00000001 03 " MESSAGE "000000",
		ANSWERED, NULL },
	{ "an answer in two frames",
		SETTINGS HEAD "00000c 00 00 00000001 0000 8180 0001 0000 0000 0000"
			      "00000b 00 01 00000001 01'a'03'lab'00 0001 0001",
		ANSWERED, NULL },
	{ "empty DATA at the end",
		SETTINGS HEAD "000017 00 00 00000001 " MESSAGE "000000 00 01 00000001",
		ANSWERED, NULL },
	{ "a header in two frames",
		SETTINGS "000001 01 00 00000001 88 "
			 "00001a 09 04 00000001 0f10 17'application/dns-message' "
			 "000017 00 01 00000001 " MESSAGE,
		ANSWERED, NULL },
	{ "trailers",
		SETTINGS HEAD "000017 00 00 00000001 " MESSAGE
			      "000005 01 05 00000001 00 01'x' 01'y'",
		ANSWERED, NULL },
	{ "a frame of unknown type", SETTINGS "000003 fa ff 00000001 010203" ANSWER,
		ANSWERED, NULL },
	{ "data for a stream that ended", SETTINGS ANSWER "000001 00 00 00000001 00",
		ANSWERED, NULL },
	{ "WINDOW_UPDATE for a stream that ended",
		SETTINGS ANSWER "000004 08 00 00000001 00000001", ANSWERED, NULL },

	{ "RST_STREAM", SETTINGS "000004 03 00 00000001 00000002", FAILED,
		STREAM "INTERNAL_ERROR)" },
	{ "RST_STREAM, not looked at", SETTINGS "000004 03 00 00000001 00000007", FAILED,
		STREAM "REFUSED_STREAM)" },
	{ "RST_STREAM without an error", SETTINGS "000004 03 00 00000001 00000000",
		FAILED, STREAM "NO_ERROR)" },
	{ "RST_STREAM in the middle of an answer",
		SETTINGS HEAD "000004 03 00 00000001 00000008", FAILED,
		STREAM "CANCEL)" },
	{ "RST_STREAM for an unknown reason", SETTINGS "000004 03 00 00000001 000000ff",
		FAILED, STREAM },
	{ "an informational response at the end",
		SETTINGS "000005 01 05 00000001 08 03'103'", FAILED,
		STREAM "PROTOCOL_ERROR)" },

	{ "HTTP/1.1", "'HTTP/1.1 400 Bad Request' 0d0a 0d0a", ENDED,
		"it does not speak the protocol (" },
	{ "DATA before the head", SETTINGS "000000 00 01 00000001", ENDED,
		REFUSED "PROTOCOL_ERROR" },
	{ "no SETTINGS first", "000008 06 00 00000000 0000000000000000", ENDED,
		REFUSED "PROTOCOL_ERROR" },
	{ "zeroes", "00*64", ENDED, REFUSED "PROTOCOL_ERROR" },
	{ "a frame that is too large", SETTINGS "004001 00 00 00000001 00*16385", ENDED,
		REFUSED "FRAME_SIZE_ERROR" },
	{ "a SETTINGS of 5 bytes", "000005 04 00 00000000 0000000000", ENDED,
		REFUSED "FRAME_SIZE_ERROR" },
	{ "a SETTINGS for a stream", SETTINGS "000000 04 00 00000001", ENDED,
		REFUSED "PROTOCOL_ERROR" },
	{ "ENABLE_PUSH from a server", "000006 04 00 00000000 0002 00000001", ENDED,
		REFUSED "PROTOCOL_ERROR" },
	{ "a frame size over 2^24", "000006 04 00 00000000 0005 01000000", ENDED,
		REFUSED "PROTOCOL_ERROR" },
	{ "a window over 2^31", "000006 04 00 00000000 0004 80000000", ENDED,
		REFUSED "FLOW_CONTROL_ERROR" },
	{ "SETTINGS nobody sent acknowledged",
		SETTINGS "000000 04 01 00000000"
			 "000000 04 01 00000000",
		ENDED, REFUSED "PROTOCOL_ERROR" },
	{ "a PING of 7 bytes", SETTINGS "000007 06 00 00000000 00000000000000", ENDED,
		REFUSED "FRAME_SIZE_ERROR" },
	{ "PUSH_PROMISE", SETTINGS "000005 05 04 00000001 00000002 82", ENDED,
		"it does not speak the protocol (PUSH_PROMISE" },
	{ "a stream that nobody opened", SETTINGS "000001 01 04 00000003 88", ENDED,
		REFUSED "PROTOCOL_ERROR" },
	{ "a stream of the server's", SETTINGS "000001 01 05 00000002 88", ENDED,
		REFUSED "PROTOCOL_ERROR" },
	{ "DATA for no stream", SETTINGS "000001 00 00 00000000 00", ENDED,
		REFUSED "PROTOCOL_ERROR" },
	{ "CONTINUATION without HEADERS", SETTINGS "000001 09 04 00000001 88", ENDED,
		REFUSED "PROTOCOL_ERROR" },
	{ "DATA between HEADERS and CONTINUATION",
		SETTINGS "000001 01 00 00000001 88 000001 00 00 00000001 00", ENDED,
		REFUSED "PROTOCOL_ERROR" },
	{ "a field that is not in the table", SETTINGS "000001 01 04 00000001 ff", ENDED,
		REFUSED "COMPRESSION_ERROR" },
	{ "a table that is too large", SETTINGS "000005 01 04 00000001 3fe1ff0f 88",
		ENDED, REFUSED "COMPRESSION_ERROR" },
	{ "padding larger than the frame", SETTINGS HEAD "000001 00 08 00000001 ff",
		ENDED, REFUSED "PROTOCOL_ERROR" },
	{ "an update by 0", SETTINGS "000004 08 00 00000000 00000000", ENDED,
		REFUSED "PROTOCOL_ERROR" },
	{ "a window past its end", SETTINGS "000004 08 00 00000000 7fffffff", ENDED,
		REFUSED "FLOW_CONTROL_ERROR" },
	{ "GOAWAY of 7 bytes", SETTINGS "000007 07 00 00000000 00000000000000", ENDED,
		REFUSED "FRAME_SIZE_ERROR" },
	{ "GOAWAY for a reason", SETTINGS "000008 07 00 00000000 00000000 0000000b",
		ENDED, "it closed the connection (ENHANCE_YOUR_CALM)" },
};

static const char *current;
static size_t piece;

static void swallow(struct doh_client *client, struct bytes plain)
{
	(void)client, (void)plain;
}

/* Behind the client's first request. */
static void send_frames(struct doh_client *client, struct bytes plain)
{
	struct bytes wire = wire_new(current);

	(void)plain;
	client->server->on_raw = swallow;
	for (size_t at = 0; at < wire.n; at += piece)
		doh_client_raw(client,
			bytes_of(wire.p + at, wire.n - at < piece ? wire.n - at : piece));
	wire_free(wire);
}

static void ask_at_once(struct doh_scene *s)
{
	doh_ask(s, &s->more, "a.lab");
}

static struct doh_scene *against(const char *frames)
{
	struct doh_scene *s = doh_scene_new("/dns-query{?dns}");

	current = frames;
	s->server.on_raw = send_frames;
	s->in_open = ask_at_once;
	return s;
}

static void frames_row(void **state)
{
	static const size_t pieces[] = { 5, 1 << 14 };
	const struct row *row = *state;

	for (size_t i = 0; i < ROWS(pieces); i++) {
		struct doh_scene *s = against(row->frames);

		piece = pieces[i];
		RUN_UNTIL(LOOP(s), s->answers || s->failures || s->closed);
		bench_settle(LOOP(s));
		assert_int_equal(s->answers, row->outcome == ANSWERED);
		assert_int_equal(s->closed, row->outcome == ENDED);
		if (row->outcome == FAILED)
			assert_true(s->more.again);
		if (row->outcome == FAILED)
			assert_memory_equal(s->more.why.text, row->why, strlen(row->why));
		if (row->outcome == ENDED)
			assert_memory_equal(s->why.text, row->why, strlen(row->why));
		doh_scene_free(s);
	}
}

/* One frame, a thousand times and more. */
#define FRAMES "too many frames without an answer"
#define ACKS   "Flooding was detected"

static const struct flood {
	const char *name;
	const char *before, *frame;
	unsigned n;
	const char *why; /* NULL: it goes on */
} floods[] = {
	{ "PING", SETTINGS, "000008 06 00 00000000 0000000000000000 ", 1100, ACKS },
	{ "PING, acknowledged", SETTINGS, "000008 06 01 00000000 0000000000000000 ", 1100,
		FRAMES },
	{ "SETTINGS", SETTINGS, SETTINGS, 1100, ACKS },
	{ "SETTINGS with values", SETTINGS, "000006 04 00 00000000 0004 00010000 ", 1100,
		ACKS },
	{ "WINDOW_UPDATE", SETTINGS, "000004 08 00 00000000 00000001 ", 1100, FRAMES },
	{ "PRIORITY", SETTINGS, "000005 02 00 00000001 00000000 00 ", 1100, FRAMES },
	{ "empty DATA", SETTINGS HEAD, "000000 00 00 00000001 ", 1100, FRAMES },
	{ "padding", SETTINGS HEAD, "000004 00 08 00000001 03 000000 ", 1100, FRAMES },
	{ "trailers", SETTINGS HEAD, "000005 01 04 00000001 00 01'x' 01'y' ", 1100,
		FRAMES },
	{ "an unknown type", SETTINGS, "000000 fa 00 00000000 ", 1100, FRAMES },
	{ "informational responses", SETTINGS, "000005 01 04 00000001 08 03'103'", 1100,
		FRAMES },
	{ "a few PINGs", SETTINGS, "000008 06 00 00000000 0000000000000000 ", 50, NULL },
	{ "a few WINDOW_UPDATEs", SETTINGS, "000004 08 00 00000000 00000001 ", 500,
		NULL },
};

static const struct flood *current_flood;

static void send_flood(struct doh_client *client, struct bytes plain)
{
	const struct flood *flood = current_flood;
	static uint8_t out[64 * 1024];
	struct bytes head = wire_new(flood->before), frame = wire_new(flood->frame);
	size_t n = head.n;

	(void)plain;
	client->server->on_raw = swallow;
	memcpy(out, head.p, head.n);
	for (unsigned i = 0; i < flood->n; i++, n += frame.n)
		memcpy(out + n, frame.p, frame.n);
	for (size_t at = 0; at < n; at += 4000)
		doh_client_raw(client, bytes_of(out + at, n - at < 4000 ? n - at : 4000));
	wire_free(head);
	wire_free(frame);
}

static void flood_row(void **state)
{
	const struct flood *row = *state;
	struct doh_scene *s = doh_scene_new("/dns-query{?dns}");

	current_flood = row;
	s->server.on_raw = send_flood;
	s->in_open = ask_at_once;
	if (row->why != NULL)
		RUN_UNTIL(LOOP(s), s->closed);
	else
		RUN_UNTIL(LOOP(s), s->server.on_raw == swallow);
	bench_settle(LOOP(s));
	assert_int_equal(s->closed, row->why != NULL);
	if (row->why != NULL) {
		assert_int_equal(s->why.kind, FAILURE_PROTOCOL);
		assert_non_null(strstr(s->why.text, row->why));
	}
	doh_scene_free(s);
}

/* HEADERS without an end: CVE-2024-28182. */
static void continuation_without_end(void **state)
{
	struct doh_scene *s = against(SETTINGS
		"000001 01 00 00000001 88"
		"000000 09 00 00000001 000000 09 00 00000001 000000 09 00 00000001"
		"000000 09 00 00000001 000000 09 00 00000001 000000 09 00 00000001"
		"000000 09 00 00000001 000000 09 00 00000001 000000 09 00 00000001");

	(void)state;
	piece = 1000;
	RUN_UNTIL(LOOP(s), s->closed);
	assert_string_equal(
		s->why.text, "it does not speak the protocol (too long a header block)");
	doh_scene_free(s);
}

static void refuse(struct doh_client *client, const struct doh_request *request)
{
	nghttp2_submit_rst_stream(client->session, NGHTTP2_FLAG_NONE, request->stream,
		NGHTTP2_REFUSED_STREAM);
}

static void ask_again(struct doh_scene *s)
{
	if (s->failures < 1000)
		doh_ask(s, &s->more, "a.lab");
}

/* A server that gives up each request is of no use, however politely it does; an answer
 * now and then shows that it is. */
static void all_requests_given_up(void **state)
{
	struct doh_scene *s = doh_scene_new("/dns-query{?dns}");
	struct doh_asked a;

	(void)state;
	doh_scene_open(s);
	for (int i = 0; i < 200; i++) {
		s->server.on_request = i % 50 == 49 ? NULL : refuse;
		doh_ask(s, &a, "a.lab");
		doh_wait(&a);
	}
	assert_int_equal(s->answers, 4);
	assert_int_equal(s->failures, 196);
	assert_int_equal(s->closed, 0);

	s->failures = 0;
	s->server.on_request = refuse;
	s->in_failed = ask_again;
	ask_again(s);
	RUN_UNTIL(LOOP(s), s->closed);
	assert_string_equal(
		s->why.text, "it does not speak the protocol (it gives up all requests)");
	assert_in_range(s->failures, 60, 70);
	doh_scene_free(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(continuation_without_end),
		cmocka_unit_test(all_requests_given_up),
	};
	int failed = run_rows("frames", rows, sizeof *rows, ROWS(rows), frames_row);

	failed += run_rows("floods", floods, sizeof *floods, ROWS(floods), flood_row);
	return failed + cmocka_run_group_tests(tests, NULL, NULL);
}
