/* An upstream that is configured by its name alone: looked up with the first question
 * for it, and kept up to date from then on. */
#include "base/log.h"
#include "upstream/inner.h"

static void on_addresses(void *owner, const struct endpoint *addresses, size_t n)
{
	struct upstream *u = owner;
	char first[ENDPOINT_TEXT_MAX];

	u->unresolved.kind = FAILURE_NONE;
	endpoint_format(&addresses[0], first);
	if (n == 1)
		log_info("upstream %s: %s is at %s", upstream_name(u),
			u->parts.config->host, first);
	else
		log_info("upstream %s: %s is at %s, and %zu more", upstream_name(u),
			u->parts.config->host, first, n - 1);
	if (upstream_set_addresses(u, addresses, n) != STATUS_OK)
		log_warning(
			"upstream %s: %s", upstream_name(u), status_text(STATUS_NOMEM));
}

static void on_failed(void *owner, const struct failure *why)
{
	struct upstream *u = owner;

	u->unresolved = *why;
	/* Nobody there could be asked: it is not the upstream that fails. */
	u->unresolved.kind = FAILURE_UNREACHABLE;
	if (u->addresses.n == 0)
		notice_failure(u, NULL, &u->unresolved, false);
}

static const struct resolution_events events = { on_addresses, on_failed };

void naming_look(struct upstream *u)
{
	const struct config_upstream *config = u->parts.config;
	const struct bootstrap_spec spec = { u->parts.loop, u->parts.bootstrap,
		u->parts.bootstrap_n, config->host, config->port };

	/* The one for ntp_names gets those of the other. */
	if (u->resolution != NULL || config->address_n > 0 || u->parts.for_ntp ||
		u->parts.bootstrap_n == 0)
		return;
	if (resolution_start(&spec, &events, u, &u->resolution) != STATUS_OK)
		u->resolution = NULL;
}

void naming_follow(struct upstream *u)
{
	if (u->resolution == NULL)
		return;
	naming_stop(u);
	naming_look(u);
}

void naming_stop(struct upstream *u)
{
	resolution_stop(u->resolution);
	u->resolution = NULL;
}
