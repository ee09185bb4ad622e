/* An honest certificate, and a connection that ends too early, or too much of
 * something. Where it is the first connection alone that misbehaves, the question asked
 * there is to be answered by the next; those that never answer have `unanswered`. */
#include "tests/lab/misdeed.h"
#include "tests/lab/plans.h"
#include "tests/lab/scenario.h"

/* RFC 9113 §6.5.2, §7. */
#define HEADER_TABLE_SIZE      1
#define MAX_CONCURRENT_STREAMS 3
#define INITIAL_WINDOW_SIZE    4
#define REFUSED_STREAM         PAYLOAD("\0\0\0\7")
#define ENHANCE_YOUR_CALM      PAYLOAD("\0\0\0\0\0\0\0\13")

static const struct scenario rows[] = {
	/* --- ALPN ---------------------------------------------------------- */
	{
		.name = "h2-alpn-http11",
		.explains = "selects \"http/1.1\", which was not offered",
		.over = OVER_DOH_ONLY,
		.expected = VERDICT_REFUSED,
		.reason = "tls_protocol",
		.server = { .leaf_is_genuine = true,
			.issuer = WHO_ISSUER,
			.manner = MANNER_ALPN_HTTP11 },
		.client = BY_NAME,
		.twin = TWIN_SERVER,
		.twin_server = GENUINE_SERVER,
	},
	{
		.name = "h2-alpn-dot",
		.explains = "selects \"dot\", which was not offered",
		.over = OVER_DOH_ONLY,
		.expected = VERDICT_REFUSED,
		.reason = "tls_protocol",
		.server = { .leaf_is_genuine = true,
			.issuer = WHO_ISSUER,
			.manner = MANNER_ALPN_DOT },
		.client = BY_NAME,
		.twin = TWIN_SERVER,
		.twin_server = GENUINE_SERVER,
	},
	{
		.name = "h2-alpn-none",
		.explains = "selects no protocol, where \"h2\" is asked for",
		.over = OVER_DOH_ONLY,
		.expected = VERDICT_REFUSED,
		.reason = "tls_protocol",
		.server = { .leaf_is_genuine = true,
			.issuer = WHO_ISSUER,
			.manner = MANNER_ALPN_NONE },
		.client = BY_NAME,
		.twin = TWIN_SERVER,
		.twin_server = GENUINE_SERVER,
	},

	/* --- the end of streams and connections ---------------------------- */
	{
		HONEST("h2-goaway", "GOAWAY for the first question, which is not "
				    "answered; the next connection is sound"),
		.server = MISDEED(.when = WHEN_FIRST_CONNECTION,
			.first = FRAMES({ .type = FRAME_GOAWAY, .n = 8 })),
	},
	{
		HONEST("h2-goaway-close", "GOAWAY for the first question, and the "
					  "connection ends"),
		.server = MISDEED(.first = FRAMES({ .type = FRAME_GOAWAY, .n = 8 }),
			.then_close = true),
	},
	{
		HONEST("h2-goaway-error", "GOAWAY with ENHANCE_YOUR_CALM, and the "
					  "connection ends"),
		.server = MISDEED(.first = FRAMES(
					  { .type = FRAME_GOAWAY, ENHANCE_YOUR_CALM }),
			.then_close = true),
	},
	{
		HONEST("h2-goaway-midway", "GOAWAY in the middle of the first answer, "
					   "which is completed; what was asked after it "
					   "is not answered"),
		.server = MISDEED(.when = WHEN_FIRST_CONNECTION, .delay_ms = 100,
			.act = misdeed_goaway_midway),
	},
	{
		HONEST("h2-close", "the first connection ends at its first question, "
				   "without a word"),
		.server = MISDEED(.then_close = true),
	},
	{
		HONEST("h2-silent", "silent after the first answer: no second one, no "
				    "answer to PING"),
		.server = MISDEED(.answers = true, .then_deaf = true),
	},
	{
		HONEST("h2-refused-stream", "RST_STREAM with REFUSED_STREAM for the "
					    "first question"),
		.server = MISDEED(.first = FRAMES({ .type = FRAME_RST_STREAM,
					  .on_stream = true,
					  REFUSED_STREAM })),
	},
	{
		HONEST("h2-rst-flood", "RST_STREAM for the first question, without end"),
		.server = MISDEED(.flood = FRAMES({ .type = FRAME_RST_STREAM,
					  .on_stream = true,
					  REFUSED_STREAM })),
	},
	{
		HONEST("h2-no-end", "the first answer has no END_STREAM"),
		.server = MISDEED(.response = RESPONSE(.no_end = true)),
	},

	/* --- settings, windows, floods -------------------------------------- */
	{
		HONEST("h2-settings-flood", "SETTINGS without end at the first question"),
		.server = MISDEED(.flood = FRAMES({ .type = FRAME_SETTINGS })),
	},
	{
		HONEST("h2-settings-streams-0", "MAX_CONCURRENT_STREAMS 0 on the first "
						"connection, and no answer"),
		.server = MISDEED(.when = WHEN_FIRST_CONNECTION,
			.settings = { { MAX_CONCURRENT_STREAMS, 0 } }),
	},
	{
		HONEST("h2-settings-streams-1", "MAX_CONCURRENT_STREAMS 1"),
		.server = MISDEED(.when = WHEN_ALWAYS, .answers = true,
			.settings = { { MAX_CONCURRENT_STREAMS, 1 } }),
	},
	{
		HONEST("h2-settings-table", "HEADER_TABLE_SIZE of 4 GB"),
		.server = MISDEED(.when = WHEN_ALWAYS, .answers = true,
			.settings = { { HEADER_TABLE_SIZE, 0xffffffff } }),
	},
	{
		HONEST("h2-window-0",
			"INITIAL_WINDOW_SIZE 0 on the first connection, and "
			"no window ever: a POST cannot be sent"),
		.server = MISDEED(.when = WHEN_FIRST_CONNECTION, .answers = true,
			.settings = { { INITIAL_WINDOW_SIZE, 0 } }),
	},
	{
		HONEST("h2-window-small", "INITIAL_WINDOW_SIZE 16: a POST goes out in "
					  "pieces"),
		.server = MISDEED(.when = WHEN_ALWAYS, .answers = true,
			.settings = { { INITIAL_WINDOW_SIZE, 16 } }),
	},
	{
		HONEST("h2-continuation-flood", "a header block that has no end, in "
						"CONTINUATION frames"),
		.server = MISDEED(.first = FRAMES({ .type = FRAME_HEADERS,
					  .on_stream = true,
					  PAYLOAD("\x88") }),
			.flood = FRAMES({ .type = FRAME_CONTINUATION,
				.on_stream = true,
				PAYLOAD("\0\1x\1y") })),
	},
	{
		HONEST("h2-continuation-empty", "likewise, and the frames are empty"),
		.server = MISDEED(.first = FRAMES({ .type = FRAME_HEADERS,
					  .on_stream = true,
					  PAYLOAD("\x88") }),
			.flood = FRAMES(
				{ .type = FRAME_CONTINUATION, .on_stream = true })),
	},
	{
		HONEST("h2-header-bomb",
			"answers whose header block of 16 KB becomes 48 MB"),
		.unanswered = true,
		.server = MISDEED(.when = WHEN_ALWAYS, .act = misdeed_header_bomb),
	},
	{
		HONEST("h2-header-huge", "a megabyte of fields in one header block"),
		.server = MISDEED(.act = misdeed_header_huge),
	},
	{
		HONEST("h2-ping-flood", "PING without end at the first question"),
		.server = MISDEED(.flood = FRAMES({ .type = FRAME_PING, .n = 8 })),
	},
	{
		HONEST("h2-data-huge", "answers of 70000 bytes"),
		.unanswered = true,
		.server = MISDEED(.when = WHEN_ALWAYS,
			.response = RESPONSE(.body = BODY_HUGE)),
	},
	{
		HONEST("h2-data-endless", "answers without end, within the client's "
					  "windows"),
		.unanswered = true,
		.server = MISDEED(.when = WHEN_ALWAYS,
			.response = RESPONSE(.body = BODY_ENDLESS)),
	},
	{
		HONEST("h2-data-flood", "answers without end, whatever the windows"),
		.unanswered = true,
		.server = MISDEED(.when = WHEN_ALWAYS,
			.first = FRAMES({ .type = FRAME_HEADERS,
				.flags = FLAG_END_HEADERS,
				.on_stream = true,
				PAYLOAD("\x88") }),
			.flood = FRAMES(
				{ .type = FRAME_DATA, .on_stream = true, .n = 16384 })),
	},
};

const struct scenario_table scenarios_http2 = LAB_TABLE(rows);
