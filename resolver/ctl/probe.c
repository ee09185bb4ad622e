/* `probe`: one handshake with each address of an upstream, and everything that
 * was seen. The target is an upstream of the configuration, or tls://. */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "config/config.h"
#include "ctl/dial.h"
#include "ctl/output.h"
#include "tls/report.h"
#include "tls/roots.h"

#define SYSTEM_ROOTS     "/etc/ssl/certs"
#define PROBE_TIMEOUT_MS 5000

/* Whom to probe, and what is asked of it. */
struct target {
	const char *name;
	const struct tls_policy *policy;
	const struct endpoint *addresses;
	size_t address_n;

	struct config *config; /* owned, or NULL; owns all above */
	/* What a tls:// target points at instead. */
	struct tls_policy own_policy;
	struct endpoint own_address;
};

/* "IP[:PORT][#NAME]". The name stays where it is in argv. */
static enum exit_code read_url(const char *text, struct target *out)
{
	char address[ENDPOINT_TEXT_MAX];
	size_t n = strcspn(text, "#");
	struct tls_policy *policy = &out->own_policy;
	const char *wrong;

	*policy = (struct tls_policy){ .ca_path = SYSTEM_ROOTS };
	if (text[n] == '#') {
		wrong = auth_name_problem(text + n + 1);
		if (wrong != NULL)
			return complain(CTL_USAGE, "the name behind '#' in '%s': %s",
				text, wrong);
		policy->identity = IDENTITY_NAME;
		policy->auth_name = text + n + 1;
	}
	if (n < sizeof address) {
		memcpy(address, text, n);
		address[n] = '\0';
	}
	if (n >= sizeof address ||
		endpoint_parse(address, CONFIG_PORT_DOT, &out->own_address) != STATUS_OK)
		return complain(CTL_USAGE,
			"'%s' has no IP address: tls://IP[:PORT][#NAME]", text);
	out->policy = policy;
	out->addresses = &out->own_address;
	out->address_n = 1;
	return CTL_OK;
}

static enum exit_code read_upstream(const struct args *args, struct target *out)
{
	const char *path = args->config != NULL ? args->config
						: PINTLE_SYSCONFDIR "/pintle/pintle.yaml";
	const struct config_upstream *upstream;
	struct config_error error;

	if (config_load(path, &out->config, &error) != STATUS_OK) {
		out->config = NULL;
		return complain(CTL_CONFIG, "%s", error.text);
	}
	upstream = config_find_upstream(out->config, out->name);
	if (upstream == NULL) {
		complain(CTL_USAGE, "%s has no upstream '%s'; its upstreams are:", path,
			out->name);
		for (size_t i = 0; i < out->config->upstream_n; i++)
			fprintf(stderr, "  %s\n", out->config->upstreams[i].name);
		return CTL_USAGE;
	}
	out->policy = &upstream->policy;
	out->addresses = upstream->addresses;
	out->address_n = upstream->address_n;
	return CTL_OK;
}

static enum exit_code read_target(const struct args *args, struct target *out)
{
	const char *text = args->operands[0];

	*out = (struct target){ .name = text };
	if (strncmp(text, "https://", 8) == 0)
		return complain(CTL_USAGE,
			"DNS over HTTPS is not in this version: probe tls://IP[:PORT]"
			"[#NAME]");
	if (strncmp(text, "tls://", 6) == 0)
		return read_url(text + 6, out);
	return read_upstream(args, out);
}

/* What may be copied into the configuration: only keys of a chain that
 * verification built, for others were not proven to belong to it. */
static void print_pins_to_copy(const struct verdict *v)
{
	char pin[PIN_TEXT_MAX];

	if (!v->chain_verified || v->name.ok != RULE_OK)
		return;
	if (v->pins.ok == RULE_FAILED)
		puts("these are NOT the pins that are configured; what the server "
		     "shows:");
	puts("pins to copy into the upstream's entry, if the operator vouches for them");
	puts("(0 is the leaf and changes often; an issuer's lasts longer):");
	fputs("    pins: [", stdout);
	for (size_t i = 0; i < v->chain.n && i < 2; i++) {
		pin_format(&v->chain.certificates[i].pin, pin);
		printf("%s\"%s\"", i > 0 ? ", " : "", pin);
	}
	puts("]");
}

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
	const struct target *target, const char *address, const struct dialled *d)
{
	const struct tls_policy *policy = target->policy;
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
	print_chain(&d->verdict);
	print_pins_to_copy(&d->verdict);
}

/* verdict_to_json()'s object with what is known of the connection; without a
 * verdict it says that nothing was accepted, and why. */
static json_t *dialled_json(
	const struct target *target, const char *address, const struct dialled *d)
{
	json_t *out = d->outcome == DIAL_JUDGED
			      ? verdict_to_json(&d->verdict)
			      : json_pack("{s:b, s:[]}", "accepted", 0, "reasons");
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

/* The worst of all addresses decides, and is the object that is printed:
 * refused before unreachable before accepted. The others stand in "addresses". */
static enum exit_code probe_all(
	const struct target *target, struct tls_context *context, json_t **json)
{
	enum exit_code worst = CTL_OK;
	json_t *all = json_array(), *decisive = NULL;

	for (size_t i = 0; i < target->address_n; i++) {
		char address[ENDPOINT_TEXT_MAX];
		struct dialled d;
		json_t *one;

		endpoint_format(&target->addresses[i], address);
		dial(&target->addresses[i], context, clock_now_ms() + PROBE_TIMEOUT_MS,
			&d);
		one = dialled_json(target, address, &d);
		if (decisive == NULL || dialled_code(&d) > worst)
			decisive = one;
		if (dialled_code(&d) > worst)
			worst = dialled_code(&d);
		json_array_append_new(all, one);
		if (json == NULL && d.outcome == DIAL_JUDGED)
			print_dialled(target, address, &d);
		else if (json == NULL)
			printf("%s %s: %s: %s\n", target->name, address, outcome_word(&d),
				d.problem);
	}
	if (json != NULL) {
		*json = json_copy(decisive);
		json_object_set(*json, "addresses", all);
	}
	json_decref(all);
	return worst;
}

static enum exit_code probe(const struct args *args, const struct target *target)
{
	const struct tls_policy *policy = target->policy;
	char why[CTL_ERROR_MAX];
	struct text error = text_in(why, sizeof why);
	struct tls_context context = { 0 };
	struct tls_trust trust = { 0 };
	json_t *json = NULL;
	enum exit_code code;

	if (roots_open(policy->ca_file, policy->ca_path, &error, &trust.roots) !=
		STATUS_OK)
		return complain(CTL_CONFIG, "%s",
			why[0] != '\0' ? why : "the roots cannot be read");
	if (tls_context_init(&context, policy, &trust, tls_alpn_dot) != STATUS_OK) {
		roots_free(trust.roots);
		return complain(CTL_FAILED, "%s", status_text(STATUS_CRYPTO));
	}
	code = probe_all(target, &context, args->json ? &json : NULL);
	if (args->json && print_json(json) != CTL_OK)
		code = CTL_FAILED;
	if (!args->json)
		puts("only handshakes: no DNS query was sent");
	tls_context_deinit(&context);
	roots_free(trust.roots);
	return code;
}

enum exit_code command_probe(const struct args *args)
{
	struct target target;
	enum exit_code code = read_target(args, &target);

	if (code == CTL_OK)
		code = probe(args, &target);
	config_free(target.config);
	return code;
}
