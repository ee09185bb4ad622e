/* The trusted roots: one store, shared by every upstream that uses the same
 * ones (a private store costs about 0.9 MB). */
#ifndef TLS_ROOTS_H
#define TLS_ROOTS_H

#include <openssl/types.h>

#include "base/status.h"
#include "base/text.h"

/* Exactly one of the two is not NULL: a bundle, read now; or a hashed
 * directory, read as roots are needed. `*out` is owned (X509_STORE_free()).
 * CONFIG, with the words in `error`: nothing readable there. OpenSSL accepts a
 * directory that does not exist, so that is looked at here. */
MUST_CHECK enum status roots_open(
	const char *ca_file, const char *ca_path, struct text *error, X509_STORE **out);

#endif
