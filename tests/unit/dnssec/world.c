#include "tests/unit/dnssec/world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/base64.h"
#include "base/file.h"

#define MESSAGES_MAX 600
#define KEY_MAX      128

static struct entry {
	char key[KEY_MAX];
	char verdict[16];
	uint8_t *wire;
	struct message message;
} entries[MESSAGES_MAX];
static size_t entries_n;
static char anchor_text[512];

static void fail(const char *what, const char *which)
{
	fprintf(stderr, "world.txt: %s: %s\n", what, which);
	exit(1);
}

/* "name type verdict base64" */
static void add_line(const char *line, size_t n)
{
	struct entry *entry = &entries[entries_n++];
	const char *last = memrchr(line, ' ', n);
	const char *before =
		last == NULL ? NULL : memrchr(line, ' ', (size_t)(last - line));
	struct bytes text;
	size_t wire_n;

	if (before == NULL || entries_n == MESSAGES_MAX || before - line >= KEY_MAX)
		fail("a line that is none", line);
	memcpy(entry->key, line, (size_t)(before - line));
	text_copy(entry->verdict, (size_t)(last - before), before + 1);
	text = bytes_of(last + 1, n - 1 - (size_t)(last - line));
	entry->wire = malloc(text.n + 1);
	if (entry->wire == NULL ||
		base64_decode(text, entry->wire, text.n, &wire_n) != STATUS_OK ||
		message_parse(bytes_of(entry->wire, wire_n), &entry->message) !=
			STATUS_OK)
		fail("no message", entry->key);
}

static void take_line(const char *line, size_t n)
{
	if (n == 0 || *line == '#')
		return;
	if (*line != '@')
		add_line(line, n);
	else
		text_copy(anchor_text, n - 1 < sizeof anchor_text ? n - 1 : 1, line + 2);
}

void world_load(void)
{
	const char *srcdir = getenv("srcdir");
	char path[4096];
	char buffer[256];
	struct text error = text_in(buffer, sizeof buffer);
	struct bytes file;

	snprintf(path, sizeof path, "%s/tests/unit/dnssec/world.txt",
		srcdir == NULL ? "." : srcdir);
	if (file_read(path, 4 << 20, &error, &file) != STATUS_OK)
		fail("cannot be read", path);
	for (size_t at = 0, end; at < file.n; at = end + 1) {
		const uint8_t *newline = memchr(file.p + at, '\n', file.n - at);

		end = newline == NULL ? file.n : (size_t)(newline - file.p);
		take_line((const char *)file.p + at, end - at);
	}
	free((void *)(uintptr_t)file.p);
}

void world_free(void)
{
	while (entries_n > 0)
		free(entries[--entries_n].wire);
}

const struct message *world_message(const char *key)
{
	for (size_t i = 0; i < entries_n; i++) {
		if (strcmp(entries[i].key, key) == 0)
			return &entries[i].message;
	}
	return NULL;
}

size_t world_questions(struct world_question *out, size_t cap)
{
	size_t n = 0;

	for (size_t i = 0; i < entries_n && n < cap; i++) {
		if (*entries[i].verdict != '-')
			out[n++] = (struct world_question){ entries[i].key,
				entries[i].verdict };
	}
	return n;
}

const char *world_anchor_text(void)
{
	return anchor_text;
}

struct dnssec_anchors *world_anchors(const char *text)
{
	char buffer[256];
	struct text error = text_in(buffer, sizeof buffer);
	struct dnssec_anchors *anchors = NULL;

	if (dnssec_anchors_read(bytes_of_text(text), "anchors", &error, &anchors) !=
		STATUS_OK)
		fail("anchors", buffer);
	return anchors;
}

static void key_of(const struct question *question, char key[KEY_MAX + 1200])
{
	char name[NAME_TEXT_MAX];
	char type[TYPE_TEXT_MAX];
	struct name lower = question->name;

	name_lower(&lower);
	name_to_text(&lower, name);
	if (name[1] != '\0')
		name[strlen(name) - 1] = '\0';
	type_to_text(question->type, type);
	snprintf(key, KEY_MAX + 1200, "%s %s", name, type);
}

static const struct message *answer_to(
	const struct question *question, const struct world_swap *swaps)
{
	char key[KEY_MAX + 1200];
	const struct message *message;

	key_of(question, key);
	for (; swaps != NULL && swaps->key != NULL; swaps++) {
		if (strcmp(swaps->key, key) == 0)
			return swaps->by == NULL ? NULL : world_message(swaps->by);
	}
	message = world_message(key);
	if (message == NULL)
		fail("asked for, and not there", key);
	return message;
}

struct validation *world_start(const struct dnssec_policy *policy,
	struct dnssec_keys *keys, const char *key, int64_t now_s)
{
	const struct message *message = world_message(key);
	struct validation *v;

	if (message == NULL)
		fail("no such message", key);
	if (validation_new(policy, keys, message, now_s, &v) != STATUS_OK)
		fail("cannot be validated", key);
	return v;
}

void world_finish(struct validation *v, const struct world_swap *swaps)
{
	enum validation_step step;

	while ((step = validation_next(v)) != VALIDATION_DONE) {
		if (step == VALIDATION_WORK)
			validation_work(v);
		else
			validation_supply(v, answer_to(validation_need(v), swaps));
	}
}
