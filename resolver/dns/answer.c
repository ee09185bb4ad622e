/* weigh each record -> all belong: copied as they are, the usual case
 *                   -> some do not: those that do are written anew. */
#include "dns/answer.h"

#include "dns/chain.h"
#include "dns/rewrite.h"
#include "dns/steady.h"

/* Header fields and offsets (RFC 1035 §4.1.1). */
#define FLAGS_KEPT     (DNS_FLAG_QR | DNS_FLAG_RD | DNS_FLAG_RA)
#define RCODE_MASK     0xf
#define SOA_RDATA_MIN  22 /* two root names and five numbers */
#define SOA_MINIMUM_AT 4  /* from the end */

/* RFC 2181 §8 sets the limit; a larger value is capped, not taken as 0, since
 * RFC 8767 §4. */
#define TTL_MAX_S 0x7fffffffu

/* What a walk over the records finds out of those that are kept. */
struct survey {
	uint16_t ttl_n;
	uint16_t counts[3];
	uint32_t ttl_s, minimum_s;
	bool answered; /* a record of the type asked for */
	bool has_soa;
	bool dropped;  /* some are not kept */
	bool strange;  /* … and not for being DNSSEC's: it does not belong there */
	bool unsteady; /* the names of some may lead to a TTL */
};

static uint32_t min_u32(uint32_t a, uint32_t b)
{
	return a < b ? a : b;
}

/* RFC 2308 §5: a negative answer lives no longer than the SOA's MINIMUM. */
static void survey_soa(struct survey *s, const struct record *record)
{
	struct reader r = { .rest = record->rdata };

	if (record->rdata.n < SOA_RDATA_MIN)
		return;
	rd_take(&r, record->rdata.n - SOA_MINIMUM_AT);
	s->minimum_s = min_u32(s->minimum_s, (uint32_t)rd_uint(&r, 4));
	s->has_soa = true;
}

static void survey_kept(
	struct survey *s, const struct chain *chain, const struct record *record)
{
	s->ttl_s = min_u32(s->ttl_s, record->ttl_s);
	s->counts[record->section]++;
	s->answered |= chain_ends_in(chain, record);
	s->unsteady |= !steady_record(chain->message, record);
	if (record->section == SECTION_AUTHORITY && record->type == TYPE_SOA)
		survey_soa(s, record);
}

/* `ttl_at` NULL: nobody wants to know where they are. */
static enum status survey_records(
	struct chain *chain, uint16_t *ttl_at, size_t cap, struct survey *s)
{
	struct record_walk walk = record_walk(chain->message);
	UNCLEARED struct record record;

	while (record_next(&walk, &record)) {
		enum chain_verdict verdict = CHAIN_DROPPED;

		if (record.type == TYPE_OPT)
			continue;
		verdict = chain_weigh(chain, &record);
		if (verdict == CHAIN_BROKEN)
			return STATUS_MALFORMED;
		if (verdict == CHAIN_DROPPED) {
			s->dropped = true;
			s->strange |= record.section == SECTION_ANSWER &&
				      record.type != TYPE_RRSIG &&
				      chain->own_n == chain->n;
			continue;
		}
		if (ttl_at != NULL && s->ttl_n == cap)
			return STATUS_NOSPACE;
		if (ttl_at != NULL)
			ttl_at[s->ttl_n++] = (uint16_t)record.ttl_at;
		survey_kept(s, chain, &record);
	}
	return STATUS_OK;
}

static bool is_negative(const struct message *m, const struct survey *s)
{
	return message_rcode(m) == RCODE_NXDOMAIN || !s->answered;
}

/* Without what did not belong it would say that there is no such record, which the
 * server has not said: with a SOA it would have (RFC 2308 §2.2). */
static bool is_beside_the_question(const struct message *m, const struct survey *s)
{
	return message_rcode(m) == RCODE_NOERROR && s->strange && !s->answered &&
	       !s->has_soa;
}

static enum status survey_message(const struct message *m,
	const struct answer_options *options, struct chain *chain, uint16_t *ttl_at,
	size_t cap, struct survey *s)
{
	enum status status = chain_follow(m, options->dnssec_ok, chain);

	if (status == STATUS_OK && options->nothing_beside)
		chain->wants_hosts = false;
	if (status == STATUS_OK && options->zone != NULL)
		chain_bound(chain, options->zone);
	if (status == STATUS_OK)
		status = survey_records(chain, ttl_at, cap, s);
	if (status == STATUS_OK && is_beside_the_question(m, s))
		status = STATUS_MALFORMED;
	return status;
}

/* The usual case: nothing leads elsewhere, and nothing stands beside the answer. */
static bool is_direct(const struct message *m)
{
	struct record_walk walk = record_walk(m);
	UNCLEARED struct record record;

	while (record_next(&walk, &record) && record.section == SECTION_ANSWER)
		if (record.type != m->question.type ||
			record.class != m->question.class ||
			!name_equal(&record.owner, &m->question.name))
			return false;
	return true;
}

