/* Names that stay what they are while TTLs become less. A compressed name may point to
 * any bytes in front of it, those of a TTL too. */
#ifndef DNS_STEADY_H
#define DNS_STEADY_H

#include "dns/message.h"

/* Of the record's names none leads to a TTL: each goes on in the question at most. The
 * usual case. */
bool steady_record(const struct message *m, const struct record *record);

/* For all others. Whether `copy`, which has the bytes of `m` behind the header, reads the
 * same under any TTLs; they stand at the `n` offsets in `ttl_at`, one for each record but
 * an OPT at the end. `copy` is as before. */
bool steady_names(
	const struct message *m, struct writer *copy, const uint16_t *ttl_at, size_t n);

#endif
