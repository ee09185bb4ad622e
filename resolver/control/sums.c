#include "control/sums.h"

static void add_queries(struct resolver_stats *to, const struct resolver_stats *more)
{
	to->received += more->received;
	to->answered += more->answered;
	to->dropped += more->dropped;
	to->refused += more->refused;
	to->failed += more->failed;
	to->local += more->local;
	to->stale += more->stale;
	to->prefetches += more->prefetches;
	to->unusable += more->unusable;
	to->rebinds += more->rebinds;
	to->in_flight += more->in_flight;
}

static void add_asked(struct exchanger_stats *to, const struct exchanger_stats *more)
{
	to->questions += more->questions;
	to->hedges += more->hedges;
	to->failovers += more->failovers;
	to->retries += more->retries;
}

static void add_cache(struct cache_stats *to, const struct cache_stats *more)
{
	to->hits += more->hits;
	to->misses += more->misses;
	to->inserts += more->inserts;
	to->evictions += more->evictions;
	to->entries += more->entries;
	to->bytes += more->bytes;
}

static void add_dnssec(struct validator_stats *to, const struct validator_stats *more)
{
	to->secure += more->secure;
	to->insecure += more->insecure;
	to->bogus += more->bogus;
	to->indeterminate += more->indeterminate;
	to->retries += more->retries;
	to->under_way += more->under_way;
	to->zones += more->zones;
}

static void add_worker(struct sums *to, const struct worker *w)
{
	const struct resolver_stats queries = resolver_stats(w->resolver);
	const struct exchanger_stats asked = exchanger_stats(w->exchanger);
	struct validator_stats dnssec;
	struct cache_stats cache;

	cache_stats(w->cache, &cache);
	add_queries(&to->queries, &queries);
	add_asked(&to->asked, &asked);
	add_cache(&to->cache, &cache);
	to->tcp_clients += w->listeners.clients.count;
	if (w->validator == NULL)
		return;
	dnssec = validator_stats(w->validator);
	add_dnssec(&to->dnssec, &dnssec);
}

struct sums sums_of(const struct workers *all, unsigned first, unsigned n)
{
	struct sums out = { .tcp_clients = 0 };

	for (unsigned i = first; i < first + n; i++)
		add_worker(&out, &all->items[i]);
	return out;
}

/* --- an upstream ------------------------------------------------------------- */

/* Of a refusal somebody should know. Who cannot reach it may not have tried for long,
 * while others do. */
static int rank(const struct upstream *u)
{
	static const int ranks[] = {
		[HEALTH_UNKNOWN] = 0,
		[HEALTH_UNREACHABLE] = 1,
		[HEALTH_BROKEN] = 2,
		[HEALTH_SLOW] = 3,
		[HEALTH_GOOD] = 4,
		[HEALTH_REFUSED] = 5,
	};

	return ranks[upstream_health(u)->state];
}

static bool goes_before(const struct upstream *u, const struct upstream *other)
{
	if (rank(u) != rank(other))
		return rank(u) > rank(other);
	if (upstream_lane_count(u) != upstream_lane_count(other))
		return upstream_lane_count(u) > upstream_lane_count(other);
	return upstream_conn(u) != NULL && upstream_conn(other) == NULL;
}

static void add_upstream(struct upstream_stats *to, const struct upstream_stats *more)
{
	to->queries += more->queries;
	to->answers += more->answers;
	to->mismatched += more->mismatched;
	to->handshakes += more->handshakes;
	to->resumed += more->resumed;
	to->lost += more->lost;
	to->replaced += more->replaced;
}

static void add_exceptions(struct upstream_sum *to, const struct upstream *u)
{
	const struct verdict *verdict = upstream_verdict(u);

	to->clock_suspect |= verdict != NULL && verdict->clock_suspect;
	to->ct_waived |= verdict != NULL && verdict->ct.waived;
	to->serves_ntp |= upstream_serves_ntp(u);
}

struct upstream_sum sums_of_upstream(const struct workers *all, size_t at)
{
	struct upstream_sum out = { .told = all->items[0].upstreams.items[at] };
	struct upstream_stats told;

	for (unsigned i = 0; i < all->n; i++) {
		const struct upstream *u = all->items[i].upstreams.items[at];
		const struct upstream_stats stats = upstream_stats(u);

		add_upstream(&out.stats, &stats);
		add_exceptions(&out, u);
		out.lanes += upstream_lane_count(u);
		if (goes_before(u, out.told))
			out.told = u;
	}
	told = upstream_stats(out.told);
	out.stats.latency_ms = told.latency_ms;
	out.stats.usual_ms = told.usual_ms;
	return out;
}
