/* Bytes that come in pieces and are wanted together: what leaves at the end of the loop's
 * turn, and an answer that is long. */
#ifndef TRANSPORT_QUEUED_H
#define TRANSPORT_QUEUED_H

#include "base/bytes.h"

/* Zeroed: none. The memory stays when `n` goes back to 0. */
struct queued {
	uint8_t *p; /* owned */
	size_t n, cap;
};

/* False: no memory; nothing has changed. */
bool queued_add(struct queued *queued, struct bytes more);
/* Borrowed until the next change. */
struct bytes queued_bytes(const struct queued *queued);
void queued_deinit(struct queued *queued);

#endif
