/* What a log signed, and whether it did (RFC 6962 §3.2). */
#ifndef CT_SIGNATURE_H
#define CT_SIGNATURE_H

#include <openssl/types.h>

#include "ct/sct.h"

enum ct_entry_type { CT_ENTRY_X509 = 0, CT_ENTRY_PRECERT = 1 };

/* A LogEntry as it goes into the signature. Borrowed. */
struct ct_entry {
	enum ct_entry_type type;
	struct bytes issuer_key_hash; /* 32 bytes; of a precert */
	struct bytes certificate;     /* the leaf's DER; of a precert its TBS */
};

#define CT_SIGNATURE_DIGEST_BYTES 32 /* SHA-256 */

/* Whether hash and algorithm are ones we know and fit the key: SHA-256 with
 * ECDSA P-256, or with RSA of 2048 bits and more. `key` is one that
 * ct_log_key_judge_spki() found fit: it looks at curves, here only their size counts. */
bool ct_signature_supported(const struct sct *sct, const EVP_PKEY *key);

/* `*valid`: the log with that key signed that SCT for that entry; false for what
 * is not supported. CRYPTO and NOMEM are trouble of our own, not a bad signature.
 * Both functions leave OpenSSL's error queue empty. */
MUST_CHECK enum status ct_signature_check(
	const struct sct *sct, const struct ct_entry *entry, EVP_PKEY *key, bool *valid);

/* What a memo knows an outcome by: a digest of all that is signed, of the log's ID,
 * which stands for its key, and of the signature. CRYPTO, NOMEM. */
MUST_CHECK enum status ct_signature_digest(const struct sct *sct,
	const struct ct_entry *entry, uint8_t digest[CT_SIGNATURE_DIGEST_BYTES]);

#endif
