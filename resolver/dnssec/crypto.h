/* What validation has to compute itself, and what is supported. Signatures are getdns'
 * business: verify.h. */
#ifndef DNSSEC_CRYPTO_H
#define DNSSEC_CRYPTO_H

#include "base/bytes.h"
#include "base/status.h"
#include "dns/name.h"
#include "dnssec/rdata.h"

/* Signatures of it can be verified, and may be (RFC 8624 §3.1, RFC 9905). */
bool crypto_has_algorithm(uint8_t algorithm);
bool crypto_has_digest(uint8_t digest_type);
/* A check with it takes no longer than with others: RSA alone lets who makes a key choose
 * that. */
bool crypto_key_is_cheap(const struct dnskey *key);

/* Whether `ds` is of the key of `owner` (RFC 4034 §5.1.4). */
bool crypto_ds_matches(
	const struct ds *ds, const struct name *owner, const struct dnskey *key);

/* RFC 5155 §5. CRYPTO; UNSUPPORTED: another hash than SHA-1. */
#define NSEC3_HASH_BYTES 20
MUST_CHECK enum status crypto_nsec3_hash(const struct name *name,
	const struct nsec3 *nsec3, uint8_t out[NSEC3_HASH_BYTES]);

#endif
