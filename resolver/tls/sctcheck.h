/* The SCTs of a certificate whose path nobody asks about: for `pintlectl sct` and
 * for evidence. Never for a verdict: there the issuer comes from the chain that
 * verification built (peer_collect()). */
#ifndef TLS_SCTCHECK_H
#define TLS_SCTCHECK_H

#include "ct/policy.h"
#include "tls/peer.h"

/* The first of `candidates` that issued the first of `chain`: its name is the leaf's
 * issuer and its key made the leaf's signature. Borrowed; NULL: none did, or one of
 * the two is NULL. */
X509 *sctcheck_issuer(const STACK_OF(X509) * candidates, const STACK_OF(X509) * chain);

struct sctcheck {
	struct ct_report report;
	struct staple staple;
};

/* Judges the SCTs in the leaf, in `shown->tls_scts` and, with an issuer, in the
 * staple. `issuer` NULL: embedded ones stay unchecked; `shown->sent` NULL: so do
 * those of the list. OK whatever they are worth; CRYPTO, NOMEM. */
MUST_CHECK enum status sctcheck_run(struct loglist *logs, const struct ct_policy *policy,
	const struct peer_shown *shown, X509 *issuer, int64_t at_s, struct sctcheck *out);

#endif
