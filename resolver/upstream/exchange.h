/* One question put to the upstreams, one after the other in their order, those
 * that failed last time behind the others, until one answers or the deadline
 * passes. */
#ifndef UPSTREAM_EXCHANGE_H
#define UPSTREAM_EXCHANGE_H

#include "upstream/set.h"

/* Runs exchanges; one a worker. */
struct exchanger;
struct exchange;

struct exchange_request {
	const struct question *question; /* copied */
	bool dnssec_ok, checking_disabled;
	unsigned pad_to;     /* bytes; 0: no padding */
	uint32_t timeout_ms; /* for all attempts together */
	const char *only;    /* borrowed during the call: this upstream alone, back-off
				or not; NULL for all */
};

/* How it ended; borrowed until `done` returns. */
struct exchange_result {
	const struct question *question;
	const struct message *answer; /* NULL: none */
	const char *upstream;         /* who answered */
	struct ede ede;               /* without an answer: why */
};

typedef void exchange_done(void *data, const struct exchange_result *result);

/* `set` is borrowed for the exchanger's life. */
MUST_CHECK enum status exchanger_new(struct upstream_set *set, struct exchanger **out);
/* All exchanges end without callbacks. Memory goes with the next turn of the
 * loop. */
void exchanger_free(struct exchanger *exchanger);

/* OK: `done` runs once, on this loop, not before this returns, unless
 * exchange_cancel() comes first. CLOSED: known at once, no upstream may be tried
 * now; `why` says which failed of what. NOTFOUND: no upstream called `only`.
 * NOMEM. */
MUST_CHECK enum status exchange_start(struct exchanger *exchanger,
	const struct exchange_request *request, exchange_done *done, void *data,
	struct exchange **out, struct ede *why);
void exchange_cancel(struct exchange *exchange);

#endif
