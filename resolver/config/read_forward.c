/* maps -> routes -> the plain servers among the upstreams -> is anybody left for all
 * other names? */
#include <string.h>

#include "config/check.h"
#include "config/read.h"
#include "config/value.h"

/* "plain@[2001:db8::1]:5300" */
#define PLAIN_NAME_MAX (ENDPOINT_TEXT_MAX + 8)

/* --- one map --------------------------------------------------------------- */

/* Which of its keys are there, and which may be. */
static enum status check_keys(const struct complaint *complaint, const struct node *map)
{
	const struct node *upstreams = node_find(map, "upstreams");
	const struct node *address = node_find(map, "address");
	const struct node *protocol = node_find(map, "protocol");

	if (upstreams != NULL && address != NULL)
		return complain_at(complaint, address,
			"forward[].address and forward[].upstreams exclude each other; "
			"allowed: one of them");
	if (upstreams != NULL && protocol != NULL)
		return complain_at(complaint, protocol,
			"forward[].protocol: upstreams have their own; take it out");
	if (upstreams != NULL)
		return STATUS_OK;
	if (address == NULL)
		return complain_at(complaint, map,
			"forward[].upstreams is missing; needed: names of upstreams, or "
			"address and protocol: plain");
	if (protocol == NULL)
		return complain_at(complaint, address,
			"forward[].address: these servers are asked without TLS; write "
			"protocol: plain beside it, or name upstreams");
	return STATUS_OK;
}

static enum status check_upstreams(const struct complaint *complaint,
	const struct node *map, const struct config *config,
	const struct config_forward *forward)
{
	const struct node *list = node_find(map, "upstreams");
	const struct node *it = list != NULL ? list->first : NULL;

	for (size_t i = 0; it != NULL; it = it->next, i++) {
		char quote[NODE_QUOTE_MAX];

		if (config_find_upstream(config, forward->upstreams[i]) == NULL)
			return complain_at(complaint, it,
				"forward[].upstreams: %s is no upstream's name",
				node_quote(it, quote));
	}
	return STATUS_OK;
}

static enum status check_addresses(const struct complaint *complaint,
	const struct node *map, const struct config *config,
	const struct config_forward *forward)
{
	const struct node *list = node_find(map, "address");
	const struct node *it = list != NULL ? list->first : NULL;

	for (size_t i = 0; it != NULL; it = it->next, i++) {
		char quote[NODE_QUOTE_MAX];

		if (check_is_own(config, &forward->addresses[i]))
			return complain_at(complaint, it,
				"forward[].address: %s is pintle itself, which listens "
				"there; allowed: another server",
				node_quote(it, quote));
	}
	return STATUS_OK;
}

static enum status check_zone(const struct complaint *complaint, const struct node *map,
	const struct config *config, const struct config_forward *forward)
{
	static const struct name localhost = { 11, "\11localhost" };
	char quote[NODE_QUOTE_MAX];
	const struct node *zone = node_find(map, "zone");

	if (name_within(&forward->zone, &localhost))
		return complain_at(complaint, zone,
			"forward[].zone: %s is this machine (RFC 6761), and is not "
			"forwarded",
			node_quote(zone, quote));
	for (size_t i = 0; i < config->forward_n; i++)
		if (name_equal(&config->forwards[i].zone, &forward->zone))
			return complain_at(complaint, zone,
				"forward[].zone: %s has a map already",
				node_quote(zone, quote));
	return STATUS_OK;
}

static enum status read_forward(const struct value_reader *r, const struct node *map,
	const struct config *config, struct config_forward *out)
{
	struct forward_draft draft = { 0 };
	enum status status;

	if (map->kind != NODE_MAP)
		return value_refuse(r, map, "is not a map");
	status = rows_read(r->complaint, &schema_forward, map, r->arena, &draft);
	if (status == STATUS_OK)
		status = check_keys(r->complaint, map);
	if (status == STATUS_OK)
		status = check_zone(r->complaint, map, config, &draft.forward);
	if (status == STATUS_OK)
		status = check_upstreams(r->complaint, map, config, &draft.forward);
	if (status == STATUS_OK)
		status = check_addresses(r->complaint, map, config, &draft.forward);
	*out = draft.forward;
	return status;
}

/* --- plain servers --------------------------------------------------------- */

static bool has_address(
	const struct config_forward *forward, const struct endpoint *address)
{
	for (size_t i = 0; i < forward->address_n; i++)
		if (endpoint_equal(&forward->addresses[i], address))
			return true;
	return false;
}

/* All that it is asked about: one server may have several zones. */
static enum status set_zones(struct arena *arena, const struct config *config,
	const struct endpoint *address, struct config_upstream *out)
{
	struct name *zones = arena_alloc(arena, config->forward_n * sizeof *zones);

	if (zones == NULL)
		return STATUS_NOMEM;
	for (size_t i = 0; i < config->forward_n; i++)
		if (has_address(&config->forwards[i], address))
			zones[out->zone_n++] = config->forwards[i].zone;
	out->zones = zones;
	return STATUS_OK;
}

