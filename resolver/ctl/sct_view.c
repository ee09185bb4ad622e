#include "ctl/scts.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "ct/horizon.h"
#include "ctl/output.h"
#include "tls/report.h"

enum status scts_check(struct scts *s, const struct peer_shown *shown, X509 *issuer)
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

/* The state that counts: the latest begun. NULL: none has. */
static const struct log_phase *current_phase(const struct ct_log *log, int64_t at_ms)
{
	const struct log_phase *phase = NULL;

	for (size_t i = 0; i < log->phase_n && log->phases[i].since_ms <= at_ms; i++)
		phase = &log->phases[i];
	return phase;
}

static int64_t list_timestamp_s(const struct loglist *list)
{
	return list->has_timestamp ? list->timestamp_ms / 1000 : INT64_MIN;
}

/* --- in words -------------------------------------------------------------- */

static void print_state(const struct ct_log *log, int64_t at_s)
{
	const struct log_phase *phase = current_phase(log, at_s * 1000);
	char since[CLOCK_TEXT_MAX];

	if (phase == NULL) {
		printf("; the log has no state%s", log->phase_n > 0 ? " yet" : "");
		return;
	}
	clock_format(phase->since_ms / 1000, since);
	printf("; the log is %s since %s", log_state_word(phase->state), since);
}

static void print_row(const struct scts *s, const struct sct_row *row)
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

static void print_certificates(const struct scts *s)
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

void scts_print(const struct scts *s)
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
	print_log_list(list_timestamp_s(s->logs),
		ct_horizon_s(s->logs, s->policy, s->at_s), s->at_s);
}

/* --- as JSON --------------------------------------------------------------- */

json_t *scts_text_json(const char *text)
{
	json_t *out = json_string(text);

	return out != NULL ? out : json_null();
}

static json_t *time_json(int64_t at_s)
{
	char text[CLOCK_TEXT_MAX];

	clock_format(at_s, text);
	return json_string(text);
}

static json_t *certificate_json(bool is_there, const struct peer_certificate *c)
{
	char pin[PIN_TEXT_MAX];

	if (!is_there)
		return json_null();
	pin_format(&c->pin, pin);
	return json_pack("{s:s, s:s, s:o, s:o}", "subject", c->subject, "pin", pin,
		"not_before", time_json(c->not_before_s), "not_after",
		time_json(c->not_after_s));
}

static json_t *state_json(const struct scts *s, const struct sct_row *row)
{
	const struct ct_log *log =
		row->decoded ? loglist_find(s->logs, row->log_id) : NULL;
	const struct log_phase *phase =
		log != NULL ? current_phase(log, s->at_s * 1000) : NULL;

	if (phase == NULL)
		return json_null();
	return json_pack("{s:s, s:o}", "state", log_state_word(phase->state), "since",
		time_json(phase->since_ms / 1000));
}

static json_t *rows_json(const struct scts *s)
{
	json_t *out = json_array();

	for (size_t i = 0; i < s->check.report.n; i++) {
		const struct sct_row *row = &s->check.report.rows[i];
		json_t *one = sct_row_to_json(row);

		if (one != NULL)
			json_object_set_new(one, "log_state", state_json(s, row));
		json_array_append_new(out, one);
	}
	return out;
}

static json_t *broken_json(const struct ct_report *report)
{
	json_t *out = json_array();

	for (int i = 0; i < SCT_SOURCE_COUNT; i++)
		if (report->list_broken[i])
			json_array_append_new(
				out, json_string(sct_source_word((enum sct_source)i)));
	return out;
}

json_t *scts_json(const struct scts *s)
{
	const struct ct_report *report = &s->check.report;
	int64_t timestamp_s = list_timestamp_s(s->logs);

	return json_pack("{s:o, s:o, s:o, s:s, s:b, s:s, s:o, s:o, s:o}", "certificate",
		certificate_json(s->has_leaf, &s->leaf), "issuer",
		certificate_json(s->has_issuer, &s->issuer), "at", time_json(s->at_s),
		"policy", s->policy->name, "ok", (int)(report->outcome == CT_SATISFIED),
		"ocsp", staple_word(s->check.staple.state), "list_timestamp",
		timestamp_s != INT64_MIN ? time_json(timestamp_s) : json_null(), "broken",
		broken_json(report), "scts", rows_json(s));
}
