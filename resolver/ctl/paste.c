#include "ctl/paste.h"

#include "base/clock.h"

static void take_key(
	const struct peer_certificate *c, bool is_issuer, struct paste *paste)
{
	struct paste_key *key = NULL;

	for (size_t i = 0; i < paste->n && key == NULL; i++)
		if (pin_equal(&paste->keys[i].pin, &c->pin))
			key = &paste->keys[i];
	if (key == NULL && paste->n == PASTE_KEYS_MAX)
		return;
	if (key == NULL) {
		key = &paste->keys[paste->n++];
		*key = (struct paste_key){ .pin = c->pin, .is_issuer = is_issuer };
		text_copy(key->subject, sizeof key->subject, c->subject);
	}
	if (c->not_after_s > key->not_after_s)
		key->not_after_s = c->not_after_s;
}

/* Nothing but the pins speaks against it. */
static bool is_worth_pinning(const struct verdict *v)
{
	if (!v->chain_verified || v->provisional || v->name.ok != RULE_OK)
		return false;
	return v->accepted || verdict_only_pins(v);
}

static void take_refused(const struct verdict *v, struct paste *paste)
{
	struct learned_pins keys;

	if (!verdict_keys(v, &keys) || paste->refused_n == PASTE_REFUSED_MAX)
		return;
	for (size_t i = 0; i < paste->refused_n; i++)
		if (pin_equal(&paste->refused[i], &keys.issuer))
			return;
	paste->refused[paste->refused_n++] = keys.issuer;
}

void paste_take(const struct verdict *v, struct paste *paste)
{
	if (v->pins.learned)
		paste->learns = true;
	if (!is_worth_pinning(v))
		return;
	if (v->pins.learned && v->pins.ok == RULE_FAILED) {
		take_refused(v, paste);
		return;
	}
	if (v->pins.ok == RULE_FAILED)
		paste->differs = true;
	for (size_t i = 0; i < v->chain.n && i < 2; i++)
		take_key(&v->chain.certificates[i], i > 0, paste);
}

/* The subject is printable ASCII (struct peer_certificate), so the comment ends with
 * its line. */
static void write_key(const struct paste_key *key, struct text *out)
{
	char pin[PIN_TEXT_MAX], until[CLOCK_TEXT_MAX];

	pin_format(&key->pin, pin);
	clock_format(key->not_after_s, until);
	until[10] = '\0'; /* the date */
	text_add(out, "      # %s\n",
		key->subject[0] != '\0' ? key->subject : "no subject");
	if (key->is_issuer)
		text_add(out,
			"      - \"%s\"  # issuer: lasts until %s, or until the "
			"operator takes another CA\n",
			pin, until);
	else
		text_add(out,
			"      - \"%s\"  # leaf: until %s; the next certificate "
			"often has another key\n",
			pin, until);
}

static void write_accept(const char *upstream, const struct pin *issuer, struct text *out)
{
	char pin[PIN_TEXT_MAX];

	pin_format(issuer, pin);
	text_add(out, "pintlectl pins accept %s %s", upstream, pin);
}

void paste_write_accept(const struct paste *paste, const char *upstream, struct text *out)
{
	for (size_t i = 0; i < paste->refused_n; i++) {
		text_add(out, "  ");
		write_accept(upstream, &paste->refused[i], out);
		text_add(out, "\n");
	}
}

json_t *paste_accept_json(const struct paste *paste, const char *upstream)
{
	json_t *out = json_array();

	for (size_t i = 0; i < paste->refused_n; i++) {
		char command[LEARNED_COMMAND_MAX];
		struct text text = text_in(command, sizeof command);

		write_accept(upstream, &paste->refused[i], &text);
		json_array_append_new(out, json_string(command));
	}
	return out;
}

static void write_keys(const struct paste *paste, bool issuers, struct text *out)
{
	for (size_t i = 0; i < paste->n; i++)
		if (paste->keys[i].is_issuer == issuers)
			write_key(&paste->keys[i], out);
}

void paste_write(const struct paste *paste, struct text *out)
{
	if (paste->n == 0)
		return;
	if (paste->learns)
		text_add(out,
			"    # In place of \"pin_mode: learn\": take that line out.\n");
	text_add(out,
		"    # One pin that matches is enough. Keep the issuer: with the leaf "
		"alone the\n    # next certificate is refused. A second issuer that "
		"the operator names is a\n    # spare for the day he changes.\n"
		"    pins:\n");
	write_keys(paste, true, out);
	write_keys(paste, false, out);
}

static json_t *key_json(const struct paste_key *key)
{
	char pin[PIN_TEXT_MAX], until[CLOCK_TEXT_MAX];

	pin_format(&key->pin, pin);
	clock_format(key->not_after_s, until);
	return json_pack("{s:s, s:s, s:s, s:s}", "pin", pin, "role",
		key->is_issuer ? "issuer" : "leaf", "subject", key->subject, "not_after",
		until);
}

json_t *paste_json(const struct paste *paste)
{
	json_t *out = json_array();
	bool ok = out != NULL;

	for (int issuers = 1; issuers >= 0; issuers--)
		for (size_t i = 0; ok && i < paste->n; i++)
			if (paste->keys[i].is_issuer == (issuers == 1))
				ok = json_array_append_new(
					     out, key_json(&paste->keys[i])) == 0;
	if (ok)
		return out;
	json_decref(out);
	return NULL;
}
