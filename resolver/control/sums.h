/* What several workers count, added up; private to this room. The workers are gathered.
 */
#ifndef CONTROL_SUMS_H
#define CONTROL_SUMS_H

#include "worker/workers.h"

struct sums {
	struct resolver_stats queries;
	struct exchanger_stats asked;
	struct cache_stats cache;
	struct validator_stats dnssec; /* 0 where answers are believed */
	unsigned tcp_clients;
};

/* Of the workers from `first`, as many as `n`. */
struct sums sums_of(const struct workers *workers, unsigned first, unsigned n);

/* One upstream, as all of them see it. */
struct upstream_sum {
	/* Whose state, failure, verdict and connection are told: that of a worker which
	 * has refused it, else of the one for which it works best; of several, the one
	 * with most connections, or with one that is being opened. */
	const struct upstream *told;
	/* Counters added up; latencies are those of `told`. */
	struct upstream_stats stats;
	size_t lanes;
	/* What one of them, at least, makes an exception of. */
	bool clock_suspect, ct_waived, serves_ntp;
};

/* The one at that place of the configuration. */
struct upstream_sum sums_of_upstream(const struct workers *workers, size_t at);

#endif
