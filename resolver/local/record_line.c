#include "local/record_line.h"

#include <string.h>

#include "dns/message.h"
#include "local/rdata.h"

/* RFC 2181 §8. */
#define TTL_MAX_S 0x7fffffffu
/* Owner, TTL, class and type. */
#define HEAD_WORDS_MAX 4

static bool word_copy(const struct word *word, char *out, size_t cap)
{
	if (word->n >= cap)
		return false;
	memcpy(out, word->p, word->n);
	out[word->n] = '\0';
	return true;
}

static const char *read_owner(const struct word *word, struct name *out)
{
	char text[NAME_TEXT_MAX];

	if (word_is(word, "@") || !word_copy(word, text, sizeof text) ||
		word->quote_at != word->n || name_from_text(text, out) != STATUS_OK)
		return "does not begin with a domain name";
	return NULL;
}

static bool is_other_class(const struct word *word)
{
	static const char *const classes[] = { "CH", "HS", "CS", "ANY", "NONE" };

	for (size_t i = 0; i < sizeof classes / sizeof *classes; i++)
		if (word_is(word, classes[i]))
			return true;
	return word->n > 5 && strncmp(word->p, "CLASS", 5) == 0;
}

/* [TTL] [class], in either order; `*at` moves behind them. */
static const char *read_ttl_and_class(
	const struct words *words, size_t *at, struct record_line *out)
{
	bool has_ttl = false, has_class = false;
	unsigned long ttl_s;

	out->ttl_s = LOCAL_TTL_S;
	for (; *at < words->n; (*at)++) {
		const struct word *word = &words->words[*at];

		if (!has_class && word_is(word, "IN")) {
			has_class = true;
		} else if (!has_ttl && word->p[0] >= '0' && word->p[0] <= '9') {
			if (!word_number(word, TTL_MAX_S, &ttl_s))
				return "has a TTL that is not a number of seconds";
			out->ttl_s = (uint32_t)ttl_s;
			has_ttl = true;
		} else {
			return is_other_class(word) ? "is of a class other than IN"
						    : NULL;
		}
	}
	return NULL;
}

static const char *read_type(const struct word *word, uint16_t *out)
{
	char text[TYPE_TEXT_MAX];

	if (!word_copy(word, text, sizeof text) || type_from_text(text, out) != STATUS_OK)
		return "has a type that is not known; others are written TYPEnnn";
	return rdata_type_problem(*out);
}

static const char *read_head(
	const struct words *words, size_t *at, struct record_line *out)
{
	const char *problem;

	if (words->n == 0)
		return "is empty";
	problem = read_owner(&words->words[0], &out->owner);
	*at = 1;
	if (problem == NULL)
		problem = read_ttl_and_class(words, at, out);
	if (problem == NULL && *at == words->n)
		problem = "has no type";
	return problem != NULL ? problem : read_type(&words->words[(*at)++], &out->type);
}

/* What getdns has made of it is looked at as if a server had sent it. */
static bool is_well_formed(const struct record_line *line)
{
	uint8_t wire[DNS_HEADER_BYTES + NAME_WIRE_MAX + 10 + LOCAL_RDATA_MAX];
	struct writer w = { .p = wire, .cap = sizeof wire };
	struct message message;

	wr_uint(&w, 0, 2);
	wr_uint(&w, DNS_FLAG_QR, 2);
	wr_uint(&w, 0, 2);
	wr_uint(&w, 1, 2);
	wr_uint(&w, 0, 4);
	wr_bytes(&w, name_bytes(&line->owner));
	wr_uint(&w, line->type, 2);
	wr_uint(&w, CLASS_IN, 2);
	wr_uint(&w, line->ttl_s, 4);
	wr_uint(&w, line->rdata_n, 2);
	wr_bytes(&w, bytes_of(line->rdata, line->rdata_n));
	return !w.bad && message_parse(wr_done(&w), &message) == STATUS_OK;
}

enum status record_line_read(
	const char *text, struct text *error, struct record_line *out)
{
	struct writer rdata = { .p = out->rdata, .cap = sizeof out->rdata };
	const char *problem;
	struct words words;
	enum status status;
	size_t at = 0;

	problem = words_split(text, &words);
	if (problem == NULL)
		problem = read_head(&words, &at, out);
	if (problem != NULL) {
		text_add(error, "%s", problem);
		return STATUS_CONFIG;
	}
	status = rdata_from_words(
		out->type, words.words + at, words.n - at, error, &rdata);
	if (status != STATUS_OK)
		return status;
	out->rdata_n = rdata.n;
	if (is_well_formed(out))
		return STATUS_OK;
	text_add(error, "is not of its type's form");
	return STATUS_CONFIG;
}