static bool is_sound(const struct message *m)
{
	static const struct answer_options options = { .dnssec_ok = false };
	struct survey s = { .ttl_s = 0 };
	UNCLEARED struct chain chain;

	return survey_message(m, &options, &chain, NULL, 0, &s) == STATUS_OK;
}

bool answer_is_sound(const struct message *m)
{
	return is_direct(m) || is_sound(m);
}

static uint32_t usable_s(const struct message *m, const struct survey *s)
{
	unsigned rcode = message_rcode(m);

	if (rcode != RCODE_NOERROR && rcode != RCODE_NXDOMAIN)
		return 0;
	if (is_negative(m, s) && !s->has_soa)
		return 0;
	return s->ttl_s;
}

static void cap_ttls(uint8_t *wire, const uint16_t *ttl_at, size_t n, uint32_t most_s)
{
	for (size_t i = 0; i < n; i++) {
		struct reader r = { .rest = bytes_of(wire + ttl_at[i], 4) };
		struct writer w = { .p = wire + ttl_at[i], .cap = 4 };

		wr_uint(&w, min_u32((uint32_t)rd_uint(&r, 4), most_s), 4);
	}
}

static void write_header(
	const struct message *m, const struct survey *s, struct writer *w)
{
	wr_uint(w, 0, 2);
	wr_uint(w, m->flags & (FLAGS_KEPT | RCODE_MASK), 2);
	wr_uint(w, 1, 2);
	for (int i = 0; i < 3; i++)
		wr_uint(w, s->counts[i], 2);
}

static enum status write_anew(const struct survey *s, const struct chain *chain,
	uint16_t *ttl_at, struct writer *w)
{
	const struct renaming renaming = { .from = &chain->names[chain->n - 1],
		.to = chain_owner(chain) };

	w->n = DNS_HEADER_BYTES;
	return rewrite_records(chain->message, &renaming, ttl_at, s->ttl_n, w);
}

/* An OPT at the end can be cut off; one in between leaves a gap. */
static enum status write_answer(const struct survey *s, const struct chain *chain,
	uint16_t *ttl_at, struct writer *w)
{
	const struct message *m = chain->message;
	bool opt_last = !m->edns.present || m->opt_end == m->wire.n;
	size_t end = m->edns.present ? m->opt_start : m->wire.n;

	write_header(m, s, w);
	if (s->dropped || !opt_last)
		return write_anew(s, chain, ttl_at, w);
	wr_bytes(w, bytes_of(m->wire.p + DNS_HEADER_BYTES, end - DNS_HEADER_BYTES));
	if (w->bad)
		return STATUS_NOSPACE;
	/* The names have been weighed as they read now. */
	if (!s->unsteady || steady_names(m, w, ttl_at, s->ttl_n))
		return STATUS_OK;
	return write_anew(s, chain, ttl_at, w);
}

enum status answer_make(const struct message *m, const struct answer_options *options,
	struct writer *w, uint16_t *ttl_at, size_t cap, struct answer *out)
{
	struct survey s = { .ttl_s = TTL_MAX_S, .minimum_s = TTL_MAX_S };
	struct writer wire = { .p = w->p + w->n, .cap = w->cap - w->n, .bad = w->bad };
	UNCLEARED struct chain chain;
	enum status status;

	if (!m->has_question || (m->flags & DNS_FLAG_QR) == 0)
		return STATUS_MALFORMED;
	if (message_rcode(m) > RCODE_MASK || (m->flags & DNS_FLAG_TC) != 0)
		return STATUS_UNSUPPORTED;
	status = survey_message(m, options, &chain, ttl_at, cap, &s);
	if (status == STATUS_OK)
		status = write_answer(&s, &chain, ttl_at, &wire);
	if (status != STATUS_OK)
		return status;
	/* What is negative is not known for longer than its SOA says (RFC 2308 §5),
	 * to those who cache it behind us either. */
	if (is_negative(m, &s))
		s.ttl_s = min_u32(s.ttl_s, s.minimum_s);
	cap_ttls(wire.p, ttl_at, s.ttl_n, is_negative(m, &s) ? s.ttl_s : TTL_MAX_S);
	w->n += wire.n;
	*out = (struct answer){
		.wire = wr_done(&wire),
		.ttl_at = ttl_at,
		.ttl_n = s.ttl_n,
		.question_end = (uint16_t)m->question_end,
		.rcode = (uint8_t)message_rcode(m),
		.ttl_s = usable_s(m, &s),
		.authenticated = options->trust_ad && (m->flags & DNS_FLAG_AD) != 0,
	};
	edns_ede(&m->edns, &out->ede);
	return STATUS_OK;
}

void answer_cap(struct answer *answer, uint8_t *wire, uint32_t most_s)
{
	cap_ttls(wire, answer->ttl_at, answer->ttl_n, most_s);
	answer->ttl_s = min_u32(answer->ttl_s, most_s);
}
