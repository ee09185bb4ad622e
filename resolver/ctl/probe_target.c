#include "ctl/probe_target.h"

#include <stdio.h>
#include <string.h>

#include "config/url.h"
#include "ct/age.h"
#include "ctl/ct_options.h"
#include "ctl/loglist_open.h"
#include "ctl/paths.h"

/* For whom there is no configuration: the certificate must name the address. */
static const struct tls_policy policy_preset = {
	.ca_path = PATHS_ROOTS,
	.ct = CT_MODE_REQUIRE,
};

/* "IP[:PORT][#NAME]". The name stays where it is in argv. */
static enum exit_code read_tls_url(const char *text, struct probe_target *out)
{
	char address[ENDPOINT_TEXT_MAX];
	size_t n = strcspn(text, "#");
	struct tls_policy *policy = &out->policy;
	const char *wrong;

	*policy = policy_preset;
	out->alpn = &tls_alpn_dot;
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
		endpoint_parse(address, CONFIG_PORT_DOT, &out->address) != STATUS_OK)
		return complain(CTL_USAGE,
			"'%s' has no IP address: tls://IP[:PORT][#NAME]", text);
	out->addresses = &out->address;
	out->address_n = 1;
	return CTL_OK;
}

/* --address; the only one then. */
static enum exit_code take_address(
	const char *text, uint16_t port, struct probe_target *out)
{
	if (endpoint_parse(text, port, &out->address) != STATUS_OK ||
		endpoint_is_wildcard(&out->address))
		return complain(CTL_USAGE,
			"--address '%s' is not an IP address with or without a port",
			text);
	out->addresses = &out->address;
	out->address_n = 1;
	return CTL_OK;
}

/* The host is looked up nowhere: who answers would choose what is seen. */
static enum exit_code read_https_url(const struct args *args, struct probe_target *out)
{
	struct doh_url url;
	const char *problem = doh_url_read(out->name, &url);

	if (problem != NULL)
		return complain(CTL_USAGE, "'%s' %s; allowed: " DOH_URL_ALLOWED,
			out->name, problem);
	out->policy = policy_preset;
	out->alpn = &tls_alpn_h2;
	out->address = url.address;
	out->addresses = &out->address;
	out->address_n = 1;
	if (url.address.sa.sa_family != AF_UNSPEC)
		return CTL_OK;
	text_copy(out->host, sizeof out->host, url.host);
	out->policy.identity = IDENTITY_NAME;
	out->policy.auth_name = out->host;
	if (args->address == NULL)
		return complain(CTL_USAGE,
			"'%s' has no IP address, and %s is not looked up: give "
			"--address IP[:PORT]",
			out->name, url.host);
	return take_address(args->address, url.port, out);
}

/* What the daemon holds it to. Its record is read, and never written. */
static enum exit_code read_learned(struct probe_target *out)
{
	const char *auth_name = out->policy.auth_name;
	char words[CTL_ERROR_MAX];
	struct text why = text_in(words, sizeof words);
	enum status status =
		learned_load(out->config->state_dir, out->name, &why, &out->learned);

	if (status == STATUS_OK && learned_is_of(&out->learned, auth_name))
		out->policy.learned = &out->learned.pins;
	if (status == STATUS_OK || status == STATUS_NOTFOUND)
		return CTL_OK;
	if (status == STATUS_CONFIG)
		return complain(CTL_CONFIG,
			"upstream %s: pin_mode: learn: what was learned cannot be read: "
			"%s",
			out->name, words);
	return complain(CTL_FAILED,
		"upstream %s: pin_mode: learn: without what was learned there is no "
		"verdict: %s (who may read it: root, and the daemon's user)",
		out->name, why.n > 0 ? words : status_text(status));
}

