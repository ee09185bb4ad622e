/* The trusted roots: one store, shared by every upstream that uses the same
 * ones (a private store costs about 0.9 MB). */
#ifndef TLS_ROOTS_H
#define TLS_ROOTS_H

#include <stdbool.h>
#include <stdint.h>

#include <openssl/types.h>

#include "base/status.h"
#include "base/text.h"

/* Exactly one of the two is not NULL: a bundle, read now; or a hashed
 * directory, read as roots are needed. `*out` is owned (roots_free()).
 * CONFIG, with the words in `error`: nothing readable there. OpenSSL accepts a
 * directory that does not exist, so that is looked at here. */
MUST_CHECK enum status roots_open(
	const char *ca_file, const char *ca_path, struct text *error, X509_STORE **out);

/* One more owner of the same store; NULL has none. */
X509_STORE *roots_share(X509_STORE *roots);
void roots_free(X509_STORE *roots);

/* What the roots are read from, in a number: of the bundle, or of every hashed
 * name of the directory and of what it leads to. Another file, another size or
 * another time gives another one; 0 if there is nothing. For comparing within one
 * process. */
uint64_t roots_stamp(const char *ca_file, const char *ca_path);
/* The one that they had before `at_s` (seconds since 1970); 0 if any has changed since,
 * and it is not known any more. */
uint64_t roots_stamp_of_before(const char *ca_file, const char *ca_path, int64_t at_s);

#endif
