#include "dns/reply.h"

#include <string.h>

#define FLAGS_OPCODE   0x7800
#define FLAGS_REPEATED (FLAGS_OPCODE | DNS_FLAG_RD | DNS_FLAG_CD)
#define RCODE_MASK     0xf
#define QUESTIONS_AT   4
#define RECORDS_AT     6
#define ADDITIONAL_AT  10
#define OPT_BYTES      11 /* without options */
#define EDE_HEAD_BYTES 6  /* option code, length, INFO-CODE */

/* The reply begins at the writer's end and takes at most `limit` bytes. */
static struct writer writer_at_end(const struct writer *w, size_t limit)
{
	size_t room = w->cap - w->n;

	return (struct writer){
		.p = w->p + w->n,
		.cap = limit < room ? limit : room,
		.bad = w->bad,
	};
}

static enum status commit(struct writer *w, const struct writer *reply)
{
	if (reply->bad)
		return STATUS_NOSPACE;
	w->n += reply->n;
	return STATUS_OK;
}

static unsigned reply_flags(uint16_t query_flags, unsigned rcode)
{
	return DNS_FLAG_QR | DNS_FLAG_RA | (query_flags & FLAGS_REPEATED) |
	       (rcode & RCODE_MASK);
}

size_t reply_limit(const struct message *query, bool udp)
{
	size_t size = query->edns.present ? query->edns.udp_size : 0;

	if (!udp)
		return DNS_MESSAGE_MAX;
	if (size < DNS_UDP_CLASSIC)
		return DNS_UDP_CLASSIC; /* RFC 6891 §6.2.3 */
	return size < DNS_UDP_MAX ? size : DNS_UDP_MAX;
}

/* Header and question, with an OPT to follow if the query had one. */
static void write_head(struct writer *w, const struct message *query, unsigned flags)
{
	wr_uint(w, query->id, 2);
	wr_uint(w, flags, 2);
	wr_uint(w, query->has_question, 2);
	wr_uint(w, 0, 4);
	wr_uint(w, query->edns.present, 2);
	wr_bytes(w, bytes_of(query->wire.p + DNS_HEADER_BYTES,
			    query->question_end - DNS_HEADER_BYTES));
}

/* With what it always carries. */
static size_t opt_size(const struct message *query, const struct reply_terms *terms)
{
	return query->edns.present ? OPT_BYTES + edns_reply_size(&terms->edns) : 0;
}

/* `ede` may be NULL. */
static void write_opt(struct writer *w, const struct message *query,
	const struct reply_terms *terms, unsigned rcode, const struct ede *ede)
{
	size_t n = w->n + opt_size(query, terms);

	if (!query->edns.present)
		return;
	if (ede != NULL && ede->present)
		n += EDE_HEAD_BYTES + strnlen(ede->text, sizeof ede->text);
	edns_write_reply(
		w, rcode, query->edns.dnssec_ok, &terms->edns, n <= w->cap ? ede : NULL);
}

enum status reply_error(const struct message *query, unsigned rcode,
	const struct ede *ede, const struct reply_terms *terms, struct writer *w)
{
	struct writer out = writer_at_end(w, terms->limit);

	if (rcode > RCODE_MASK && !query->edns.present)
		return STATUS_UNSUPPORTED;
	write_head(&out, query, reply_flags(query->flags, rcode));
	write_opt(&out, query, terms, rcode, ede);
	return commit(w, &out);
}

enum status reply_unparsed(struct bytes query, unsigned rcode, struct writer *w)
{
	struct writer out = writer_at_end(w, DNS_HEADER_BYTES);
	uint16_t id, flags;

	if (message_header(query, &id, &flags) != STATUS_OK || (flags & DNS_FLAG_QR) != 0)
		return STATUS_MALFORMED;
	wr_uint(&out, id, 2);
	wr_uint(&out, reply_flags(flags, rcode), 2);
	wr_uint(&out, 0, 8);
	return commit(w, &out);
}

/* What becomes of an answer on its way to a client. */
struct treatment {
	uint32_t age_s, ttl_min_s;
	bool stale; /* every TTL is answer->ttl_s instead */
	const struct ede *ede;
	const struct reply_terms *terms;
};

static uint32_t treated_ttl_s(
	const struct answer *answer, const struct treatment *how, uint32_t ttl_s)
{
	if (how->stale)
		return answer->ttl_s;
	ttl_s = ttl_s > how->age_s ? ttl_s - how->age_s : 0;
	return ttl_s > how->ttl_min_s ? ttl_s : how->ttl_min_s;
}

