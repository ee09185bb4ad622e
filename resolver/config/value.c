#include "config/value.h"

#include <string.h>

#include "config/units.h"

void value_store(
	const struct value_reader *r, void *base, const void *value, size_t bytes)
{
	memcpy((char *)base + r->row->at, value, bytes);
}

enum status value_refuse(
	const struct value_reader *r, const struct node *node, const char *problem)
{
	char quote[NODE_QUOTE_MAX], allowed[CONFIG_ERROR_MAX];
	struct text t = text_in(allowed, sizeof allowed);

	schema_allowed(r->row, &t);
	return complain_at(r->complaint, node, "%s%s: %s %s; allowed: %s",
		r->schema->prefix, r->row->name, node_quote(node, quote), problem,
		allowed);
}

enum status value_twice(const struct value_reader *r, const struct node *node)
{
	char quote[NODE_QUOTE_MAX];

	return complain_at(r->complaint, node, "%s%s: %s stands here twice",
		r->schema->prefix, r->row->name, node_quote(node, quote));
}

static enum status read_scaled(const struct value_reader *r, const struct node *node,
	const struct unit *units, const char *problem, long long *value)
{
	switch (units_parse(node->text, units, value)) {
	case STATUS_OK:
		return STATUS_OK;
	case STATUS_RANGE:
		return value_refuse(r, node, "is out of range");
	default:
		return value_refuse(r, node, problem);
	}
}

static enum status check_range(
	const struct value_reader *r, const struct node *node, long long value)
{
	if (value < r->row->min || value > r->row->max)
		return value_refuse(r, node, "is out of range");
	return STATUS_OK;
}

static enum status read_bool(
	const struct value_reader *r, const struct node *node, void *base)
{
	bool value = strcmp(node->text, "true") == 0;

	if (node->quoted || (!value && strcmp(node->text, "false") != 0))
		return value_refuse(r, node, "is neither true nor false");
	value_store(r, base, &value, sizeof value);
	return STATUS_OK;
}

static enum status read_number(
	const struct value_reader *r, const struct node *node, void *base)
{
	long long value = 0;
	unsigned stored;
	enum status status;

	if (node->quoted)
		return value_refuse(r, node, "is text, for its quotes");
	status =
		read_scaled(r, node, units_none, "is not a plain decimal number", &value);
	if (status == STATUS_OK)
		status = check_range(r, node, value);
	stored = (unsigned)value;
	if (status == STATUS_OK)
		value_store(r, base, &stored, sizeof stored);
	return status;
}

static enum status read_count(
	const struct value_reader *r, const struct node *node, void *base)
{
	static const unsigned automatic;

	if (strcmp(node->text, "auto") != 0)
		return read_number(r, node, base);
	value_store(r, base, &automatic, sizeof automatic);
	return STATUS_OK;
}

static enum status read_time(
	const struct value_reader *r, const struct node *node, void *base)
{
	long long value_ms = 0;
	uint32_t stored;
	enum status status = read_scaled(
		r, node, units_time_ms, "is not a time with its unit", &value_ms);

	if (status == STATUS_OK)
		status = check_range(r, node, value_ms);
	stored = (uint32_t)value_ms;
	if (status == STATUS_OK)
		value_store(r, base, &stored, sizeof stored);
	return status;
}

static enum status read_idle(
	const struct value_reader *r, const struct node *node, void *base)
{
	static const uint32_t automatic;

	if (strcmp(node->text, "auto") != 0)
		return read_time(r, node, base);
	value_store(r, base, &automatic, sizeof automatic);
	return STATUS_OK;
}

static enum status read_ttl(
	const struct value_reader *r, const struct node *node, void *base)
{
	long long value_ms = 0;
	uint32_t stored;
	enum status status =
		read_scaled(r, node, units_ttl_ms, "is not a time", &value_ms);

	if (status == STATUS_OK && value_ms % 1000 != 0)
		return value_refuse(r, node, "is not a whole number of seconds");
	if (status == STATUS_OK)
		status = check_range(r, node, value_ms / 1000);
	stored = (uint32_t)(value_ms / 1000);
	if (status == STATUS_OK)
		value_store(r, base, &stored, sizeof stored);
	return status;
}

static enum status read_size(
	const struct value_reader *r, const struct node *node, void *base)
{
	long long value_bytes = 0;
	size_t stored;
	enum status status =
		read_scaled(r, node, units_bytes, "is not a size", &value_bytes);

	if (status == STATUS_OK)
		status = check_range(r, node, value_bytes);
	stored = (size_t)value_bytes;
	if (status == STATUS_OK)
		value_store(r, base, &stored, sizeof stored);
	return status;
}

static enum status read_word(
	const struct value_reader *r, const struct node *node, void *base)
{
	const struct schema_word *it = r->row->words;

	while (it->word != NULL && strcmp(it->word, node->text) != 0)
		it++;
	if (it->word == NULL)
		return value_refuse(r, node, "is none of the words known here");
	value_store(r, base, &it->value, sizeof it->value);
	return STATUS_OK;
}

