/* Names as the proofs of DNSSEC compare them: by labels, in canonical order. */
#ifndef DNSSEC_NAMES_H
#define DNSSEC_NAMES_H

#include "dns/name.h"

/* Without the root's: 0 for ".", 2 for "www.example.". */
unsigned names_labels(const struct name *name);
/* The last `labels` labels, at most as many as there are. */
void names_suffix(const struct name *name, unsigned labels, struct name *out);
/* How many labels at their end are the same. */
unsigned names_common(const struct name *a, const struct name *b);
/* Below it, and not `zone` itself. */
bool names_below(const struct name *name, const struct name *zone);
/* "*." and `encloser`; false if that is too long for a name: then there is none. */
bool names_wildcard(const struct name *encloser, struct name *out);
bool names_is_wildcard(const struct name *name);
/* `name` with `to` in the place of `from`, above which it stands (RFC 6672 §2.2); false
 * if that is too long. */
bool names_replace(const struct name *name, const struct name *from,
	const struct name *to, struct name *out);

/* Canonical order (RFC 4034 §6.1): below 0, 0 or above 0, as with memcmp(). */
int names_compare(const struct name *a, const struct name *b);
/* `name` stands between `owner` and `next`, where the last name of a zone is followed by
 * its first (RFC 4034 §4.1.1). */
bool names_between(
	const struct name *owner, const struct name *next, const struct name *name);

#endif
