/* Refused chains are kept, so that a mis-issued certificate can be shown to
 * those who must hear of it. */
#ifndef UPSTREAM_EVIDENCE_H
#define UPSTREAM_EVIDENCE_H

#include "tls/evidence_name.h"

/* At most EVIDENCE_FILES_MAX files are kept in state_dir/evidence: half of them for
 * chains that verified and name the upstream, which only a trusted CA can make; a quarter
 * for chains that verified and name somebody else; a quarter for the others. The oldest
 * of its kind goes for a new one. */

/* Writes state_dir/evidence/UPSTREAM-misissued-DIGEST.pem (or -misnamed-,
 * -unverified-), with the beginning of the leaf certificate's SHA-256: time,
 * upstream, address and verdict as text before the certificates. The same
 * certificate refused again rewrites nothing, and nothing is kept of one for which the
 * log list alone is too old (ct_log_list_stale). Failures are logged, not returned:
 * evidence never stands in the way of an answer. */
void evidence_keep(const char *state_dir, const char *upstream, const char *address,
	const struct verdict *verdict, struct bytes pem);

#endif
