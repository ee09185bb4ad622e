#include <string.h>

#include "config/value.h"

/* What a master file would take is not all that somebody means: a zone is written in
 * letters, without a wildcard, as it stands on the wire. */
static enum status parse_zone(
	const struct value_reader *r, const struct node *node, struct name *out)
{
	for (const char *c = node->text; *c != '\0'; c++)
		if (*c <= ' ' || *c >= 0x7f)
			return value_refuse(r, node,
				"has a character that is not allowed; other letters than "
				"ASCII are written as xn--");
	if (strncmp(node->text, "*.", 2) == 0)
		return value_refuse(
			r, node, "has a wildcard, which needs not be written");
	if (node->text[0] == '\0' || name_from_text(node->text, out) != STATUS_OK)
		return value_refuse(r, node, "is not a domain name");
	if (out->n == 1)
		return value_refuse(r, node, "is the root, all names there are");
	name_lower(out);
	return STATUS_OK;
}

enum status value_read_zone(
	const struct value_reader *r, const struct node *node, void *base)
{
	struct name zone;
	enum status status = parse_zone(r, node, &zone);

	if (status == STATUS_OK)
		value_store(r, base, &zone, sizeof zone);
	return status;
}

static enum status read_zone(const struct value_reader *r, const struct node *item,
	const void *base, void *out)
{
	(void)base;
	return parse_zone(r, item, out);
}

static bool same_zone(const void *a, const void *b)
{
	return name_equal(a, b);
}

enum status value_read_zones(
	const struct value_reader *r, const struct node *node, void *base)
{
	static const struct value_items items = { sizeof(struct name), read_zone,
		same_zone };

	return value_read_items(r, node, base, &items);
}

enum status value_read_name(const struct value_reader *r, const struct node *item,
	const void *base, void *out)
{
	const char *text = arena_text(r->arena, item->text);

	(void)base;
	memcpy(out, &text, sizeof text);
	return text != NULL ? STATUS_OK : STATUS_NOMEM;
}

static bool same_name(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b) == 0;
}

enum status value_read_names(
	const struct value_reader *r, const struct node *node, void *base)
{
	static const struct value_items items = { sizeof(char *), value_read_name,
		same_name };

	return value_read_items(r, node, base, &items);
}
