#include "tls/report.h"

#include "base/clock.h"

static json_t *rule_json(enum rule rule)
{
	return rule == RULE_UNKNOWN ? json_null() : json_boolean(rule == RULE_OK);
}

/* "pkix_expired", or null where nothing is wrong. */
static json_t *reason_json(enum reason reason)
{
	return reason == REASON_NONE ? json_null() : json_string(reason_word(reason));
}

static json_t *pin_json(const struct pin *pin)
{
	char text[PIN_TEXT_MAX];

	pin_format(pin, text);
	return json_string(text);
}

static json_t *time_json(int64_t at_s)
{
	char text[CLOCK_TEXT_MAX];

	clock_format(at_s, text);
	return json_string(text);
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

static json_t *pins_json(const struct verdict *v)
{
	return json_pack("{s:I, s:o, s:o, s:b}", "configured",
		(json_int_t)v->pins.configured, "ok", rule_json(v->pins.ok), "matched",
		v->pins.ok == RULE_OK ? pin_json(&v->pins.matched) : json_null(),
		"report_only", (int)v->pins.report_only);
}

static json_t *ct_json(const struct verdict *v)
{
	return json_pack("{s:s, s:n, s:o, s:n, s:n, s:[]}", "mode",
		ct_mode_text(v->ct.mode), "policy", "ok", rule_json(v->ct.ok), "reason",
		"log_list", "scts");
}

json_t *verdict_to_json(const struct verdict *v)
{
	char line[400];
	struct text text = text_in(line, sizeof line);

	verdict_explain(v, &text);
	return json_pack("{s:b, s:o, s:s, s:o, s:o, s:o, s:o}", "accepted",
		(int)v->accepted, "reasons", reasons_json(v), "explanation", line, "pkix",
		pkix_json(v), "name", name_json(v), "pins", pins_json(v), "ct",
		ct_json(v));
}
