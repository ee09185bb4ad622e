/* What happens to the machine and matters to connections: its network is another,
 * it has slept, its clock was set.
 *
 * The network is what carries packets: links that are up and running, the addresses
 * on them, the routes of the main table. It is read as a whole and compared, 100 ms
 * after the last word of the kernel (at the latest 1 s after the first), so that what
 * comes again unchanged (an address refreshed, a lifetime, a scan of the air) tells
 * nothing. Loopback and IPv6 link-local addresses are left out. */
#ifndef NETWATCH_NETWATCH_H
#define NETWATCH_NETWATCH_H

#include <stdbool.h>
#include <stdint.h>
#include <uv.h>

#include "base/status.h"

struct netwatch;

/* All run from the loop, never after netwatch_stop(); none may call it. */
struct netwatch_events {
	/* `what` is for people: "an IPv4 default route through eth0 appeared". `broke`:
	 * what connections stand on may be gone (an address went, a default route is
	 * another); otherwise there is only more than before. */
	void (*on_network)(void *owner, const char *what, bool broke);
	/* Asleep for `gap_s`, 2 or more. */
	void (*on_resume)(void *owner, int64_t gap_s);
	/* The wall clock was set, by more than 5 s; negative: back. */
	void (*on_clock_step)(void *owner, int64_t step_s);
};

/* `events` is borrowed for the watch's life. NOMEM alone is a failure: what the system
 * does not let us watch is a warning in the log, and the rest works. */
MUST_CHECK enum status netwatch_start(uv_loop_t *loop,
	const struct netwatch_events *events, void *owner, struct netwatch **out);
/* The loop needs a last turn. NULL is nothing to stop. */
void netwatch_stop(struct netwatch *watch);

#endif
