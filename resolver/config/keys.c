#include "config/keys.h"

#include <string.h>

/* No key is longer. */
#define KEY_BYTES_MAX 32

/* One map: the file's or an upstream's (section is ""), or a section of it. */
struct level {
	const struct complaint *complaint;
	const struct schema *schema;
	const char *section;
};

/* The key that `name` ("limits.timeout") has at this level, cut out of it; ""
 * if it has none. */
static const char *key_at(
	const struct level *level, const char *name, char out[KEY_BYTES_MAX])
{
	size_t n = strlen(level->section);

	if (n > 0) {
		bool inside = strncmp(name, level->section, n) == 0 && name[n] == '.';

		text_copy(out, KEY_BYTES_MAX, inside ? name + n + 1 : "");
		return out;
	}
	text_copy(out, KEY_BYTES_MAX, name);
	out[strcspn(out, ".")] = '\0';
	return out;
}

/* How many characters to add, drop, change or swap with a neighbour (optimal
 * string alignment). Both shorter than KEY_BYTES_MAX. */
static unsigned distance(const char *a, const char *b)
{
	unsigned d[KEY_BYTES_MAX][KEY_BYTES_MAX];
	size_t na = strlen(a), nb = strlen(b);

	for (size_t i = 0; i <= na; i++)
		d[i][0] = (unsigned)i;
	for (size_t j = 0; j <= nb; j++)
		d[0][j] = (unsigned)j;
	for (size_t i = 1; i <= na; i++) {
		for (size_t j = 1; j <= nb; j++) {
			unsigned best = d[i - 1][j - 1] + (a[i - 1] != b[j - 1]);

			best = d[i - 1][j] + 1 < best ? d[i - 1][j] + 1 : best;
			best = d[i][j - 1] + 1 < best ? d[i][j - 1] + 1 : best;
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] &&
				a[i - 2] == b[j - 1] && d[i - 2][j - 2] + 1 < best)
				best = d[i - 2][j - 2] + 1;
			d[i][j] = best;
		}
	}
	return d[na][nb];
}

/* One error in a short key, two in a longer one; more would be guessing. */
static bool near(const char *a, const char *b, unsigned *best)
{
	unsigned most = strlen(b) < 5 ? 1 : 2;
	unsigned d = distance(a, b);

	if (d > most || d >= *best)
		return false;
	*best = d;
	return true;
}

/* Every schema, and what an error calls the map that has its keys. */
static const struct {
	const struct schema *schema;
	const char *map;
} maps[] = {
	{ &schema_file, "the top of the file" },
	{ &schema_upstream, "an entry of upstreams" },
	{ &schema_forward, "an entry of forward" },
	{ &schema_update, "ct.update" },
};

/* Where `key` is one: "log" of "log.level", for "level" as for the whole. */
static bool is_row(const struct schema_row *row, const char *map, const char *key,
	struct text *where)
{
	const char *dot = strchr(row->name, '.');

	if (strcmp(row->name, key) != 0 && (dot == NULL || strcmp(dot + 1, key) != 0))
		return false;
	if (dot == NULL)
		text_add(where, "; it belongs to %s", map);
	else
		text_add(where, "; write %.*s: {%s: ...}", (int)(dot - row->name),
			row->name, dot + 1);
	return true;
}

static bool find_elsewhere(const char *key, struct text *where)
{
	for (size_t m = 0; m < sizeof maps / sizeof *maps; m++)
		for (size_t i = 0; i < maps[m].schema->row_n; i++)
			if (is_row(&maps[m].schema->rows[i], maps[m].map, key, where))
				return true;
	return false;
}

static enum status complain_unknown(const struct level *level, const struct node *key)
{
	char quote[NODE_QUOTE_MAX], name[KEY_BYTES_MAX], nearest[KEY_BYTES_MAX] = "";
	char elsewhere[96];
	struct text where = text_in(elsewhere, sizeof elsewhere);
	unsigned best = KEY_BYTES_MAX;

	if (*key->text != '\0' && find_elsewhere(key->text, &where))
		return complain_at(level->complaint, key, "unknown key %s%s%s%s",
			node_quote(key, quote), *level->section != '\0' ? " in " : "",
			level->section, elsewhere);
	for (size_t i = 0; key->text_bytes < KEY_BYTES_MAX && i < level->schema->row_n;
		i++)
		if (near(key->text, key_at(level, level->schema->rows[i].name, name),
			    &best))
			text_copy(nearest, sizeof nearest, name);
	return complain_at(level->complaint, key, "unknown key %s%s%s%s%s%s",
		node_quote(key, quote), *level->section != '\0' ? " in " : "",
		level->section, *nearest != '\0' ? "; did you mean " : "", nearest,
		*nearest != '\0' ? "?" : "");
}

static bool known(const struct level *level, const char *key)
{
	char name[KEY_BYTES_MAX];

	for (size_t i = 0; i < level->schema->row_n; i++)
		if (strcmp(key_at(level, level->schema->rows[i].name, name), key) == 0)
			return true;
	return false;
}

static bool comes_later(const struct level *level, const char *key)
{
	char name[KEY_BYTES_MAX];

	for (const char *const *it = level->schema->later; *it != NULL; it++)
		if (strcmp(key_at(level, *it, name), key) == 0)
			return true;
	return false;
}

static enum status check_key(const struct level *level, const struct node *key)
{
	if (*key->text != '\0' && known(level, key->text))
		return STATUS_OK;
	if (*key->text != '\0' && comes_later(level, key->text))
		return complain_at(level->complaint, key,
			"%s%s%s%s: this version does not have that key yet; take it out",
			level->schema->prefix, level->section,
			*level->section != '\0' ? "." : "", key->text);
	return complain_unknown(level, key);
}

static bool is_section(const struct schema *schema, const char *key)
{
	size_t n = strlen(key);

	for (size_t i = 0; i < schema->row_n; i++)
		if (strncmp(schema->rows[i].name, key, n) == 0 &&
			schema->rows[i].name[n] == '.')
			return true;
	return false;
}

static enum status check_section(const struct level *level, const struct node *map)
{
	char quote[NODE_QUOTE_MAX];
	enum status status = STATUS_OK;

	if (map->kind != NODE_MAP)
		return complain_at(level->complaint, map,
			"%s: %s is not a map; allowed: {key: value}", level->section,
			node_quote(map, quote));
	for (const struct node *it = map->first; it != NULL && status == STATUS_OK;
		it = it->next)
		status = check_key(level, it->key);
	return status;
}

enum status keys_check(const struct complaint *complaint, const struct schema *schema,
	const struct node *map)
{
	const struct level top = { complaint, schema, "" };
	enum status status = STATUS_OK;

	for (const struct node *it = map->first; it != NULL && status == STATUS_OK;
		it = it->next) {
		const struct level inside = { complaint, schema, it->key->text };

		status = check_key(&top, it->key);
		if (status == STATUS_OK && is_section(schema, it->key->text))
			status = check_section(&inside, it);
	}
	return status;
}
