#include "ctl/import.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/text.h"

void import_init(struct import *import)
{
	memset(import, 0, sizeof *import);
	arena_init(&import->arena);
}

void import_deinit(struct import *import)
{
	arena_deinit(&import->arena);
}

static const char *printable(struct arena *arena, const char *from)
{
	char words[256];
	struct text text = text_in(words, sizeof words);

	text_add_untrusted(&text, from, strlen(from));
	return arena_text(arena, words);
}

enum status import_note(
	struct import *import, unsigned line, const char *key, const char *why, ...)
{
	struct import_note *note = arena_alloc(&import->arena, sizeof *note);
	char words[256];
	va_list args;

	va_start(args, why);
	vsnprintf(words, sizeof words, why, args);
	va_end(args);
	if (note == NULL)
		return STATUS_NOMEM;
	note->line = line;
	note->key = key != NULL ? printable(&import->arena, key) : NULL;
	note->why = printable(&import->arena, words);
	if (note->why == NULL || (key != NULL && note->key == NULL))
		return STATUS_NOMEM;
	if (import->last_note != NULL)
		import->last_note->next = note;
	else
		import->notes = note;
	import->last_note = note;
	return STATUS_OK;
}

/* --- upstreams ------------------------------------------------------------- */

static bool same_name(const char *a, const char *b)
{
	return a == b || (a != NULL && b != NULL && strcasecmp(a, b) == 0);
}

/* The same operator's resolver: an address more of it. */
static bool belongs_to(
	const struct import_upstream *to, const struct import_upstream *one)
{
	if (one->auth_name == NULL || !same_name(to->auth_name, one->auth_name) ||
		!text_equal(to->url, one->url) || to->pin_n != one->pin_n ||
		to->address_n + one->address_n > IMPORT_ADDRESSES_MAX)
		return false;
	for (size_t i = 0; i < one->pin_n; i++)
		if (!pin_equal(&to->pins[i], &one->pins[i]))
			return false;
	return true;
}

static bool has_address(const struct import_upstream *upstream, const struct endpoint *e)
{
	for (size_t i = 0; i < upstream->address_n; i++)
		if (endpoint_equal(&upstream->addresses[i], e))
			return true;
	return false;
}

static void add_addresses(struct import_upstream *to, const struct import_upstream *from)
{
	for (size_t i = 0; i < from->address_n; i++)
		if (!has_address(to, &from->addresses[i]))
			to->addresses[to->address_n++] = from->addresses[i];
}

static bool is_taken(const struct import *import, const char *name)
{
	for (const struct import_upstream *it = import->upstreams; it != NULL;
		it = it->next)
		if (strcmp(it->name, name) == 0)
			return true;
	return false;
}

/* What an upstream may be called, made of `from`. */
static void make_label(const char *from, char out[CONFIG_NAME_BYTES_MAX + 1])
{
	text_copy(out, CONFIG_NAME_BYTES_MAX + 1, from);
	for (char *c = out; *c != '\0'; c++)
		if (!((*c >= 'a' && *c <= 'z') || (*c >= 'A' && *c <= 'Z') ||
			    (*c >= '0' && *c <= '9') || strchr("-_.", *c) != NULL))
			*c = '-';
	if (*out == '-' || *out == '.' || *out == '\0')
		text_copy(out, CONFIG_NAME_BYTES_MAX + 1, "server");
}

/* "dns.example", and for the next of them "dns.example-2". */
static void choose_name(const struct import *import, struct import_upstream *upstream)
{
	char stem[CONFIG_NAME_BYTES_MAX + 1];

	make_label(upstream->auth_name != NULL ? upstream->auth_name : "server", stem);
	text_copy(upstream->name, sizeof upstream->name, stem);
	for (unsigned i = 2; is_taken(import, upstream->name); i++)
		snprintf(upstream->name, sizeof upstream->name, "%.*s-%u",
			CONFIG_NAME_BYTES_MAX - 4, stem, i);
}

enum status import_add(struct import *import, const struct import_upstream *from)
{
	struct import_upstream *new;

	for (struct import_upstream *it = import->upstreams; it != NULL; it = it->next) {
		if (belongs_to(it, from)) {
			add_addresses(it, from);
			return STATUS_OK;
		}
	}
	if (import->upstream_n == CONFIG_UPSTREAMS_MAX)
		return STATUS_LIMIT;
	new = arena_copy(&import->arena, from, 1, sizeof *from);
	if (new == NULL)
		return STATUS_NOMEM;
	new->next = NULL;
	choose_name(import, new);
	if (import->last_upstream != NULL)
		import->last_upstream->next = new;
	else
		import->upstreams = new;
	import->last_upstream = new;
	import->upstream_n++;
	return STATUS_OK;
}
