/* What the daemon kept of a refused certificate: some lines of text, then PEM. The
 * files are its user's, so they may hold anything. */
#ifndef CTL_EVIDENCE_FILE_H
#define CTL_EVIDENCE_FILE_H

#include <limits.h>
#include <stddef.h>
#include <stdint.h>

#include "base/text.h"
#include "tls/evidence_name.h"
#include "tls/shownfile.h"

/* Somebody may have added to what the daemon keeps, which has some kB each. */
#define EVIDENCE_LISTED_MAX (8 * EVIDENCE_FILES_MAX)
#define EVIDENCE_BYTES_MAX  (1024 * 1024)
#define EVIDENCE_WORDS_MAX  640

struct evidence {
	char file[NAME_MAX + 1];
	enum evidence_class class; /* as the file's name says */
	/* The lines before the certificates, as they stand there: a stranger's bytes.
	 * Empty where one is missing. */
	char refused[64], upstream[128], address[128], verdict[EVIDENCE_WORDS_MAX];
	int64_t refused_s; /* INT64_MIN: no time */

	struct bytes content;   /* owned; of the file; a zero is behind it */
	const char *pem;        /* in it, from the first block on */
	struct shownfile shown; /* owned */
};

/* "pin_mismatch": the verdict's first word, or "" if that is no reason. */
const char *evidence_reason(const struct evidence *e);

/* `name` is relative to the directory `dir_fd`. NOTFOUND: there is no such file; IO,
 * LIMIT, MALFORMED, NOMEM. `error` starts with the name. On OK evidence_deinit(). */
MUST_CHECK enum status evidence_read(
	int dir_fd, const char *name, struct text *error, struct evidence *out);
/* The same from memory, which is copied. */
MUST_CHECK enum status evidence_parse(
	const char *name, struct bytes content, struct text *error, struct evidence *out);
void evidence_deinit(struct evidence *e);

/* The names of files of evidence in the directory, at most EVIDENCE_LISTED_MAX; `names`
 * is owned (free()). IO, NOMEM. */
MUST_CHECK enum status evidence_names(
	int dir_fd, char (**names)[NAME_MAX + 1], size_t *n);

#endif
