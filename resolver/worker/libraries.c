#include "worker/libraries.h"

#include "late/late.h"

static bool has_upstream_by_name(const struct config *config)
{
	for (size_t i = 0; i < config->upstream_n; i++)
		if (config->upstreams[i].address_n == 0)
			return true;
	return false;
}

/* For signatures, look-ups of upstreams, records as text. */
static bool needs_getdns(const struct config *config)
{
	return config->dnssec == CONFIG_DNSSEC_VALIDATE || has_upstream_by_name(config) ||
	       config->local_records.n > 0;
}

enum status libraries_load(const struct config *config, struct text *error)
{
	return needs_getdns(config) ? late_getdns(error) : STATUS_OK;
}
