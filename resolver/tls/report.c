#include "tls/report.h"

#include <stdlib.h>
#include <string.h>

#include "base/base64.h"
#include "base/clock.h"
#include "ct/age.h"
#include "ct/explain.h"
#include "ct/horizon.h"

/* A verdict's line with all that may stand in it. */
#define WORDS_MAX 1024

static json_t *rule_json(enum rule rule)
{
	return rule == RULE_UNKNOWN ? json_null() : json_boolean(rule == RULE_OK);
}

/* "pkix_expired", or null where nothing is wrong. */
static json_t *reason_json(enum reason reason)
{
	return reason == REASON_NONE ? json_null() : json_string(reason_word(reason));
}

json_t *json_untrusted(const char *text)
{
	json_t *out = json_string(text);
	size_t n = strlen(text), cap = 4 * n + 1; /* \xNN */
	char *escaped = out == NULL ? malloc(cap) : NULL;
	struct text t;

	if (escaped == NULL)
		return out;
	t = text_in(escaped, cap);
	text_add_untrusted(&t, text, n);
	out = json_string(escaped);
	free(escaped);
	return out;
}

json_t *pin_json(const struct pin *pin)
{
	char text[PIN_TEXT_MAX];

	pin_format(pin, text);
	return json_string(text);
}

json_t *time_json(int64_t at_s)
{
	char text[CLOCK_TEXT_MAX];

	if (at_s == INT64_MIN || at_s == INT64_MAX)
		return json_null();
	clock_format(at_s, text);
	return json_string(text);
}

/* 0 is none. */
static json_t *known_time_json(int64_t at_s)
{
	return at_s == 0 ? json_null() : time_json(at_s);
}

/* Words of a log list, which may have been cut within a character. */
static json_t *name_text_json(const char *name)
{
	json_t *out = json_string(name);
	char escaped[4 * SCT_NAME_MAX];
	struct text text = text_in(escaped, sizeof escaped);

	if (out != NULL)
		return out;
	text_add_untrusted(&text, name, strlen(name));
	return json_string(escaped);
}

static json_t *chain_json(const struct peer_chain *chain)
{
	json_t *out = json_array();

	for (size_t i = 0; i < chain->n; i++) {
		const struct peer_certificate *c = &chain->certificates[i];

		json_array_append_new(
			out, json_pack("{s:s, s:o, s:o, s:o}", "subject", c->subject,
				     "pin", pin_json(&c->pin), "not_before",
				     time_json(c->not_before_s), "not_after",
				     time_json(c->not_after_s)));
	}
	return out;
}

static json_t *reasons_json(const struct verdict *v)
{
	enum reason reasons[REASON_COUNT];
	size_t n = v->accepted ? 0 : verdict_reasons(v, reasons, REASON_COUNT);
	json_t *out = json_array();

	for (size_t i = 0; i < n; i++)
		json_array_append_new(out, json_string(reason_word(reasons[i])));
	return out;
}

static json_t *pkix_json(const struct verdict *v)
{
	return json_pack("{s:o, s:o, s:b, s:i, s:b, s:o}", "ok", rule_json(v->pkix.ok),
		"reason", reason_json(v->pkix.reason), "pins_only",
		(int)v->pkix.pins_only, "depth", v->pkix.depth, "chain_verified",
		(int)v->chain_verified, "chain", chain_json(&v->chain));
}

static json_t *name_json(const struct verdict *v)
{
	return json_pack("{s:o, s:o}", "ok", rule_json(v->name.ok), "reason",
		reason_json(
			v->name.ok == RULE_FAILED ? REASON_NAME_MISMATCH : REASON_NONE));
}

static json_t *learned_json(const struct verdict *v)
{
	if (!v->pins.has_known)
		return json_null();
	return json_pack("{s:o, s:o}", "issuer", pin_json(&v->pins.known.issuer), "root",
		pin_json(&v->pins.known.root));
}

static json_t *pins_json(const struct verdict *v)
{
	return json_pack("{s:I, s:o, s:o, s:b, s:o}", "configured",
		(json_int_t)v->pins.configured, "ok", rule_json(v->pins.ok), "matched",
		v->pins.ok == RULE_OK ? pin_json(&v->pins.matched) : json_null(),
		"report_only", (int)v->pins.report_only, "learned", learned_json(v));
}

json_t *log_list_age_json(int64_t timestamp_s, int64_t horizon_s, int64_t at_s)
{
	int64_t days;
	bool has_age = ct_age_days(timestamp_s, at_s, &days);

	return json_pack("{s:o, s:o, s:o, s:b, s:b}", "timestamp", time_json(timestamp_s),
		"age_days", has_age ? json_integer(days) : json_null(), "good_until",
		time_json(horizon_s), "satisfiable", (int)(horizon_s != INT64_MIN),
		"stale", (int)ct_horizon_is_past(horizon_s, at_s));
}

