#include "transport/h2_guard.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/rows.h"

enum {
	DATA,
	HEADERS,
	PRIORITY,
	RST_STREAM,
	SETTINGS,
	PUSH,
	PING,
	GOAWAY,
	WINDOW_UPDATE,
	CONTINUATION,
	UNKNOWN = 0xfe
};

#define FRAMES "too many frames without an answer"
#define BLOCK  "too long a header block"
#define END    1u /* END_STREAM */

/* `n` frames of this kind, or until one is refused. */
static unsigned send(struct h2_guard *g, uint8_t type, uint8_t flags, uint32_t length,
	unsigned n, size_t piece, const char **what)
{
	static uint8_t frame[H2_FRAME_HEADER_BYTES + 0x10000];
	size_t size = H2_FRAME_HEADER_BYTES + length;

	memcpy(frame,
		(uint8_t[]){ 0, (uint8_t)(length >> 8), (uint8_t)length, type, flags, 0,
			0, 0, 1 },
		H2_FRAME_HEADER_BYTES);
	for (unsigned i = 0; i < n; i++)
		for (size_t at = 0; at < size; at += piece) {
			size_t left = size - at < piece ? size - at : piece;

			if (h2_guard_take(g, bytes_of(frame + at, left), 0, what) !=
				STATUS_OK)
				return i;
		}
	return n;
}

static const struct row {
	const char *name;
	uint8_t type, flags;
	uint32_t length;
	unsigned n;
	unsigned pass; /* the next is refused */
	const char *what;
} rows[] = {
	{ "SETTINGS", SETTINGS, 0, 0, 2000, 1000, FRAMES },
	{ "SETTINGS, acknowledged", SETTINGS, 1, 0, 2000, 1000, FRAMES },
	{ "PING", PING, 0, 8, 2000, 1000, FRAMES },
	{ "PING, acknowledged", PING, 1, 8, 2000, 1000, FRAMES },
	{ "RST_STREAM", RST_STREAM, 0, 4, 2000, 1000, FRAMES },
	{ "WINDOW_UPDATE", WINDOW_UPDATE, 0, 4, 2000, 1000, FRAMES },
	{ "PRIORITY", PRIORITY, 0, 5, 2000, 1000, FRAMES },
	{ "GOAWAY", GOAWAY, 0, 8, 2000, 1000, FRAMES },
	{ "HEADERS", HEADERS, 4, 1, 2000, 1000, FRAMES },
	{ "PUSH_PROMISE", PUSH, 4, 10, 2000, 0, "PUSH_PROMISE, which nobody asked for" },
	{ "frames nobody knows", UNKNOWN, 0, 0, 2000, 1000, FRAMES },
	{ "empty DATA", DATA, 0, 0, 2000, 1000, FRAMES },
	{ "DATA of one byte", DATA, 0, 1, 2000, 1000, FRAMES },
	{ "DATA, nearly nothing but padding", DATA, 8, 255, 2000, 1000, FRAMES },
	{ "DATA", DATA, 0, 256, 5000, 5000, NULL },
	{ "DATA that ends a stream", DATA, END, 0, 5000, 5000, NULL },
	{ "large HEADERS", HEADERS, 4, 16384, 100, 100, NULL },
	{ "CONTINUATION", CONTINUATION, 0, 0, 100, 8, BLOCK },
	{ "large CONTINUATION", CONTINUATION, 0, 16384, 100, 1, BLOCK },
	{ "HEADERS that are too large", HEADERS, 4, 24577, 100, 0, BLOCK },
};

static void kind(void **state)
{
	static const size_t pieces[] = { 1, 4, 9, 10, 4096, 100000 };
	const struct row *row = *state;

	for (size_t i = 0; i < ROWS(pieces); i++) {
		const char *what = NULL;
		struct h2_guard g;

		h2_guard_init(&g, 0);
		assert_int_equal(send(&g, row->type, row->flags, row->length, row->n,
					 pieces[i], &what),
			row->pass);
		if (row->what != NULL)
			assert_string_equal(what, row->what);
		else
			assert_null(what);
	}
}

static void each_block_is_counted_by_itself(void **state)
{
	const char *what;
	struct h2_guard g;

	(void)state;
	h2_guard_init(&g, 0);
	for (int i = 0; i < 50; i++) {
		assert_int_equal(send(&g, HEADERS, 0, 100, 1, 100000, &what), 1);
		assert_int_equal(send(&g, CONTINUATION, 0, 100, 7, 100000, &what), 7);
	}
	assert_int_equal(send(&g, CONTINUATION, 4, 100, 1, 100000, &what), 0);
}

static void questions_and_answers_allow_for_more(void **state)
{
	const char *what;
	struct h2_guard g;

	(void)state;
	h2_guard_init(&g, 0);
	assert_int_equal(send(&g, PING, 0, 8, 1000, 1000, &what), 1000);
	h2_guard_asked(&g);
	assert_int_equal(send(&g, WINDOW_UPDATE, 0, 4, 4, 1000, &what), 4);
	h2_guard_answered(&g);
	assert_int_equal(send(&g, PING, 0, 8, 1000, 1000, &what), 1000);

	/* Answers do not add up. */
	for (int i = 0; i < 10; i++)
		h2_guard_answered(&g);
	assert_int_equal(send(&g, PING, 0, 8, 2000, 1000, &what), 1000);
}

static void time_allows_for_more(void **state)
{
	static const uint8_t ping[H2_FRAME_HEADER_BYTES + 8] = { 0, 0, 8, PING };
	const char *what;
	struct h2_guard g;
	uint64_t now_ms = 5000;

	(void)state;
	h2_guard_init(&g, now_ms);
	for (int i = 0; i < 5000; i++, now_ms += 10)
		assert_int_equal(
			h2_guard_take(&g, bytes_of(ping, sizeof ping), now_ms, &what),
			STATUS_OK);
	for (int i = 0; i < 2000; i++, now_ms += 9)
		if (h2_guard_take(&g, bytes_of(ping, sizeof ping), now_ms, &what) !=
			STATUS_OK)
			return;
	fail();
}

/* However many questions there were. */
static void what_questions_allow_for_is_bounded(void **state)
{
	const char *what;
	struct h2_guard g;

	(void)state;
	h2_guard_init(&g, 0);
	for (int i = 0; i < 100000; i++)
		h2_guard_asked(&g);
	assert_in_range(send(&g, PING, 0, 8, 100000, 17, &what), 60000, 70000);
	assert_string_equal(what, FRAMES);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_block_is_counted_by_itself),
		cmocka_unit_test(questions_and_answers_allow_for_more),
		cmocka_unit_test(time_allows_for_more),
		cmocka_unit_test(what_questions_allow_for_is_bounded),
	};
	int failed = run_rows("frames", rows, sizeof *rows, ROWS(rows), kind);

	return failed + cmocka_run_group_tests(tests, NULL, NULL);
}