enum status value_store_text(
	const struct value_reader *r, const struct node *node, void *base)
{
	const char *copy = arena_text(r->arena, node->text);

	if (copy == NULL)
		return STATUS_NOMEM;
	value_store(r, base, &copy, sizeof copy);
	return STATUS_OK;
}

enum status value_read_path(
	const struct value_reader *r, const struct node *node, void *base)
{
	if (node->text[0] != '/')
		return value_refuse(r, node, "does not begin with a slash");
	if (node->text_bytes > (size_t)r->row->max)
		return value_refuse(r, node, "is too long");
	for (const char *c = node->text; *c != '\0'; c++)
		if ((unsigned char)*c < 0x20 || *c == 0x7f)
			return value_refuse(r, node, "has a control character in it");
	return value_store_text(r, node, base);
}

/* Letters, digits and `more`; the first is not one of "-.". */
static enum status read_label(const struct value_reader *r, const struct node *node,
	const char *more, void *base)
{
	if (node->text[0] == '\0')
		return value_refuse(r, node, "is empty");
	if (node->text_bytes > (size_t)r->row->max)
		return value_refuse(r, node, "is too long");
	for (const char *c = node->text; *c != '\0'; c++)
		if (!((*c >= 'a' && *c <= 'z') || (*c >= 'A' && *c <= 'Z') ||
			    (*c >= '0' && *c <= '9') || strchr(more, *c) != NULL))
			return value_refuse(
				r, node, "has a character that is not allowed");
	if (strchr("-.", node->text[0]) != NULL)
		return value_refuse(r, node, "begins with a hyphen or a dot");
	return value_store_text(r, node, base);
}

static enum status read_user(
	const struct value_reader *r, const struct node *node, void *base)
{
	return read_label(r, node, "-_", base);
}

static enum status read_name(
	const struct value_reader *r, const struct node *node, void *base)
{
	return read_label(r, node, "-_.", base);
}

static enum status read_host(
	const struct value_reader *r, const struct node *node, void *base)
{
	const char *problem = auth_name_problem(node->text);

	return problem != NULL ? value_refuse(r, node, problem)
			       : value_store_text(r, node, base);
}

enum status value_expect_list(const struct value_reader *r, const struct node *node)
{
	if (node->kind != NODE_LIST)
		return value_refuse(r, node, "is not a list");
	if (node->children < r->row->min)
		return value_refuse(r, node, "without entries");
	if (node->children > r->row->max)
		return value_refuse(r, node, "with too many entries");
	return STATUS_OK;
}

static const struct {
	bool list;
	enum status (*read)(
		const struct value_reader *r, const struct node *node, void *base);
} readers[] = {
	[TYPE_BOOL] = { false, read_bool },
	[TYPE_NUMBER] = { false, read_number },
	[TYPE_COUNT] = { false, read_count },
	[TYPE_TIME] = { false, read_time },
	[TYPE_IDLE] = { false, read_idle },
	[TYPE_TTL] = { false, read_ttl },
	[TYPE_SIZE] = { false, read_size },
	[TYPE_WORD] = { false, read_word },
	[TYPE_PATH] = { false, value_read_path },
	[TYPE_USER] = { false, read_user },
	[TYPE_NAME] = { false, read_name },
	[TYPE_HOST] = { false, read_host },
	[TYPE_HOSTS] = { true, value_read_hosts },
	[TYPE_LISTEN] = { true, value_read_endpoints },
	[TYPE_BOOTSTRAP] = { true, value_read_endpoints },
	[TYPE_SERVERS] = { true, value_read_endpoints },
	[TYPE_BLOCKS] = { true, value_read_blocks },
	[TYPE_PINS] = { true, value_read_pins },
	[TYPE_POLICY] = { false, value_read_policy },
	[TYPE_LOG_LIST] = { false, value_read_log_list },
	[TYPE_ANCHORS] = { false, value_read_log_list },
	[TYPE_URL] = { false, value_read_url },
	[TYPE_DOH_URL] = { false, value_read_doh_url },
	[TYPE_RECORDS] = { true, value_read_records },
	[TYPE_LIST_KEY] = { false, value_read_list_key },
	[TYPE_SERVER] = { false, value_read_server },
	[TYPE_ZONE] = { false, value_read_zone },
	[TYPE_ZONES] = { true, value_read_zones },
	[TYPE_NAMES] = { true, value_read_names },
};

enum status value_read(const struct value_reader *r, const struct node *node, void *base)
{
	enum status status = STATUS_OK;

	if (node_is_null(node))
		return value_refuse(r, node, "is no value");
	if (readers[r->row->type].list)
		status = value_expect_list(r, node);
	else if (node->kind != NODE_TEXT)
		return value_refuse(r, node, "is not a single value");
	return status == STATUS_OK ? readers[r->row->type].read(r, node, base) : status;
}
