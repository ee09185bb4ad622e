/* An answer that is being written. */
#ifndef LOCAL_DRAFT_H
#define LOCAL_DRAFT_H

#include "dns/answer.h"

struct draft {
	const struct question *question;
	struct writer *w;
	size_t start; /* of the message */
	uint16_t *ttl_at;
	size_t ttl_n, cap;
	uint16_t answers, authorities;
	unsigned rcode;
	uint32_t ttl_s; /* the lowest */
};

/* Appended to `w`; `ttl_at` has room for `cap` numbers. All are borrowed. */
void draft_begin(struct draft *d, const struct question *question, struct writer *w,
	uint16_t *ttl_at, size_t cap);
void draft_answer(struct draft *d, const struct name *owner, uint16_t type,
	uint32_t ttl_s, struct bytes rdata);
/* The SOA of a zone, as the answer or to say that there is none. */
void draft_soa(struct draft *d, const struct name *zone, bool as_answer);
/* What did not fit is SERVFAIL. */
void draft_end(struct draft *d, struct answer *out);

#endif
