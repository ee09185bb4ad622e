/* `verify`: what the daemon would say of these certificates, by the same two
 * functions: peer_collect() and verdict_reach(). */
#include <stdio.h>

#include "base/clock.h"
#include "base/endpoint.h"
#include "ctl/output.h"
#include "tls/certfile.h"
#include "tls/report.h"
#include "tls/roots.h"

#define SYSTEM_ROOTS "/etc/ssl/certs"

struct question {
	struct tls_policy policy; /* borrows `pins` */
	struct pin pins[ARGS_PINS_MAX];
	struct endpoint address; /* IDENTITY_ADDRESS */
	int64_t at_s;
};

static enum exit_code read_identity(const struct args *args, struct question *q)
{
	const char *problem;

	if (args->name != NULL && args->ip != NULL)
		return complain(CTL_USAGE, "--name and --ip exclude each other");
	if (args->name != NULL) {
		problem = auth_name_problem(args->name);
		if (problem != NULL)
			return complain(
				CTL_USAGE, "--name '%s': %s", args->name, problem);
		q->policy.identity = IDENTITY_NAME;
		q->policy.auth_name = args->name;
	}
	if (args->ip != NULL) {
		/* Port 0 cannot be written, so it stands for "none was". */
		if (endpoint_parse(args->ip, 0, &q->address) != STATUS_OK ||
			endpoint_port(&q->address) != 0)
			return complain(
				CTL_USAGE, "--ip '%s' is not an IP address", args->ip);
		q->policy.identity = IDENTITY_ADDRESS;
	}
	return CTL_OK;
}

static enum exit_code read_pins(const struct args *args, struct question *q)
{
	for (size_t i = 0; i < args->pin_n; i++)
		if (pin_parse(args->pins[i], &q->pins[i]) != STATUS_OK)
			return complain(CTL_USAGE,
				"--pin '%s' is not a pin, such as sha256//BASE64 of 32 "
				"bytes",
				args->pins[i]);
	q->policy.pins = (struct pinset){ q->pins, args->pin_n };
	if (args->pins_only && args->pin_n == 0)
		return complain(CTL_USAGE, "--pins-only needs at least one --pin");
	if (args->pins_only && args->roots != NULL)
		return complain(CTL_USAGE, "--pins-only and --roots exclude each other");
	if (args->pins_only)
		q->policy.pkix = PKIX_PINS_ONLY;
	return CTL_OK;
}

/* A verdict that leaves a required check out would be wrong, so it is not
 * reached at all. */
static enum exit_code read_ct(const struct args *args, struct question *q)
{
	q->policy.ct = CT_MODE_REQUIRE;
	if (args->ct != NULL && ct_mode_from_text(args->ct, &q->policy.ct) != STATUS_OK)
		return complain(CTL_USAGE, "--ct '%s': allowed are require, report, off",
			args->ct);
	if (q->policy.ct != CT_MODE_OFF)
		return complain(CTL_CONFIG,
			"this version cannot check Certificate Transparency yet: "
			"pass --ct off to judge without it");
	return CTL_OK;
}

static enum exit_code read_question(const struct args *args, struct question *q)
{
	enum exit_code code;

	*q = (struct question){ .policy = {
					.identity = IDENTITY_NONE,
					.ca_file = args->roots,
					.ca_path =
						args->roots == NULL ? SYSTEM_ROOTS : NULL,
				} };
	if (args->chain == NULL)
		return complain(CTL_USAGE, "verify needs --chain FILE");
	code = read_identity(args, q);
	if (code == CTL_OK)
		code = read_pins(args, q);
	q->at_s = clock_wall_s();
	if (code == CTL_OK && args->at != NULL && clock_parse(args->at, &q->at_s) != 0)
		return complain(CTL_USAGE,
			"--at '%s' is not a time, such as 2026-11-23T14:05:00Z",
			args->at);
	return code == CTL_OK ? read_ct(args, q) : code;
}

static enum status judge(const struct question *q, STACK_OF(X509) * chain,
	struct text *error, struct verdict *out)
{
	struct bytes address = endpoint_address(&q->address);
	struct tls_trust trust = { 0 };
	struct peer_shown shown = { .sent = chain };
	enum status status = STATUS_OK;
	struct peer peer;

	if (q->policy.pkix == PKIX_REQUIRE)
		status = roots_open(
			q->policy.ca_file, q->policy.ca_path, error, &trust.roots);
	if (status == STATUS_OK)
		status =
			peer_collect(&q->policy, &trust, &shown, address, q->at_s, &peer);
	if (status == STATUS_OK)
		verdict_reach(&q->policy, &peer, out);
	roots_free(trust.roots);
	return status;
}

static void print_answer(
	const struct args *args, const struct question *q, const struct verdict *verdict)
{
	char at[CLOCK_TEXT_MAX];

	clock_format(q->at_s, at);
	print_verdict(verdict, args->name != NULL ? args->name : args->ip);
	printf("  at    %s\n", at);
	print_chain(verdict);
}

enum exit_code command_verify(const struct args *args)
{
	char why[CTL_ERROR_MAX];
	struct text error = text_in(why, sizeof why);
	STACK_OF(X509) *chain = NULL;
	struct verdict verdict;
	struct question q;
	enum exit_code code = read_question(args, &q);
	enum status status;

	if (code != CTL_OK)
		return code;
	status = certfile_read(args->chain, &error, &chain);
	if (status == STATUS_OK) {
		error = text_in(why, sizeof why);
		status = judge(&q, chain, &error, &verdict);
		certfile_free(chain);
	}
	if (status != STATUS_OK)
		return complain(
			CTL_FAILED, "%s", why[0] != '\0' ? why : status_text(status));
	if (!args->json)
		print_answer(args, &q, &verdict);
	else if (print_json(verdict_to_json(&verdict)) != CTL_OK)
		return CTL_FAILED;
	return verdict.accepted ? CTL_OK : CTL_REFUSED;
}