/* Of the first `n` records. */
static void treat_ttls(
	uint8_t *wire, const struct answer *answer, size_t n, const struct treatment *how)
{
	for (size_t i = 0; i < n; i++) {
		uint8_t *at = wire + answer->ttl_at[i];

		put32(at, treated_ttl_s(answer, how, get32(at)));
	}
}

/* RFC 6840 §5.8: AD means something to those only who have shown that they know it. What
 * is stale may have outlived its signatures. */
static unsigned answer_flags(const struct message *query, const struct answer *answer,
	const struct treatment *how)
{
	bool knows = query->edns.dnssec_ok || (query->flags & DNS_FLAG_AD) != 0;
	bool ad = answer->authenticated && knows && !how->stale;

	return reply_flags(query->flags, answer->rcode) | (ad ? DNS_FLAG_AD : 0);
}

/* The client's question goes over the answer's: same name, its own case, to
 * which the records' compressed names point (draft-vixie-dnsext-dns0x20). */
static void write_answer(struct writer *w, const struct message *query,
	const struct answer *answer, const struct treatment *how)
{
	uint8_t *wire = w->p + w->n;

	wr_bytes(w, answer->wire);
	memcpy(wire + DNS_HEADER_BYTES, query->wire.p + DNS_HEADER_BYTES,
		query->question_end - DNS_HEADER_BYTES);
	put16(wire, query->id);
	put16(wire + 2, answer_flags(query, answer, how));
	put16(wire + ADDITIONAL_AT, get16(wire + ADDITIONAL_AT) + query->edns.present);
	treat_ttls(wire, answer, answer->ttl_n, how);
	write_opt(w, query, how->terms, answer->rcode, how->ede);
}

/* Records of the answer section that end within `limit`, and the end of the last. */
static unsigned records_within(const struct answer *answer, size_t limit, size_t *end)
{
	const uint8_t *wire = answer->wire.p;
	unsigned n = 0, most = get16(wire + RECORDS_AT);

	*end = answer->question_end;
	for (; n < most && n < answer->ttl_n; n++) {
		const size_t length_at = answer->ttl_at[n] + 4;
		const size_t after = length_at + 2 + get16(wire + length_at);

		if (after > limit)
			break;
		*end = after;
	}
	return n;
}

/* Whoever asks without EDNS may not know TCP either, musl before 1.2.4 for one, and take
 * what there is: the records that fit stay (RFC 2181 §9 allows it). Others ask again. */
static void write_cut(struct writer *w, const struct message *query,
	const struct answer *answer, const struct treatment *how)
{
	uint8_t *wire = w->p + w->n;
	unsigned n;
	size_t end;

	write_head(w, query, reply_flags(query->flags, answer->rcode) | DNS_FLAG_TC);
	write_opt(w, query, how->terms, answer->rcode, how->ede);
	if (query->edns.present || w->bad)
		return;
	n = records_within(answer, w->cap, &end);
	wr_bytes(w, bytes_of(answer->wire.p + answer->question_end,
			    end - answer->question_end));
	put16(wire + RECORDS_AT, n);
	treat_ttls(wire, answer, n, how);
}

static enum status reply_treated(const struct message *query, const struct answer *answer,
	const struct treatment *how, struct writer *w)
{
	size_t limit = how->terms->limit;
	struct writer out = writer_at_end(w, limit);
	size_t n = answer->wire.n + opt_size(query, how->terms);

	if (!query->has_question || query->question_end != answer->question_end ||
		answer->wire.n < answer->question_end)
		return STATUS_MALFORMED;
	if (out.bad || (n <= limit && n > out.cap))
		return STATUS_NOSPACE;
	if (n <= limit)
		write_answer(&out, query, answer, how);
	else
		write_cut(&out, query, answer, how);
	return commit(w, &out);
}

enum status reply_answer(const struct message *query, const struct answer *answer,
	uint32_t age_s, uint32_t ttl_min_s, const struct reply_terms *terms,
	struct writer *w)
{
	const struct treatment how = { .age_s = age_s,
		.ttl_min_s = ttl_min_s,
		.ede = &answer->ede,
		.terms = terms };

	return reply_treated(query, answer, &how, w);
}

enum status reply_stale(const struct message *query, const struct answer *answer,
	const struct ede *ede, const struct reply_terms *terms, struct writer *w)
{
	const struct treatment how = { .stale = true, .ede = ede, .terms = terms };

	return reply_treated(query, answer, &how, w);
}
