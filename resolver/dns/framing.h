/* Messages in a byte stream: two bytes of length before each (RFC 1035 §4.2.2,
 * RFC 7766 §8). */
#ifndef DNS_FRAMING_H
#define DNS_FRAMING_H

#include "base/bytes.h"
#include "base/status.h"

/* Gathers messages out of pieces. Holds a buffer only while a message is
 * incomplete. */
struct framing {
	uint8_t *partial; /* owned, NULL if nothing is pending */
	size_t have;      /* bytes gathered, the length's two included */
	size_t cap;
	size_t limit; /* a longer message is refused; framing_init() sets 65535 */
};

void framing_init(struct framing *f);
void framing_deinit(struct framing *f);

/* Takes the next whole message out of `*in` and what was kept before. OK:
 * `*message` borrows from `in` or from `f` until the next call. NOTFOUND: all
 * of `in` is used up, more is needed. LIMIT: a message longer than f->limit is
 * announced; the stream is of no more use. NOMEM.
 *
 *	while ((status = framing_next(&f, &in, &message)) == STATUS_OK) … */
MUST_CHECK enum status framing_next(
	struct framing *f, struct bytes *in, struct bytes *message);

/* Whether a message is half received. */
bool framing_pending(const struct framing *f);

#endif
