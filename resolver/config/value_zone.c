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

enum status value_read_zones(
	const struct value_reader *r, const struct node *node, void *base)
{
	struct name *out = arena_alloc(r->arena, (node->children + 1) * sizeof *out);
	size_t n = 0;

	if (out == NULL)
		return STATUS_NOMEM;
	for (const struct node *it = node->first; it != NULL; it = it->next, n++) {
		enum status status = value_expect_text(r, it);

		if (status == STATUS_OK)
			status = parse_zone(r, it, &out[n]);
		if (status != STATUS_OK)
			return status;
		for (size_t i = 0; i < n; i++)
			if (name_equal(&out[i], &out[n]))
				return value_twice(r, it);
	}
	value_store_list(r, base, out, n);
	return STATUS_OK;
}

enum status value_read_names(
	const struct value_reader *r, const struct node *node, void *base)
{
	const char **out = arena_alloc(r->arena, node->children * sizeof *out);
	size_t n = 0;

	if (out == NULL)
		return STATUS_NOMEM;
	for (const struct node *it = node->first; it != NULL; it = it->next, n++) {
		enum status status = value_expect_text(r, it);

		if (status != STATUS_OK)
			return status;
		for (size_t i = 0; i < n; i++)
			if (strcmp(out[i], it->text) == 0)
				return value_twice(r, it);
		out[n] = arena_text(r->arena, it->text);
		if (out[n] == NULL)
			return STATUS_NOMEM;
	}
	value_store_list(r, base, out, n);
	return STATUS_OK;
}
