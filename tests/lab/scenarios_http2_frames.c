/* An honest certificate, and at the first question one frame that is wrong (RFC 9113
 * §6), or one that only looks so. The next connection is sound. */
#include "tests/lab/misdeed.h"
#include "tests/lab/plans.h"
#include "tests/lab/scenario.h"

/* clang-format off */
#define BAD_FRAME(called, what, ...) \
	{ HONEST(called, what), \
	  .server = MISDEED(.when = WHEN_FIRST_CONNECTION, .first = FRAMES({ __VA_ARGS__ })) }
/* clang-format on */

static const struct scenario rows[] = {
	BAD_FRAME("h2-bad-data-zero", "DATA on stream 0", .type = FRAME_DATA, ZEROS(16)),
	BAD_FRAME("h2-bad-data-early", "DATA before HEADERS", .type = FRAME_DATA,
		.on_stream = true, ZEROS(16)),
	BAD_FRAME("h2-bad-data-padding", "DATA with more padding than bytes",
		.type = FRAME_DATA, .flags = FLAG_PADDED, .on_stream = true,
		PAYLOAD("\377abc")),
	BAD_FRAME("h2-bad-data-size", "DATA of 16385 bytes, one more than allowed",
		.type = FRAME_DATA, .on_stream = true, ZEROS(16385)),
	BAD_FRAME("h2-bad-headers-zero", "HEADERS on stream 0", .type = FRAME_HEADERS,
		.flags = FLAG_END_HEADERS, PAYLOAD("\x88")),
	BAD_FRAME("h2-bad-headers-length", "HEADERS too short for the priority it has",
		.type = FRAME_HEADERS, .flags = FLAG_END_HEADERS | FLAG_PRIORITY,
		.on_stream = true, PAYLOAD("\x88\x88")),
	BAD_FRAME("h2-bad-headers-hpack", "HEADERS that name no entry of any table",
		.type = FRAME_HEADERS, .flags = FLAG_END_HEADERS, .on_stream = true,
		PAYLOAD("\x88\377\377\377\7")),
	{
		HONEST("h2-bad-headers-status", "answers whose HEADERS have no status"),
		.unanswered = true,
		.server = MISDEED(.when = WHEN_ALWAYS,
			.first = FRAMES({ .type = FRAME_HEADERS,
				.flags = FLAG_END_HEADERS,
				.on_stream = true,
				PAYLOAD("\0\1x\1y") })),
	},
	BAD_FRAME("h2-bad-priority-zero", "PRIORITY on stream 0", .type = FRAME_PRIORITY,
		ZEROS(5)),
	BAD_FRAME("h2-bad-priority-length", "PRIORITY of 4 bytes", .type = FRAME_PRIORITY,
		.on_stream = true, ZEROS(4)),
	BAD_FRAME("h2-bad-rst-zero", "RST_STREAM on stream 0", .type = FRAME_RST_STREAM,
		ZEROS(4)),
	BAD_FRAME("h2-bad-rst-length", "RST_STREAM of 3 bytes", .type = FRAME_RST_STREAM,
		.on_stream = true, ZEROS(3)),
	BAD_FRAME("h2-bad-settings-stream", "SETTINGS on the stream of the question",
		.type = FRAME_SETTINGS, .on_stream = true),
	BAD_FRAME("h2-bad-settings-length", "SETTINGS of 5 bytes", .type = FRAME_SETTINGS,
		ZEROS(5)),
	BAD_FRAME("h2-bad-settings-ack", "SETTINGS that acknowledge, and set",
		.type = FRAME_SETTINGS, .flags = FLAG_ACK, PAYLOAD("\0\3\0\0\0\1")),
	BAD_FRAME("h2-bad-settings-push", "SETTINGS with ENABLE_PUSH 2",
		.type = FRAME_SETTINGS, PAYLOAD("\0\2\0\0\0\2")),
	BAD_FRAME("h2-bad-settings-window", "SETTINGS with a window of 2^31",
		.type = FRAME_SETTINGS, PAYLOAD("\0\4\200\0\0\0")),
	BAD_FRAME("h2-bad-settings-frame", "SETTINGS with a MAX_FRAME_SIZE of 1",
		.type = FRAME_SETTINGS, PAYLOAD("\0\5\0\0\0\1")),
	BAD_FRAME("h2-bad-push-promise", "PUSH_PROMISE of an answer nobody asked for",
		.type = FRAME_PUSH_PROMISE, .flags = FLAG_END_HEADERS, .on_stream = true,
		PAYLOAD("\0\0\0\2\x82\x87\x84\1\14resolver.lab")),
	BAD_FRAME("h2-bad-ping-stream", "PING on the stream of the question",
		.type = FRAME_PING, .on_stream = true, ZEROS(8)),
	BAD_FRAME("h2-bad-ping-length", "PING of 7 bytes", .type = FRAME_PING, ZEROS(7)),
	BAD_FRAME("h2-bad-goaway-stream", "GOAWAY on the stream of the question",
		.type = FRAME_GOAWAY, .on_stream = true, ZEROS(8)),
	BAD_FRAME("h2-bad-goaway-length", "GOAWAY of 4 bytes", .type = FRAME_GOAWAY,
		ZEROS(4)),
	BAD_FRAME("h2-bad-window-zero", "WINDOW_UPDATE by 0", .type = FRAME_WINDOW_UPDATE,
		ZEROS(4)),
	BAD_FRAME("h2-bad-window-length", "WINDOW_UPDATE of 3 bytes",
		.type = FRAME_WINDOW_UPDATE, ZEROS(3)),
	BAD_FRAME("h2-bad-window-overflow", "WINDOW_UPDATE beyond 2^31-1",
		.type = FRAME_WINDOW_UPDATE, PAYLOAD("\177\377\377\377")),
	BAD_FRAME("h2-bad-continuation", "CONTINUATION without HEADERS",
		.type = FRAME_CONTINUATION, .flags = FLAG_END_HEADERS, .on_stream = true,
		PAYLOAD("\x88")),
	{
		HONEST("h2-bad-interleaved", "PING between HEADERS and CONTINUATION"),
		.server = MISDEED(.when = WHEN_FIRST_CONNECTION,
			.first = FRAMES({ .type = FRAME_HEADERS,
						.on_stream = true,
						PAYLOAD("\x88") },
				{ .type = FRAME_PING, ZEROS(8) })),
	},
	{
		HONEST("h2-bad-preface",
			"the first connection begins as one of HTTP/1.1"),
		.server = MISDEED(.when = WHEN_FIRST_CONNECTION,
			.instead = "HTTP/1.1 400 Bad Request\r\n"
				   "Content-Length: 0\r\n\r\n"),
	},
	{
		HONEST("h2-unknown-frame",
			"a frame of a type that nobody knows, which is to be ignored"),
		.server = MISDEED(.when = WHEN_ALWAYS, .answers = true,
			.first = FRAMES({ .type = FRAME_UNKNOWN,
				.flags = 0xff,
				.on_stream = true,
				ZEROS(100) })),
	},
};

const struct scenario_table scenarios_http2_frames = LAB_TABLE(rows);
