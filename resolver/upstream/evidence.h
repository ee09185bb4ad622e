/* Refused chains are kept, so that a mis-issued certificate can be shown to
 * those who must hear of it. */
#ifndef UPSTREAM_EVIDENCE_H
#define UPSTREAM_EVIDENCE_H

#include "tls/verdict.h"

/* Files kept in state_dir/evidence: half of them for chains that verified, which
 * only a CA can make, half for the others. The oldest of its half goes for a new
 * one. */
#define EVIDENCE_FILES_MAX 32

/* Writes state_dir/evidence/UPSTREAM-verified-LEAF-ISSUER.pem (or -unverified-),
 * the last two the beginnings of the keys' SHA-256 in hexadecimal: time, upstream,
 * address and verdict as text before the certificates. The same server refused
 * again rewrites nothing. Failures are logged, not returned: evidence never stands
 * in the way of an answer. */
void evidence_keep(const char *state_dir, const char *upstream, const char *address,
	const struct verdict *verdict, struct bytes pem);

#endif
