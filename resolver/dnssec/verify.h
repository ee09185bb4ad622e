/* One signature, decided by getdns. */
#ifndef DNSSEC_VERIFY_H
#define DNSSEC_VERIFY_H

#include "dnssec/packet.h"

/* A set and the one signature of it that is looked at. Borrowed. */
struct signed_set {
	struct bytes message;
	const struct rrset *set;
	const struct signature *signature;
};

/* Whether `signature` is of `key`, a DNSKEY of `zone`. For a set made of a wildcard
 * getdns wants the proof that there is nothing closer: `proof` is that, signed by
 * `proof_key`; NULL otherwise. */
bool verify_set(const struct signed_set *in, const struct name *zone, struct bytes key,
	const struct signed_set *proof, struct bytes proof_key, int64_t now_s);

/* Whether the DNSKEYs of `in` are signed by the one that `ds` is of. */
bool verify_keys(const struct signed_set *in, struct bytes ds, int64_t now_s);

#endif
