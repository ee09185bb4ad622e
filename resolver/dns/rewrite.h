/* Some records of a message, written anew: those left out may be what names of the others
 * point to. */
#ifndef DNS_REWRITE_H
#define DNS_REWRITE_H

#include "dns/message.h"

/* In the answer section, whose owner is `from` is `to`'s. They may be the same. */
struct renaming {
	const struct name *from, *to;
};

/* Appends question and records of `m` to `message`, which holds a header only: of the
 * records those whose TTLs stand at the `n` offsets in `ttl_at`, ascending; these become
 * the offsets in `message`. Names are compressed where that is allowed (RFC 3597 §4).
 * MALFORMED: names in RDATA that cannot be read. NOSPACE. */
MUST_CHECK enum status rewrite_records(const struct message *m,
	const struct renaming *renaming, uint16_t *ttl_at, size_t n,
	struct writer *message);

#endif
