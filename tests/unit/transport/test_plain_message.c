/* What leaves without TLS, and what is taken for an answer. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/rows.h"
#include "transport/plain_message.h"

static struct name name_of(const char *text)
{
	struct name name;

	assert_int_equal(name_from_text(text, &name), STATUS_OK);
	return name;
}

static struct bytes query_for(const struct question *question, uint8_t *room)
{
	struct writer w = { .p = room, .cap = QUERY_WIRE_MAX };

	assert_int_equal(
		query_write(question, 0, &(struct query_options){ 0 }, &w), STATUS_OK);
	return wr_done(&w);
}

/* --- what leaves ----------------------------------------------------------- */

static const struct scope_row {
	const char *name, *zone, *question;
	bool exact;
	enum status status;
} scope_rows[] = {
	{ "the zone", "lan", "lan", false, STATUS_OK },
	{ "below it", "lan", "a.b.lan", false, STATUS_OK },
	{ "in other letters", "lan", "A.LaN", false, STATUS_OK },
	{ "another zone of its", "lan", "x.test", false, STATUS_OK },
	{ "another name", "lan", "www.example", false, STATUS_UNSUPPORTED },
	{ "above it", "corp.example", "example", false, STATUS_UNSUPPORTED },
	{ "beside it", "corp.example", "notcorp.example", false, STATUS_UNSUPPORTED },
	{ "the root", "lan", ".", false, STATUS_UNSUPPORTED },
	{ "its letters in one label", "a.lan", "xa\\.lan", false, STATUS_UNSUPPORTED },
	{ "behind it", "lan", "lan.example", false, STATUS_UNSUPPORTED },
	{ "the root for a zone", ".", "www.example", false, STATUS_UNSUPPORTED },
	{ "the root for a zone, and for a name", ".", ".", false, STATUS_UNSUPPORTED },
	{ "the root alone", ".", ".", true, STATUS_UNSUPPORTED },
	{ "the name alone", "portal.example", "portal.example", true, STATUS_OK },
	{ "below the name alone", "portal.example", "a.portal.example", true,
		STATUS_UNSUPPORTED },
};

static void a_name_leaves_or_not(void **state)
{
	const struct scope_row *row = *state;
	const struct name zones[] = { name_of("test"), name_of(row->zone) };
	const struct plain_scope scope = { &zones[row->exact], row->exact ? 1 : 2,
		row->exact };
	const struct question question = { name_of(row->question), TYPE_A, CLASS_IN };
	uint8_t room[QUERY_WIRE_MAX];
	struct plain_sent sent = { .n = 0 };

	assert_int_equal(
		plain_write(&scope, &question, query_for(&question, room), &sent),
		row->status);
	assert_int_equal(
		plain_scope_has(&scope, &question.name), row->status == STATUS_OK);
	if (row->status != STATUS_OK)
		assert_int_equal(sent.n, 0);
}

static void without_zones_nothing_leaves(void **state)
{
	const struct plain_scope none = { 0 };
	const struct question question = { name_of("lan"), TYPE_A, CLASS_IN };
	uint8_t room[QUERY_WIRE_MAX];
	struct plain_sent sent;

	(void)state;
	assert_int_equal(plain_write(&none, &question, query_for(&question, room), &sent),
		STATUS_UNSUPPORTED);
}

/* The name in the bytes is what counts, and nothing may hide behind it. */
static void other_bytes_than_the_question_do_not_leave(void **state)
{
	const struct name zone = name_of("lan");
	const struct plain_scope scope = { &zone, 1, false };
	const struct question inside = { name_of("a.lan"), TYPE_A, CLASS_IN };
	const struct question outside = { name_of("a.xyz"), TYPE_A, CLASS_IN };
	uint8_t room[QUERY_WIRE_MAX];
	struct plain_sent sent;
	struct bytes wire = query_for(&outside, room);

	(void)state;
	assert_int_equal(plain_write(&scope, &inside, wire, &sent), STATUS_MALFORMED);
	assert_int_equal(plain_write(&scope, &outside, wire, &sent), STATUS_UNSUPPORTED);
	wire = query_for(&inside, room);
	room[5] = 2;
	assert_int_equal(plain_write(&scope, &inside, wire, &sent), STATUS_MALFORMED);
	room[5] = 0;
	assert_int_equal(plain_write(&scope, &inside, wire, &sent), STATUS_MALFORMED);
	room[5] = 1;
	assert_int_equal(plain_write(&scope, &inside, bytes_of(room, 18), &sent),
		STATUS_MALFORMED);
	assert_int_equal(plain_write(&scope, &inside, wire, &sent), STATUS_OK);
}

