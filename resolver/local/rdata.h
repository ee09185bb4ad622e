/* RDATA from the words of a line. */
#ifndef LOCAL_RDATA_H
#define LOCAL_RDATA_H

#include "base/text.h"
#include "local/words.h"

/* What is wrong with a local record of this type, or NULL. */
const char *rdata_type_problem(uint16_t type);

/* Appended to `w`. getdns reads the common types. It takes what follows behind the last
 * field, nothing at all, and numbers that are too big for their field: all that is
 * refused here before it is asked. SVCB and HTTPS, which it does not know, are read
 * here; all other types are written as bytes (RFC 3597 §5): \# 4 c0000201.
 * CONFIG: `error` has the words; NOMEM. */
MUST_CHECK enum status rdata_from_words(uint16_t type, const struct word *words, size_t n,
	struct text *error, struct writer *w);

#endif
