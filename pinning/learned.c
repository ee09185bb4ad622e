#include "pinning/learned.h"

#include <string.h>

#include "base/clock.h"

#define HEAD     "pintle learned 1"
#define WORD_MAX 64

/* What is left of the file, and the first thing that was wrong with it. */
struct lines {
	struct bytes rest;
	unsigned line;       /* the one taken last, from 1 */
	const char *problem; /* NULL: none so far */
	unsigned problem_line;
};

static void complain(struct lines *lines, const char *problem)
{
	if (lines->problem != NULL)
		return;
	lines->problem = problem;
	lines->problem_line = lines->line;
}

static bool starts_with(struct bytes in, const char *head)
{
	return in.n >= strlen(head) && memcmp(in.p, head, strlen(head)) == 0;
}

/* The next line without its end; empty after the last. */
static struct bytes take_line(struct lines *lines)
{
	const uint8_t *end =
		lines->rest.n > 0 ? memchr(lines->rest.p, '\n', lines->rest.n) : NULL;
	struct bytes line = { lines->rest.p, 0 };

	lines->line++;
	if (end == NULL) {
		complain(lines,
			lines->rest.n > 0 ? "the line has no end" : "a line is missing");
		return line;
	}
	line.n = (size_t)(end - line.p);
	lines->rest = bytes_of(end + 1, lines->rest.n - line.n - 1);
	return line;
}

/* What stands behind `key` in the next line, which must begin with it. */
static struct bytes take_field(struct lines *lines, const char *key)
{
	struct bytes line = take_line(lines);

	if (!starts_with(line, key)) {
		complain(lines, "it is not the line that belongs here");
		return bytes_of(line.p, 0);
	}
	return bytes_of(line.p + strlen(key), line.n - strlen(key));
}

/* The next word of a line, with the one space before it; "" if there is none. */
static void take_word(struct bytes *line, char out[WORD_MAX])
{
	const uint8_t *end = line->p + line->n, *word = line->p + 1, *space;
	size_t n;

	out[0] = '\0';
	if (line->n == 0 || *line->p != ' ')
		return;
	space = memchr(word, ' ', line->n - 1);
	n = (size_t)((space != NULL ? space : end) - word);
	if (n < WORD_MAX && memchr(word, '\0', n) == NULL) {
		memcpy(out, word, n);
		out[n] = '\0';
	}
	*line = bytes_of(word + n, line->n - n - 1);
}

/* One spelling of each value, so that what is read is what was written. */
static void take_pin(struct lines *lines, struct bytes *line, struct pin *out)
{
	char word[WORD_MAX], again[PIN_TEXT_MAX] = "";

	take_word(line, word);
	if (pin_parse(word, out) == STATUS_OK)
		pin_format(out, again);
	if (*word == '\0' || strcmp(word, again) != 0)
		complain(lines, "there is no pin where one belongs");
}

static void take_time(struct lines *lines, struct bytes *line, int64_t *out)
{
	char word[WORD_MAX], again[CLOCK_TEXT_MAX] = "";

	take_word(line, word);
	if (clock_parse(word, out) == 0)
		clock_format(*out, again);
	if (*word == '\0' || strcmp(word, again) != 0)
		complain(lines, "there is no time where one belongs");
}

static void expect_end(struct lines *lines, struct bytes line)
{
	if (line.n > 0)
		complain(lines, "there is more in the line than belongs there");
}

/* Of a host name, as a configuration has it. */
static bool is_name(const char *name)
{
	static const char characters[] = "abcdefghijklmnopqrstuvwxyz"
					 "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
					 "0123456789-_.";
	size_t n = strlen(name);

	return n > 0 && strspn(name, characters) == n && name[0] != '.' &&
	       name[n - 1] != '.';
}

static void take_identity(struct lines *lines, char out[256])
{
	struct bytes line = take_field(lines, "identity: ");

	out[0] = '\0';
	if (bytes_equal(line, bytes_of_text("address")))
		return;
	if (starts_with(line, "name ") && line.n - 5 < 256) {
		memcpy(out, line.p + 5, line.n - 5);
		out[line.n - 5] = '\0';
	}
	if (strlen(out) + 5 != line.n || !is_name(out))
		complain(lines, "there is neither \"address\" nor a name");
}

static void take_key(
	struct lines *lines, const char *key, struct pin *pin, struct learned_span *seen)
{
	struct bytes line = take_field(lines, key);