static enum exit_code read_configured(const struct args *args,
	const struct config_upstream *upstream, struct probe_target *out)
{
	out->policy = upstream->policy;
	out->alpn = upstream->protocol == UPSTREAM_DOH ? &tls_alpn_h2 : &tls_alpn_dot;
	out->addresses = upstream->addresses;
	out->address_n = upstream->address_n;
	if (args->address != NULL && upstream->policy.identity != IDENTITY_ADDRESS)
		return take_address(args->address, upstream->port, out);
	if (args->address != NULL)
		return complain(CTL_USAGE,
			"the certificate of upstream %s must name its address: take "
			"--address out",
			out->name);
	if (upstream->address_n == 0)
		return complain(CTL_USAGE,
			"upstream %s has no address, and %s is not looked up: give "
			"--address IP[:PORT]",
			out->name, upstream->host);
	return CTL_OK;
}

static enum exit_code read_upstream(const struct args *args, struct probe_target *out)
{
	const char *path = args->config != NULL ? args->config : PATHS_CONFIG;
	const struct config_upstream *upstream;
	struct config_error error;
	enum exit_code code;

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
	if (upstream->protocol == UPSTREAM_PLAIN)
		return complain(CTL_USAGE,
			"%s is asked without TLS: it has no certificate to show",
			out->name);
	code = read_configured(args, upstream, out);
	if (code != CTL_OK)
		return code;
	return upstream->policy.pin_mode == PIN_LEARN ? read_learned(out) : CTL_OK;
}

static enum exit_code read_target(const struct args *args, struct probe_target *out)
{
	const char *text = args->operands[0];

	if (strncmp(text, "https://", 8) == 0)
		return read_https_url(args, out);
	if (strncmp(text, "tls://", 6) == 0)
		return read_tls_url(text + 6, out);
	/* No upstream's name has a slash in it. */
	if (strstr(text, "://") != NULL)
		return complain(CTL_USAGE,
			"'%s' has a scheme that is not probed; allowed: "
			"tls://IP[:PORT][#NAME], https://HOST[:PORT]/PATH",
			text);
	return read_upstream(args, out);
}

/* What the command line says goes before what is configured. */
static enum exit_code read_ct(const struct args *args, struct probe_target *out)
{
	struct tls_policy *policy = &out->policy;
	enum exit_code code = ct_option_mode(args, &policy->ct);

	if (code == CTL_OK && (args->policy != NULL || policy->ct_policy == NULL))
		code = ct_option_policy(args, &policy->ct_policy);
	if (code == CTL_OK && policy->pkix == PKIX_PINS_ONLY &&
		policy->ct == CT_MODE_REQUIRE)
		return complain(CTL_CONFIG,
			"%s has pkix: pins_only, which verifies no chain: --ct require "
			"could never hold",
			out->name);
	return code;
}

/* What the daemon would use. */
static enum exit_code open_configured(struct probe_target *out)
{
	struct list_source source = config_log_lists(out->config);
	char why[CTL_ERROR_MAX];
	struct text warning = text_in(why, sizeof why);
	struct list_choice choice;
	enum exit_code code = loglist_open_in_force(&source, &choice, &warning);

	out->logs = choice.list;
	/* A file of the configuration's is signed by nobody. */
	if (code == CTL_OK && choice.is_stored)
		clock_floor_raise(&out->floor, ct_age_date_s(choice.list));
	if (code == CTL_OK && why[0] != '\0')
		complain(CTL_OK, "warning: %s", why);
	return code;
}

static enum exit_code open_logs(const struct args *args, struct probe_target *out)
{
	if (out->policy.ct == CT_MODE_OFF)
		return CTL_OK;
	if (args->log_list == NULL && out->config != NULL)
		return open_configured(out);
	return loglist_open(args->log_list, &out->logs);
}

enum exit_code probe_target_init(const struct args *args, struct probe_target *out)
{
	enum exit_code code;

	*out = (struct probe_target){ .name = args->operands[0] };
	clock_floor_raise(&out->floor, loglist_builtin_date_s());
	code = read_target(args, out);
	if (code == CTL_OK && args->address != NULL && out->config == NULL &&
		out->host[0] == '\0')
		code = complain(
			CTL_USAGE, "'%s' has an address: take --address out", out->name);
	if (code == CTL_OK)
		code = read_ct(args, out);
	return code == CTL_OK ? open_logs(args, out) : code;
}

void probe_target_deinit(struct probe_target *target)
{
	loglist_free(target->logs);
	config_free(target->config);
}
