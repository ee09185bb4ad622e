/* How long an idle connection is kept: a little shorter than the server would, which is
 * not told but seen, unless the server says so itself (RFC 7828) or the configuration
 * does. Pure. */
#ifndef UPSTREAM_IDLE_H
#define UPSTREAM_IDLE_H

#include <stdint.h>

/* Nobody said or showed less: routers on the way forget connections, too. */
#define IDLE_LONGEST_MS 240000
/* What ends sooner was not ended for being idle. */
#define IDLE_LEAST_MS 1000

struct idle {
	uint32_t configured_ms; /* 0: as it is learned */
	uint32_t learned_ms;    /* 0: nothing yet */
	unsigned ended;         /* by us, since it was learned or raised */
};

/* The server ended a connection that had been idle for so long. */
void idle_server_closed(struct idle *idle, uint64_t idle_ms);
/* We ended one. Now and then the limit is tried a little higher: who closed early once
 * was perhaps just started again. */
void idle_closed(struct idle *idle);

/* `keepalive_ms`: transport_keepalive_ms(). */
uint64_t idle_limit_ms(const struct idle *idle, int64_t keepalive_ms);

#endif
