#include "config/read.h"
#include "base/text.h"

#include <string.h>

#include "config/check.h"
#include "config/keys.h"
#include "config/value.h"

#define PRESET_BYTES_MAX 128

/* The node at "limits.timeout", or NULL. keys_check() has seen that `limits`
 * is a map. */
static const struct node *find_row(const struct node *map, const char *name)
{
	const char *dot = strchr(name, '.');
	char section[PRESET_BYTES_MAX];

	if (dot == NULL)
		return node_find(map, name);
	text_copy(section, sizeof section, name);
	section[dot - name] = '\0';
	map = node_find(map, section);
	return map == NULL ? NULL : node_find(map, dot + 1);
}

/* A default goes the way of a value in the file, and is reported as absent
 * where the file's map begins. */
static enum status read_preset(
	const struct value_reader *from, const struct node *map, void *base)
{
	char yaml[PRESET_BYTES_MAX];
	struct text t = text_in(yaml, sizeof yaml);
	struct value_reader r = *from;
	struct node *root;
	enum status status;

	text_add(&t, "{preset: %s}", r.row->preset);
	status = node_read(bytes_of_text(yaml), r.arena, r.complaint, &root);
	if (status != STATUS_OK)
		return status;
	root->first->line = map->line;
	root->first->column = map->column;
	return value_read(&r, root->first, base);
}

static enum status read_upstreams(
	const struct value_reader *r, const struct node *list, struct draft *draft);
static enum status read_update(
	const struct value_reader *r, const struct node *map, struct draft *draft);

static enum status complain_missing(const struct value_reader *r, const struct node *map)
{
	char allowed[CONFIG_ERROR_MAX];
	struct text t = text_in(allowed, sizeof allowed);

	schema_allowed(r->row, &t);
	return complain_at(r->complaint, map, "%s%s is missing; needed: %s",
		r->schema->prefix, r->row->name, allowed);
}

static enum status read_row(
	const struct value_reader *r, const struct node *map, void *base)
{
	const struct node *node = find_row(map, r->row->name);

	if (node != NULL && r->row->type == TYPE_UPSTREAMS)
		return read_upstreams(r, node, base);
	if (node != NULL && r->row->type == TYPE_FORWARDS)
		return forwards_read(r, node, &((struct draft *)base)->config);
	if (node != NULL && r->row->type == TYPE_LOCALS)
		return local_zones_read(r, node, &((struct draft *)base)->config);
	if (node != NULL && r->row->type == TYPE_UPDATE)
		return read_update(r, node, base);
	if (node != NULL)
		return value_read(r, node, base);
	if (r->row->required)
		return complain_missing(r, map);
	return r->row->preset != NULL ? read_preset(r, map, base) : STATUS_OK;
}

enum status rows_read(const struct complaint *complaint, const struct schema *schema,
	const struct node *map, struct arena *arena, void *base)
{
	enum status status = keys_check(complaint, schema, map);

	for (size_t i = 0; i < schema->row_n && status == STATUS_OK; i++) {
		const struct value_reader r = { arena, complaint, schema,
			&schema->rows[i] };

		status = read_row(&r, map, base);
	}
	return status;
}

/* Where a list is and whose it is are worth nothing without each other. */
static enum status read_update(
	const struct value_reader *r, const struct node *map, struct draft *draft)
{
	if (map->kind != NODE_MAP)
		return value_refuse(r, map, "is not a map");
	return rows_read(
		r->complaint, &schema_update, map, r->arena, &draft->config.update);
}

/* A bundle replaces the directory, which has a default. */
static void settle_roots(struct tls_policy *policy)
{
	if (policy->ca_file != NULL)
		policy->ca_path = NULL;
}

/* The key that chooses an upstream's roots, or NULL: the default does. */
static const struct node *find_roots(
	const struct node *root, const struct node *map, const char **key)
{
	const struct node *tls = node_find(root, "tls");
	const struct node *node = node_find(map, "ca_file");

	*key = "upstreams[].ca_file";
	if (node == NULL && tls != NULL) {
		*key = "tls.ca_file";
		node = node_find(tls, "ca_file");
	}
	if (node == NULL) {
		*key = "tls.ca_path";
		node = tls != NULL ? node_find(tls, "ca_path") : NULL;
	}
	return node;
}

/* "FILE:LINE:COL: KEY"; `node` NULL: it is not in the file. NULL: no memory. */
static const char *describe_place(struct arena *arena, const struct complaint *complaint,
	const struct node *node, const char *key)
{
	char place[CONFIG_ERROR_MAX];
	struct text text = text_in(place, sizeof place);

	if (node != NULL)
		text_add(&text, "%s:%u:%u: %s", complaint->name, node->line, node->column,
			key);
	else
		text_add(&text, "%s: %s, by default", complaint->name, key);
	return arena_text(arena, place);
}

