#include "ct/explain.h"

#include <inttypes.h>
#include <string.h>

#include "base/base64.h"
#include "base/clock.h"

static void add_name(struct text *out, const char *name)
{
	text_add_untrusted(out, name, strlen(name));
}

static void add_time(struct text *out, uint64_t time_ms)
{
	char text[CLOCK_TEXT_MAX];

	clock_format((int64_t)(time_ms / 1000), text);
	if (text[0] == '-') /* no year of four digits */
		text_add(out, "%" PRIu64 " ms after 1970", time_ms);
	else
		text_add(out, "%s", text);
}

/* Which log of whom, when, and where in it. */
static void add_log(struct text *out, const struct sct_row *row)
{
	char id[BASE64_TEXT_MAX(SCT_LOG_ID_BYTES)];

	if (!row->decoded) {
		text_add(out, "an SCT that cannot be read");
		return;
	}
	if (row->known && row->log[0] != '\0') {
		add_name(out, row->log);
	} else {
		base64_encode(bytes_of(row->log_id, sizeof row->log_id), id);
		text_add(out, "log %s", id);
	}
	if (row->known) {
		text_add(out, " of ");
		add_name(out, row->operator_name);
	}
	text_add(out, ", ");
	add_time(out, row->timestamp_ms);
	if (row->has_leaf_index)
		text_add(out, ", leaf %" PRIu64, row->leaf_index);
}

/* One word stands for several faults where scripts read it. */
static const char *fault_text(const struct sct_row *row)
{
	if (row->status == SCT_STATUS_MALFORMED)
		return row->decoded ? "its log is static, and it has no leaf_index"
				    : "it does not follow RFC 6962";
	if (row->status == SCT_STATUS_UNSUPPORTED)
		return row->decoded ? "its algorithm, log or issuer cannot be used"
				    : "its version is not 1";
	return sct_status_text(row->status);
}

void ct_explain_row(const struct sct_row *row, struct text *out)
{
	text_add(out, "%s: ", sct_source_word(row->source));
	add_log(out, row);
	if (row->counts)
		text_add(out, ": counts");
	else if (row->status == SCT_STATUS_OK)
		text_add(out, ": is valid, and this policy does not count it");
	else
		text_add(out, ": does not count: %s", fault_text(row));
	if (row->retired && row->retired_ms > 0) {
		text_add(out, "; its log is retired since ");
		add_time(out, (uint64_t)row->retired_ms);
	}
}

/* Whether it was counted together with what satisfied the policy or came nearest. */
static bool is_by(const struct ct_report *report, const struct sct_row *row)
{
	return row->source == report->by || (report->pooled && row->source == SCT_OCSP);
}

static const char *const kinds[] = {
	[SCT_EMBEDDED] = "embedded",
	[SCT_TLS] = "TLS",
	[SCT_OCSP] = "OCSP",
};

/* "2 of 3 SCTs count", and which if others came another way. */
static void add_counts(struct text *out, const struct ct_report *report)
{
	const char *kind = report->pooled ? "TLS and OCSP" : kinds[report->by];
	size_t n = 0, counted = 0;

	for (size_t i = 0; i < report->n; i++) {
		const struct sct_row *row = &report->rows[i];

		n += is_by(report, row);
		counted += is_by(report, row) && row->counts;
	}
	text_add(out, "%zu of %zu ", counted, n);
	if (n < report->n)
		text_add(out, "%s ", kind);
	text_add(out, counted == 1 ? "SCTs counts" : "SCTs count");
}

static bool shows_operator(const struct ct_report *report, const struct sct_row *row)
{
	return is_by(report, row) &&
	       (row->status == SCT_STATUS_OK || row->status == SCT_STATUS_DUPLICATE);
}

static bool operator_came_before(const struct ct_report *report, size_t i)
{
	for (size_t j = 0; j < i; j++) {
		if (shows_operator(report, &report->rows[j]) &&
			strcmp(report->rows[j].operator_name,
				report->rows[i].operator_name) == 0)
			return true;
	}
	return false;
}

static void add_operators(struct text *out, const struct ct_report *report)
{
	const char *between = "";

	for (size_t i = 0; i < report->n; i++) {
		if (!shows_operator(report, &report->rows[i]) ||
			operator_came_before(report, i))
			continue;
		text_add(out, "%s", between);
		add_name(out, report->rows[i].operator_name);
		between = ", ";
	}
}

/* A day begun counts; a certificate of 90 days ends a second before they are over. */
static int64_t lifetime_days(const struct ct_report *report)
{
	return (report->lifetime_s + 86399) / 86400;
}

static void add_needs(struct text *out, const struct ct_report *report)
{
	text_add(out, "needs %u distinct logs", report->logs_needed);
	if (report->by == SCT_EMBEDDED)
		text_add(out, " for a certificate of %" PRId64 " days",
			lifetime_days(report));
	if (report->operators_needed > 1)
		text_add(out, ", of %u operators", report->operators_needed);
	text_add(out, ", %s of them in good standing today",
		report->current_needed == 1 ? "one" : "all");
}

/* What is not to be seen from the numbers. */
static void add_remarks(
	struct text *out, const struct ct_policy *policy, const struct ct_report *report)
{
	bool came[SCT_SOURCE_COUNT] = { false };

	for (size_t i = 0; i < report->n; i++)
		came[report->rows[i].source] = true;
	if (report->outcome == CT_TOO_FEW && report->current < report->current_needed &&
		report->logs >= report->logs_needed)
		text_add(out, "; none is");
	if (report->outcome == CT_TOO_FEW && report->rfc6962_missing)
		text_add(out, "; one of them must not be a static log");
	for (unsigned i = 0; i < SCT_SOURCE_COUNT; i++) {
		if (report->list_broken[i])
			text_add(out, "; the list of %s SCTs is broken", kinds[i]);
		if (came[i] && !policy->methods[i].taken)
			text_add(out, "; %s counts no %s SCTs", policy->name, kinds[i]);
	}
	if (report->left_out > 0)
		text_add(out, "; %zu more not looked at", report->left_out);
}

void ct_explain(
	const struct ct_policy *policy, const struct ct_report *report, struct text *out)
{
	switch (report->outcome) {
	case CT_SATISFIED:
		add_counts(out, report);
		text_add(out, ": logs of ");
		add_operators(out, report);
		text_add(out, "; %s ", policy->name);
		break;
	case CT_OPERATORS:
		text_add(out, "too few operators: ");
		add_counts(out, report);
		text_add(out, ", logs of ");
		add_operators(out, report);
		text_add(out, " alone; %s ", policy->name);
		break;
	case CT_TOO_FEW:
		text_add(out, "too few: ");
		add_counts(out, report);
		text_add(out, " under %s, which ", policy->name);
		break;
	case CT_NONE:
		text_add(out, "no SCTs%s; %s ", report->n > 0 ? " that can be used" : "",
			policy->name);
		break;
	}
	add_needs(out, report);
	add_remarks(out, policy, report);
}
