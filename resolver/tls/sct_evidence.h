/* The SCTs of what a server has shown; private to this room. One function, so that
 * peer_collect() and sctcheck_run() give ct_verify() the same. */
#ifndef TLS_SCT_EVIDENCE_H
#define TLS_SCT_EVIDENCE_H

#include "tls/peer.h"

/* All borrowed. */
struct sct_evidence {
	const struct peer_shown *shown;
	const struct peer_certificate *leaf; /* the first of `shown->sent`, described;
					      * NULL: none was shown */
	const struct pin *issuer_key;        /* NULL: not known */
	const struct staple_lists *lists;    /* of a staple of that leaf */
};

/* The outcomes of ct_verify(). */
MUST_CHECK enum status sct_evidence_judge(const struct sct_evidence *evidence,
	struct loglist *logs, const struct ct_policy *policy, int64_t at_s,
	struct ct_report *out);

#endif
