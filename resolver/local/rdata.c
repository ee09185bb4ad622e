#include "local/rdata.h"

#include <stdlib.h>
#include <string.h>

#include <getdns/getdns_extra.h>

#include "base/base64.h"
#include "dns/message.h"
#include "local/svcb.h"

#define NUMBERS_MAX 5
#define STRING_MAX  255

/* What getdns is asked for: how many words there are, which of them are numbers of how
 * many bits, from `number_at` on, and which are character-strings (RFC 1035 §3.3). */
static const struct shape {
	uint16_t type;
	uint16_t least, most; /* words */
	uint8_t number_at;
	uint8_t bits[NUMBERS_MAX];
	uint16_t string_at, string_n;
} shapes[] = {
	{ .type = TYPE_A, .least = 1, .most = 1 },
	{ .type = TYPE_NS, .least = 1, .most = 1 },
	{ .type = TYPE_CNAME, .least = 1, .most = 1 },
	{ .type = TYPE_SOA,
		.least = 7,
		.most = 7,
		.number_at = 2,
		.bits = { 32, 32, 32, 32, 32 } },
	{ .type = TYPE_PTR, .least = 1, .most = 1 },
	{ .type = 13 /* HINFO */, .least = 2, .most = 2, .string_n = 2 },
	{ .type = TYPE_MX, .least = 2, .most = 2, .bits = { 16 } },
	{ .type = TYPE_TXT, .least = 1, .most = WORDS_MAX, .string_n = WORDS_MAX },
	{ .type = 17 /* RP, RFC 1183 §2.2 */, .least = 2, .most = 2 },
	{ .type = 18 /* AFSDB, §1 there */, .least = 2, .most = 2, .bits = { 16 } },
	{ .type = TYPE_AAAA, .least = 1, .most = 1 },
	{ .type = 33 /* SRV, RFC 2782 */, .least = 4, .most = 4, .bits = { 16, 16, 16 } },
	{ .type = 35 /* NAPTR, RFC 3403 §4.1 */,
		.least = 6,
		.most = 6,
		.bits = { 16, 16 },
		.string_at = 2,
		.string_n = 3 },
	{ .type = 36 /* KX, RFC 2230 §3.1 */, .least = 2, .most = 2, .bits = { 16 } },
	{ .type = 43 /* DS, RFC 4034 §5.3 */,
		.least = 4,
		.most = WORDS_MAX,
		.bits = { 16, 8, 8 } },
	{ .type = 44 /* SSHFP, RFC 4255 §3.2 */,
		.least = 3,
		.most = WORDS_MAX,
		.bits = { 8, 8 } },
	{ .type = 52 /* TLSA, RFC 6698 §2.2 */,
		.least = 4,
		.most = WORDS_MAX,
		.bits = { 8, 8, 8 } },
	{ .type = 53 /* SMIMEA, RFC 8162 §2 */,
		.least = 4,
		.most = WORDS_MAX,
		.bits = { 8, 8, 8 } },
	{ .type = 99 /* SPF, RFC 4408 §3.1.1 */,
		.least = 1,
		.most = WORDS_MAX,
		.string_n = WORDS_MAX },
	{ .type = 256 /* URI, RFC 7553 §4.1 */,
		.least = 3,
		.most = 3,
		.bits = { 16, 16 } },
	{ .type = 257 /* CAA, RFC 8659 §4.1 */,
		.least = 3,
		.most = 3,
		.bits = { 8 },
		.string_at = 1,
		.string_n = 1 },
};

static const struct shape *find_shape(uint16_t type)
{
	for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++)
		if (shapes[i].type == type)
			return &shapes[i];
	return NULL;
}

const char *rdata_type_problem(uint16_t type)
{
	/* They say something about other records, which has to be computed, or nothing
	 * that stands in a zone. */
	static const uint16_t refused[] = { 0, 24 /* SIG */, 30 /* NXT */, 39 /* DNAME */,
		46 /* RRSIG */, 47 /* NSEC */, 50 /* NSEC3 */ };

	for (size_t i = 0; i < sizeof refused / sizeof *refused; i++)
		if (refused[i] == type)
			return "is of a type that cannot be answered from a list";
	if (type_is_meta(type) || type == TYPE_ANY)
		return "is of a type that no record has";
	return NULL;
}

static enum status refuse(struct text *error, const char *problem)
{
	text_add(error, "%s", problem);
	return STATUS_CONFIG;
}

/* --- by getdns ------------------------------------------------------------- */

static const char *check_numbers(const struct shape *shape, const struct word *words)
{
	for (size_t i = 0; i < NUMBERS_MAX && shape->bits[i] > 0; i++) {
		unsigned long most = (1ul << (shape->bits[i] - 1)) * 2 - 1, value;

		if (!word_number(&words[shape->number_at + i], most, &value))
			return "has a field that is not a number, or too big a one";
	}
	return NULL;
}

static bool string_fits(const struct word *word)
{
	uint8_t scratch[STRING_MAX];
	struct writer w = { .p = scratch, .cap = sizeof scratch };

	return word_unescape(word, &w) && !w.bad;
}

