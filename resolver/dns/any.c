#include "dns/any.h"

/* RFC 8482 §4.2: long, so that nobody asks again soon. */
#define TTL_S 3600

enum status any_answer(const struct message *query, struct writer *w, uint16_t *ttl_at,
	struct answer *out)
{
	static const char rdata[] = "\x07RFC8482"; /* CPU; and its end, no OS */
	struct writer m = { .p = w->p + w->n, .cap = w->cap - w->n, .bad = w->bad };
	struct bytes name = name_bytes(&query->question.name);

	wr_uint(&m, 0, 2);
	wr_uint(&m, DNS_FLAG_QR | DNS_FLAG_RD | DNS_FLAG_RA, 2);
	wr_uint(&m, 0x0001000100000000, 8);
	wr_bytes(&m, name);
	wr_uint(&m, query->question.type, 2);
	wr_uint(&m, query->question.class, 2);
	*out = (struct answer){
		.question_end = (uint16_t)m.n, .ttl_n = 1, .ttl_s = TTL_S
	};
	wr_bytes(&m, name);
	wr_uint(&m, TYPE_HINFO, 2);
	wr_uint(&m, query->question.class, 2);
	*ttl_at = (uint16_t)m.n;
	wr_uint(&m, TTL_S, 4);
	wr_uint(&m, sizeof rdata, 2);
	wr_bytes(&m, bytes_of(rdata, sizeof rdata));
	if (m.bad)
		return STATUS_NOSPACE;
	out->ttl_at = ttl_at;
	out->wire = wr_done(&m);
	w->n += m.n;
	return STATUS_OK;
}
