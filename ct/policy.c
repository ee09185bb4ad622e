#include "ct/policy.h"

#include <string.h>

/* What SCTs that are counted together come to. */
struct tally {
	enum sct_source by;
	unsigned came;     /* whatever they are worth */
	unsigned distinct; /* logs, before the limit per operator */
	unsigned logs, logs_needed;
	unsigned current, current_needed;
	unsigned operators, operators_needed;
	bool rfc6962_missing;
	unsigned missing; /* SCTs that would have to come at least; 0: satisfied */
};

/* The source with whose SCTs those of `source` are counted. */
static enum sct_source counted_with(
	const struct ct_policy *policy, enum sct_source source)
{
	return policy->pools_tls_and_ocsp && source == SCT_OCSP ? SCT_TLS : source;
}

/* https://c2sp.org/static-ct-api: without leaf_index nobody can find the entry. */
static void check_leaf_index(const struct ct_policy *policy, struct ct_report *report)
{
	for (size_t i = 0; policy->needs_leaf_index && i < report->n; i++) {
		struct sct_row *row = &report->rows[i];

		if (row->status == SCT_STATUS_OK && row->is_static &&
			!row->has_leaf_index)
			row->status = SCT_STATUS_MALFORMED;
	}
}

/* When the certificate can first be seen to have existed: the earliest valid SCT
 * of a log that nobody has retired. UINT64_MAX without one. */
static uint64_t earliest_ms(
	const struct ct_policy *policy, const struct ct_report *report)
{
	uint64_t earliest = UINT64_MAX;

	for (size_t i = 0; i < report->n; i++) {
		const struct sct_row *row = &report->rows[i];

		if (row->status == SCT_STATUS_OK && !row->retired &&
			policy->methods[row->source].taken &&
			row->timestamp_ms < earliest)
			earliest = row->timestamp_ms;
	}
	return earliest;
}

static bool predates(uint64_t time_ms, int64_t retired_ms)
{
	return retired_ms > 0 && time_ms < (uint64_t)retired_ms;
}

/* A log that is retired has signed what it liked since, with any date: only a
 * certificate that another log has seen before is known to be older. */
static void check_retired(const struct ct_policy *policy, struct ct_report *report)
{
	uint64_t earliest = earliest_ms(policy, report);

	for (size_t i = 0; i < report->n; i++) {
		struct sct_row *row = &report->rows[i];

		if (row->status == SCT_STATUS_OK && row->retired &&
			!(policy->methods[row->source].retired_counts &&
				predates(row->timestamp_ms, row->retired_ms) &&
				predates(earliest, row->retired_ms)))
			row->status = SCT_STATUS_LOG_RETIRED;
	}
}

static bool is_log_of(const struct sct_row *row, const struct sct_row *other)
{
	return other->status == SCT_STATUS_OK &&
	       memcmp(other->log_id, row->log_id, sizeof row->log_id) == 0;
}

/* A log that has changed hands may show an SCT of either operator: a duplicate
 * must not take the second one away. */
static bool is_operator_of(const struct sct_row *row, const struct sct_row *other)
{
	return (other->status == SCT_STATUS_OK ||
		       other->status == SCT_STATUS_DUPLICATE) &&
	       strcmp(other->operator_name, row->operator_name) == 0;
}

static bool counts_for_operator_of(const struct sct_row *row, const struct sct_row *other)
{
	return other->counts && strcmp(other->operator_name, row->operator_name) == 0;
}

/* Of the rows before `i` that are counted together with it. */
static unsigned count_before(const struct ct_policy *policy,
	const struct ct_report *report, size_t i,
	bool (*is)(const struct sct_row *row, const struct sct_row *other))
{
	const struct sct_row *row = &report->rows[i];
	enum sct_source by = counted_with(policy, row->source);
	unsigned n = 0;

	for (size_t j = 0; j < i; j++) {
		const struct sct_row *other = &report->rows[j];

		if (counted_with(policy, other->source) == by && is(row, other))
			n++;
	}
	return n;
}

static void count_row(const struct ct_policy *policy, unsigned per_operator,
	struct ct_report *report, size_t i, struct tally *t)
{
	struct sct_row *row = &report->rows[i];

