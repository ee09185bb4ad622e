/* What the server's responses come to. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/rows.h"
#include "tests/unit/transport/doh_scene.h"
#include "transport/doh_response.h"

#define LOOP(s) (&(s)->bench.loop)
#define OK      ":status", "200"
#define TYPE    "content-type", "application/dns-message"
#define NO      "HTTP content is no answer to the question"
#define LARGE   "HTTP content is larger than a DNS message"

enum content {
	GOOD,
	NONE,
	CUT,
	LONGER,
	OTHER_NAME,
	OTHER_TYPE,
	OTHER_ID,
	A_QUERY,
	BARE_ERROR,
	GARBAGE,
	TWICE,
	SIZE_60000,
	SIZE_65535,
	SIZE_65536,
	SIZE_MAX_AND_MORE
};

static const struct row {
	const char *name;
	const char *fields[12];
	enum content content;
	const char *why; /* NULL: an answer */
	bool again;
	uint32_t ttl_s;
} rows[] = {
	{ "an answer", { OK, TYPE }, GOOD, NULL, false, 60 },
	{ "with a parameter", { OK, "content-type", "application/dns-message; x=y" },
		GOOD, NULL, false, 60 },
	{ "with an age", { OK, TYPE, "age", "50" }, GOOD, NULL, false, 10 },
	{ "as old as it lives", { OK, TYPE, "age", "60" }, GOOD, NULL, false, 0 },
	{ "older than it lives", { OK, TYPE, "age", "4000000000" }, GOOD, NULL, false,
		0 },
	{ "an age that is none", { OK, TYPE, "age", "-50" }, GOOD, NULL, false, 60 },
	{ "a cookie", { OK, TYPE, "set-cookie", "a=b", "alt-svc", "h3=\":443\"" }, GOOD,
		NULL, false, 60 },
	{ "an error without the question", { OK, TYPE }, BARE_ERROR, NULL, false, 0 },
	{ "60000 bytes", { OK, TYPE }, SIZE_60000, NULL, false, 60 },
	{ "65535 bytes", { OK, TYPE }, SIZE_65535, NULL, false, 60 },
	{ "65535 bytes, announced", { OK, TYPE, "content-length", "65535" }, SIZE_65535,
		NULL, false, 60 },

	{ "a byte too many", { OK, TYPE }, SIZE_65536, LARGE, false, 0 },
	{ "a byte too many, announced", { OK, TYPE, "content-length", "65536" },
		SIZE_65536, LARGE, false, 0 },
	{ "far too many", { OK, TYPE }, SIZE_MAX_AND_MORE, LARGE, false, 0 },
	{ "nothing", { OK, TYPE }, NONE, NO, false, 0 },
	{ "a byte less", { OK, TYPE }, CUT, NO, false, 0 },
	{ "a byte more", { OK, TYPE }, LONGER, NO, false, 0 },
	{ "two answers", { OK, TYPE }, TWICE, NO, false, 0 },
	{ "for another name", { OK, TYPE }, OTHER_NAME, NO, false, 0 },
	{ "for another type", { OK, TYPE }, OTHER_TYPE, NO, false, 0 },
	{ "for another ID", { OK, TYPE }, OTHER_ID, NO, false, 0 },
	{ "the query", { OK, TYPE }, A_QUERY, NO, false, 0 },
	{ "garbage", { OK, TYPE }, GARBAGE, NO, false, 0 },
	{ "less than was announced", { OK, TYPE, "content-length", "300" }, GOOD,
		"the HTTP/2 stream was given up (PROTOCOL_ERROR)", true, 0 },
	{ "HTML", { OK, "content-type", "text/html" }, GOOD,
		"HTTP content is not application/dns-message", false, 0 },
	{ "compressed", { OK, TYPE, "content-encoding", "gzip" }, GOOD,
		"HTTP content is encoded", false, 0 },
	{ "no status", { TYPE }, GOOD, "the HTTP/2 stream was given up (PROTOCOL_ERROR)",
		true, 0 },
	{ "a redirect", { ":status", "302", "location", "https://other.lab/" }, GOOD,
		"HTTP status 302", false, 0 },
	{ "not modified", { ":status", "304", TYPE }, NONE, "HTTP status 304", false, 0 },
	{ "not found", { ":status", "404", TYPE }, GOOD, "HTTP status 404", false, 0 },
	{ "not found, at length", { ":status", "404" }, SIZE_MAX_AND_MORE,
		"HTTP status 404", false, 0 },
	{ "too many questions", { ":status", "429" }, NONE, "HTTP status 429", true, 0 },
	{ "broken", { ":status", "500", TYPE }, GOOD, "HTTP status 500", true, 0 },
	{ "overloaded", { ":status", "503", "retry-after", "5" }, NONE, "HTTP status 503",
		true, 0 },
};

