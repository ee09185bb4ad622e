#include "ctl/output.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"

void print_untrusted(const char *text)
{
	char escaped[4 * 64 + 1];
	size_t left = strlen(text);

	while (left > 0) {
		struct text out = text_in(escaped, sizeof escaped);
		size_t n = left < 64 ? left : 64;

		text_add_untrusted(&out, text, n);
		fputs(escaped, stdout);
		text += n;
		left -= n;
	}
}

void print_untrusted_lines(const char *text)
{
	for (; *text != '\0'; text++) {
		unsigned char c = (unsigned char)*text;

		if ((c >= 0x20 && c < 0x7f) || c == '\n' || c == '\t')
			putchar(c);
		else
			printf("\\%03u", c);
	}
}

enum exit_code print_json(json_t *json)
{
	if (json == NULL)
		return complain(CTL_FAILED, "%s", status_text(STATUS_NOMEM));
	/* ASCII, so that no stranger's byte reaches the terminal as it is. */
	json_dumpf(json, stdout, JSON_INDENT(2) | JSON_ENSURE_ASCII);
	putchar('\n');
	json_decref(json);
	return CTL_OK;
}

json_t *text_json(const char *text)
{
	json_t *out = json_string(text);

	return out != NULL ? out : json_null();
}

static const char *rule_word(enum rule rule)
{
	switch (rule) {
	case RULE_OK:
		return "ok";
	case RULE_FAILED:
		return "FAILED";
	case RULE_UNKNOWN:
		return "-";
	}
	return "-";
}

static void print_rule(const char *name, enum rule rule)
{
	printf("  %-5s %-7s ", name, rule_word(rule));
}

static void print_pkix(const struct verdict *v)
{
	print_rule("pkix", v->pkix.ok);
	if (v->pkix.ok == RULE_FAILED && v->pkix.depth > 0)
		printf("%s (certificate %d)\n", reason_text(v->pkix.reason),
			v->pkix.depth);
	else if (v->pkix.ok == RULE_FAILED)
		printf("%s (the leaf)\n", reason_text(v->pkix.reason));
	else if (v->pkix.ok == RULE_UNKNOWN)
		puts("not looked at");
	else if (v->pkix.pins_only)
		puts("dates and key only: no root was asked for");
	else
		puts("the chain leads to a trusted root");
}

static void print_name(const struct verdict *v, const char *identity)
{
	print_rule("name", v->name.ok);
	if (identity == NULL)
		puts("not checked: none was given");
	else if (v->name.ok == RULE_UNKNOWN)
		puts("not looked at");
	else
		printf("the leaf %s for %s\n", v->name.ok == RULE_OK ? "is" : "is not",
			identity);
}

static void print_pins(const struct verdict *v)
{
	char pin[PIN_TEXT_MAX];

	print_rule("pins", v->pins.ok);
	if (v->pins.configured == 0 && !v->pins.learned)
		puts("none given");
	else if (v->pins.ok == RULE_UNKNOWN && v->pkix.ok == RULE_OK)
		puts("no first contact yet: whoever is accepted then is learned");
	else if (v->pins.ok == RULE_UNKNOWN)
		puts("not looked at: they only count on a chain that holds");
	else if (v->pins.ok == RULE_FAILED && v->pins.learned)
		puts("not the issuer and root that were learned");
	else if (v->pins.ok == RULE_FAILED)
		printf("no key in the chain is pinned (pins given: %zu)%s\n",
			v->pins.configured,
			v->pins.report_only ? ", which pin_mode: report lets pass" : "");
	else {
		pin_format(&v->pins.matched, pin);
		printf("certificate %zu has %s\n", v->pins.matched_at, pin);
	}
}

/* The first reason with what there is to say about it, the others in words. */
static void print_reasons(const struct verdict *v)
{
	enum reason reasons[REASON_COUNT];
	size_t n = verdict_reasons(v, reasons, REASON_COUNT);
	char line[512];
	struct text text = text_in(line, sizeof line);

	verdict_explain(v, &text);
	printf("refused: %s\n", line);
	for (size_t i = 1; i < n; i++)
		printf("     and %s: %s\n", reason_word(reasons[i]),
			reason_text(reasons[i]));
}

void print_verdict(const struct verdict *v, const char *identity)
{
	if (v->accepted)
		puts("accepted");
	else
		print_reasons(v);
	if (v->reason == REASON_TLS_PROTOCOL)
		return;
	print_pkix(v);
	print_name(v, identity);
	print_pins(v);
	print_rule("ct", v->ct.ok);
	print_ct(v);
	if (v->chain_verified)
		print_staple(&v->staple);
}

void print_clock(const struct verdict *v)
{
	char at[CLOCK_TEXT_MAX], from[CLOCK_TEXT_MAX], floor[CLOCK_TEXT_MAX];

	if (v->clock.at_s == 0)
		return;
	clock_format(v->clock.at_s, at);
	clock_format(v->clock.valid_from_s, from);
	clock_format(v->clock.floor_s, floor);
	if (v->clock.valid_from_s != 0)
		printf("  clock SUSPECT %s, and the chain is valid from %s\n", at, from);
	else if (v->clock.at_s == v->clock.floor_s)
		printf("  clock BEHIND  judged as of %s, which has been for certain\n",
			at);
	else if (v->clock.floor_s != 0)
		printf("  clock ok      %s, and %s has been for certain\n", at, floor);
	else
		printf("  clock -       %s, as given\n", at);
}

void print_chain(const struct verdict *v)
{
	if (v->chain.n == 0)
		return;
	puts(v->chain_verified ? "chain, as verified:"
			       : "chain, as sent (nothing in it is proven):");
	for (size_t i = 0; i < v->chain.n; i++) {
		const struct peer_certificate *c = &v->chain.certificates[i];
		char pin[PIN_TEXT_MAX], from[CLOCK_TEXT_MAX], to[CLOCK_TEXT_MAX];

		pin_format(&c->pin, pin);
		clock_format(c->not_before_s, from);
		clock_format(c->not_after_s, to);
		printf("  %zu %s\n    %s\n    valid %s to %s\n", i, c->subject, pin, from,
			to);
	}
}
