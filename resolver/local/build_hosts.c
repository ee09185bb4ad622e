#include "base/log.h"
#include "local/build.h"
#include "local/hosts.h"
#include "local/record_line.h"
#include "local/special.h"

/* What is skipped: how many lines or names, and the first one's line. */
struct skipped {
	unsigned n, line;
};

static void skip(struct skipped *skipped, const struct hosts_entry *entry)
{
	if (skipped->n++ == 0)
		skipped->line = entry->line;
}

/* A CNAME of local_records stands alone; what localhost is, is known. */
static bool is_settled(const struct tree *tree, const struct name *name)
{
	struct tree_place place = tree_seek(tree, name);

	return special_is_localhost(name) ||
	       (place.exact && tree_find(place.node, TYPE_CNAME) != NULL);
}

static enum status add(struct tree *tree, const struct hosts_entry *entry,
	struct skipped *skipped, size_t *n)
{
	struct bytes address = bytes_of(entry->address, entry->address_n);
	uint16_t type = address.n == 4 ? TYPE_A : TYPE_AAAA;
	struct tree_node *node;
	enum status status;

	if (is_settled(tree, &entry->name))
		return STATUS_OK;
	node = tree_add(tree, &entry->name);
	if (node == NULL)
		return STATUS_NOMEM;
	*n += !node->from_hosts;
	node->from_hosts = true;
	status = build_add(tree, node, type, LOCAL_TTL_S, address);
	if (status == STATUS_LIMIT)
		skip(skipped, entry);
	if (status == STATUS_LIMIT || status == STATUS_RANGE)
		return STATUS_OK;
	if (status != STATUS_OK)
		return status;
	return build_reverse(tree, address, LOCAL_TTL_S, &entry->name);
}

enum status build_hosts(
	const struct local_options *options, struct tree *tree, size_t *hosts_n)
{
	struct hosts_reader reader = { .rest = options->hosts };
	struct skipped skipped = { 0 };
	struct hosts_entry entry;
	enum hosts_item item;
	enum status status = STATUS_OK;

	while (status == STATUS_OK && (item = hosts_next(&reader, &entry)) != HOSTS_END) {
		if (item == HOSTS_BROKEN)
			skip(&skipped, &entry);
		else
			status = add(tree, &entry, &skipped, hosts_n);
	}
	if (skipped.n > 0)
		log_warning("%s:%u: not an address and host names; skipped%s",
			options->hosts_name, skipped.line,
			skipped.n > 1 ? ", and others further down" : "");
	return status;
}
