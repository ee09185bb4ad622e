/* All SCTs of a certificate must be of logs whose shards take the day it ends on, and
 * a certificate that is new today must be of logs that nobody has retired. Which logs do
 * changes where a shard ends or a log is retired; so the answer is the last second of
 * some log's shard, or the last before some retirement: the latest one at which the
 * logs then left suffice. */
#include "ct/horizon.h"

#include <string.h>

#include "base/clock.h"

/* As many operators as a policy's numbers can ask for. */
#define OPERATORS_MAX UINT8_MAX

struct tally {
	const char *operators[OPERATORS_MAX];
	unsigned counts[OPERATORS_MAX];
	size_t operator_n;
	unsigned logs;
	bool has_rfc6962;
};

static int64_t floor_s(int64_t ms)
{
	return ms / 1000 - (ms % 1000 < 0);
}

/* The last second of its good standing, past or announced; INT64_MAX: no end is;
 * INT64_MIN: it never counts. */
static int64_t good_until_s(const struct ct_log *log, int64_t at_s)
{
	int64_t retired_ms;
	enum log_standing standing = ct_log_standing(log, at_s * 1000, &retired_ms);

	if (log->unfit != NULL || log->mimic)
		return INT64_MIN;
	if (standing == STANDING_RETIRED)
		return floor_s(retired_ms - 1);
	if (standing != STANDING_GOOD)
		return INT64_MIN;
	for (size_t i = 0; i < log->phase_n; i++)
		if (log->phases[i].state == LOG_RETIRED &&
			log->phases[i].since_ms > at_s * 1000)
			return floor_s(log->phases[i].since_ms - 1);
	return INT64_MAX;
}

/* The last second that a certificate of its shard may end at. */
static int64_t last_s(const struct ct_log *log)
{
	return log->until_ms == INT64_MAX ? INT64_MAX : floor_s(log->until_ms - 1);
}

static bool covers_s(const struct ct_log *log, int64_t not_after_s)
{
	/* Without an end: later than any shard. */
	return not_after_s == INT64_MAX ? log->until_ms == INT64_MAX
					: ct_log_covers(log, not_after_s * 1000);
}

static size_t find_operator(const struct tally *tally, const char *name)
{
	size_t i = 0;

	while (i < tally->operator_n && strcmp(tally->operators[i], name) != 0)
		i++;
	return i;
}

static void add(struct tally *tally, const struct ct_log *log, unsigned most)
{
	size_t at = find_operator(tally, log->operator_name);

	tally->has_rfc6962 |= !log->is_static;
	/* More operators than anyone asks for add nothing. */
	if (at == OPERATORS_MAX)
		return;
	if (at == tally->operator_n) {
		tally->operators[at] = log->operator_name;
		tally->counts[at] = 0;
		tally->operator_n++;
	}
	if (most != 0 && tally->counts[at] == most)
		return;
	tally->counts[at]++;
	tally->logs++;
}

static bool suffices(const struct tally *tally, const struct ct_policy *policy)
{
	const struct ct_method *method = &policy->methods[SCT_EMBEDDED];

	return tally->logs >= method->logs_short && tally->logs >= method->current_min &&
	       tally->operator_n >= method->operators_min &&
	       (tally->has_rfc6962 || !policy->needs_rfc6962);
}

/* The moments that decide whether a certificate can satisfy a policy. */
struct moments {
	int64_t at_s;        /* whose states of logs are meant */
	int64_t checked_s;   /* the certificate is judged, */
	int64_t not_after_s; /* and ends */
};

static bool is_satisfiable(const struct loglist *list, const struct ct_policy *policy,
	const struct moments *when)
{
	struct tally tally;

	tally.operator_n = 0;
	tally.logs = 0;
	tally.has_rfc6962 = false;
	for (size_t i = 0; i < list->n; i++) {
		const struct ct_log *log = &list->logs[i];

		if (covers_s(log, when->not_after_s) &&
			good_until_s(log, when->at_s) >= when->checked_s)
			add(&tally, log,
				policy->methods[SCT_EMBEDDED].per_operator_short);
		if (suffices(&tally, policy))
			return true;
	}
	return suffices(&tally, policy);
}

/* The last moment for certificates that end at that time, if it is later than `best`.
 * The later one is judged, the fewer logs are left. */
static int64_t later(const struct loglist *list, const struct ct_policy *policy,
	int64_t at_s, int64_t end_s, int64_t best)
{
	struct moments when = { at_s, end_s, end_s };
	int64_t good, bad = end_s;

	if (is_satisfiable(list, policy, &when))
		return end_s;
	good = when.checked_s = best + 1;
	if (good >= bad || !is_satisfiable(list, policy, &when))
		return best;
	/* The logs suffice at `good`, and at `bad` no longer. */
	while (bad - 1 > good) {
		uint64_t apart = (uint64_t)bad - (uint64_t)good;

		when.checked_s = (int64_t)((uint64_t)good + apart / 2);
		if (is_satisfiable(list, policy, &when))
			good = when.checked_s;
		else
			bad = when.checked_s;
	}
	return good;
}

int64_t ct_horizon_s(
	const struct loglist *list, const struct ct_policy *policy, int64_t at_s)
{
	int64_t best = INT64_MIN;

	if (!policy->methods[SCT_EMBEDDED].taken)
		return best;
	for (size_t i = 0; i < list->n; i++) {
		int64_t end_s = last_s(&list->logs[i]);

		if (end_s > best && good_until_s(&list->logs[i], at_s) != INT64_MIN)
			best = later(list, policy, at_s, end_s, best);
	}
	return best;
}

int64_t ct_horizon_lately_s(
	struct loglist *list, const struct ct_policy *policy, int64_t at_s)
{
	struct ct_horizon_memo *last = &list->horizon;

	/* The clock may have been set back. */
	if (last->policy != policy || at_s < last->at_s ||
		at_s - last->at_s >= CT_HORIZON_LATELY_S)
		*last = (struct ct_horizon_memo){ policy, at_s,
			ct_horizon_s(list, policy, at_s) };
	return last->horizon_s;
}

bool ct_horizon_is_past(int64_t horizon_s, int64_t at_s)
{
	return horizon_s != INT64_MIN && horizon_s < at_s;
}

/* A horizon that is near or past, so a time: neither of the two that are none. */
static bool is_near(int64_t horizon_s, int64_t at_s)
{
	return horizon_s != INT64_MIN && horizon_s - CT_HORIZON_WARN_S < at_s;
}

bool ct_horizon_is_bad(int64_t horizon_s, int64_t at_s)
{
	return horizon_s == INT64_MIN || is_near(horizon_s, at_s);
}

void ct_horizon_explain(
	int64_t horizon_s, const char *policy, int64_t at_s, struct text *out)
{
	char until[CLOCK_TEXT_MAX];

	clock_format(horizon_s, until);
	if (horizon_s == INT64_MIN)
		text_add(out, "it cannot satisfy %s: it has too few logs", policy);
	else if (horizon_s == INT64_MAX)
		text_add(out, "it can satisfy %s without end", policy);
	else if (ct_horizon_is_past(horizon_s, at_s))
		text_add(out, "it is STALE: it could satisfy %s until %s", policy, until);
	else if (is_near(horizon_s, at_s))
		text_add(
			out, "update it: it can satisfy %s only until %s", policy, until);
	else
		text_add(out, "it can satisfy %s until %s", policy, until);
}
