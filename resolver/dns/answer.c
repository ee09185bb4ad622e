#include "dns/answer.h"

#include <string.h>

/* Header fields and offsets (RFC 1035 §4.1.1). */
#define FLAGS_KEPT     (DNS_FLAG_QR | DNS_FLAG_RD | DNS_FLAG_RA)
#define RCODE_MASK     0xf
#define ADDITIONAL_AT  10
#define SOA_RDATA_MIN  22 /* two root names and five numbers */
#define SOA_MINIMUM_AT 4  /* from the end */

/* RFC 2181 §8 sets the limit; a larger value is capped, not taken as 0, since
 * RFC 8767 §4. */
#define TTL_MAX_S 0x7fffffffu

/* What a walk over the kept records finds out. */
struct survey {
	uint16_t ttl_n;
	uint16_t additional_n;
	uint32_t ttl_s;
	bool answered; /* a record of the type asked for */
	bool has_soa;
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
	s->ttl_s = min_u32(s->ttl_s, (uint32_t)rd_uint(&r, 4));
	s->has_soa = true;
}

static bool record_answers(const struct record *record, const struct question *question)
{
	return record->section == SECTION_ANSWER &&
	       (record->type == question->type || question->type == TYPE_ANY);
}

static bool is_negative(const struct message *m, const struct survey *s)
{
	return message_rcode(m) == RCODE_NXDOMAIN || !s->answered;
}

/* Reads up to `end`; two turns, because only the first says whether the SOA's
 * MINIMUM counts. */
static enum status survey_records(const struct message *m, size_t end, uint16_t *ttl_at,
	size_t cap, struct survey *s)
{
	struct record_walk walk = record_walk(m);
	struct record record;

	while (record_next(&walk, &record) && record.start < end) {
		if (s->ttl_n == cap)
			return STATUS_NOSPACE;
		ttl_at[s->ttl_n++] = (uint16_t)record.ttl_at;
		s->ttl_s = min_u32(s->ttl_s, record.ttl_s);
		if (record.section == SECTION_ADDITIONAL)
			s->additional_n++;
		s->answered |= record_answers(&record, &m->question);
	}
	if (!is_negative(m, s))
		return STATUS_OK;
	walk = record_walk(m);
	while (record_next(&walk, &record) && record.start < end) {
		if (record.section == SECTION_AUTHORITY && record.type == TYPE_SOA)
			survey_soa(s, &record);
	}
	return STATUS_OK;
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

enum status answer_make(const struct message *m, const struct answer_options *options,
	struct writer *w, uint16_t *ttl_at, size_t cap, struct answer *out)
{
	struct survey s = { .ttl_s = TTL_MAX_S };
	size_t end = m->edns.present ? m->opt_start : m->wire.n;
	size_t start = w->n;
	enum status status;

	if (!m->has_question || (m->flags & DNS_FLAG_QR) == 0)
		return STATUS_MALFORMED;
	if (message_rcode(m) > RCODE_MASK || (m->flags & DNS_FLAG_TC) != 0)
		return STATUS_UNSUPPORTED;
	status = survey_records(m, end, ttl_at, cap, &s);
	if (status != STATUS_OK)
		return status;

	wr_uint(w, 0, 2);
	wr_uint(w, m->flags & (FLAGS_KEPT | RCODE_MASK), 2);
	wr_bytes(w, bytes_of(m->wire.p + 4, end - 4));
	wr_patch16(w, start + ADDITIONAL_AT, s.additional_n);
	if (w->bad)
		return STATUS_NOSPACE;
	/* What is negative is not known for longer than its SOA says (RFC 2308 §5),
	 * to those who cache it behind us either. */
	cap_ttls(w->p + start, ttl_at, s.ttl_n, is_negative(m, &s) ? s.ttl_s : TTL_MAX_S);
	*out = (struct answer){
		.wire = bytes_of(w->p + start, end),
		.ttl_at = ttl_at,
		.ttl_n = s.ttl_n,
		.question_end = (uint16_t)m->question_end,
		.rcode = (uint8_t)message_rcode(m),
		.ttl_s = usable_s(m, &s),
		.authenticated = options->trust_ad && (m->flags & DNS_FLAG_AD) != 0,
	};
	return STATUS_OK;
}

void answer_cap(struct answer *answer, uint8_t *wire, uint32_t most_s)
{
	cap_ttls(wire, answer->ttl_at, answer->ttl_n, most_s);
	answer->ttl_s = min_u32(answer->ttl_s, most_s);
}
