/* special names -> forward -> local_zone -> local_records -> reverse -> hosts. */
#include "local/build.h"

#include <string.h>

#include "local/record_line.h"
#include "local/special.h"

enum status build_add(struct tree *tree, struct tree_node *node, uint16_t type,
	uint32_t ttl_s, struct bytes rdata)
{
	size_t n = rdata.n;

	for (const struct local_record *it = node->records; it != NULL; it = it->next) {
		/* With what else a record takes in a message. */
		n += it->rdata_n + 12u;
		if (it->type == type &&
			bytes_equal(bytes_of(it->rdata, it->rdata_n), rdata))
			return STATUS_RANGE;
	}
	if (n > LOCAL_RDATA_MAX)
		return STATUS_LIMIT;
	return tree_add_record(tree, node, type, ttl_s, rdata);
}

/* 0.0.0.0 and :: stand in lists of what nobody should reach. */
static bool is_unspecified(struct bytes address)
{
	for (size_t i = 0; i < address.n; i++)
		if (address.p[i] != 0)
			return false;
	return true;
}

enum status build_reverse(
	struct tree *tree, struct bytes address, uint32_t ttl_s, const struct name *name)
{
	struct name reverse;
	struct tree_node *node;

	if (is_unspecified(address))
		return STATUS_OK;
	special_reverse(address, &reverse);
	node = tree_add(tree, &reverse);
	if (node == NULL)
		return STATUS_NOMEM;
	if (node->records != NULL)
		return STATUS_OK;
	return tree_add_record(tree, node, TYPE_PTR, ttl_s, name_bytes(name));
}

/* --- zones ----------------------------------------------------------------- */

static enum status add_forward(struct tree *tree, const struct name *zone)
{
	struct tree_node *node = tree_add(tree, zone);

	if (node == NULL)
		return STATUS_NOMEM;
	node->action = LOCAL_TRANSPARENT;
	tree_occupy(node);
	return STATUS_OK;
}

static enum status refuse_zone(
	const struct local_zone *zone, const char *problem, struct text *error)
{
	char name[NAME_TEXT_MAX];

	name_to_text(&zone->name, name);
	text_add(error, "%s: local_zone[].zone: %s %s", zone->place, name, problem);
	return STATUS_CONFIG;
}

static enum status add_zone(
	struct tree *tree, const struct local_zone *zone, struct text *error)
{
	struct tree_node *node;

	if (special_is_localhost(&zone->name))
		return refuse_zone(
			zone, "is this machine (RFC 6761), and cannot be else", error);
	node = tree_add(tree, &zone->name);
	if (node == NULL)
		return STATUS_NOMEM;
	if (node->configured)
		return refuse_zone(zone, "stands here twice", error);
	node->configured = true;
	node->action = (uint8_t)zone->action;
	if (zone->action == LOCAL_TRANSPARENT)
		tree_occupy(node);
	return STATUS_OK;
}

static enum status add_zones(
	const struct local_options *options, struct text *error, struct tree *tree)
{
	enum status status = special_add(tree);

	for (size_t i = 0; i < options->forward_n && status == STATUS_OK; i++)
		status = add_forward(tree, &options->forwards[i]);
	for (size_t i = 0; i < options->zone_n && status == STATUS_OK; i++)
		status = add_zone(tree, &options->zones[i], error);
	return status;
}

enum status build_tree(const struct local_options *options, struct text *error,
	struct tree *tree, size_t *hosts_n)
{
	enum status status = add_zones(options, error, tree);

	*hosts_n = 0;
	if (status == STATUS_OK)
		status = build_records(options, error, tree);
	if (status == STATUS_OK)
		status = build_hosts(options, tree, hosts_n);
	return status;
}