/* Padded with an unknown record to the size wanted. */
static void grow(uint8_t *wire, size_t *n, size_t size)
{
	static const uint8_t record[] = { 0, 0xff, 0, 0, 1, 0, 0, 0, 60 };

	memcpy(wire + *n, record, sizeof record);
	wire[*n + 9] = (uint8_t)((size - *n - 11) >> 8);
	wire[*n + 10] = (uint8_t)(size - *n - 11);
	wire[7]++;
	*n = size;
}

static size_t make(enum content content, const struct doh_request *request, uint8_t *wire)
{
	static const size_t sizes[] = { 60000, 65535, 65536, 200000 };
	size_t n = dot_reply(bytes_of(request->query, request->query_n),
		content == BARE_ERROR ? RCODE_FORMERR : RCODE_NOERROR, wire);

	if (content == CUT || content == LONGER)
		n = content == CUT ? n - 1 : n + 1;
	else if (content == OTHER_NAME)
		wire[13] ^= 1;
	else if (content == OTHER_TYPE)
		wire[20] ^= 1;
	else if (content == OTHER_ID)
		wire[1] = 1;
	else if (content == A_QUERY)
		wire[2] &= 0x7f;
	else if (content == BARE_ERROR)
		memset(wire + 4, 0, 8), n = 12;
	else if (content == GARBAGE)
		memset(wire, 0xa5, n);
	else if (content == TWICE)
		memcpy(wire + n, wire, n), n *= 2;
	else if (content == SIZE_60000 || content == SIZE_65535)
		grow(wire, &n, sizes[content - SIZE_60000]);
	else if (content >= SIZE_65536)
		n = sizes[content - SIZE_60000];
	return content == NONE ? 0 : n;
}

static const struct row *current;

static void reply(struct doh_client *client, const struct doh_request *request)
{
	static uint8_t wire[200000];
	struct doh_reply r = { .unended = false };

	memcpy(r.fields, current->fields, sizeof current->fields);
	r.content = bytes_of(wire, make(current->content, request, wire));
	doh_client_reply(client, request->stream, &r);
	client->server->on_request = NULL;
}

/* And the connection is as good as before. */
static void reply_row(void **state)
{
	const struct row *row = current = *state;
	struct doh_scene *s = doh_scene_new("/dns-query{?dns}");
	struct doh_asked a, b;

	s->server.on_request = reply;
	doh_scene_open(s);
	doh_ask(s, &a, "abcd.lab");
	doh_wait(&a);
	assert_int_equal(a.answers, row->why == NULL);
	assert_int_equal(a.failures, row->why != NULL);
	assert_int_equal(a.ttl_s, row->ttl_s);
	assert_int_equal(a.id, 0);
	if (row->why != NULL) {
		assert_string_equal(a.why.text, row->why);
		assert_int_equal(a.why.kind, FAILURE_PROTOCOL);
		assert_int_equal(a.again, row->again);
	}
	assert_int_equal(transport_in_flight(s->doh), 0);
	doh_ask(s, &b, "b.lab");
	doh_wait(&b);
	assert_int_equal(b.answers, 1);
	assert_int_equal(s->closed, 0);
	doh_scene_free(s);
}

