#include "tls/evidence_name.h"

#include <string.h>

#include "base/base64.h"

#define DIGEST_DIGITS 32
#define TAIL          ".pem"

/* What only a CA that is trusted can make, and should not have made, has half of the
 * room; what anybody gets from one, for a name of his own, and what anybody can make
 * share the other. */
static const struct {
	const char *word, *text;
	unsigned files_max;
} classes[] = {
	[EVIDENCE_MISISSUED] = { "misissued",
		"a CA that is trusted issued it for this upstream's name: it is "
		"mis-issued unless the operator confirms it",
		EVIDENCE_FILES_MAX / 2 },
	[EVIDENCE_MISNAMED] = { "misnamed",
		"the chain verified and names somebody else: anybody can get such a "
		"certificate, for a name of his own",
		EVIDENCE_FILES_MAX / 4 },
	[EVIDENCE_UNVERIFIED] = { "unverified",
		"the chain did not verify, or the server did not show that it holds "
		"the key: anybody can send such a certificate",
		EVIDENCE_FILES_MAX / 4 },
	[EVIDENCE_CLASS_COUNT] = { "", "", 0 },
};

enum evidence_class evidence_class_of(const struct verdict *v)
{
	if (!v->chain_verified)
		return EVIDENCE_UNVERIFIED;
	if (v->name.ok == RULE_FAILED)
		return EVIDENCE_MISNAMED;
	return v->provisional ? EVIDENCE_UNVERIFIED : EVIDENCE_MISISSUED;
}

const char *evidence_class_word(enum evidence_class class)
{
	return classes[class].word;
}

const char *evidence_class_text(enum evidence_class class)
{
	return classes[class].text;
}

unsigned evidence_class_files_max(enum evidence_class class)
{
	return classes[class].files_max;
}

void evidence_name_write(const char *upstream, const struct verdict *v, struct text *out)
{
	const struct peer_certificate *leaf = &v->chain.certificates[0];
	char hex[2 * sizeof leaf->sha256 + 1];

	for (const char *p = upstream; *p != '\0'; p++) {
		bool plain = (*p >= 'a' && *p <= 'z') || (*p >= 'A' && *p <= 'Z') ||
			     (*p >= '0' && *p <= '9') || *p == '-';

		text_add(out, "%c", plain ? *p : '_');
	}
	hex_encode(bytes_of(leaf->sha256, sizeof leaf->sha256), hex);
	text_add(out, "-%s-%.*s" TAIL, classes[evidence_class_of(v)].word, DIGEST_DIGITS,
		hex);
}

/* Told by what stands before the digest: an upstream's name may be anything. */
static bool is_of_class(const char *name, enum evidence_class class)
{
	const char *word = classes[class].word;
	size_t n = strlen(name), word_n = strlen(word);
	size_t end_n = word_n + 1 + DIGEST_DIGITS + strlen(TAIL);

	if (n < end_n + 2 || strcmp(name + n - strlen(TAIL), TAIL) != 0)
		return false;
	name += n - end_n;
	return name[-1] == '-' && memcmp(name, word, word_n) == 0 && name[word_n] == '-';
}

enum evidence_class evidence_name_class(const char *name)
{
	enum evidence_class class = EVIDENCE_MISISSUED;

	while (class < EVIDENCE_CLASS_COUNT && !is_of_class(name, class))
		class ++;
	return class;
}