/* Each time another ID and other letters, and nothing else is changed. */
static void what_can_be_random_is(void **state)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz-0123456789";
	const struct name zone = name_of("lan");
	const struct plain_scope scope = { &zone, 1, false };
	struct question question = { .type = TYPE_A, .class = CLASS_IN };
	uint8_t room[QUERY_WIRE_MAX];
	struct plain_sent sent[2];
	unsigned same_id = 0, same_case = 0;
	char text[64];

	(void)state;
	snprintf(text, sizeof text, "%s.lan", letters);
	question.name = name_of(text);
	for (int i = 0; i < 8; i++) {
		struct bytes wire = query_for(&question, room), a, b;
		struct message m;

		for (int j = 0; j < 2; j++)
			assert_int_equal(plain_write(&scope, &question, wire, &sent[j]),
				STATUS_OK);
		a = plain_datagram(&sent[0]);
		b = plain_datagram(&sent[1]);
		same_id += memcmp(a.p, b.p, 2) == 0;
		same_case += bytes_equal(bytes_of(a.p + 12, 42), bytes_of(b.p + 12, 42));
		assert_int_equal(message_parse(a, &m), STATUS_OK);
		assert_true(question_equal(&m.question, &question));
		assert_int_equal(a.n, wire.n);
		assert_memory_equal(a.p + 2, wire.p + 2, 10);
		assert_memory_equal(a.p + 12 + question.name.n,
			wire.p + 12 + question.name.n, a.n - 12 - question.name.n);
		assert_int_equal(plain_frame(&sent[0]).n, a.n + 2);
		assert_int_equal(plain_frame(&sent[0]).p[1], (uint8_t)a.n);
	}
	assert_true(same_id < 2);
	assert_true(same_case < 2);
}

/* --- what is taken --------------------------------------------------------- */

#define FLIP(at, bits) .flip_at = (at), .flip = (bits)
/* Offsets in an answer to "aBc.lan": ID 0, flags 2, counts 4, name 12, type 21. */
static const struct judge_row {
	const char *name;
	size_t flip_at;
	uint8_t flip;
	size_t cut_to;      /* bytes; 0: all */
	bool partial, bare; /* without a question */
	enum plain_judgement udp, tcp;
} judge_rows[] = {
	{ "an answer", .udp = PLAIN_ANSWER, .tcp = PLAIN_ANSWER },
	{ "another ID", FLIP(0, 1), .udp = PLAIN_STRANGER, .tcp = PLAIN_STRANGER },
	{ "another ID, low", FLIP(1, 0x80), .udp = PLAIN_STRANGER,
		.tcp = PLAIN_STRANGER },
	{ "a query", FLIP(2, 0x80), .udp = PLAIN_STRANGER, .tcp = PLAIN_STRANGER },
	{ "another opcode", FLIP(2, 0x28), .udp = PLAIN_STRANGER, .tcp = PLAIN_STRANGER },
	{ "another letter", FLIP(13, 0x01), .udp = PLAIN_STRANGER,
		.tcp = PLAIN_STRANGER },
	{ "a letter in another case", FLIP(13, 0x20), .udp = PLAIN_MISCASED,
		.tcp = PLAIN_ANSWER },
	{ "the last letter in another case", FLIP(19, 0x20), .udp = PLAIN_MISCASED,
		.tcp = PLAIN_ANSWER },
	{ "another type", FLIP(22, 0x1c), .udp = PLAIN_STRANGER, .tcp = PLAIN_STRANGER },
	{ "another class", FLIP(24, 0x02), .udp = PLAIN_STRANGER, .tcp = PLAIN_STRANGER },
	{ "cut", FLIP(2, 0x02), .udp = PLAIN_CUT, .tcp = PLAIN_ANSWER },
	{ "a query that is cut", FLIP(2, 0x82), .udp = PLAIN_STRANGER,
		.tcp = PLAIN_STRANGER },
	{ "with AD, which means nothing", FLIP(3, DNS_FLAG_AD), .udp = PLAIN_ANSWER,
		.tcp = PLAIN_ANSWER },
	{ "cut, in the middle of a record", FLIP(2, 0x02), .cut_to = 40, .udp = PLAIN_CUT,
		.tcp = PLAIN_STRANGER },
	{ "cut, under another ID", FLIP(0, 0x02), .partial = true, .udp = PLAIN_STRANGER,
		.tcp = PLAIN_STRANGER },
	{ "longer than the room for it", .partial = true, .udp = PLAIN_CUT,
		.tcp = PLAIN_ANSWER },
	{ "longer, in other letters", FLIP(13, 0x20), .partial = true,
		.udp = PLAIN_STRANGER, .tcp = PLAIN_ANSWER },
	{ "in the middle of a record", .cut_to = 40, .udp = PLAIN_STRANGER,
		.tcp = PLAIN_STRANGER },
	{ "the question alone", .cut_to = 25, .udp = PLAIN_STRANGER,
		.tcp = PLAIN_STRANGER },
	{ "half a question", .cut_to = 20, .udp = PLAIN_STRANGER, .tcp = PLAIN_STRANGER },
	{ "half a header", .cut_to = 11, .udp = PLAIN_STRANGER, .tcp = PLAIN_STRANGER },
	{ "nothing", .cut_to = 1, .udp = PLAIN_STRANGER, .tcp = PLAIN_STRANGER },
	{ "two questions", FLIP(5, 3), .udp = PLAIN_STRANGER, .tcp = PLAIN_STRANGER },
	{ "an error without a question", FLIP(3, RCODE_FORMERR), .bare = true,
		.udp = PLAIN_MISCASED, .tcp = PLAIN_ANSWER },
	{ "no question, and no error", .bare = true, .udp = PLAIN_STRANGER,
		.tcp = PLAIN_STRANGER },
};

