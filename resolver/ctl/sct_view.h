/* The SCTs of one certificate with what is known of their logs, in words and as
 * JSON: for `sct` and `evidence show`. */
#ifndef CTL_SCTS_H
#define CTL_SCTS_H

#include <jansson.h>

#include "tls/sctcheck.h"

struct scts {
	/* Set by the caller; borrowed. */
	struct loglist *logs;
	const struct ct_policy *policy;
	int64_t at_s;

	/* Set by scts_check(). */
	bool has_leaf, has_issuer;
	struct peer_certificate leaf, issuer;
	struct sctcheck check;
};

/* As sctcheck_run(). */
MUST_CHECK enum status scts_check(
	struct scts *scts, const struct peer_shown *shown, X509 *issuer);

/* Certificate and issuer, a line or two for each SCT, what they amount to under the
 * policy, and the list they were held against. */
void scts_print(const struct scts *scts);
/* The same, owned; NULL: no memory. */
json_t *scts_json(const struct scts *scts);

/* JSON has no way to write a name that is not UTF-8: null. */
json_t *scts_text_json(const char *text);

#endif