static const char *check_shape(
	const struct shape *shape, const struct word *words, size_t n)
{
	if (n < shape->least)
		return "has less fields than its type";
	if (n > shape->most)
		return "has more fields than its type";
	for (size_t i = 0; i < n; i++) {
		bool string =
			i >= shape->string_at && i - shape->string_at < shape->string_n;

		if (words[i].quote_at != words[i].n && words[i].quote_at != 0)
			return "has a quote in the middle of a word";
		if (string && !string_fits(&words[i]))
			return "has a text of more than 255 bytes, or a wrong escape";
	}
	return check_numbers(shape, words);
}

/* ". 0 IN TYPE words", owned. */
static char *line_of(uint16_t type, const struct word *words, size_t n)
{
	char word[TYPE_TEXT_MAX];
	size_t size = sizeof word + 16;
	struct text text;
	char *line;

	for (size_t i = 0; i < n; i++)
		size += words[i].n + 1;
	line = malloc(size);
	if (line == NULL)
		return NULL;
	type_to_text(type, word);
	text = text_in(line, size);
	text_add(&text, ". 0 IN %s", word);
	for (size_t i = 0; i < n; i++)
		text_add(&text, " %.*s", (int)words[i].n, words[i].p);
	return line;
}

/* Of a record whose owner is the root. */
static enum status take_rdata(struct bytes wire, struct writer *w)
{
	struct reader r = { .rest = wire };
	struct bytes rdata;

	rd_take(&r, 1 + 2 + 2 + 4);
	rdata = rd_take(&r, (size_t)rd_uint(&r, 2));
	wr_bytes(w, rdata);
	return r.bad || r.rest.n > 0 || rdata.n == 0 ? STATUS_MALFORMED : STATUS_OK;
}

static enum status convert(const char *line, struct writer *w)
{
	getdns_dict *record = NULL;
	uint8_t *wire = NULL;
	size_t n = 0;
	getdns_return_t result = getdns_str2rr_dict(line, &record, ".", 0);
	enum status status = STATUS_MALFORMED;

	if (result == GETDNS_RETURN_GOOD)
		result = getdns_rr_dict2wire(record, &wire, &n);
	if (result == GETDNS_RETURN_GOOD)
		status = take_rdata(bytes_of(wire, n), w);
	else if (result == GETDNS_RETURN_MEMORY_ERROR)
		status = STATUS_NOMEM;
	free(wire);
	getdns_dict_destroy(record);
	return status;
}

static enum status from_shape(const struct shape *shape, const struct word *words,
	size_t n, struct text *error, struct writer *w)
{
	const char *problem = check_shape(shape, words, n);
	enum status status;
	char *line;

	if (problem != NULL)
		return refuse(error, problem);
	line = line_of(shape->type, words, n);
	if (line == NULL)
		return STATUS_NOMEM;
	status = convert(line, w);
	free(line);
	if (status == STATUS_MALFORMED)
		return refuse(error, "has fields that its type does not have");
	return status;
}

/* --- as bytes -------------------------------------------------------------- */

static const char *from_bytes(const struct word *words, size_t n, struct writer *w)
{
	unsigned long length;
	size_t start = w->n;

	if (n < 2 || !word_number(&words[1], UINT16_MAX, &length))
		return "has no length behind \\#";
	for (size_t i = 2; i < n; i++) {
		size_t taken;

		if (hex_decode(bytes_of(words[i].p, words[i].n), w->p + w->n,
			    w->cap - w->n, &taken) != STATUS_OK)
			return "has bytes that are not hexadecimal, or too many";
		w->n += taken;
	}
	return w->n - start == length ? NULL : "has another length than it says";
}

static enum status from_svcb(
	const struct word *words, size_t n, struct text *error, struct writer *w)
{
	const char *problem = svcb_from_words(words, n, w);

	return problem != NULL ? refuse(error, problem) : STATUS_OK;
}

enum status rdata_from_words(uint16_t type, const struct word *words, size_t n,
	struct text *error, struct writer *w)
{
	const struct shape *shape = find_shape(type);
	bool svcb = type == TYPE_SVCB || type == TYPE_HTTPS;
	bool bytes = n > 0 && word_is(&words[0], "\\#");
	size_t start = w->n;
	enum status status;
	const char *problem = NULL;

	if (!bytes && shape == NULL && !svcb)
		return refuse(error,
			"is of a type whose fields are not known; write bytes: "
			"\\# 2 abcd");
	if (bytes && shape != NULL)
		return refuse(error, "has bytes where its type has fields");
	if (bytes)
		problem = from_bytes(words, n, w);
	if (bytes && svcb && problem == NULL)
		problem = svcb_problem(bytes_of(w->p + start, w->n - start));
	if (problem != NULL)
		return refuse(error, problem);
	if (bytes)
		return STATUS_OK;
	status = svcb ? from_svcb(words, n, error, w)
		      : from_shape(shape, words, n, error, w);
	if (status == STATUS_OK && w->bad)
		return refuse(error, "is too long");
	return status;
}
