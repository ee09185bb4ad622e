/* Refused chains are kept, so that a mis-issued certificate can be shown to
 * those who must hear of it. */
#ifndef UPSTREAM_EVIDENCE_H
#define UPSTREAM_EVIDENCE_H

#include "tls/verdict.h"

/* Files kept in state_dir/evidence; the oldest goes for a new one. */
#define EVIDENCE_FILES_MAX 32

/* Writes state_dir/evidence/UPSTREAM-PIN16.pem: time, upstream, address and
 * verdict as text before the certificates. One file for each upstream and leaf
 * key: the same server refused again rewrites nothing. Failures are logged, not
 * returned: evidence never stands in the way of an answer. */
void evidence_keep(const char *state_dir, const char *upstream, const char *address,
	const struct verdict *verdict, struct bytes pem);

#endif
