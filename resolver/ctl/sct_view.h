/* The SCTs of one certificate with what is known of their logs, in words and as
 * JSON: for `sct` and `evidence show`. */
#ifndef CTL_SCT_VIEW_H
#define CTL_SCT_VIEW_H

#include <jansson.h>

#include "tls/sctcheck.h"

struct sct_view {
	/* Set by the caller; borrowed. */
	struct loglist *logs;
	const struct ct_policy *policy;
	int64_t at_s;

	/* Set by sct_view_check(). */
	bool has_leaf, has_issuer;
	struct peer_certificate leaf, issuer;
	struct sctcheck check;
};

/* As sctcheck_run(). */
MUST_CHECK enum status sct_view_check(
	struct sct_view *view, const struct peer_shown *shown, X509 *issuer);

/* Certificate and issuer, a line or two for each SCT, what they amount to under the
 * policy, and the list they were held against. */
void sct_view_print(const struct sct_view *view);
/* The same, owned; NULL: no memory. */
json_t *sct_view_json(const struct sct_view *view);

#endif
