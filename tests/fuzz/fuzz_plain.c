/* What a server without TLS may send, or somebody in its name: no more than an answer to
 * the question that was asked is taken, and that is one to the letter.
 *
 * The first byte says how it comes: 1 over TCP, 2 there was more, 4 under the right ID,
 * 8 with the right question. */
#include <stdlib.h>
#include <string.h>

#include "transport/plain_message.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { OVER_TCP = 1, PARTIAL = 2, RIGHT_ID = 4, RIGHT_QUESTION = 8 };

static void must(bool property)
{
	if (!property)
		abort();
}

static void send_query(const struct question *question, struct plain_sent *sent)
{
	const struct name zones[] = { { .n = 5, .wire = "\3lan" } };
	const struct plain_scope scope = { zones, 1, false };
	uint8_t wire[QUERY_WIRE_MAX];
	struct writer w = { .p = wire, .cap = sizeof wire };

	must(query_write(question, 0, &(struct query_options){ 0 }, &w) == STATUS_OK);
	must(plain_write(&scope, question, wr_done(&w), sent) == STATUS_OK);
}

static void check_answer(const struct message *m, const struct question *question)
{
	struct record_walk walk = record_walk(m);
	struct record record;

	must(message_answers(m, question));
	while (record_next(&walk, &record))
		must(record.end <= m->wire.n);
}

static void judge(const struct plain_sent *sent, const struct question *question,
	uint8_t *wire, size_t n, unsigned how)
{
	enum plain_judgement judgement;
	struct message m;

	if (how & OVER_TCP) {
		judgement = plain_judge_tcp(sent, question, bytes_of(wire, n), &m);
		must(judgement == PLAIN_ANSWER || judgement == PLAIN_STRANGER);
	} else {
		judgement = plain_judge(sent, question, wire, n, how & PARTIAL, &m);
	}
	if (judgement == PLAIN_STRANGER)
		return;
	must(memcmp(wire, plain_datagram(sent).p, 2) == 0 && (wire[2] & 0x80) != 0);
	if (judgement != PLAIN_ANSWER)
		return;
	check_answer(&m, question);
	must((how & OVER_TCP) ||
		memcmp(m.question.name.wire, question->name.wire, question->name.n) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct question question = { { .n = 11, .wire = "\5aBcDe\3lan" },
		TYPE_A, CLASS_IN };
	struct plain_sent sent;
	uint8_t *wire;
	size_t n = size > 1 ? size - 1 : 0;

	if (size == 0 || n > DNS_MESSAGE_MAX)
		return 0;
	wire = malloc(n + 1);
	must(wire != NULL);
	memcpy(wire, data + 1, n);
	send_query(&question, &sent);
	if ((data[0] & RIGHT_ID) && n >= 2)
		memcpy(wire, plain_datagram(&sent).p, 2);
	if ((data[0] & RIGHT_QUESTION) && n >= sent.question_end)
		memcpy(wire + DNS_HEADER_BYTES,
			plain_datagram(&sent).p + DNS_HEADER_BYTES,
			sent.question_end - DNS_HEADER_BYTES);
	judge(&sent, &question, wire, n, data[0]);
	free(wire);
	return 0;
}