/* A: 192.0.2.1, the owner a pointer to the question. */
static size_t answer_to(const struct plain_sent *sent, uint8_t *out)
{
	static const uint8_t record[] = { 0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 192, 0,
		2, 1 };
	size_t n = sent->question_end;

	memcpy(out, plain_datagram(sent).p, n);
	out[2] |= 0x80;
	out[7] = 1;
	out[11] = 0;
	memcpy(out + n, record, sizeof record);
	return n + sizeof record;
}

static void an_answer_is_taken_or_not(void **state)
{
	const struct judge_row *row = *state;
	const struct name zone = name_of("lan");
	const struct plain_scope scope = { &zone, 1, false };
	const struct question question = { name_of("aBc.lan"), TYPE_A, CLASS_IN };
	uint8_t room[QUERY_WIRE_MAX], wire[QUERY_WIRE_MAX];
	struct plain_sent sent;
	struct message m;
	size_t n;

	assert_int_equal(
		plain_write(&scope, &question, query_for(&question, room), &sent),
		STATUS_OK);
	n = answer_to(&sent, wire);
	wire[row->flip_at] ^= row->flip;
	if (row->bare) {
		memset(wire + 4, 0, 8);
		n = 12;
	}
	n = row->cut_to > 0 ? row->cut_to : n;
	assert_int_equal(
		plain_judge_tcp(&sent, &question, bytes_of(wire, n), &m), row->tcp);
	assert_int_equal(
		plain_judge(&sent, &question, wire, n, row->partial, &m), row->udp);
	if (row->udp != PLAIN_ANSWER)
		return;
	/* Whoever gets it sees the letters that were asked for. */
	assert_memory_equal(m.question.name.wire, question.name.wire, question.name.n);
	assert_int_equal(m.counts[SECTION_ANSWER], 1);
	assert_false(m.flags & DNS_FLAG_AD);
}

static void what_is_cut_says_so(void **state)
{
	const struct name zone = name_of("lan");
	const struct plain_scope scope = { &zone, 1, false };
	const struct question question = { name_of("aBc.lan"), TYPE_A, CLASS_IN };
	uint8_t room[QUERY_WIRE_MAX];
	struct plain_sent sent;
	struct message m;

	(void)state;
	assert_int_equal(
		plain_write(&scope, &question, query_for(&question, room), &sent),
		STATUS_OK);
	assert_int_equal(plain_cut(&sent, &question, room, &m), STATUS_OK);
	assert_true(message_answers(&m, &question));
	assert_true((m.flags & DNS_FLAG_TC) != 0);
	assert_int_equal(m.counts[SECTION_ANSWER], 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_zones_nothing_leaves),
		cmocka_unit_test(other_bytes_than_the_question_do_not_leave),
		cmocka_unit_test(what_can_be_random_is),
		cmocka_unit_test(what_is_cut_says_so),
	};

	return run_rows("scope", scope_rows, sizeof *scope_rows, ROWS(scope_rows),
		       a_name_leaves_or_not) +
	       run_rows("judge", judge_rows, sizeof *judge_rows, ROWS(judge_rows),
		       an_answer_is_taken_or_not) +
	       cmocka_run_group_tests(tests, NULL, NULL);
}
