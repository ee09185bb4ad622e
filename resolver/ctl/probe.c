/* `probe`: one handshake with each address of an upstream, and everything that
 * was seen. */
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "ctl/dial.h"
#include "ctl/output.h"
#include "ctl/paste.h"
#include "ctl/probe_target.h"
#include "tls/report.h"
#include "tls/roots.h"

#define PROBE_TIMEOUT_MS 5000

/* What all addresses have shown. */
struct findings {
	enum exit_code worst;
	struct paste paste;
	json_t *all;      /* owned; an object an address; NULL: in words */
	json_t *decisive; /* borrowed from `all` */
};

static const char *outcome_word(const struct dialled *d)
{
	switch (d->outcome) {
	case DIAL_UNREACHABLE:
		return "unreachable";
	case DIAL_BROKEN:
		return "broken";
	case DIAL_JUDGED:
		return d->verdict.accepted ? "accepted" : "refused";
	}
	return "broken";
}

static void print_dialled(
	const struct probe_target *target, const char *address, const struct dialled *d)
{
	const struct tls_policy *policy = &target->policy;
	const char *identity = NULL;

	printf("%s %s: connected in %u ms", target->name, address, d->connect_ms);
	if (d->tls[0] != '\0')
		printf(", %s in %u ms", d->tls, d->handshake_ms);
	puts("");
	if (policy->identity == IDENTITY_NAME)
		identity = policy->auth_name;
	else if (policy->identity == IDENTITY_ADDRESS)
		identity = "the address connected to";
	print_verdict(&d->verdict, identity);
	print_clock(&d->verdict);
	print_chain(&d->verdict);
}

/* verdict_json()'s object where no certificate was judged: no rule was looked at. */
static json_t *unjudged_json(const struct probe_target *target, const struct dialled *d)
{
	const struct tls_policy *policy = &target->policy;
	struct verdict nothing = {
		.pkix.pins_only = policy->pkix == PKIX_PINS_ONLY,
		.pins.configured = policy->pins.n,
		.ct = { .mode = policy->ct,
			.policy = policy->ct_policy,
			.list_timestamp_s = INT64_MIN,
			.list_horizon_s = INT64_MAX },
	};
	json_t *out = verdict_json(&nothing);

	json_object_set_new(out, "explanation", json_string(d->problem));
	json_object_set_new(out, "ocsp", json_null());
	return out;
}

/* verdict_json()'s object with what is known of the connection. */
static json_t *dialled_json(
	const struct probe_target *target, const char *address, const struct dialled *d)
{
	json_t *out = d->outcome == DIAL_JUDGED ? verdict_json(&d->verdict)
						: unjudged_json(target, d);
	json_t *more = json_pack("{s:s, s:s, s:s, s:s?, s:s?, s:i, s:i}", "target",
		target->name, "address", address, "outcome", outcome_word(d), "problem",
		d->outcome == DIAL_JUDGED ? NULL : d->problem, "tls",
		d->tls[0] != '\0' ? d->tls : NULL, "connect_ms", (int)d->connect_ms,
		"handshake_ms", (int)d->handshake_ms);

	json_object_update(out, more);
	json_decref(more);
	return out;
}

static enum exit_code dialled_code(const struct dialled *d)
{
	if (d->outcome != DIAL_JUDGED)
		return CTL_FAILED;
	return d->verdict.accepted ? CTL_OK : CTL_REFUSED;
}

static void print_one(
	const struct probe_target *target, const char *address, const struct dialled *d)
{
	if (d->outcome == DIAL_JUDGED)
		print_dialled(target, address, d);
	else
		printf("%s %s: %s: %s\n", target->name, address, outcome_word(d),
			d->problem);
}

/* The worst of all addresses decides, and is the object that is printed:
 * refused before unreachable before accepted. The others stand in "addresses". */
static void take(const struct probe_target *target, const char *address,
	const struct dialled *d, struct findings *f)
{
	bool worse = dialled_code(d) > f->worst;

	if (d->outcome == DIAL_JUDGED)
		paste_take(&d->verdict, &f->paste);
	if (f->all != NULL) {
		json_t *one = dialled_json(target, address, d);

		if (f->decisive == NULL || worse)
			f->decisive = one;
		json_array_append_new(f->all, one);
	} else {
		print_one(target, address, d);
	}
	if (worse)
		f->worst = dialled_code(d);
}

