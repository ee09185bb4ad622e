/* A verdict in words: what a person needs to know to repair it. */

#include "ct/explain.h"
#include "base/clock.h"
#include "tls/verdict.h"

/* Which key was seen, and whose. */
static void explain_seen(const struct verdict *v, struct text *out)
{
	const struct peer_certificate *leaf = &v->chain.certificates[0];
	char seen[PIN_TEXT_MAX];

	if (v->chain.n == 0)
		return;
	pin_format(&leaf->pin, seen);
	text_add(out, " (seen: %s, %s)",
		leaf->subject[0] != '\0' ? leaf->subject : "no subject", seen);
}

static void explain_change(const char *who, const struct pin *known,
	const struct pin *seen, struct text *out)
{
	char before[PIN_TEXT_MAX], now[PIN_TEXT_MAX];

	if (pin_equal(known, seen))
		return;
	pin_format(known, before);
	pin_format(seen, now);
	text_add(out, " (%s: learned %s, seen %s)", who, before, now);
}

static void explain_pins(const struct verdict *v, struct text *out)
{
	struct learned_pins seen;

	if (!v->pins.has_known || !verdict_keys(v, &seen) ||
		learned_pins_equal(&v->pins.known, &seen)) {
		explain_seen(v, out);
		return;
	}
	explain_change("issuer", &v->pins.known.issuer, &seen.issuer, out);
	explain_change("root", &v->pins.known.root, &seen.root, out);
}

static void explain_staple(const struct verdict *v, struct text *out)
{
	if (v->staple.problem != NULL)
		text_add(out, " (staple %s: %s)", staple_word(v->staple.state),
			v->staple.problem);
	else
		text_add(out, " (staple %s)", staple_word(v->staple.state));
}

static void explain_revoked(const struct verdict *v, struct text *out)
{
	char when[CLOCK_TEXT_MAX];

	clock_format(v->staple.this_update_s, when);
	if (v->staple.state == STAPLE_REVOKED)
		text_add(out, " (says the stapled OCSP response of %s)", when);
}

static void explain_stale(const struct verdict *v, struct text *out)
{
	char list[CLOCK_TEXT_MAX], end[CLOCK_TEXT_MAX];

	if (v->ct.list_timestamp_s != INT64_MIN) {
		clock_format(v->ct.list_timestamp_s, list);
		text_add(out, " (of %s)", list);
	}
	if (v->ct.list_horizon_s != INT64_MIN) {
		clock_format(v->ct.list_horizon_s, end);
		text_add(out, " (good until %s)", end);
	}
}

/* What is missing for the policy; says more than the reason's own text. */
static bool explain_scts(const struct verdict *v, struct text *out)
{
	if (v->ct.ok != RULE_FAILED || v->ct.reason == REASON_CT_LOG_LIST_STALE)
		return false;
	ct_explain(v->ct.policy, &v->ct.report, out);
	return true;
}

/* By how much a clock is wrong that is. */
static void explain_clock(const struct verdict *v, struct text *out)
{
	char from[CLOCK_TEXT_MAX], at[CLOCK_TEXT_MAX];

	clock_format(v->clock.valid_from_s, from);
	clock_format(v->clock.at_s, at);
	text_add(out, " (valid from %s, and it is %s)", from, at);
}

static void explain_detail(const struct verdict *v, enum reason reason, struct text *out)
{
	if (v->detail[0] != '\0' &&
		(reason == REASON_TLS_PROTOCOL || reason == v->pkix.reason))
		text_add(out, " (%s)", v->detail);
	if (reason == REASON_NAME_MISMATCH)
		explain_seen(v, out);
	if (reason == REASON_PIN_MISMATCH)
		explain_pins(v, out);
	if (reason == REASON_PKIX_REVOKED)
		explain_revoked(v, out);
	if (reason == REASON_OCSP_REQUIRED)
		explain_staple(v, out);
	if (reason == REASON_CT_LOG_LIST_STALE)
		explain_stale(v, out);
	if (reason == REASON_CLOCK_SUSPECT)
		explain_clock(v, out);
}

/* What was let pass, and why. */
static void explain_accepted(const struct verdict *v, struct text *out)
{
	text_add(out, "accepted%s%s%s", v->resumed ? ", resumed" : "",
		v->pkix.pins_only ? ", pins only" : "",
		v->pins.report_only ? ", pin_mismatch reported" : "");
	if (v->provisional)
		text_add(out, " so far, the OCSP staple is awaited");
	if (v->clock_suspect) {
		text_add(out, ", clock_suspect%s",
			v->for_ntp ? ", to ask for ntp_names alone" : "");
		explain_clock(v, out);
	}
	if (v->ct.ok != RULE_FAILED)
		return;
	if (v->ct.waived) {
		text_add(out, ", ct waived: log list too old");
		explain_stale(v, out);
	} else {
		text_add(out, ", ct reported: ");
		if (!explain_scts(v, out))
			text_add(out, "%s", reason_text(v->ct.reason));
	}
}

static bool is_about_scts(enum reason reason)
{
	return reason == REASON_CT_NO_SCTS || reason == REASON_CT_TOO_FEW ||
	       reason == REASON_CT_OPERATORS;
}

void verdict_explain(const struct verdict *v, struct text *out)
{
	if (v->accepted) {
		explain_accepted(v, out);
		return;
	}
	text_add(out, "%s: ", reason_word(v->reason));
	if (is_about_scts(v->reason) && explain_scts(v, out))
		return;
	text_add(out, "%s", reason_text(v->reason));
	explain_detail(v, v->reason, out);
}
