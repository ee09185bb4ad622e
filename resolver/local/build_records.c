/* local_records: each line into the tree; then, when all are known, what CNAMEs lead to,
 * and the names of addresses. */
#include <stdlib.h>
#include <string.h>

#include "local/build.h"
#include "local/record_line.h"
#include "local/special.h"

struct records {
	const struct local_options *options;
	struct text *error;
	struct tree *tree;
	struct tree_node **nodes; /* owned: of each record */
	struct record_line line;
};

/* Enough of a line to recognise it by. */
#define LINE_SHOWN 100

static enum status refuse(const struct records *r, size_t i, const char *problem)
{
	const char *line = r->options->records[i];
	size_t n = strlen(line);

	text_add(r->error, "%s: local_records: \"", r->options->places[i]);
	text_add_untrusted(r->error, line, n < LINE_SHOWN ? n : LINE_SHOWN);
	text_add(r->error, "%s\" %s", n < LINE_SHOWN ? "" : "...", problem);
	return STATUS_CONFIG;
}

/* RFC 1034 §3.6.2: a CNAME stands alone. */
static bool clashes(const struct tree_node *node, uint16_t type)
{
	return node->records != NULL &&
	       (type == TYPE_CNAME || tree_find(node, TYPE_CNAME) != NULL);
}

/* RFC 2181 §5.2: the records of one type have one TTL, here the lowest. */
static void level_ttls(struct tree_node *node, uint16_t type)
{
	uint32_t ttl_s = UINT32_MAX;

	for (struct local_record *it = node->records; it != NULL; it = it->next)
		if (it->type == type && it->ttl_s < ttl_s)
			ttl_s = it->ttl_s;
	for (struct local_record *it = node->records; it != NULL; it = it->next)
		if (it->type == type)
			it->ttl_s = ttl_s;
}

static enum status add_line(struct records *r, size_t i)
{
	struct record_line *line = &r->line;
	struct tree_node *node;
	enum status status;

	if (special_is_localhost(&line->owner))
		return refuse(r, i, "is of this machine (RFC 6761), and cannot be else");
	node = r->nodes[i] = tree_add(r->tree, &line->owner);
	if (node == NULL)
		return STATUS_NOMEM;
	status = build_add(r->tree, node, line->type, line->ttl_s,
		bytes_of(line->rdata, line->rdata_n));
	if (status == STATUS_RANGE)
		return refuse(r, i, "stands here twice");
	if (status == STATUS_LIMIT)
		return refuse(r, i, "is more than fits into an answer");
	if (status == STATUS_OK)
		level_ttls(node, line->type);
	return status;
}

static enum status add(struct records *r, size_t i)
{
	char words[128];
	struct text problem = text_in(words, sizeof words);
	struct tree_place place;
	enum status status = record_line_read(r->options->records[i], &problem, &r->line);

	if (status == STATUS_CONFIG)
		return refuse(r, i, words);
	if (status != STATUS_OK)
		return status;
	place = tree_seek(r->tree, &r->line.owner);
	if (place.exact && clashes(place.node, r->line.type))
		return refuse(r, i, "is beside a CNAME, which stands alone");
	return add_line(r, i);
}

/* Whether a name is answered with records, after its CNAMEs: asking others for the rest
 * would take another query for each answer. NULL, or what is wrong. */
static const char *follow(const struct tree *tree, const struct local_record *alias)
{
	for (unsigned i = 0; i < LOCAL_CHAIN_MAX; i++) {
		struct name name = { .n = (uint8_t)alias->rdata_n };
		struct tree_place place;
		const struct tree_node *source;

		memcpy(name.wire, alias->rdata, alias->rdata_n);
		if (special_is_localhost(&name))
			return NULL;
		place = tree_seek(tree, &name);
		source = tree_source(tree, &place);
		if (source == NULL)
			return "leads to a name that has no record here; a CNAME can "
			       "only lead to another of local_records";
		alias = tree_find(source, TYPE_CNAME);
		if (alias == NULL)
			return NULL;
	}
	return "leads in a circle, or over too many CNAMEs";
}

static enum status check_aliases(const struct records *r)
{
	for (size_t i = 0; i < r->options->record_n; i++) {
		const struct local_record *alias = tree_find(r->nodes[i], TYPE_CNAME);
		const char *problem = alias != NULL ? follow(r->tree, alias) : NULL;

		if (problem != NULL)
			return refuse(r, i, problem);
	}
	return STATUS_OK;
}

static bool is_wildcard(const struct tree_node *node)
{
	return node->label_n == 1 && node->label[0] == '*';
}

static enum status reverse_all(struct tree *tree, const struct tree_node *node)
{
	enum status status = STATUS_OK;
	struct name name;

	if (is_wildcard(node))
		return STATUS_OK;
	tree_name(node, &name);
	for (const struct local_record *it = node->records;
		it != NULL && status == STATUS_OK; it = it->next)
		if (it->type == TYPE_A || it->type == TYPE_AAAA)
			status = build_reverse(
				tree, bytes_of(it->rdata, it->rdata_n), it->ttl_s, &name);
	return status;
}

/* Loopback is localhost first of all. */
static enum status reverse_localhost(struct tree *tree)
{
	static const uint8_t v4[4] = { 127, 0, 0, 1 };
	static const uint8_t v6[16] = { [15] = 1 };
	static const struct name localhost = { 11, "\11localhost" };
	enum status status =
		build_reverse(tree, bytes_of(v4, sizeof v4), LOCAL_TTL_S, &localhost);

	if (status != STATUS_OK)
		return status;
	return build_reverse(tree, bytes_of(v6, sizeof v6), LOCAL_TTL_S, &localhost);
}

static enum status read_all(struct records *r)
{
	enum status status = STATUS_OK;

	for (size_t i = 0; i < r->options->record_n && status == STATUS_OK; i++)
		status = add(r, i);
	if (status == STATUS_OK)
		status = check_aliases(r);
	if (status == STATUS_OK)
		status = reverse_localhost(r->tree);
	for (size_t i = 0; i < r->options->record_n && status == STATUS_OK; i++)
		status = reverse_all(r->tree, r->nodes[i]);
	return status;
}

enum status build_records(
	const struct local_options *options, struct text *error, struct tree *tree)
{
	struct records *r = calloc(1, sizeof *r);
	enum status status = STATUS_NOMEM;

	if (r == NULL)
		return STATUS_NOMEM;
	r->options = options;
	r->error = error;
	r->tree = tree;
	r->nodes = calloc(options->record_n + 1, sizeof *r->nodes);
	if (r->nodes != NULL)
		status = read_all(r);
	free(r->nodes);
	free(r);
	return status;
}
