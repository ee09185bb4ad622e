#include "control/status_ct.h"

#include "base/clock.h"
#include "ct/age.h"
#include "tls/report.h"

static json_t *key_json(const struct pin *pin, const struct learned_span *seen)
{
	return json_pack("{s:o, s:o, s:o}", "pin", pin_json(pin), "first_seen",
		time_json(seen->first_s), "last_seen", time_json(seen->last_s));
}

/* With the command that takes them over. */
static json_t *candidate_json(const struct upstream *u, const struct learned_pins *pins)
{
	char command[LEARNED_COMMAND_MAX];
	struct text text = text_in(command, sizeof command);

	learned_command(&upstream_contact(u)->learned, upstream_name(u), pins, &text);
	return json_pack("{s:o, s:o, s:s}", "issuer", pin_json(&pins->issuer), "root",
		pin_json(&pins->root), "command", command);
}

json_t *status_refused_json(const struct upstream *u)
{
	const struct learned *l = &upstream_contact(u)->learned;
	json_t *out = json_array();

	for (size_t i = 0; i < l->refused_n; i++) {
		const struct learned_refused *one = &l->refused[i];
		json_t *object = candidate_json(u, &one->pins);

		json_object_set_new(object, "leaf", json_string(one->leaf));
		json_object_set_new(object, "first_seen", time_json(one->seen.first_s));
		json_object_set_new(object, "last_seen", time_json(one->seen.last_s));
		json_array_append_new(out, object);
	}
	return out;
}

/* Those before the last change, which an operator may go back to. */
static json_t *was_json(const struct upstream *u)
{
	const struct learned_pair *was = &upstream_contact(u)->learned.was;
	json_t *out;

	if (!was->known)
		return json_null();
	out = candidate_json(u, &was->pins);
	json_object_set_new(out, "until", time_json(was->at_s));
	return out;
}

json_t *status_learned_json(const struct upstream *u)
{
	const struct contact *contact = upstream_contact(u);
	const struct learned *l = &contact->learned;
	bool enforced = upstream_config(u)->policy.pin_mode == PIN_LEARN;

	if (!contact->known)
		return json_null();
	return json_pack("{s:b, s:b, s:o, s:o, s:o, s:o}", "enforced", (int)enforced,
		"kept", (int)!contact->unsaved, "issuer",
		key_json(&l->pins.issuer, &l->issuer_seen), "root",
		key_json(&l->pins.root, &l->root_seen), "was",
		enforced ? was_json(u) : json_null(), "refused", status_refused_json(u));
}

json_t *status_issuer_changed_json(const struct contact *contact)
{
	const struct learned *l = &contact->learned;

	if (!contact->known || !l->was.known ||
		pin_equal(&l->was.pins.issuer, &l->pins.issuer))
		return json_null();
	return json_pack("{s:o, s:o, s:o}", "was", pin_json(&l->was.pins.issuer), "is",
		pin_json(&l->pins.issuer), "at", time_json(l->was.at_s));
}

json_t *status_log_list_json(const struct worker *w)
{
	const struct logs *logs = w->upstreams.logs;
	int64_t now_s = clock_wall_s();
	json_t *out, *more;

	if (logs == NULL)
		return json_null();
	out = log_list_age_json(
		ct_age_date_s(logs->list), logs_horizon_s(logs, now_s), now_s);
	more = json_pack("{s:s, s:o, s:s, s:s, s:I}", "source",
		logs_source_word(logs->source), "file",
		logs->source == LOGS_FILE ? json_untrusted(w->config->log_list)
					  : json_null(),
		"version", logs->list->version, "policy", logs->policy->name, "logs",
		(json_int_t)logs->list->n);
	if (out == NULL || more == NULL || json_object_update(out, more) != 0) {
		json_decref(out);
		out = NULL;
	}
	json_decref(more);
	return out;
}

/* null where there is no such time. */
static json_t *seconds_json(int64_t at_s)
{
	return at_s == INT64_MIN || at_s == INT64_MAX ? json_null() : json_integer(at_s);
}

json_t *stats_log_list_json(const struct logs *logs)
{
	int64_t horizon_s;

	if (logs == NULL)
		return json_null();
	horizon_s = logs_horizon_s(logs, clock_wall_s());
	return json_pack("{s:I, s:o, s:o, s:b}", "logs", (json_int_t)logs->list->n,
		"timestamp_s", seconds_json(ct_age_date_s(logs->list)), "horizon_s",
		seconds_json(horizon_s), "satisfiable", (int)(horizon_s != INT64_MIN));
}
