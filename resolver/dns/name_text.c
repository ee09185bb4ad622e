/* Names as people write them (RFC 1035 §5.1). */
#include <string.h>

#include "dns/name.h"

/* Appends a length and a label; the root label when `label` is empty. */
static bool name_add_label(struct name *name, struct bytes label)
{
	size_t n = name->n;

	if (label.n > NAME_LABEL_MAX || n + 1 + label.n > NAME_WIRE_MAX)
		return false;
	name->wire[n] = (uint8_t)label.n;
	if (label.n > 0)
		memcpy(name->wire + n + 1, label.p, label.n);
	name->n = (uint8_t)(n + 1 + label.n);
	return true;
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
static bool read_label_text(const char **text, uint8_t label[NAME_LABEL_MAX], size_t *n)
{
	*n = 0;
	while (**text != '\0' && **text != '.') {
		uint8_t c = (uint8_t) * *text;

		(*text)++;
		if (c == '\\' && !read_escape(text, &c))
			return false;
		if (*n == NAME_LABEL_MAX)
			return false;
		label[(*n)++] = c;
	}
	if (**text == '.')
		(*text)++;
	return *n > 0;
}

enum status name_from_text(const char *text, struct name *out)
{
	uint8_t label[NAME_LABEL_MAX];
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