static const struct config_upstream *find_plain(
	const struct config *config, const struct endpoint *address)
{
	for (size_t i = 0; i < config->upstream_n; i++) {
		const struct config_upstream *it = &config->upstreams[i];

		if (it->protocol == UPSTREAM_PLAIN &&
			endpoint_equal(&it->addresses[0], address))
			return it;
	}
	return NULL;
}

static size_t count_plain(const struct config *config)
{
	size_t n = 0;

	for (size_t i = 0; i < config->upstream_n; i++)
		n += config->upstreams[i].protocol == UPSTREAM_PLAIN;
	return n;
}

/* Upstreams that are listed cannot have a name like this. */
static const char *plain_name(struct arena *arena, const struct endpoint *address)
{
	char words[ENDPOINT_TEXT_MAX], name[PLAIN_NAME_MAX];
	struct text text = text_in(name, sizeof name);

	if (endpoint_port(address) == CONFIG_PORT_DNS)
		endpoint_format_address(address, words);
	else
		endpoint_format(address, words);
	text_add(&text, "plain@%s", words);
	return arena_text(arena, name);
}

static enum status add_plain(
	struct arena *arena, struct config *config, const struct endpoint *address)
{
	struct config_upstream *out = &config->upstreams[config->upstream_n];

	*out = (struct config_upstream){ .protocol = UPSTREAM_PLAIN,
		.port = CONFIG_PORT_DNS,
		.policy = { .ct = CT_MODE_OFF },
		.name = plain_name(arena, address),
		.addresses = arena_copy(arena, address, 1, sizeof *address),
		.address_n = 1 };
	if (out->name == NULL || out->addresses == NULL)
		return STATUS_NOMEM;
	config->upstream_n++;
	return set_zones(arena, config, address, out);
}

static enum status add_plain_servers(const struct value_reader *r,
	const struct node *list, struct config *config, struct config_forward *forward)
{
	enum status status = STATUS_OK;

	if (forward->address_n == 0)
		return STATUS_OK;
	forward->upstreams =
		arena_alloc(r->arena, forward->address_n * sizeof *forward->upstreams);
	if (forward->upstreams == NULL)
		return STATUS_NOMEM;
	for (size_t i = 0; i < forward->address_n && status == STATUS_OK; i++) {
		const struct endpoint *address = &forward->addresses[i];

		if (find_plain(config, address) == NULL &&
			count_plain(config) == CONFIG_PLAIN_MAX)
			return complain_at(r->complaint, list,
				"forward: more than %d different plain servers",
				CONFIG_PLAIN_MAX);
		if (find_plain(config, address) == NULL)
			status = add_plain(r->arena, config, address);
		if (status == STATUS_OK)
			forward->upstreams[forward->upstream_n++] =
				find_plain(config, address)->name;
	}
	return status;
}

/* --- all of them ----------------------------------------------------------- */

static bool is_named(const struct config *config, const char *upstream)
{
	for (size_t i = 0; i < config->forward_n; i++)
		for (size_t j = 0; j < config->forwards[i].upstream_n; j++)
			if (strcmp(config->forwards[i].upstreams[j], upstream) == 0)
				return true;
	return false;
}

static enum status check_rest(const struct value_reader *r, const struct node *list,
	const struct config *config)
{
	for (size_t i = 0; i < config->upstream_n; i++)
		if (!is_named(config, config->upstreams[i].name))
			return STATUS_OK;
	return complain_at(r->complaint, list,
		"forward: every upstream is named here, and is asked for these zones "
		"alone; needed: one more, for all other names");
}

static enum status make_room(struct arena *arena, size_t n, struct config *config)
{
	size_t most = config->upstream_n + CONFIG_PLAIN_MAX;
	struct config_upstream *upstreams = arena_alloc(arena, most * sizeof *upstreams);

	config->forwards = arena_alloc(arena, n * sizeof *config->forwards);
	if (upstreams == NULL || config->forwards == NULL)
		return STATUS_NOMEM;
	memcpy(upstreams, config->upstreams, config->upstream_n * sizeof *upstreams);
	config->upstreams = upstreams;
	return STATUS_OK;
}

enum status forwards_read(
	const struct value_reader *r, const struct node *list, struct config *config)
{
	enum status status = value_expect_list(r, list);

	if (status == STATUS_OK)
		status = make_room(r->arena, list->children, config);
	for (const struct node *it = list->first; it != NULL && status == STATUS_OK;
		it = it->next) {
		status =
			read_forward(r, it, config, &config->forwards[config->forward_n]);
		config->forward_n += status == STATUS_OK;
	}
	for (size_t i = 0; i < config->forward_n && status == STATUS_OK; i++)
		status = add_plain_servers(r, list, config, &config->forwards[i]);
	return status == STATUS_OK ? check_rest(r, list, config) : status;
}
