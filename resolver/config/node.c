#include "config/node.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"

/* Bytes of a value shown in an error: a pin in each of its forms. */
#define QUOTE_BYTES 72

PRINTF_LIKE(4, 0)
static void complain(const struct complaint *complaint, unsigned line, unsigned column,
	const char *fmt, va_list args)
{
	struct text t = text_in(complaint->error->text, sizeof complaint->error->text);
	char what[CONFIG_ERROR_MAX];

	vsnprintf(what, sizeof what, fmt, args);
	text_add(&t, "%s:%u:%u: %s", complaint->name, line, column, what);
}

enum status complain_at(
	const struct complaint *complaint, const struct node *at, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	complain(complaint, at->line, at->column, fmt, args);
	va_end(args);
	return STATUS_CONFIG;
}

enum status complain_place(const struct complaint *complaint, unsigned line,
	unsigned column, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	complain(complaint, line, column, fmt, args);
	va_end(args);
	return STATUS_CONFIG;
}

const char *node_quote(const struct node *node, char out[NODE_QUOTE_MAX])
{
	struct text t = text_in(out, NODE_QUOTE_MAX);
	bool cut = node->kind == NODE_TEXT && node->text_bytes > QUOTE_BYTES;

	if (node->kind != NODE_TEXT) {
		text_add(&t, node->kind == NODE_LIST ? "a list" : "a map");
		return out;
	}
	text_add(&t, "\"");
	text_add_untrusted(&t, node->text, cut ? QUOTE_BYTES : node->text_bytes);
	text_add(&t, cut ? "...\"" : "\"");
	return out;
}

const struct node *node_find(const struct node *map, const char *key)
{
	for (const struct node *it = map->first; it != NULL; it = it->next)
		if (strcmp(it->key->text, key) == 0)
			return it;
	return NULL;
}

bool node_is_null(const struct node *node)
{
	static const char *const words[] = { "", "~", "null", "Null", "NULL" };

	if (node->kind != NODE_TEXT || node->quoted)
		return false;
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (strcmp(node->text, words[i]) == 0)
			return true;
	return false;
}
