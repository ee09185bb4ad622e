/* Names with a meaning of their own, which no upstream can know or should hear of. */
#ifndef LOCAL_SPECIAL_H
#define LOCAL_SPECIAL_H

#include "base/text.h"
#include "local/tree.h"

/* Into an empty tree. NOMEM. */
MUST_CHECK enum status special_add(struct tree *tree);

/* One of them, or below one: what is there nobody outside has a word about. */
bool special_covers(const struct name *name);

/* localhost, or below it: always this machine, whatever is configured (RFC 6761 §6.3). */
bool special_is_localhost(const struct name *name);

/* 4 or 16 bytes as the name that PTR records of the address have (RFC 1035 §3.5,
 * RFC 3596 §2.5). */
void special_reverse(struct bytes address, struct name *out);

#endif
