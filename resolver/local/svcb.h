/* SVCB and HTTPS records (RFC 9460 §2). */
#ifndef LOCAL_SVCB_H
#define LOCAL_SVCB_H

#include "local/words.h"

/* RDATA from its words: SvcPriority, TargetName and SvcParams, in any order (§2.1);
 * appended to `w`. NULL, or what is wrong with it: what svcb_problem() says, too. */
const char *svcb_from_words(const struct word *words, size_t n, struct writer *w);

/* What is wrong with RDATA, or NULL: keys that do not strictly increase, values that are
 * not of their key's form (§2.2, §7), a mandatory key that is not there (§8), parameters
 * of an alias (§2.4.2), which nobody would look at. */
const char *svcb_problem(struct bytes rdata);

#endif
