/* Whatever parses can be walked without gaps, kept as an answer, and given to
 * a client in a form that parses again. */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "dns/query.h"
#include "dns/reply.h"

/* A record takes 11 bytes or more. */
#define RECORDS_MAX (DNS_MESSAGE_MAX / 11)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool property)
{
	if (!property)
		abort();
}

static struct message must_parse(struct bytes wire)
{
	struct message m;

	must(message_parse(wire, &m) == STATUS_OK);
	return m;
}

static void check_name(const struct name *name)
{
	char text[NAME_TEXT_MAX];
	struct name again;

	name_to_text(name, text);
	must(name_from_text(text, &again) == STATUS_OK);
	must(bytes_equal(name_bytes(name), name_bytes(&again)));
	must(name_within(name, &again));
}

/* Records follow one another without gaps; returns how many. */
static size_t check_walk(const struct message *m)
{
	struct record_walk walk = record_walk(m);
	struct record record;
	size_t at = m->question_end;
	size_t n = 0;

	while (record_next(&walk, &record)) {
		must(record.start == at && record.ttl_at > at);
		must(record.ttl_at + 6 + record.rdata.n == record.end);
		check_name(&record.owner);
		at = record.end;
		n++;
	}
	must(at == m->wire.n);
	must(n == (size_t)m->counts[0] + m->counts[1] + m->counts[2]);
	return n;
}

static void check_error(const struct message *m)
{
	static uint8_t out[DNS_MESSAGE_MAX];
	const struct ede ede = {
		.present = true, .code = EDE_POLICY, .text = "pin_mismatch"
	};
	const struct reply_terms terms = { .limit = reply_limit(m, true) };
	struct writer w = { .p = out, .cap = terms.limit };
	struct message reply;

	must(reply_error(m, RCODE_SERVFAIL, &ede, &terms, &w) == STATUS_OK);
	reply = must_parse(wr_done(&w));
	must(reply.id == m->id && (reply.flags & DNS_FLAG_QR) != 0);
	must(message_rcode(&reply) == RCODE_SERVFAIL);
	must(reply.edns.present == m->edns.present);
	must(reply.question_end == m->question_end);
}

static void check_reply(
	const struct message *query, const struct answer *answer, size_t records)
{
	static const size_t limits[] = { 512, DNS_UDP_MAX, DNS_MESSAGE_MAX };
	static uint8_t out[DNS_MESSAGE_MAX];

	for (size_t i = 0; i < sizeof limits / sizeof *limits; i++) {
		struct writer w = { .p = out, .cap = limits[i] };
		const struct reply_terms terms = { .limit = limits[i] };
		struct message reply;
		bool cut;

		must(reply_answer(query, answer, 7, 0, &terms, &w) == STATUS_OK);
		w.n = 0;
		must(reply_answer(query, answer, 0, 0, &terms, &w) == STATUS_OK);
		reply = must_parse(wr_done(&w));
		must(question_equal(&reply.question, &query->question));
		must(message_rcode(&reply) == answer->rcode && reply.edns.present);
		cut = (reply.flags & DNS_FLAG_TC) != 0;
		must(cut == (answer->wire.n + 11 > limits[i]));
		must(check_walk(&reply) == (cut ? 1 : records + 1));
	}
}

static void check_answer(const struct message *m)
{
	static uint8_t out[DNS_MESSAGE_MAX];
	static uint16_t ttl_at[RECORDS_MAX];
	const struct query_options padded = {
		.dnssec_ok = true, .keepalive = true, .pad_to = 128
	};
	uint8_t query_wire[QUERY_WIRE_MAX];
	struct writer w = { .p = out, .cap = sizeof out };
	struct writer q = { .p = query_wire, .cap = sizeof query_wire };
	const struct answer_options options = { .dnssec_ok = true };
	struct answer answer;
	struct message kept, query;

	if (answer_make(m, &options, &w, ttl_at, RECORDS_MAX, &answer) != STATUS_OK)
		return;
	must(answer.wire.n <= m->wire.n && answer.ttl_s <= INT32_MAX);
	/* A name may point into a TTL, by malice: then an aged or capped TTL is
	 * another name. What stays as it is must stay well-formed. */
	if (memcmp(out + DNS_HEADER_BYTES, m->wire.p + DNS_HEADER_BYTES,
		    answer.wire.n - DNS_HEADER_BYTES) != 0)
		return;
	kept = must_parse(answer.wire);
	must(!kept.edns.present && check_walk(&kept) == answer.ttl_n);
	must(query_write(&m->question, 1, &padded, &q) == STATUS_OK);
	must(q.n % 128 == 0);
	query = must_parse(wr_done(&q));
	check_reply(&query, &answer, answer.ttl_n);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t out[DNS_HEADER_BYTES];
	struct writer w = { .p = out, .cap = sizeof out };
	struct message m;

	if (reply_unparsed(bytes_of(data, size), RCODE_FORMERR, &w) == STATUS_OK)
		must_parse(wr_done(&w));
	if (message_parse(bytes_of(data, size), &m) != STATUS_OK)
		return 0;
	check_walk(&m);
	check_error(&m);
	check_answer(&m);
	return 0;
}