	if (count_before(policy, report, i, is_operator_of) == 0)
		t->operators++;
	if (count_before(policy, report, i, is_log_of) > 0) {
		row->status = SCT_STATUS_DUPLICATE;
		return;
	}
	t->distinct++;
	t->current += !row->retired;
	if (!row->is_static)
		t->rfc6962_missing = false;
	row->counts = per_operator == 0 || count_before(policy, report, i,
						   counts_for_operator_of) < per_operator;
	t->logs += row->counts;
}

static unsigned greater(unsigned a, unsigned b)
{
	return a > b ? a : b;
}

static unsigned lack(unsigned have, unsigned need)
{
	return have < need ? need - have : 0;
}

static struct tally count_rows(
	const struct ct_policy *policy, enum sct_source by, struct ct_report *report)
{
	const struct ct_method *method = &policy->methods[by];
	bool is_short = report->lifetime_s <= policy->short_max_s;
	unsigned per_operator =
		is_short ? method->per_operator_short : method->per_operator_long;
	struct tally t = {
		.by = by,
		.logs_needed = is_short ? method->logs_short : method->logs_long,
		.current_needed = method->current_min,
		.operators_needed = method->operators_min,
		.rfc6962_missing = policy->needs_rfc6962,
	};

	/* So many it takes where only some of each are counted. */
	if (per_operator > 0)
		t.operators_needed = greater(t.operators_needed,
			(t.logs_needed + per_operator - 1) / per_operator);
	for (size_t i = 0; i < report->n; i++) {
		if (counted_with(policy, report->rows[i].source) != by)
			continue;
		t.came++;
		if (report->rows[i].status == SCT_STATUS_OK)
			count_row(policy, per_operator, report, i, &t);
	}
	t.missing = greater(
		greater(lack(t.logs, t.logs_needed), lack(t.current, t.current_needed)),
		greater(lack(t.operators, t.operators_needed), t.rfc6962_missing));
	return t;
}

/* By a way that the policy takes: what it does not look at has not come. */
static bool anything_decoded(
	const struct ct_policy *policy, const struct ct_report *report)
{
	for (size_t i = 0; i < report->n; i++) {
		const struct sct_row *row = &report->rows[i];

		if (row->decoded && policy->methods[row->source].taken)
			return true;
	}
	return false;
}

static enum ct_outcome outcome_of(const struct ct_policy *policy, const struct tally *t,
	const struct ct_report *report)
{
	if (!anything_decoded(policy, report))
		return CT_NONE;
	if (t->missing == 0)
		return CT_SATISFIED;
	if (t->distinct >= t->logs_needed && t->current >= t->current_needed &&
		!t->rfc6962_missing)
		return CT_OPERATORS;
	return CT_TOO_FEW;
}

/* What satisfies, or lacks the fewest. By a way that no SCT came, none is near. */
static bool is_nearer(const struct tally *t, const struct tally *nearest)
{
	return t->came > 0 && (nearest->came == 0 || t->missing < nearest->missing);
}

void ct_policy_judge(
	const struct ct_policy *policy, int64_t lifetime_s, struct ct_report *report)
{
	struct tally nearest;

	report->lifetime_s = lifetime_s;
	check_leaf_index(policy, report);
	check_retired(policy, report);
	/* A source that is counted with another one comes to nothing by itself. */
	nearest = count_rows(policy, SCT_EMBEDDED, report);
	for (enum sct_source by = SCT_TLS; by < SCT_SOURCE_COUNT; by++) {
		struct tally t;

		if (!policy->methods[by].taken)
			continue;
		t = count_rows(policy, by, report);
		if (is_nearer(&t, &nearest))
			nearest = t;
	}
	report->outcome = outcome_of(policy, &nearest, report);
	report->by = nearest.by;
	report->pooled = policy->pools_tls_and_ocsp && nearest.by == SCT_TLS;
	report->logs = nearest.logs;
	report->logs_needed = nearest.logs_needed;
	report->current = nearest.current;
	report->current_needed = nearest.current_needed;
	report->operators = nearest.operators;
	report->operators_needed = nearest.operators_needed;
	report->rfc6962_missing = nearest.rfc6962_missing;
}
