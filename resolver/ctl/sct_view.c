#include "ctl/sct_view.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "ct/age.h"
#include "ct/horizon.h"
#include "ctl/output.h"
#include "tls/report.h"

enum status sct_view_check(
	struct sct_view *s, const struct peer_shown *shown, X509 *issuer)
{
	X509 *leaf = shown->sent != NULL ? sk_X509_value(shown->sent, 0) : NULL;
	enum status status = STATUS_OK;

	s->has_leaf = leaf != NULL;
	s->has_issuer = issuer != NULL;
	if (leaf != NULL)
		status = peer_describe(leaf, &s->leaf);
	if (status == STATUS_OK && issuer != NULL)
		status = peer_describe(issuer, &s->issuer);
	if (status == STATUS_OK)
		status = sctcheck_run(
			s->logs, s->policy, shown, issuer, s->at_s, &s->check);
	return status;
}

/* --- in words -------------------------------------------------------------- */

static void print_state(const struct ct_log *log, int64_t at_s)
{
	const struct log_phase *phase = ct_log_phase_at(log, at_s * 1000);
	char since[CLOCK_TEXT_MAX];

	if (phase == NULL) {
		printf("; the log has no state%s", log->phase_n > 0 ? " yet" : "");
		return;
	}
	clock_format(phase->since_ms / 1000, since);
	printf("; the log is %s since %s", log_state_word(phase->state), since);
}

static void print_row(const struct sct_view *s, const struct sct_row *row)
{
	const struct ct_log *log =
		row->decoded ? loglist_find(s->logs, row->log_id) : NULL;

	fputs("  ", stdout);
	print_ct_row(row);
	if (!row->decoded)
		return;
	printf("    signature %s", sct_signature_word(row->signature));
	if (log != NULL)
		print_state(log, s->at_s);
	puts("");
}

static void print_certificates(const struct sct_view *s)
{
	char pin[PIN_TEXT_MAX], from[CLOCK_TEXT_MAX], to[CLOCK_TEXT_MAX];

	if (!s->has_leaf) {
		puts("a bare list: without its certificate no signature can be checked");
		return;
	}
	pin_format(&s->leaf.pin, pin);
	clock_format(s->leaf.not_before_s, from);
	clock_format(s->leaf.not_after_s, to);
	printf("%s\n  %s\n  valid %s to %s\n", s->leaf.subject, pin, from, to);
	if (s->has_issuer)
		printf("  issued by %s\n", s->issuer.subject);
	else
		puts("  its issuer is not in the file: embedded SCTs cannot be checked");
}

void sct_view_print(const struct sct_view *s)
{
	const struct ct_report *report = &s->check.report;
	char at[CLOCK_TEXT_MAX];

	clock_format(s->at_s, at);
	print_certificates(s);
	for (size_t i = 0; i < report->n; i++)
		print_row(s, &report->rows[i]);
	for (int i = 0; i < SCT_SOURCE_COUNT; i++)
		if (report->list_broken[i])
			printf("  the list of SCTs (%s) is broken: none counts\n",
				sct_source_word((enum sct_source)i));
	if (s->check.staple.state != STAPLE_ABSENT)
		print_staple(&s->check.staple);
	printf("policy %s at %s: ", s->policy->name, at);
	print_ct_policy(s->policy, report);
	print_log_list(s->policy->name, ct_age_date_s(s->logs),
		ct_horizon_s(s->logs, s->policy, s->at_s), s->at_s);
}

/* --- as JSON --------------------------------------------------------------- */

static json_t *certificate_json(bool is_there, const struct peer_certificate *c)
{
	if (!is_there)
		return json_null();
	return json_pack("{s:s, s:o, s:o, s:o}", "subject", c->subject, "pin",
		pin_json(&c->pin), "not_before", time_json(c->not_before_s), "not_after",
		time_json(c->not_after_s));
}

static json_t *state_json(const struct sct_view *s, const struct sct_row *row)
{
	const struct ct_log *log =
		row->decoded ? loglist_find(s->logs, row->log_id) : NULL;
	const struct log_phase *phase =
		log != NULL ? ct_log_phase_at(log, s->at_s * 1000) : NULL;

	if (phase == NULL)
		return json_null();
	return json_pack("{s:s, s:o}", "state", log_state_word(phase->state), "since",
		time_json(phase->since_ms / 1000));
}

static json_t *row_json(const struct sct_view *s, const struct sct_row *row)
{
	json_t *out = sct_row_json(row);

	if (json_object_set_new(out, "log_state", state_json(s, row)) == 0)
		return out;
	json_decref(out);
	return NULL;
}

static json_t *rows_json(const struct sct_view *s)
{
	json_t *out = json_array();
	bool ok = out != NULL;

	for (size_t i = 0; ok && i < s->check.report.n; i++)
		ok = json_array_append_new(out, row_json(s, &s->check.report.rows[i])) ==
		     0;
	if (ok)
		return out;
	json_decref(out);
	return NULL;
}

static json_t *broken_json(const struct ct_report *report)
{
	json_t *out = json_array();
	bool ok = out != NULL;

	for (int i = 0; ok && i < SCT_SOURCE_COUNT; i++)
		if (report->list_broken[i])
			ok = json_array_append_new(out,
				     json_string(sct_source_word((enum sct_source)i))) ==
			     0;
	if (ok)
		return out;
	json_decref(out);
	return NULL;
}

json_t *sct_view_json(const struct sct_view *s)
{
	const struct ct_report *report = &s->check.report;

	return json_pack("{s:o, s:o, s:o, s:s, s:b, s:s, s:o, s:o, s:o}", "certificate",
		certificate_json(s->has_leaf, &s->leaf), "issuer",
		certificate_json(s->has_issuer, &s->issuer), "at", time_json(s->at_s),
		"policy", s->policy->name, "ok", (int)(report->outcome == CT_SATISFIED),
		"ocsp", staple_word(s->check.staple.state), "list_timestamp",
		time_json(ct_age_date_s(s->logs)), "broken", broken_json(report), "scts",
		rows_json(s));
}
