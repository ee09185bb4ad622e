#include "config/check.h"

bool check_is_own(const struct config *config, const struct endpoint *server)
{
	for (size_t i = 0; i < config->listen_n; i++) {
		const struct endpoint *own = &config->listen[i];
		bool everywhere = endpoint_is_wildcard(own) &&
				  own->sa.sa_family == server->sa.sa_family &&
				  endpoint_port(own) == endpoint_port(server);

		if (endpoint_equal(own, server) ||
			(everywhere && endpoint_is_loopback(server)))
			return true;
	}
	return false;
}

/* An upstream's name must not need that upstream. */
static enum status check_bootstrap(const struct complaint *complaint,
	const struct node *root, const struct config *config)
{
	const struct node *list = node_find(root, "bootstrap");
	const struct node *it = list != NULL ? list->first : NULL;

	for (size_t i = 0; it != NULL; it = it->next, i++) {
		char quote[NODE_QUOTE_MAX];

		if (check_is_own(config, &config->bootstrap[i]))
			return complain_at(complaint, it,
				"bootstrap: %s is pintle itself, which listens there; "
				"allowed: another server",
				node_quote(it, quote));
	}
	return STATUS_OK;
}

/* With CD set an upstream does not validate for us, so it has nothing to say. */
static enum status check_trust_ad(const struct complaint *complaint,
	const struct node *root, const struct config *config)
{
	if (config->dnssec != CONFIG_DNSSEC_VALIDATE || !config->trust_ad)
		return STATUS_OK;
	return complain_at(complaint, node_find(root, "trust_ad"),
		"trust_ad: with dnssec: validate nobody else's word counts; take one of "
		"them out");
}

enum status check_file(const struct complaint *complaint, const struct node *root,
	const struct config *config)
{
	const struct node *tls = node_find(root, "tls");

	if (tls != NULL && node_find(tls, "ca_path") != NULL &&
		node_find(tls, "ca_file") != NULL)
		return complain_at(complaint, node_find(tls, "ca_file"),
			"tls.ca_file and tls.ca_path exclude each other; allowed: one of "
			"them");
	if (config->update.url != NULL && config->log_list != NULL)
		return complain_at(complaint, node_find(node_find(root, "ct"), "update"),
			"ct.update: what it fetches would not be used beside "
			"ct.log_list; "
			"take one of them out");
	if (config->cache_min_ttl_s > config->cache_max_ttl_s) {
		const struct node *cache = node_find(root, "cache");
		const struct node *min = node_find(cache, "min_ttl");

		return complain_at(complaint, min != NULL ? min : cache,
			"cache.min_ttl is more than cache.max_ttl, which is %u",
			config->cache_max_ttl_s);
	}
	if (check_trust_ad(complaint, root, config) != STATUS_OK)
		return STATUS_CONFIG;
	return check_bootstrap(complaint, root, config);
}

/* An SCT is held against the issuer that verification found. */
static enum status check_pins_only_ct(const struct complaint *complaint,
	const struct node *map, const struct config_upstream *upstream)
{
	const struct node *ct = node_find(map, "ct");

	if (upstream->policy.ct == CT_MODE_OFF)
		return STATUS_OK;
	return complain_at(complaint, ct != NULL ? ct : node_find(map, "pkix"),
		"upstreams[].ct: %s\"%s\", but with pkix: pins_only no issuer is "
		"verified, and no SCT can be; write ct: off",
		ct != NULL ? "" : "absent means ", ct_mode_text(upstream->policy.ct));
}

/* What would leave an upstream unchecked, or checked less than its author
 * believes. */
static enum status check_pins_only(const struct complaint *complaint,
	const struct node *map, const struct config_upstream *upstream)
{
	const struct node *pkix = node_find(map, "pkix");

	if (upstream->policy.pins.n == 0)
		return complain_at(complaint, pkix,
			"upstreams[].pkix: pins_only needs pins; without them nothing is "
			"checked");
	if (upstream->policy.pin_mode != PIN_ENFORCE)
		return complain_at(complaint, node_find(map, "pin_mode"),
			"upstreams[].pin_mode: with pkix: pins_only nothing else is "
			"checked; "
			"allowed: enforce");
	if (node_find(map, "ca_file") != NULL)
		return complain_at(complaint, node_find(map, "ca_file"),
			"upstreams[].ca_file: with pkix: pins_only no root is looked at; "
			"take it out");
	return check_pins_only_ct(complaint, map, upstream);
}

static enum status check_pins(const struct complaint *complaint, const struct node *map,
	const struct config_upstream *upstream)
{
	const struct node *pin_mode = node_find(map, "pin_mode");

	if (upstream->policy.pkix == PKIX_PINS_ONLY)
		return check_pins_only(complaint, map, upstream);
	if (upstream->policy.pin_mode == PIN_LEARN)
		return upstream->policy.pins.n == 0
			       ? STATUS_OK
			       : complain_at(complaint, node_find(map, "pins"),
					 "upstreams[].pins: with pin_mode: learn the "
					 "pins "
					 "are learned; take one of them out");
	if (pin_mode != NULL && upstream->policy.pins.n == 0)
		return complain_at(complaint, pin_mode,
			"upstreams[].pin_mode: there are no pins; give pins or take it "
			"out");
	return STATUS_OK;
}

/* What cannot be reached: no address, and none can be found out. */
static enum status check_reach(const struct complaint *complaint, const struct node *map,
	const struct config *config, const struct config_upstream *upstream)
{
	if (upstream->address_n > 0)
		return STATUS_OK;
	if (upstream->host == NULL)
		return complain_at(complaint, map,
			"upstreams[].address is missing; needed: addresses, or "
			"auth_name and bootstrap servers to look it up with");
	if (config->bootstrap_n == 0)
		return complain_at(complaint, map,
			"upstreams[].address is missing; needed: addresses, or bootstrap "
			"servers to look up %s with",
			upstream->host);
	return STATUS_OK;
}

enum status check_upstream(const struct complaint *complaint, const struct node *map,
	const struct config *config, const struct config_upstream *upstream)
{
	enum status status = check_reach(complaint, map, config, upstream);

	return status == STATUS_OK ? check_pins(complaint, map, upstream) : status;
}
