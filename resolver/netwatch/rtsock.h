/* Netlink sockets: one is told of changes, another asks for all there is. Nothing
 * blocks. */
#ifndef NETWATCH_RTSOCK_H
#define NETWATCH_RTSOCK_H

#include "netwatch/netstate.h"

/* -1 with errno set. The caller closes it. */
int rtsock_open_changes(void);
int rtsock_open_questions(void);

/* Takes what has come, up to a bound. True: something that is watched may be another
 * than before, or the kernel had more to tell than it could keep. `crowded`: narrow
 * routes come and go by the thousand and do not count. */
bool rtsock_take_changes(int fd, bool crowded);

/* The kernel answers within the call. `*sequence` is the caller's, counted up. IO,
 * MALFORMED, NOMEM; TIMEOUT: all changed again and again while it was read. */
MUST_CHECK enum status rtsock_read_state(
	int fd, uint32_t *sequence, struct netstate *out);

#endif
