/* Whatever parses can be walked without gaps, kept as an answer, and given to
 * a client in a form that parses again. */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "dns/query.h"
#include "dns/rdata.h"
#include "dns/reply.h"

/* A record takes 11 bytes or more. */
#define RECORDS_MAX (DNS_MESSAGE_MAX / 11)
/* Of larger messages not every record is looked for in every other. */
#define COMPARED_MAX 64

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
		/* With options of its own, or without. */
		const struct reply_terms terms = { .limit = limits[i],
			.edns = { .cookie = i == 1,
				.keepalive = i == 1,
				.keepalive_ms = 10000 } };
		size_t opt_n = 11 + edns_reply_size(&terms.edns);
		struct message reply;
		bool cut;

		must(reply_answer(query, answer, 7, 0, &terms, &w) == STATUS_OK);
		w.n = 0;
		must(reply_answer(query, answer, 0, 0, &terms, &w) == STATUS_OK);
		reply = must_parse(wr_done(&w));
		must(question_equal(&reply.question, &query->question));
		must(message_rcode(&reply) == answer->rcode && reply.edns.present);
		cut = (reply.flags & DNS_FLAG_TC) != 0;
		must(cut == (answer->wire.n + opt_n > limits[i]));
		must(check_walk(&reply) == (cut ? 1 : records + 1));
	}
}

static size_t records_but_opt(const struct message *m)
{
	return (size_t)m->counts[0] + m->counts[1] + m->counts[2] - m->edns.present;
}

/* Owner, type, class and RDATA without compression, names in lower case: a pointer may
 * lead to the same name in another. False: names that cannot be read. */
static bool write_plain(
	const struct message *m, const struct record *record, struct writer *w)
{
	const struct rdata_names *names = rdata_names_of(record->type);
	struct reader rdata = { .rest = record->rdata };
	struct name name = record->owner;

	name_lower(&name);
	wr_uint(w, record->section, 1);
	wr_bytes(w, name_bytes(&name));
	wr_uint(w, record->type, 2);
	wr_uint(w, record->class, 2);
	if (names != NULL)
		wr_bytes(w, rdata_take_head(names, &rdata));
	for (unsigned i = 0; names != NULL && i < names->names; i++) {
		if (name_read(m->wire, &rdata, &name) != STATUS_OK)
			return false;
		name_lower(&name);
		wr_bytes(w, name_bytes(&name));
	}
	wr_bytes(w, rdata.rest);
	return !w->bad;
}

static bool is_same(const struct message *a, const struct record *x,
	const struct message *b, const struct record *y)
{
	static uint8_t plain[2][DNS_MESSAGE_MAX + 4 * NAME_WIRE_MAX];
	struct writer v = { .p = plain[0], .cap = sizeof plain[0] };
	struct writer w = { .p = plain[1], .cap = sizeof plain[1] };
	bool readable = write_plain(a, x, &v);

	return readable == write_plain(b, y, &w) &&
	       (!readable || bytes_equal(wr_done(&v), wr_done(&w)));
}

/* Each record that is kept is one of the message's, in their order. */
static void check_subset(const struct message *all, const struct message *kept)
{
	struct record_walk from = record_walk(all), walk = record_walk(kept);
	struct record one, other;

	if (records_but_opt(all) > COMPARED_MAX)
		return;
	while (record_next(&walk, &one)) {
		do
			must(record_next(&from, &other));
		while (!is_same(kept, &one, all, &other));
	}
}

/* Making an answer of the answer changes nothing. */
static void check_settled(const struct message *kept, const struct answer *answer,
	const struct answer_options *options)
{
	static uint8_t out[DNS_MESSAGE_MAX];
	static uint16_t ttl_at[RECORDS_MAX];
	struct writer w = { .p = out, .cap = sizeof out };
	struct answer again;

	must(answer_make(kept, options, &w, ttl_at, RECORDS_MAX, &again) == STATUS_OK);
	must(bytes_equal(again.wire, answer->wire) && again.ttl_n == answer->ttl_n);
	must(again.ttl_s == answer->ttl_s && again.rcode == answer->rcode);
}

static void check_answer(const struct message *m, bool dnssec_ok)
{
	static uint8_t out[DNS_MESSAGE_MAX];
	static uint16_t ttl_at[RECORDS_MAX];
	const struct query_options padded = {
		.dnssec_ok = true, .keepalive = true, .pad_to = 128
	};
	uint8_t query_wire[QUERY_WIRE_MAX];
	struct writer w = { .p = out, .cap = sizeof out };
	struct writer q = { .p = query_wire, .cap = sizeof query_wire };
	const struct answer_options options = { .dnssec_ok = dnssec_ok };
	struct answer answer;
	struct message kept, query;

	if (answer_make(m, &options, &w, ttl_at, RECORDS_MAX, &answer) != STATUS_OK)
		return;
	must(answer.ttl_s <= INT32_MAX);
	kept = must_parse(answer.wire);
	must(!kept.edns.present && check_walk(&kept) == answer.ttl_n);
	check_subset(m, &kept);
	check_settled(&kept, &answer, &options);
	must(query_write(&m->question, 1, &padded, &q) == STATUS_OK);
	must(q.n % 128 == 0);
	query = must_parse(wr_done(&q));
	check_reply(&query, &answer, answer.ttl_n);
}

/* Who may speak for the very name alone says nothing of others, now or when the TTLs
 * are less. */
static void check_bounded(const struct message *m)
{
	static uint8_t out[DNS_MESSAGE_MAX];
	static uint16_t ttl_at[RECORDS_MAX];
	struct writer w = { .p = out, .cap = sizeof out };
	const struct answer_options options = { .zone = &m->question.name };
	struct record_walk walk;
	struct record record;
	struct answer answer;
	struct message kept;

	if (answer_make(m, &options, &w, ttl_at, RECORDS_MAX, &answer) != STATUS_OK)
		return;
	answer_cap(&answer, out, 1);
	kept = must_parse(answer.wire);
	must(check_walk(&kept) == answer.ttl_n);
	walk = record_walk(&kept);
	while (record_next(&walk, &record))
		must(record.type == TYPE_SOA ||
			name_within(&record.owner, &m->question.name));
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
	check_answer(&m, true);
	check_answer(&m, false);
	check_bounded(&m);
	return 0;
}
