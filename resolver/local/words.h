/* A line of a master file cut into words (RFC 1035 §5.1), which keep their quotes and
 * escapes. */
#ifndef LOCAL_WORDS_H
#define LOCAL_WORDS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/bytes.h"

#define WORDS_MAX 512

/* Borrows from the line. */
struct word {
	const char *p;
	size_t n;
	size_t quote_at; /* of its first quote; n: it has none */
};

struct words {
	struct word words[WORDS_MAX];
	size_t n;
};

/* NULL, or what is wrong: a quote that is not closed, or is closed in the middle of a
 * word; a comment or a parenthesis, which one record on one line needs no more than a
 * byte outside of ASCII or a control character; too many words. */
const char *words_split(const char *line, struct words *out);

/* Case is ignored. */
bool word_is(const struct word *word, const char *text);
/* Decimal digits and nothing else, up to `most`. */
bool word_number(const struct word *word, unsigned long most, unsigned long *out);
/* A character-string (RFC 1035 §5.1) without its quotes and escapes, into `w`, whose
 * `bad` says that it did not fit. False: an escape that is none. */
bool word_unescape(const struct word *word, struct writer *w);

#endif
