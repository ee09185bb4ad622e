#include "tests/unit/ct/der_text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"

static void must(bool ok, const char *at)
{
	if (ok)
		return;
	fprintf(stderr, "der_text: at \"%s\"\n", at);
	abort();
}

static unsigned digit(const char *at)
{
	static const char digits[] = "0123456789abcdef";
	const char *found = *at != '\0' ? strchr(digits, *at) : NULL;

	must(found != NULL, at);
	return (unsigned)(found - digits);
}

static void put_length(struct writer *w, size_t n)
{
	unsigned width = n > 0xffff ? 3 : n > 0xff ? 2 : 1;

	if (n >= 0x80)
		wr_uint(w, 0x80 | width, 1);
	wr_uint(w, n, width);
}

/* Up to the brace that closes, or to the end. */
static const char *put(const char *text, struct writer *w)
{
	while (*text != '\0' && *text != '}') {
		if (*text == ' ') {
			text++;
		} else if (*text == '{') {
			uint8_t *contents = malloc(w->cap);
			struct writer inner = { .p = contents, .cap = w->cap };

			must(contents != NULL, text);
			text = put(text + 1, &inner);
			must(*text == '}' && !inner.bad, text);
			put_length(w, inner.n);
			wr_bytes(w, wr_done(&inner));
			free(contents);
			text++;
		} else {
			wr_uint(w, digit(text) << 4 | digit(text + 1), 1);
			text += 2;
		}
	}
	return text;
}

size_t der_text(const char *text, uint8_t *out, size_t cap)
{
	struct writer w = { .p = out, .cap = cap };
	const char *end = put(text, &w);

	must(*end == '\0' && !w.bad, end);
	return w.n;
}
