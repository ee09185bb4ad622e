#include "dns/query.h"

#define PAD_TO_MAX 512

static unsigned flags_of(const struct query_options *options)
{
	return DNS_FLAG_RD | (options->checking_disabled ? DNS_FLAG_CD : 0) |
	       (options->want_ad ? DNS_FLAG_AD : 0);
}

enum status query_write(const struct question *question, uint16_t id,
	const struct query_options *options, struct writer *w)
{
	/* A writer of its own: padding counts from the message's first byte, and
	 * in front of it there may be a length. */
	struct writer m = { .p = w->p + w->n, .cap = w->cap - w->n };

	if (w->bad || m.cap < QUERY_WIRE_MAX)
		return STATUS_NOSPACE;
	if (options->pad_to > PAD_TO_MAX)
		return STATUS_RANGE;
	wr_uint(&m, id, 2);
	wr_uint(&m, flags_of(options), 2);
	wr_uint(&m, 1, 2); /* QDCOUNT */
	wr_uint(&m, 0, 4); /* ANCOUNT, NSCOUNT */
	wr_uint(&m, 1, 2); /* ARCOUNT: the OPT */
	wr_bytes(&m, name_bytes(&question->name));
	wr_uint(&m, question->type, 2);
	wr_uint(&m, question->class, 2);
	edns_write_query(&m, options);
	w->n += m.n;
	return STATUS_OK;
}

void query_set_id(uint8_t *wire, uint16_t id)
{
	put16(wire, id);
}
