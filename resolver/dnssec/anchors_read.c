/* DS and DNSKEY records in zone format (RFC 1035 §5.1): words, comments, parentheses.
 * Each record is gathered to words, then read as what its type says. */
#include <stdlib.h>
#include <string.h>

#include "base/base64.h"
#include "dnssec/anchors.h"

#define WORD_MAX  1024 /* the longest: a name with every byte escaped */
#define FILE_MAX  (1024 * 1024)
#define RDATA_MAX 4096
#define TEXT_MAX  (RDATA_MAX * 2)

/* The scanner: where it is in the file. */
struct scan {
	struct bytes rest;
	unsigned line;
	unsigned depth; /* of parentheses */
	const char *file;
	struct text *error;
};

static enum status wrong(const struct scan *s, const char *what)
{
	text_add(s->error, "%s:%u: %s", s->file, s->line, what);
	return STATUS_CONFIG;
}

static void advance(struct scan *s)
{
	if (*s->rest.p == '\n')
		s->line++;
	s->rest.p++;
	s->rest.n--;
}

static bool is_blank(uint8_t c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

static bool ends_word(uint8_t c)
{
	return is_blank(c) || c == '\n' || c == ';' || c == '(' || c == ')';
}

/* Up to the next word or the end of the record. False: unbalanced parentheses. */
static bool skip_blank(struct scan *s)
{
	while (s->rest.n > 0) {
		uint8_t c = *s->rest.p;

		if (c == ';') {
			while (s->rest.n > 0 && *s->rest.p != '\n')
				advance(s);
			continue;
		}
		if (c == '(')
			s->depth++;
		else if (c == ')' && s->depth-- == 0)
			return false;
		else if (c != ')' && !is_blank(c) && (c != '\n' || s->depth == 0))
			return true;
		advance(s);
	}
	return s->depth == 0;
}

/* The next word of this record. NOTFOUND: it has ended. */
static enum status next_word(struct scan *s, char word[WORD_MAX])
{
	size_t n = 0;

	if (!skip_blank(s))
		return wrong(s, "unbalanced parentheses");
	while (s->rest.n > 0 && !ends_word(*s->rest.p)) {
		if (n == WORD_MAX - 1 || *s->rest.p == '\0')
			return wrong(s, "a word that is too long or not text");
		word[n++] = (char)*s->rest.p;
		advance(s);
	}
	word[n] = '\0';
	return n > 0 ? STATUS_OK : STATUS_NOTFOUND;
}

static enum status need_word(struct scan *s, char word[WORD_MAX], const char *otherwise)
{
	enum status status = next_word(s, word);

	return status == STATUS_NOTFOUND ? wrong(s, otherwise) : status;
}

static bool number_of(const char *word, unsigned long most, unsigned long *out)
{
	char *end;

	if (*word < '0' || *word > '9')
		return false;
	*out = strtoul(word, &end, 10);
	return *end == '\0' && *out <= most;
}

static enum status put_number(
	struct scan *s, struct writer *w, unsigned width, const char *what)
{
	char word[WORD_MAX];
	unsigned long value;
	enum status status = need_word(s, word, what);

	if (status != STATUS_OK)
		return status;
	if (!number_of(word, (1ul << 8 * width) - 1, &value))
		return wrong(s, what);
	wr_uint(w, value, width);
	return STATUS_OK;
}

/* Hexadecimal or base64, in as many words as one likes. */
static enum status put_rest(struct scan *s, struct writer *w, bool hex)
{
	char *text = malloc(TEXT_MAX);
	char word[WORD_MAX];
	size_t n = 0;
	size_t got = 0;
	enum status status = text == NULL ? STATUS_NOMEM : STATUS_OK;

	while (status == STATUS_OK && (status = next_word(s, word)) == STATUS_OK) {
		size_t word_n = strlen(word);

		if (n + word_n > TEXT_MAX)
			status = wrong(s, "a record that is too long");
		else
			memcpy(text + n, word, word_n);
		n += word_n;
	}
	if (status == STATUS_NOTFOUND) {
		struct bytes in = bytes_of(text, n);
		uint8_t *to = w->p + w->n;
		size_t room = w->cap - w->n;

		status = hex ? hex_decode(in, to, room, &got)
			     : base64_decode(in, to, room, &got);
		w->n += got;
		if (status != STATUS_OK || got == 0)
			status = wrong(s, hex ? "the digest is not hexadecimal"
					      : "the key is not base64");
	}
	free(text);
	return status;
}

static enum status put_rdata(struct scan *s, uint16_t type, struct writer *w)
{
	bool ds = type == TYPE_DS;
	enum status status =
		put_number(s, w, 2, ds ? "a key tag, 0 to 65535" : "flags, 0 to 65535");

	if (status == STATUS_OK)
		status = put_number(s, w, 1,
			ds ? "an algorithm, as a number" : "a protocol, which is 3");
	if (status == STATUS_OK)
		status = put_number(s, w, 1,
			ds ? "a digest type, as a number" : "an algorithm, as a number");
	return status == STATUS_OK ? put_rest(s, w, ds) : status;
}

/* What could never be an anchor is a mistake; better said now than when every answer
 * is bogus. */
static enum status check_anchor(const struct scan *s, const struct anchor *anchor)
{
	static const struct {
		uint8_t type, bytes;
	} digests[] = { { 1, 20 }, { 2, 32 }, { 4, 48 } };
	struct dnskey key;
	struct ds ds;

	if (anchor->type == TYPE_DNSKEY) {
		if (dnskey_decode(anchor->rdata, &key) != STATUS_OK)
			return wrong(s, "not a DNSKEY");
		if (key.protocol != 3 || !(key.flags & DNSKEY_ZONE))
			return wrong(s, "not a key for zones: flag 256 or protocol 3 is "
					"missing");
		return STATUS_OK;
	}
	if (ds_decode(anchor->rdata, &ds) != STATUS_OK)
		return wrong(s, "not a DS");
	for (size_t i = 0; i < sizeof digests / sizeof *digests; i++) {
		if (digests[i].type == ds.digest_type && digests[i].bytes != ds.digest.n)
			return wrong(s, "a digest of the wrong length");
	}
	return STATUS_OK;
}

/* [TTL] [class], in either order, and the type. */
static enum status read_type(struct scan *s, uint16_t *type)
{
	static const char wanted[] = "a record that is neither DS nor DNSKEY of class IN";
	char word[WORD_MAX];
	unsigned long ttl_s;

	for (;;) {
		enum status status = need_word(s, word, wanted);

		if (status != STATUS_OK)
			return status;
		if (strcasecmp(word, "IN") == 0 || number_of(word, INT32_MAX, &ttl_s))
			continue;
		if (type_from_text(word, type) != STATUS_OK ||
			(*type != TYPE_DS && *type != TYPE_DNSKEY))
			return wrong(s, wanted);
		return STATUS_OK;
	}
}

static enum status read_anchor(
	struct scan *s, const char *owner, struct writer *w, struct anchor *out)
{
	size_t start = w->n;
	enum status status;

	if (*owner == '$')
		return wrong(s, "directives are not known here");
	if (name_from_text(owner, &out->zone) != STATUS_OK)
		return wrong(s, "not a name of a zone");
	status = read_type(s, &out->type);
	if (status == STATUS_OK)
		status = put_rdata(s, out->type, w);
	out->rdata = bytes_of(w->p + start, w->n - start);
	return status == STATUS_OK ? check_anchor(s, out) : status;
}

static enum status add_anchor(
	struct scan *s, const char *owner, struct writer *w, struct dnssec_anchors *to)
{
	struct anchor *grown = realloc(to->anchors, (to->n + 1) * sizeof *grown);
	enum status status;

	if (grown == NULL)
		return STATUS_NOMEM;
	to->anchors = grown;
	status = read_anchor(s, owner, w, &to->anchors[to->n]);
	if (status == STATUS_OK)
		to->n++;
	return status;
}

static enum status read_all(
	struct scan *s, struct writer *w, struct dnssec_anchors *anchors)
{
	char word[WORD_MAX];

	while (s->rest.n > 0) {
		bool owned = !is_blank(*s->rest.p);
		enum status status = next_word(s, word);

		if (status == STATUS_OK && !owned)
			status = wrong(s, "a record without its name");
		if (status == STATUS_OK)
			status = add_anchor(s, word, w, anchors);
		if (status != STATUS_OK && status != STATUS_NOTFOUND)
			return status;
		if (s->rest.n > 0)
			advance(s);
	}
	return anchors->n > 0 ? STATUS_OK : wrong(s, "no DS or DNSKEY record");
}

enum status dnssec_anchors_read(struct bytes content, const char *file,
	struct text *error, struct dnssec_anchors **out)
{
	struct scan s = { .rest = content, .line = 1, .file = file, .error = error };
	struct dnssec_anchors *anchors;
	struct writer w = { .cap = content.n + 1 };
	enum status status;

	if (content.n > FILE_MAX)
		return wrong(&s, "too long");
	anchors = calloc(1, sizeof *anchors);
	if (anchors == NULL)
		return STATUS_NOMEM;
	/* RDATA is shorter than its text. */
	anchors->rdata = w.p = malloc(w.cap);
	status = w.p == NULL ? STATUS_NOMEM : read_all(&s, &w, anchors);
	if (status != STATUS_OK) {
		dnssec_anchors_free(anchors);
		return status;
	}
	*out = anchors;
	return STATUS_OK;
}
