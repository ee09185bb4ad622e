/* The stamps of hashed directories that a set of upstreams was started with. Nobody needs
 * them before a reload, and to look at a few hundred files takes a while: they are taken
 * once the start is over. */
#ifndef UPSTREAM_STAMPS_H
#define UPSTREAM_STAMPS_H

#include "upstream/set.h"

/* Gives those their stamp that have none, a second later, from the set's loop.
 * `opened_s`: the wall clock before roots were read; of what has changed since there is
 * no stamp, and the next reload takes it for another. The same without memory. */
void stamps_start(struct upstream_set *set, int64_t opened_s);
void stamps_cancel(struct upstream_set *set);

#endif
