/* `verify`: what the daemon would say of these certificates, by the same two
 * functions: peer_collect() and verdict_reach(). */
#include <stdio.h>
#include <stdlib.h>

#include "base/endpoint.h"
#include "base/file.h"
#include "ctl/ct_options.h"
#include "ctl/loglist_open.h"
#include "ctl/output.h"
#include "ctl/paths.h"
#include "tls/certfile.h"
#include "tls/report.h"
#include "tls/roots.h"

/* A list's own length has 16 bits (RFC 6962 §3.3), a staple's 24 (RFC 6066 §8); what
 * is longer than this was never seen. */
#define SCTS_BYTES_MAX   (2 + 65535)
#define STAPLE_BYTES_MAX (256 * 1024)

struct question {
	struct tls_policy policy; /* borrows `pins` */
	struct pin pins[ARGS_PINS_MAX];
	struct endpoint address; /* IDENTITY_ADDRESS */
	int64_t at_s;
	struct clock_floor floor;
	const struct clock_floor *clock; /* `floor`; NULL: --at */

	/* Owned: question_deinit(). */
	struct loglist *logs;          /* NULL: CT_MODE_OFF */
	struct bytes tls_scts, staple; /* p NULL: none given */
	STACK_OF(X509) * chain;
};

static void question_deinit(struct question *q)
{
	loglist_free(q->logs);
	free((void *)q->tls_scts.p);
	free((void *)q->staple.p);
	certfile_free(q->chain);
}

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

/* Without a verified chain there is no issuer, so no SCT that can be checked. */
static enum exit_code read_ct(const struct args *args, struct question *q)
{
	enum exit_code code;

	q->policy.ct = args->pins_only ? CT_MODE_OFF : CT_MODE_REQUIRE;
	q->policy.ct_stale = CT_STALE_JUDGE;
	code = ct_option_mode(args, &q->policy.ct);
	if (code == CTL_OK)
		code = ct_option_policy(args, &q->policy.ct_policy);
	if (code == CTL_OK && args->pins_only && q->policy.ct == CT_MODE_REQUIRE)
		return complain(CTL_CONFIG,
			"--pins-only verifies no chain: --ct require can never hold, "
			"pass --ct off");
	return code;
}

static enum exit_code read_question(const struct args *args, struct question *q)
{
	enum exit_code code;

	*q = (struct question){ .policy = {
					.identity = IDENTITY_NONE,
					.ca_file = args->roots,
					.ca_path =
						args->roots == NULL ? PATHS_ROOTS : NULL,
				} };
	if (args->chain == NULL)
		return complain(CTL_USAGE, "verify needs --chain FILE");
	code = read_identity(args, q);
	if (code == CTL_OK)
		code = read_pins(args, q);
	if (code == CTL_OK)
		code = ct_option_time(args, &q->at_s);
	/* What a person asks for needs no floor, and is not doubted. */
	clock_floor_raise(&q->floor, loglist_builtin_date_s());
	if (args->at == NULL)
		q->at_s = clock_floor_now_s(&q->floor);
	q->clock = args->at == NULL ? &q->floor : NULL;
	return code == CTL_OK ? read_ct(args, q) : code;
}

static enum exit_code read_bytes(const char *path, size_t bytes_max, struct bytes *out)
{
	char why[CTL_ERROR_MAX];
	struct text error = text_in(why, sizeof why);

	if (path == NULL || file_read(path, bytes_max, &error, out) == STATUS_OK)
		return CTL_OK;
	return complain(CTL_FAILED, "%s", why);
}

/* The list first: one in error is told whatever the chain is. */
static enum exit_code read_files(const struct args *args, struct question *q)
{
	char why[CTL_ERROR_MAX];
	struct text error = text_in(why, sizeof why);
	enum exit_code code = CTL_OK;

	if (q->policy.ct != CT_MODE_OFF)
		code = loglist_open(args->log_list, &q->logs);
	if (code == CTL_OK)
		code = read_bytes(args->sct, SCTS_BYTES_MAX, &q->tls_scts);
	if (code == CTL_OK)
		code = read_bytes(args->ocsp, STAPLE_BYTES_MAX, &q->staple);
	if (code == CTL_OK && certfile_read(args->chain, &error, &q->chain) != STATUS_OK)
		return complain(CTL_FAILED, "%s", why);
	return code;
}

static enum status judge(
	const struct question *q, struct text *error, struct verdict *out)
{
	struct bytes address = endpoint_address(&q->address);
	struct tls_trust trust = { .logs = q->logs, .clock = q->clock };
	struct peer_shown shown = {
		.sent = q->chain, .tls_scts = q->tls_scts, .staple = q->staple
	};
	struct peer peer = { 0 };
	enum status status = STATUS_OK;

	if (q->policy.pkix == PKIX_REQUIRE)
		status = roots_open(
			q->policy.ca_file, q->policy.ca_path, error, &trust.roots);
	if (status == STATUS_OK)
		status =
			peer_collect(&q->policy, &trust, &shown, address, q->at_s, &peer);
	if (status == STATUS_OK)
		verdict_reach(&q->policy, &peer, out);
	peer_deinit(&peer);
	roots_free(trust.roots);
	return status;
}

static void print_answer(const struct args *args, const struct verdict *verdict)
{
	print_verdict(verdict, args->name != NULL ? args->name : args->ip);
	print_clock(verdict);
	print_chain(verdict);
}

static enum exit_code answer(const struct args *args, const struct question *q)
{
	char why[CTL_ERROR_MAX];
	struct text error = text_in(why, sizeof why);
	struct verdict verdict;
	enum status status = judge(q, &error, &verdict);

	if (status != STATUS_OK)
		return complain(
			CTL_FAILED, "%s", why[0] != '\0' ? why : status_text(status));
	if (!args->json)
		print_answer(args, &verdict);
	else if (print_json(verdict_json(&verdict)) != CTL_OK)
		return CTL_FAILED;
	return verdict.accepted ? CTL_OK : CTL_REFUSED;
}

enum exit_code command_verify(const struct args *args)
{
	struct question q;
	enum exit_code code = read_question(args, &q);

	if (code == CTL_OK)
		code = read_files(args, &q);
	if (code == CTL_OK)
		code = answer(args, &q);
	question_deinit(&q);
	return code;
}
