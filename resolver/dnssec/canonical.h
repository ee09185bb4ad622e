/* What a signature over a set is a signature of (RFC 4034 §3.1.8.1). */
#ifndef DNSSEC_CANONICAL_H
#define DNSSEC_CANONICAL_H

#include "dnssec/packet.h"

/* A set and the one signature of it that is looked at. Borrowed. */
struct signed_set {
	struct bytes message;
	const struct rrset *set;
	const struct signature *signature;
};

/* The signed bytes, in canonical form and order. `out->p` is owned: free(). NOMEM,
 * MALFORMED. */
MUST_CHECK enum status canonical_bytes(const struct signed_set *in, struct bytes *out);
/* The signature itself; borrowed from the message. */
struct bytes canonical_signature(const struct signed_set *in);

#endif
