#include "local/draft.h"

#include "local/record_line.h"

#define COUNTS_AT   6
#define QUESTION_AT (0xc000u | DNS_HEADER_BYTES)

/* Header and question; what they count comes at the end. */
void draft_begin(struct draft *d, const struct question *question, struct writer *w,
	uint16_t *ttl_at, size_t cap)
{
	*d = (struct draft){ .question = question,
		.w = w,
		.start = w->n,
		.ttl_at = ttl_at,
		.cap = cap,
		.ttl_s = UINT32_MAX };
	wr_uint(w, 0, 4);
	wr_uint(w, 1, 2);
	wr_uint(w, 0, 6);
	wr_bytes(w, name_bytes(&question->name));
	wr_uint(w, question->type, 2);
	wr_uint(w, question->class, 2);
}

/* An owner that is the question's name points to it, so that it has its case. */
static void write_record(struct draft *d, const struct name *owner, uint16_t type,
	uint32_t ttl_s, struct bytes rdata)
{
	if (name_equal(owner, &d->question->name))
		wr_uint(d->w, QUESTION_AT, 2);
	else
		wr_bytes(d->w, name_bytes(owner));
	wr_uint(d->w, type, 2);
	wr_uint(d->w, CLASS_IN, 2);
	if (d->ttl_n == d->cap)
		d->w->bad = true;
	else
		d->ttl_at[d->ttl_n++] = (uint16_t)(d->w->n - d->start);
	wr_uint(d->w, ttl_s, 4);
	wr_uint(d->w, rdata.n, 2);
	wr_bytes(d->w, rdata);
	d->ttl_s = ttl_s < d->ttl_s ? ttl_s : d->ttl_s;
}

void draft_answer(struct draft *d, const struct name *owner, uint16_t type,
	uint32_t ttl_s, struct bytes rdata)
{
	write_record(d, owner, type, ttl_s, rdata);
	d->answers++;
}

/* RFC 6303 §3: the zone itself as primary, where nobody will send updates to. Its times
 * are for transfers, which there are none of, but for the last (RFC 2308 §4). */
static struct bytes soa_rdata(const struct name *zone, uint8_t *out, size_t cap)
{
	static const struct name nobody = { 16, "\6nobody\7invalid" };
	struct writer w = { .p = out, .cap = cap };

	wr_bytes(&w, name_bytes(zone));
	wr_bytes(&w, name_bytes(&nobody));
	wr_uint(&w, 1, 4);
	wr_uint(&w, 3600, 4);
	wr_uint(&w, 1200, 4);
	wr_uint(&w, 604800, 4);
	wr_uint(&w, LOCAL_TTL_S, 4);
	return wr_done(&w);
}

void draft_soa(struct draft *d, const struct name *zone, bool as_answer)
{
	uint8_t rdata[2 * NAME_WIRE_MAX + 20];

	write_record(
		d, zone, TYPE_SOA, LOCAL_TTL_S, soa_rdata(zone, rdata, sizeof rdata));
	d->answers += as_answer;
	d->authorities += !as_answer;
}

void draft_end(struct draft *d, struct answer *out)
{
	struct writer *w = d->w;
	size_t question_end = d->start + DNS_HEADER_BYTES + d->question->name.n + 4;

	/* Nothing but the question, which always fits. */
	if (w->bad) {
		w->bad = false;
		w->n = question_end;
		d->rcode = RCODE_SERVFAIL;
		d->ttl_n = d->answers = d->authorities = 0;
	}
	wr_patch16(w, d->start + 2,
		(uint16_t)(DNS_FLAG_QR | DNS_FLAG_RD | DNS_FLAG_RA | d->rcode));
	wr_patch16(w, d->start + COUNTS_AT, d->answers);
	wr_patch16(w, d->start + COUNTS_AT + 2, d->authorities);
	out->wire = bytes_of(w->p + d->start, w->n - d->start);
	out->ttl_at = d->ttl_at;
	out->ttl_n = (uint16_t)d->ttl_n;
	out->question_end = (uint16_t)(question_end - d->start);
	out->rcode = (uint8_t)d->rcode;
	out->ttl_s = d->ttl_s;
}
