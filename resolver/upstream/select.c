#include "upstream/select.h"

/* 0 is best. */
static unsigned tier(const struct candidate *c)
{
	switch (c->state) {
	case HEALTH_UNKNOWN:
	case HEALTH_GOOD:
		return 0;
	case HEALTH_SLOW:
		return 1;
	case HEALTH_UNREACHABLE:
	case HEALTH_REFUSED:
	case HEALTH_BROKEN:
		break;
	}
	return 2;
}

/* Who was asked and has not answered yet may be black-holed. */
static uint32_t speed(const struct candidate *c)
{
	if (!c->was_asked)
		return 0;
	return c->latency_ms > 0 ? c->latency_ms : UINT32_MAX;
}

/* By more than what latencies vary by from one minute to the next. */
static bool is_faster(const struct candidate *a, const struct candidate *b)
{
	uint32_t a_ms = speed(a), b_ms = speed(b);

	return a_ms < b_ms && b_ms - a_ms > a_ms / 8 + 1;
}

static unsigned best_tier(const struct candidate *all, size_t n, size_t *in_it)
{
	unsigned best = UINT32_MAX;

	*in_it = 0;
	for (size_t i = 0; i < n; i++) {
		if (!all[i].may_be_asked || tier(&all[i]) > best)
			continue;
		if (tier(&all[i]) < best)
			*in_it = 0;
		best = tier(&all[i]);
		++*in_it;
	}
	return best;
}

/* The k-th of those in the tier. */
static size_t nth(const struct candidate *all, size_t n, unsigned in_tier, uint64_t k)
{
	for (size_t i = 0; i < n; i++)
		if (all[i].may_be_asked && tier(&all[i]) == in_tier && k-- == 0)
			return i;
	return n;
}

/* Whoever is not asked cannot show that it is fast by now: the slow ones, and where speed
 * is what counts all that work. */
static bool is_worth_a_look(enum strategy strategy, const struct candidate *c)
{
	return c->may_be_asked &&
	       (tier(c) == 1 || (tier(c) == 0 && strategy == STRATEGY_FASTEST));
}

/* The k-th of them, going round; `n` if there is none. */
static size_t explore(
	enum strategy strategy, const struct candidate *all, size_t n, uint64_t k)
{
	size_t found = n, in_it = 0;

	for (size_t i = 0; i < n; i++)
		in_it += is_worth_a_look(strategy, &all[i]);
	if (in_it == 0)
		return n;
	k %= in_it;
	for (size_t i = 0; i < n && found == n; i++)
		if (is_worth_a_look(strategy, &all[i]) && k-- == 0)
			found = i;
	return found;
}

static size_t fastest(const struct candidate *all, size_t n, unsigned in_tier)
{
	size_t best = n;

	for (size_t i = 0; i < n; i++) {
		if (!all[i].may_be_asked || tier(&all[i]) != in_tier)
			continue;
		if (best == n || is_faster(&all[i], &all[best]))
			best = i;
	}
	return best;
}

size_t select_best(
	enum strategy strategy, const struct candidate *all, size_t n, uint64_t turn)
{
	size_t in_it;
	unsigned best = best_tier(all, n, &in_it);

	if (in_it == 0)
		return n;
	if (turn % SELECT_EXPLORE_EVERY == SELECT_EXPLORE_EVERY - 1) {
		size_t other = explore(strategy, all, n, turn / SELECT_EXPLORE_EVERY);

		if (other < n)
			return other;
	}
	switch (strategy) {
	case STRATEGY_ORDERED:
		break;
	case STRATEGY_ROUND_ROBIN:
		return nth(all, n, best, turn % in_it);
	case STRATEGY_FASTEST:
		return fastest(all, n, best);
	}
	return nth(all, n, best, 0);
}