	take_pin(lines, &line, pin);
	take_time(lines, &line, &seen->first_s);
	take_time(lines, &line, &seen->last_s);
	expect_end(lines, line);
}

static void take_was(struct lines *lines, struct learned_pair *out)
{
	struct bytes line;

	if (!starts_with(lines->rest, "was:"))
		return;
	line = take_field(lines, "was:");
	out->known = true;
	take_pin(lines, &line, &out->pins.issuer);
	take_pin(lines, &line, &out->pins.root);
	take_time(lines, &line, &out->at_s);
	expect_end(lines, line);
}

/* Printable, as whoever described the certificate made it. */
static void take_subject(struct lines *lines, char out[LEARNED_SUBJECT_MAX])
{
	struct bytes line = take_field(lines, "refused-leaf: ");

	if (line.n >= LEARNED_SUBJECT_MAX) {
		complain(lines, "the subject is too long");
		return;
	}
	for (size_t i = 0; i < line.n; i++) {
		if (line.p[i] < 0x20 || line.p[i] > 0x7e)
			complain(
				lines, "the subject has a character that does not print");
		out[i] = (char)line.p[i];
	}
}

/* More than there can be are a line that does not belong there. */
static void take_refused(struct lines *lines, struct learned *out)
{
	while (out->refused_n < LEARNED_REFUSED_MAX && lines->problem == NULL &&
		starts_with(lines->rest, "refused:")) {
		struct learned_refused *one = &out->refused[out->refused_n++];
		struct bytes line = take_field(lines, "refused:");

		take_pin(lines, &line, &one->pins.issuer);
		take_pin(lines, &line, &one->pins.root);
		take_time(lines, &line, &one->seen.first_s);
		take_time(lines, &line, &one->seen.last_s);
		expect_end(lines, line);
		take_subject(lines, one->leaf);
	}
}

enum status learned_parse(
	struct bytes file, struct learned *out, unsigned *line, const char **problem)
{
	struct lines lines = { .rest = file };

	memset(out, 0, sizeof *out);
	expect_end(&lines, take_field(&lines, HEAD));
	take_identity(&lines, out->name);
	take_key(&lines, "issuer:", &out->pins.issuer, &out->issuer_seen);
	take_key(&lines, "root:", &out->pins.root, &out->root_seen);
	take_was(&lines, &out->was);
	take_refused(&lines, out);
	if (lines.problem == NULL && lines.rest.n > 0) {
		lines.line++;
		complain(&lines, "it is not the line that belongs here");
	}
	*line = lines.problem_line;
	*problem = lines.problem;
	return lines.problem == NULL ? STATUS_OK : STATUS_MALFORMED;
}

static void add_time(struct text *out, int64_t at_s)
{
	char text[CLOCK_TEXT_MAX];

	clock_format(at_s, text);
	text_add(out, " %s", text);
}

static void add_pin(struct text *out, const struct pin *pin)
{
	char text[PIN_TEXT_MAX];

	pin_format(pin, text);
	text_add(out, " %s", text);
}

static void add_key(struct text *out, const char *key, const struct pin *pin,
	const struct learned_span *seen)
{
	text_add(out, "%s", key);
	add_pin(out, pin);
	add_time(out, seen->first_s);
	add_time(out, seen->last_s);
	text_add(out, "\n");
}

static void add_pins(struct text *out, const char *key, const struct learned_pins *pins)
{
	text_add(out, "%s", key);
	add_pin(out, &pins->issuer);
	add_pin(out, &pins->root);
}

static void add_refused(struct text *out, const struct learned_refused *one)
{
	add_pins(out, "refused:", &one->pins);
	add_time(out, one->seen.first_s);
	add_time(out, one->seen.last_s);
	text_add(out, "\nrefused-leaf: %s\n", one->leaf);
}

void learned_format(const struct learned *l, struct text *out)
{
	text_add(out, HEAD "\nidentity: %s%s\n", l->name[0] != '\0' ? "name " : "address",
		l->name);
	add_key(out, "issuer:", &l->pins.issuer, &l->issuer_seen);
	add_key(out, "root:", &l->pins.root, &l->root_seen);
	if (l->was.known) {
		add_pins(out, "was:", &l->was.pins);
		add_time(out, l->was.at_s);
		text_add(out, "\n");
	}
	for (size_t i = 0; i < l->refused_n; i++)
		add_refused(out, &l->refused[i]);
}