/* The window of the connection is given back, whatever becomes of what came. */
static void large_answers_for_ever(void **state)
{
	static const struct row large = { .fields = { OK, TYPE }, .content = SIZE_60000 },
				too_large = { .fields = { OK, TYPE },
					.content = SIZE_MAX_AND_MORE };
	struct doh_scene *s = doh_scene_new("/dns-query");
	struct doh_asked a, b;

	(void)state;
	doh_scene_open(s);
	for (int i = 0; i < 60; i++) {
		s->server.on_request = reply;
		current = i % 3 == 0 ? &too_large : &large;
		doh_ask(s, &a, "a.lab");
		doh_ask(s, &b, "b.lab");
		if (i % 3 == 1) {
			RUN_UNTIL(LOOP(s), s->server.on_request == NULL);
			transport_cancel(s->doh, &a.query);
		} else {
			doh_wait(&a);
		}
		doh_wait(&b);
		assert_int_equal(b.answers, 1);
	}
	assert_int_equal(transport_in_flight(s->doh), 0);
	doh_scene_free(s);
}

static unsigned interim_n;

static void interim_first(struct doh_client *client, const struct doh_request *request)
{
	static uint8_t status[] = ":status", hundred_three[] = "103", age[] = "age",
		       fifty[] = "50";
	nghttp2_nv fields[] = { { status, hundred_three, 7, 3, 0 },
		{ age, fifty, 3, 2, 0 } };

	for (unsigned i = 0; i < interim_n; i++)
		nghttp2_submit_headers(client->session, NGHTTP2_FLAG_NONE,
			request->stream, NULL, fields, 2, NULL);
	doh_client_answer(client, request);
}

/* RFC 9110 §15.2 */
static void informational_responses_are_skipped(void **state)
{
	struct doh_scene *s = doh_scene_new("/dns-query");
	struct doh_asked a;

	(void)state;
	s->server.on_request = interim_first;
	doh_scene_open(s);
	for (interim_n = 0; interim_n <= DOH_INTERIM_MAX; interim_n++) {
		doh_ask(s, &a, "a.lab");
		doh_wait(&a);
		assert_int_equal(a.answers, 1);
		assert_int_equal(a.ttl_s, 60);
	}
	doh_ask(s, &a, "a.lab");
	doh_wait(&a);
	assert_int_equal(a.failures, 1);
	assert_string_equal(a.why.text, "too many informational HTTP responses");
	doh_scene_free(s);
}

static void long_header(struct doh_client *client, const struct doh_request *request)
{
	static char value[17000];
	struct doh_reply r = { .fields = { OK, TYPE, "x", value } };

	memset(value, 'x', sizeof value - 1);
	doh_client_reply(client, request->stream, &r);
}

static void a_long_header_is_one_failure(void **state)
{
	struct doh_scene *s = doh_scene_new("/dns-query");
	struct doh_asked a, b;

	(void)state;
	doh_scene_open(s);
	s->server.on_request = long_header;
	doh_ask(s, &a, "a.lab");
	doh_wait(&a);
	assert_string_equal(a.why.text, "too large an HTTP header");
	s->server.on_request = NULL;
	doh_ask(s, &b, "b.lab");
	doh_wait(&b);
	assert_int_equal(b.answers, 1);
	doh_scene_free(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(large_answers_for_ever),
		cmocka_unit_test(informational_responses_are_skipped),
		cmocka_unit_test(a_long_header_is_one_failure),
	};
	int failed = run_rows("replies", rows, sizeof *rows, ROWS(rows), reply_row);

	return failed + cmocka_run_group_tests(tests, NULL, NULL);
}