static json_t *log_list_json(const struct verdict *v)
{
	int64_t of_s = v->ct.list_timestamp_s, end_s = v->ct.list_horizon_s;

	if (v->ct.mode == CT_MODE_OFF || (of_s == CT_AGE_UNDATED && end_s == INT64_MAX))
		return json_null();
	return log_list_age_json(of_s, end_s, v->ct.at_s);
}

static json_t *log_id_json(const struct sct_row *row)
{
	char text[BASE64_TEXT_MAX(SCT_LOG_ID_BYTES)];

	if (!row->decoded)
		return json_null();
	base64_encode(bytes_of(row->log_id, sizeof row->log_id), text);
	return json_string(text);
}

json_t *sct_row_json(const struct sct_row *row)
{
	char line[WORDS_MAX];
	struct text text = text_in(line, sizeof line);

	ct_explain_row(row, &text);
	return json_pack("{s:s, s:o, s:o, s:o, s:o, s:o, s:s, s:b, s:s, s:s}", "source",
		sct_source_word(row->source), "log_id", log_id_json(row), "log",
		row->known ? name_text_json(row->log) : json_null(), "operator",
		row->known ? name_text_json(row->operator_name) : json_null(),
		"timestamp",
		row->decoded ? time_json((int64_t)(row->timestamp_ms / 1000))
			     : json_null(),
		"leaf_index",
		row->has_leaf_index ? json_integer((json_int_t)row->leaf_index)
				    : json_null(),
		"signature", sct_signature_word(row->signature), "counts",
		(int)row->counts, "status", sct_status_word(row->status), "explanation",
		line);
}

static json_t *scts_json(const struct verdict *v)
{
	json_t *out = json_array();

	for (size_t i = 0; i < v->ct.report.n; i++)
		json_array_append_new(out, sct_row_json(&v->ct.report.rows[i]));
	return out;
}

static json_t *ct_words_json(const struct verdict *v)
{
	char line[WORDS_MAX];
	struct text text = text_in(line, sizeof line);

	if (v->ct.ok == RULE_UNKNOWN)
		return json_null();
	ct_explain(v->ct.policy, &v->ct.report, &text);
	return json_string(line);
}

static json_t *ct_json(const struct verdict *v)
{
	bool on = v->ct.mode != CT_MODE_OFF && v->ct.policy != NULL;

	return json_pack("{s:s, s:o, s:o, s:o, s:b, s:o, s:o, s:o}", "mode",
		ct_mode_text(v->ct.mode), "policy",
		on ? json_string(v->ct.policy->name) : json_null(), "ok",
		rule_json(v->ct.ok), "reason", reason_json(v->ct.reason), "waived",
		(int)v->ct.waived, "explanation", ct_words_json(v), "log_list",
		log_list_json(v), "scts", scts_json(v));
}

static json_t *ocsp_json(const struct verdict *v)
{
	return json_pack("{s:s, s:b, s:o, s:o, s:s?}", "status",
		staple_word(v->staple.state), "required", (int)v->staple.required,
		"this_update", known_time_json(v->staple.this_update_s), "next_update",
		known_time_json(v->staple.next_update_s), "problem", v->staple.problem);
}

static json_t *clock_json(const struct verdict *v)
{
	if (v->clock.at_s == 0)
		return json_null();
	return json_pack("{s:o, s:o, s:b, s:b, s:b, s:o}", "at", time_json(v->clock.at_s),
		"floor", known_time_json(v->clock.floor_s), "behind",
		(int)(v->clock.at_s == v->clock.floor_s), "suspect",
		(int)(v->clock.valid_from_s != 0), "for_ntp", (int)v->for_ntp,
		"valid_from", known_time_json(v->clock.valid_from_s));
}

json_t *verdict_json(const struct verdict *v)
{
	char line[WORDS_MAX];
	struct text text = text_in(line, sizeof line);

	verdict_explain(v, &text);
	return json_pack("{s:b, s:b, s:o, s:s, s:o, s:o, s:o, s:o, s:o, s:o}", "accepted",
		(int)v->accepted, "resumed", (int)v->resumed, "reasons", reasons_json(v),
		"explanation", line, "pkix", pkix_json(v), "name", name_json(v), "pins",
		pins_json(v), "ct", ct_json(v), "ocsp", ocsp_json(v), "clock",
		clock_json(v));
}
