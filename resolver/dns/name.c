#include "dns/name.h"

#include <string.h>

#include "dns/message.h"

/* In a row, of one name. Writers of messages need a few; thousands, each leading
 * to the next, would make a message of 64 KB cost seconds to read. */
#define POINTERS_MAX       64
#define LABEL_MAX          63
#define LABEL_TYPE         0xc0
#define LABEL_TYPE_POINTER 0xc0

/* Length bytes are at most 63, so they never look like a letter and a whole
 * name can be treated byte by byte. */
static uint8_t lower(uint8_t c)
{
	return c >= 'A' && c <= 'Z' ? (uint8_t)(c + ('a' - 'A')) : c;
}

/* Appends a length and a label; the root label when `label` is empty. */
static bool name_add_label(struct name *name, struct bytes label)
{
	size_t n = name->n;

	if (label.n > LABEL_MAX || n + 1 + label.n > NAME_WIRE_MAX)
		return false;
	name->wire[n] = (uint8_t)label.n;
	if (label.n > 0)
		memcpy(name->wire + n + 1, label.p, label.n);
	name->n = (uint8_t)(n + 1 + label.n);
	return true;
}

/* RFC 1035 §4.1.4: a pointer stands for a *prior* name. So it must lead in front
 * of the run of labels that it ends, and what it leads to must end there too.
 * That start only ever sinks, so reading ends; and no name depends on bytes
 * behind it, which may be cut off. The header is no name either. */
static bool read_labels(struct bytes message, struct reader *r, struct name *out)
{
	struct reader at = *r;
	size_t run_start = (size_t)(r->rest.p - message.p);
	bool jumped = false;
	unsigned pointers = 0;

	for (;;) {
		size_t first = (size_t)rd_uint(&at, 1);
		size_t target;

		if ((first & LABEL_TYPE) == 0) {
			struct bytes label = rd_take(&at, first);

			if (at.bad || !name_add_label(out, label))
				return false;
			if (!jumped)
				*r = at;
			if (first == 0)
				return true;
			continue;
		}
		target = (first & ~(size_t)LABEL_TYPE) << 8 | (size_t)rd_uint(&at, 1);
		if (at.bad || (first & LABEL_TYPE) != LABEL_TYPE_POINTER ||
			++pointers > POINTERS_MAX)
			return false;
		if (target >= run_start || target < DNS_HEADER_BYTES)
			return false;
		if (!jumped)
			*r = at;
		jumped = true;
		at.rest = bytes_of(message.p + target, run_start - target);
		run_start = target;
	}
}

enum status name_read(struct bytes message, struct reader *r, struct name *out)
{
	out->n = 0;
	if (!r->bad && read_labels(message, r, out))
		return STATUS_OK;
	r->bad = true;
	return STATUS_MALFORMED;
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* The byte behind a backslash: \DDD or \X. */
static bool read_escape(const char **text, uint8_t *out)
{
	const char *t = *text;
	int value;

	if (*t == '\0')
		return false;
	if (!is_digit(t[0])) {
		*out = (uint8_t)*t;
		*text = t + 1;
		return true;
	}
	if (!is_digit(t[1]) || !is_digit(t[2]))
		return false;
	value = (t[0] - '0') * 100 + (t[1] - '0') * 10 + (t[2] - '0');
	*out = (uint8_t)value;
	*text = t + 3;
	return value <= UINT8_MAX;
}

/* One label up to its dot, which is taken as well, or up to the end. */
static bool read_label_text(const char **text, uint8_t label[LABEL_MAX], size_t *n)
{
	*n = 0;
	while (**text != '\0' && **text != '.') {
		uint8_t c = (uint8_t) * *text;

		(*text)++;
		if (c == '\\' && !read_escape(text, &c))
			return false;
		if (*n == LABEL_MAX)
			return false;
		label[(*n)++] = c;
	}
	if (**text == '.')
		(*text)++;
	return *n > 0;
}

enum status name_from_text(const char *text, struct name *out)
{
	uint8_t label[LABEL_MAX];
	size_t n;

	out->n = 0;
	if (strcmp(text, ".") == 0)
		text++;
	else if (*text == '\0')
		return STATUS_MALFORMED;
	while (*text != '\0') {
		if (!read_label_text(&text, label, &n))
			return STATUS_MALFORMED;
		if (!name_add_label(out, bytes_of(label, n)))
			return STATUS_MALFORMED;
	}
	return name_add_label(out, bytes_of(NULL, 0)) ? STATUS_OK : STATUS_MALFORMED;
}

static char *add_byte(char *out, uint8_t c)
{
	/* What means something in a zone file (RFC 1035 §5.1). */
	if (c != '\0' && strchr(".\\\"();@$", c) != NULL) {
		*out++ = '\\';
		*out++ = (char)c;
	} else if (c > ' ' && c < 0x7f) {
		*out++ = (char)c;
	} else {
		*out++ = '\\';
		*out++ = (char)('0' + c / 100);
		*out++ = (char)('0' + c / 10 % 10);
		*out++ = (char)('0' + c % 10);
	}
	return out;
}

void name_to_text(const struct name *name, char out[NAME_TEXT_MAX])
{
	struct reader r = { .rest = name_bytes(name) };
	struct bytes label;

	if (name->n <= 1)
		*out++ = '.';
	while ((label = rd_take(&r, (size_t)rd_uint(&r, 1))).n > 0) {
		for (size_t i = 0; i < label.n; i++)
			out = add_byte(out, label.p[i]);
		*out++ = '.';
	}
	*out = '\0';
}

static bool wire_equal(const uint8_t *a, const uint8_t *b, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (lower(a[i]) != lower(b[i]))
			return false;
	}
	return true;
}

bool name_equal(const struct name *a, const struct name *b)
{
	return a->n == b->n && wire_equal(a->wire, b->wire, a->n);
}

void name_lower(struct name *name)
{
	for (size_t i = 0; i < name->n; i++)
		name->wire[i] = lower(name->wire[i]);
}

bool name_within(const struct name *name, const struct name *zone)
{
	size_t at = 0;

	/* Only where a label starts: "notexample." is not below "example.". */
	while ((size_t)name->n - at > zone->n)
		at += 1u + name->wire[at];
	return (size_t)name->n - at == zone->n &&
	       wire_equal(name->wire + at, zone->wire, zone->n);
}

struct bytes name_bytes(const struct name *name)
{
	return bytes_of(name->wire, name->n);
}
