/* What is answered to type ANY, without asking anybody. */
#ifndef DNS_ANY_H
#define DNS_ANY_H

#include "dns/answer.h"

/* One HINFO record that names RFC 8482 (its §4.2): all records there are, nobody wants;
 * that one may be had to no end. `query` has a question. Written to `w`, `ttl_at` is one
 * element; `out` borrows both. NOSPACE. */
MUST_CHECK enum status any_answer(const struct message *query, struct writer *w,
	uint16_t *ttl_at, struct answer *out);

#endif
