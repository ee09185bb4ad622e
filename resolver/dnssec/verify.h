/* One signature, decided by getdns.
 *
 * Or by libcrypto alone, where getdns 1.6 cannot (docs/decisions/0015-dnssec.md has the
 * measurements): it ends the process over a NAPTR, and looks for proof that a wildcard
 * asked for by its own name is not there. */
#ifndef DNSSEC_VERIFY_H
#define DNSSEC_VERIFY_H

#include "dnssec/canonical.h"

/* Whether `signature` is of `key`, a DNSKEY of `zone`. For a set made of a wildcard
 * getdns wants the proof that there is nothing closer: `proof` is that, signed by
 * `proof_key`; NULL otherwise. */
bool verify_set(const struct signed_set *in, const struct name *zone, struct bytes key,
	const struct signed_set *proof, struct bytes proof_key, int64_t now_s);

/* Whether the DNSKEYs of `in` are signed by the one that `ds` is of. */
bool verify_keys(const struct signed_set *in, struct bytes ds, int64_t now_s);

/* Which of the two decides. */
bool verify_by_getdns(const struct rrset *set);

#endif
