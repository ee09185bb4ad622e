/* Keys and values as getdns writes them. */
#include "ctl/stubby_parts.h"

#include <string.h>

#include "config/units.h"

enum status stubby_refuse(struct stubby *s, const struct node *value, const char *problem)
{
	char quote[NODE_QUOTE_MAX], key[NODE_QUOTE_MAX];

	if (value->key == NULL)
		return complain_at(
			&s->complaint, value, "%s %s", node_quote(value, quote), problem);
	return complain_at(&s->complaint, value, "%s: %s %s", node_quote(value->key, key),
		node_quote(value, quote), problem);
}

static const struct stubby_key *find(
	const struct stubby_key *keys, size_t key_n, const char *name)
{
	for (size_t i = 0; i < key_n; i++)
		if (strcmp(keys[i].name, name) == 0)
			return &keys[i];
	return NULL;
}

static enum status take_one(struct stubby *s, const struct node *value,
	const struct stubby_key *key, void *base)
{
	const char *name = value->key->text;

	if (key == NULL)
		return import_note(s->import, value->line, name,
			"left out: not a key that pintlectl knows");
	if (node_is_null(value))
		return import_note(s->import, value->line, name, "has no value there");
	if (key->take == NULL)
		return import_note(
			s->import, value->line, name, "left out: %s", key->why);
	return key->take(s, value, base);
}

enum status stubby_take(struct stubby *s, const struct node *map,
	const struct stubby_key *keys, size_t key_n, void *base)
{
	enum status status = STATUS_OK;

	for (const struct node *it = map->first; it != NULL && status == STATUS_OK;
		it = it->next)
		status = take_one(s, it, find(keys, key_n, it->key->text), base);
	return status;
}

static bool is_word(const struct node *value, const struct stubby_word *word)
{
	return strcmp(value->text, word->word) == 0 ||
	       strcmp(value->text, word->number) == 0;
}

enum status stubby_word(struct stubby *s, const struct node *value,
	const struct stubby_word *words, size_t word_n, unsigned *out)
{
	char problem[400];
	struct text text = text_in(problem, sizeof problem);

	for (size_t i = 0; value->kind == NODE_TEXT && i < word_n; i++) {
		if (is_word(value, &words[i])) {
			*out = words[i].value;
			return STATUS_OK;
		}
	}
	text_add(&text, "is not understood; allowed: ");
	for (size_t i = 0; i < word_n; i++)
		text_add(&text, "%s%s", i > 0 ? ", " : "", words[i].word);
	return stubby_refuse(s, value, problem);
}

enum status stubby_number(
	struct stubby *s, const struct node *value, unsigned max, unsigned *out)
{
	char problem[80];
	struct text text = text_in(problem, sizeof problem);
	long long number;

	if (value->kind == NODE_TEXT &&
		units_parse(value->text, units_none, &number) == STATUS_OK &&
		number <= (long long)max) {
		*out = (unsigned)number;
		return STATUS_OK;
	}
	text_add(&text, "is not a number from 0 to %u", max);
	return stubby_refuse(s, value, problem);
}

enum status stubby_address(
	struct stubby *s, const struct node *value, uint16_t port, struct endpoint *out)
{
	if (value->kind == NODE_TEXT &&
		endpoint_parse(value->text, port, out) == STATUS_OK)
		return STATUS_OK;
	return stubby_refuse(s, value, "is not an IP address");
}