static const char *describe_roots(
	const struct value_reader *r, const struct node *root, const struct node *map)
{
	const char *key;
	const struct node *node = find_roots(root, map, &key);

	return describe_place(r->arena, r->complaint, node, key);
}

/* Where files are named that only who uses them can find fault with. NOMEM. */
static enum status describe_files(
	const struct complaint *complaint, const struct node *root, struct config *out)
{
	const struct node *ct = node_find(root, "ct");

	out->log_list_place = describe_place(&out->arena, complaint,
		ct != NULL ? node_find(ct, "log_list") : NULL, "ct.log_list");
	out->dnssec_anchors_place = describe_place(&out->arena, complaint,
		node_find(root, "dnssec_anchors"), "dnssec_anchors");
	out->hosts_place =
		describe_place(&out->arena, complaint, node_find(root, "hosts"), "hosts");
	return out->log_list_place != NULL && out->dnssec_anchors_place != NULL &&
			       out->hosts_place != NULL
		       ? STATUS_OK
		       : STATUS_NOMEM;
}

/* A DoH server is who its URL says: its host is looked up, asked for and named by the
 * certificate (RFC 8484 §5.1, RFC 9110 §4.3.4). */
static void settle_host(struct config_upstream *upstream)
{
	if (upstream->url == NULL)
		upstream->host = upstream->policy.auth_name;
	else if (auth_name_problem(upstream->host) == NULL)
		upstream->policy.auth_name = upstream->host;
}

static void settle_identity(struct tls_policy *policy)
{
	if (policy->auth_name != NULL)
		policy->identity = IDENTITY_NAME;
	else if (policy->pkix == PKIX_PINS_ONLY)
		policy->identity = IDENTITY_NONE;
	else
		policy->identity = IDENTITY_ADDRESS;
}

static enum status read_upstream(const struct value_reader *r, const struct node *map,
	struct draft *draft, struct config_upstream *out)
{
	enum status status;

	if (map->kind != NODE_MAP)
		return value_refuse(r, map, "is not a map");
	out->policy = draft->policy;
	out->port = CONFIG_PORT_DOT;
	status = rows_read(r->complaint, &schema_upstream, map, r->arena, out);
	if (status == STATUS_OK)
		status = check_protocol(r->complaint, map, out);
	if (status != STATUS_OK)
		return status;
	settle_host(out);
	settle_roots(&out->policy);
	settle_identity(&out->policy);
	out->roots_place = describe_roots(r, draft->root, map);
	if (out->roots_place == NULL)
		return STATUS_NOMEM;
	return check_upstream(r->complaint, map, &draft->config, out);
}

static enum status complain_name(const struct value_reader *r, const struct node *name)
{
	char quote[NODE_QUOTE_MAX];

	return complain_at(r->complaint, name,
		"upstreams[].name: %s is another upstream's name",
		node_quote(name, quote));
}

/* What upstreams start from is complete. */
static enum status read_upstreams(
	const struct value_reader *r, const struct node *list, struct draft *draft)
{
	struct config *config = &draft->config;
	enum status status = value_expect_list(r, list);

	if (status != STATUS_OK)
		return status;
	config->upstreams =
		arena_alloc(r->arena, list->children * sizeof *config->upstreams);
	if (config->upstreams == NULL)
		return STATUS_NOMEM;
	settle_roots(&draft->policy);
	for (const struct node *it = list->first; it != NULL && status == STATUS_OK;
		it = it->next) {
		struct config_upstream *out = &config->upstreams[config->upstream_n];

		status = read_upstream(r, it, draft, out);
		if (status == STATUS_OK &&
			config_find_upstream(config, out->name) != NULL)
			return complain_name(r, node_find(it, "name"));
		config->upstream_n++;
	}
	return status;
}

enum status draft_read(
	const struct complaint *complaint, const struct node *root, struct draft *draft)
{
	enum status status;

	draft->root = root;
	status = rows_read(complaint, &schema_file, root, &draft->config.arena, draft);
	draft->root = NULL;
	if (status == STATUS_OK)
		status = describe_files(complaint, root, &draft->config);
	if (status != STATUS_OK)
		return status;
	draft->config.ca_file = draft->policy.ca_file;
	draft->config.ca_path = draft->policy.ca_path;
	draft->config.listen_given = node_find(root, "listen") != NULL;
	return check_file(complaint, root, &draft->config);
}
