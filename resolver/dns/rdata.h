/* Names that stand inside of RDATA: where they are, and what they mean. */
#ifndef DNS_RDATA_H
#define DNS_RDATA_H

#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"

/* RDATA that consists of `head` bytes, then character strings, then names, then the rest.
 */
struct rdata_names {
	uint16_t type;
	uint8_t head, strings, names;
	bool compressed; /* they may be written so: types of RFC 1035 (RFC 3597 §4) */
	bool host;       /* the first is one that a client will want the address of */
};

/* NULL: there are none in this type, or nobody knows of any. */
const struct rdata_names *rdata_names_of(uint16_t type);
/* What stands in front of the first name, taken off `rdata`. */
struct bytes rdata_take_head(const struct rdata_names *names, struct reader *rdata);

#endif
