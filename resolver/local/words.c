#include "local/words.h"

#include <stdint.h>
#include <string.h>
#include <strings.h>

static bool is_space(char c)
{
	return c == ' ' || c == '\t';
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* What may not stand in a line at all, and what only in quotes or escaped. */
static const char *look_at(char c, bool quoted)
{
	if ((unsigned char)c >= 0x80)
		return "has a byte outside of ASCII; write it as \\DDD, and names as "
		       "xn--...";
	if (((unsigned char)c < ' ' && c != '\t') || c == 0x7f)
		return "has a control character in it";
	if (quoted)
		return NULL;
	if (c == ';')
		return "has a comment or a bare semicolon in it; write \\; or take it "
		       "out";
	if (c == '(' || c == ')')
		return "has a parenthesis in it, which one line does not need";
	return NULL;
}

/* One word, from its first character on; `*line` moves behind it. */
static const char *take_word(const char **line, struct word *word)
{
	const char *at = *line;
	bool quoted = false;

	*word = (struct word){ .p = at, .quote_at = SIZE_MAX };
	for (; *at != '\0' && (quoted || !is_space(*at)); at++) {
		const char *problem = look_at(*at, quoted);

		if (problem != NULL)
			return problem;
		if (*at == '\\' && at[1] != '\0') {
			problem = look_at(*++at, true);
			if (problem != NULL)
				return problem;
		} else if (*at == '"') {
			if (word->quote_at == SIZE_MAX)
				word->quote_at = (size_t)(at - *line);
			else if (!quoted)
				return "has two quoted texts without a space between";
			quoted = !quoted;
			if (!quoted && at[1] != '\0' && !is_space(at[1]))
				return "has no space behind a closing quote";
		}
	}
	word->n = (size_t)(at - *line);
	if (word->quote_at == SIZE_MAX)
		word->quote_at = word->n;
	*line = at;
	return quoted ? "has a quote that is not closed" : NULL;
}

const char *words_split(const char *line, struct words *out)
{
	out->n = 0;
	for (;;) {
		const char *problem;

		while (is_space(*line))
			line++;
		if (*line == '\0')
			return NULL;
		if (out->n == WORDS_MAX)
			return "has too many words";
		problem = take_word(&line, &out->words[out->n++]);
		if (problem != NULL)
			return problem;
	}
}

bool word_is(const struct word *word, const char *text)
{
	return strlen(text) == word->n && strncasecmp(word->p, text, word->n) == 0;
}

bool word_number(const struct word *word, unsigned long most, unsigned long *out)
{
	*out = 0;
	for (size_t i = 0; i < word->n; i++) {
		unsigned long digit = (unsigned long)(word->p[i] - '0');

		if (!is_digit(word->p[i]) || *out > (most - digit) / 10)
			return false;
		*out = *out * 10 + digit;
	}
	return word->n > 0 && *out <= most;
}

bool word_unescape(const struct word *word, struct writer *w)
{
	for (size_t i = 0; i < word->n; i++) {
		char c = word->p[i];

		if (c == '"')
			continue;
		if (c == '\\' && ++i == word->n)
			return false;
		if (c == '\\' && is_digit(word->p[i])) {
			const struct word code = { .p = word->p + i, .n = 3 };
			unsigned long value;

			if (word->n - i < 3 || !word_number(&code, UINT8_MAX, &value))
				return false;
			i += 2;
			wr_uint(w, value, 1);
		} else {
			wr_uint(w, (uint8_t)word->p[i], 1);
		}
	}
	return true;
}
