/* Certificate Transparency in words: a line for the policy, one for each SCT, one
 * for the list, one for the staple. */
#include <stdio.h>

#include "base/clock.h"
#include "ct/age.h"
#include "ct/explain.h"
#include "ct/horizon.h"
#include "ctl/output.h"

/* Longer than any: names of logs and operators have an end. */
#define LINE_MAX_BYTES 2048

void print_ct_policy(const struct ct_policy *policy, const struct ct_report *report)
{
	char line[LINE_MAX_BYTES];
	struct text text = text_in(line, sizeof line);

	ct_explain(policy, report, &text);
	puts(line);
}

void print_ct_row(const struct sct_row *row)
{
	char line[LINE_MAX_BYTES];
	struct text text = text_in(line, sizeof line);

	ct_explain_row(row, &text);
	puts(line);
}

void print_log_list(
	const char *policy, int64_t timestamp_s, int64_t horizon_s, int64_t at_s)
{
	char line[LINE_MAX_BYTES];
	struct text text = text_in(line, sizeof line);

	text_add(&text, "log list ");
	ct_age_explain(timestamp_s, at_s, &text);
	text_add(&text, "; ");
	ct_horizon_explain(horizon_s, policy, at_s, &text);
	puts(line);
}

static const char *staple_words(enum staple_state state)
{
	switch (state) {
	case STAPLE_ABSENT:
		return "none was sent";
	case STAPLE_AWAITED:
		return "the handshake did not come that far";
	case STAPLE_UNUSABLE:
		return "it says nothing of this certificate";
	case STAPLE_OLD:
		return "it is of another time, and does not count";
	case STAPLE_UNKNOWN:
		return "the CA does not know this certificate";
	case STAPLE_GOOD:
		return "the CA has not revoked it";
	case STAPLE_REVOKED:
		return "the CA has revoked it";
	}
	return "";
}

void print_staple(const struct staple *staple)
{
	char from[CLOCK_TEXT_MAX], to[CLOCK_TEXT_MAX];

	printf("  %-5s %-7s %s", "ocsp", staple_word(staple->state),
		staple_words(staple->state));
	if (staple->problem != NULL)
		printf(": %s", staple->problem);
	if (staple->this_update_s != 0) {
		clock_format(staple->this_update_s, from);
		clock_format(staple->next_update_s, to);
		printf(" (of %s%s%s)", from, staple->next_update_s != 0 ? " until " : "",
			staple->next_update_s != 0 ? to : "");
	}
	puts(staple->required ? "; the certificate demands one" : "");
}

void print_ct(const struct verdict *v)
{
	const char *name = v->ct.policy != NULL ? v->ct.policy->name : "";

	if (v->ct.mode == CT_MODE_OFF) {
		puts("not checked: off");
		return;
	}
	if (v->ct.ok == RULE_UNKNOWN) {
		printf("%s, %s: not looked at: SCTs only count on a chain that holds\n",
			ct_mode_text(v->ct.mode), name);
		return;
	}
	printf("%s, %s: ", ct_mode_text(v->ct.mode), name);
	print_ct_policy(v->ct.policy, &v->ct.report);
	for (size_t i = 0; i < v->ct.report.n; i++) {
		fputs("          ", stdout);
		print_ct_row(&v->ct.report.rows[i]);
	}
	fputs("          ", stdout);
	print_log_list(name, v->ct.list_timestamp_s, v->ct.list_horizon_s, v->ct.at_s);
	if (v->ct.ok == RULE_FAILED && v->ct.mode == CT_MODE_REPORT)
		puts("          let pass: ct: report");
	if (v->ct.waived)
		puts("          let pass: ct.stale");
}