static void probe_all(const struct probe_target *target, struct tls_context *context,
	struct findings *f)
{
	for (size_t i = 0; i < target->address_n; i++) {
		char address[ENDPOINT_TEXT_MAX];
		struct dialled d;

		endpoint_format(&target->addresses[i], address);
		dial(&target->addresses[i], context, clock_now_ms() + PROBE_TIMEOUT_MS,
			&d);
		take(target, address, &d, f);
	}
}

/* Who was not learned is accepted by an operator, not pasted. */
static void print_accept(const struct paste *paste, const char *upstream)
{
	char commands[PASTE_REFUSED_MAX * LEARNED_COMMAND_MAX];
	struct text text = text_in(commands, sizeof commands);

	if (paste->refused_n == 0)
		return;
	paste_write_accept(paste, upstream, &text);
	printf("these are NOT the issuer and root that were learned. When the daemon has "
	       "refused them, too,\nand if the upstream's operator confirms them:\n%s",
		commands);
}

static void print_paste(const struct paste *paste, const char *lines)
{
	if (paste->learns && paste->n > 0)
		puts("its pins are learned: nothing needs to be pasted. To have them in "
		     "the configuration,");
	if (paste->differs)
		puts("these are NOT the pins that are configured; what the server "
		     "shows:");
	if (paste->n > 0)
		printf("to paste into the upstream's entry, if the operator vouches for "
		       "these keys:\n%s",
			lines);
	puts("only handshakes: no DNS query was sent");
}

static enum exit_code print_findings(
	const struct probe_target *target, struct findings *f)
{
	char *lines = malloc(PASTE_TEXT_MAX);
	struct text text;
	json_t *out;

	if (lines == NULL)
		return complain(CTL_FAILED, "%s", status_text(STATUS_NOMEM));
	text = text_in(lines, PASTE_TEXT_MAX);
	paste_write(&f->paste, &text);
	if (f->all == NULL) {
		print_accept(&f->paste, target->name);
		print_paste(&f->paste, lines);
	} else {
		out = json_copy(f->decisive);
		if (json_object_set(out, "addresses", f->all) != 0 ||
			json_object_set_new(out, "paste", json_string(lines)) != 0 ||
			json_object_set_new(out, "to_pin", paste_json(&f->paste)) != 0 ||
			json_object_set_new(out, "accept",
				paste_accept_json(&f->paste, target->name)) != 0) {
			json_decref(out);
			out = NULL;
		}
		if (print_json(out) != CTL_OK)
			f->worst = CTL_FAILED;
	}
	free(lines);
	return f->worst;
}

static enum exit_code probe(const struct args *args, const struct probe_target *target)
{
	const struct tls_policy *policy = &target->policy;
	char why[CTL_ERROR_MAX];
	struct text error = text_in(why, sizeof why);
	struct tls_context context = { 0 };
	struct tls_trust trust = { .logs = target->logs, .clock = &target->floor };
	struct findings findings = { 0 };
	enum exit_code code;

	if (roots_open(policy->ca_file, policy->ca_path, &error, &trust.roots) !=
		STATUS_OK)
		return complain(CTL_CONFIG, "%s",
			why[0] != '\0' ? why : "the roots cannot be read");
	if (tls_context_init(&context, policy, &trust, *target->alpn) != STATUS_OK) {
		roots_free(trust.roots);
		return complain(CTL_FAILED, "%s", status_text(STATUS_CRYPTO));
	}
	findings.all = args->json ? json_array() : NULL;
	probe_all(target, &context, &findings);
	code = print_findings(target, &findings);
	json_decref(findings.all);
	tls_context_deinit(&context);
	roots_free(trust.roots);
	return code;
}

enum exit_code command_probe(const struct args *args)
{
	struct probe_target target;
	enum exit_code code = probe_target_init(args, &target);

	if (code == CTL_OK)
		code = probe(args, &target);
	probe_target_deinit(&target);
	return code;
}
