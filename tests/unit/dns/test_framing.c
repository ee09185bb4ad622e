/* Messages out of a stream, however it is cut. */
#include "dns/framing.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/dns/wire.h"

/* Four messages, one of them empty. */
#define STREAM "0003'abc' 0000 0001'd' 0005'efghi'"
static const char *const messages[] = { "abc", "", "d", "efghi" };
#define MESSAGES (sizeof messages / sizeof *messages)

/* Hands over one piece, in memory of exactly its size, and checks off the
 * messages that come out. */
static void feed(struct framing *f, struct bytes piece, size_t *seen)
{
	uint8_t *copy = malloc(piece.n > 0 ? piece.n : 1);
	struct bytes in, message;
	enum status status;

	assert_non_null(copy);
	if (piece.n > 0)
		memcpy(copy, piece.p, piece.n);
	in = bytes_of(copy, piece.n);
	while ((status = framing_next(f, &in, &message)) == STATUS_OK) {
		assert_true(*seen < MESSAGES);
		assert_true(bytes_equal(message, bytes_of_text(messages[*seen])));
		++*seen;
		assert_false(framing_pending(f));
	}
	assert_int_equal(status, STATUS_NOTFOUND);
	assert_int_equal(in.n, 0);
	free(copy);
}

static void test_in_one_piece(void **state)
{
	struct bytes stream = wire_new(STREAM);
	struct framing f;
	size_t seen = 0;

	(void)state;
	framing_init(&f);
	feed(&f, stream, &seen);
	assert_int_equal(seen, MESSAGES);
	assert_null(f.partial);
	framing_deinit(&f);
	wire_free(stream);
}

/* Cut at every pair of places, the same place twice included. */
static void test_every_two_cuts(void **state)
{
	struct bytes stream = wire_new(STREAM);

	(void)state;
	for (size_t a = 0; a <= stream.n; a++) {
		for (size_t b = a; b <= stream.n; b++) {
			struct framing f;
			size_t seen = 0;

			framing_init(&f);
			feed(&f, bytes_of(stream.p, a), &seen);
			feed(&f, bytes_of(stream.p + a, b - a), &seen);
			feed(&f, bytes_of(stream.p + b, stream.n - b), &seen);
			assert_int_equal(seen, MESSAGES);
			assert_false(framing_pending(&f));
			framing_deinit(&f);
		}
	}
	wire_free(stream);
}

static void test_byte_by_byte(void **state)
{
	/* Whether a message is half received after each byte. */
	static const bool pending[] = { 1, 1, 1, 1, 0, 1, 0, 1, 1, 0, 1, 1, 1, 1, 1, 1,
		0 };
	struct bytes stream = wire_new(STREAM);
	struct framing f;
	size_t seen = 0;

	(void)state;
	framing_init(&f);
	assert_false(framing_pending(&f));
	assert_int_equal(stream.n, sizeof pending / sizeof *pending);
	for (size_t i = 0; i < stream.n; i++) {
		feed(&f, bytes_of(stream.p + i, 1), &seen);
		assert_int_equal(framing_pending(&f), pending[i]);
	}
	assert_int_equal(seen, MESSAGES);
	framing_deinit(&f);
	wire_free(stream);
}

static void test_longest(void **state)
{
	struct bytes stream = wire_new("ffff ab*65535 0001 cd");
	struct framing f;
	struct bytes in, message;

	(void)state;
	for (size_t cut = 1; cut < stream.n; cut += 7919) {
		framing_init(&f);
		in = bytes_of(stream.p, cut);
		assert_int_equal(framing_next(&f, &in, &message), STATUS_NOTFOUND);
		assert_true(framing_pending(&f));
		in = bytes_of(stream.p + cut, stream.n - cut);
		assert_int_equal(framing_next(&f, &in, &message), STATUS_OK);
		assert_int_equal(message.n, 65535);
		assert_memory_equal(message.p, stream.p + 2, 65535);
		assert_int_equal(framing_next(&f, &in, &message), STATUS_OK);
		assert_int_equal(message.n, 1);
		assert_int_equal(message.p[0], 0xcd);
		framing_deinit(&f);
	}
	wire_free(stream);
}

/* The length alone is enough, in one piece or in two, behind others or not. */
static void test_limit(void **state)
{
	struct bytes stream = wire_new("0002 abcd 0003 abcdef");
	struct framing f;
	struct bytes in, message;

	(void)state;
	for (size_t cut = 0; cut <= 6; cut++) {
		enum status status = STATUS_OK;

		framing_init(&f);
		f.limit = 2;
		in = bytes_of(stream.p, cut);
		while (status == STATUS_OK)
			status = framing_next(&f, &in, &message);
		if (status == STATUS_NOTFOUND) {
			in = bytes_of(stream.p + cut, 6 - cut);
			while ((status = framing_next(&f, &in, &message)) == STATUS_OK)
				assert_int_equal(message.n, 2);
		}
		assert_int_equal(status, STATUS_LIMIT);
		framing_deinit(&f);
	}
	wire_free(stream);
}

/* Whoever announces much and sends little gets little. */
static void test_memory_follows_bytes(void **state)
{
	struct bytes stream = wire_new("ffff 00*600");
	struct framing f;
	struct bytes in = bytes_of(stream.p, 3), message;

	(void)state;
	framing_init(&f);
	assert_int_equal(framing_next(&f, &in, &message), STATUS_NOTFOUND);
	assert_true(f.cap <= 512);
	in = bytes_of(stream.p + 3, stream.n - 3);
	assert_int_equal(framing_next(&f, &in, &message), STATUS_NOTFOUND);
	assert_int_equal(f.have, stream.n);
	assert_true(f.cap <= 2048);
	framing_deinit(&f);
	assert_false(framing_pending(&f));
	wire_free(stream);
}

/* The gathered message is given up at the next call, not kept. */
static void test_buffer_is_given_up(void **state)
{
	struct bytes stream = wire_new("0002'ab'");
	struct framing f;
	struct bytes in = bytes_of(stream.p, 3), message;

	(void)state;
	framing_init(&f);
	assert_int_equal(framing_next(&f, &in, &message), STATUS_NOTFOUND);
	in = bytes_of(stream.p + 3, 1);
	assert_int_equal(framing_next(&f, &in, &message), STATUS_OK);
	assert_true(bytes_equal(message, bytes_of_text("ab")));
	assert_int_equal(framing_next(&f, &in, &message), STATUS_NOTFOUND);
	assert_null(f.partial);
	framing_deinit(&f);
	wire_free(stream);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_in_one_piece),
		cmocka_unit_test(test_every_two_cuts),
		cmocka_unit_test(test_byte_by_byte),
		cmocka_unit_test(test_longest),
		cmocka_unit_test(test_limit),
		cmocka_unit_test(test_memory_follows_bytes),
		cmocka_unit_test(test_buffer_is_given_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
