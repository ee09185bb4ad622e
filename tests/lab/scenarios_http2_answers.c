/* An honest certificate, and answers of HTTP that are none for DNS (RFC 8484 §4.2), or
 * that only look so. The servers that never answer have `unanswered`. */
#include "tests/lab/misdeed.h"
#include "tests/lab/plans.h"
#include "tests/lab/scenario.h"

static const struct scenario rows[] = {
	{
		HONEST("h2-500", "status 500 for the first question"),
		.server = MISDEED(.response = RESPONSE(.status = 500, .type = "",
					  .body = BODY_NONE)),
	},
	{
		HONEST("h2-502", "status 502, with a page, for the first question"),
		.server =
			MISDEED(.response = RESPONSE(.status = 502, .type = "text/html")),
	},
	{
		HONEST("h2-503", "status 503 for the first question"),
		.server = MISDEED(.response = RESPONSE(.status = 503, .type = "",
					  .header = { "retry-after", "1" },
					  .body = BODY_NONE)),
	},
	{
		HONEST("h2-429", "status 429, whatever is asked"),
		.unanswered = true,
		.server = MISDEED(.when = WHEN_ALWAYS,
			.response = RESPONSE(.status = 429, .type = "",
				.header = { "retry-after", "1" }, .body = BODY_NONE)),
	},
	{
		HONEST("h2-204", "status 204, whatever is asked"),
		.unanswered = true,
		.server = MISDEED(.when = WHEN_ALWAYS,
			.response =
				RESPONSE(.status = 204, .type = "", .body = BODY_NONE)),
	},
	{
		HONEST("h2-301", "status 301 to another path, whatever is asked"),
		.unanswered = true,
		.server = MISDEED(.when = WHEN_ALWAYS,
			.response = RESPONSE(.status = 301, .type = "",
				.header = { "location", "/dns-query?again" },
				.body = BODY_NONE)),
	},
	{
		HONEST("h2-404", "status 404, with a DNS message"),
		.unanswered = true,
		.server =
			MISDEED(.when = WHEN_ALWAYS, .response = RESPONSE(.status = 404)),
	},
	{
		HONEST("h2-type-wrong", "a DNS message as text/html"),
		.unanswered = true,
		.server = MISDEED(.when = WHEN_ALWAYS,
			.response = RESPONSE(.type = "text/html")),
	},
	{
		HONEST("h2-type-none", "a DNS message without content-type"),
		.unanswered = true,
		.server = MISDEED(.when = WHEN_ALWAYS, .response = RESPONSE(.type = "")),
	},
	{
		HONEST("h2-empty", "status 200 without a body"),
		.unanswered = true,
		.server = MISDEED(.when = WHEN_ALWAYS,
			.response = RESPONSE(.body = BODY_NONE)),
	},
	{
		HONEST("h2-length-short",
			"content-length is a byte less than the answer"),
		.unanswered = true,
		.server = MISDEED(.when = WHEN_ALWAYS,
			.response = RESPONSE(.length_off = -1)),
	},
	{
		HONEST("h2-length-long", "content-length is a byte more than the answer"),
		.unanswered = true,
		.server = MISDEED(.when = WHEN_ALWAYS,
			.response = RESPONSE(.length_off = 1)),
	},
	{
		HONEST("h2-gzip", "the answer is compressed, which was not asked for"),
		.unanswered = true,
		.server = MISDEED(.when = WHEN_ALWAYS,
			.response = RESPONSE(.header = { "content-encoding", "gzip" },
				.body = BODY_GZIP)),
	},

	/* --- what is allowed ------------------------------------------------- */
	{
		HONEST("h2-100", "status 100 before the answer"),
		.server = MISDEED(.when = WHEN_ALWAYS,
			.response = RESPONSE(.interim = 100)),
	},
	{
		HONEST("h2-103", "status 103 before the answer"),
		.server = MISDEED(.when = WHEN_ALWAYS,
			.response = RESPONSE(.interim = 103)),
	},
	{
		HONEST("h2-trailers", "fields behind the answer"),
		.server = MISDEED(.when = WHEN_ALWAYS,
			.response = RESPONSE(.has_trailers = true)),
	},
	{
		HONEST("h2-dribble", "the answer comes in frames of 16 bytes"),
		.server = MISDEED(.when = WHEN_ALWAYS,
			.response = RESPONSE(.body = BODY_DRIBBLE)),
	},
	{
		HONEST("h2-age", "the answer is 60 s old: Age"),
		.server = MISDEED(.when = WHEN_ALWAYS,
			.response = RESPONSE(.header = { "age", "60" })),
	},
	{
		HONEST("h2-cookie", "sets a cookie; who sends it gets status 400"),
		.server = MISDEED(.when = WHEN_ALWAYS,
			.response =
				RESPONSE(.header = { "set-cookie", "seen=1; Path=/" })),
	},
};

const struct scenario_table scenarios_http2_answers = LAB_TABLE(rows);
