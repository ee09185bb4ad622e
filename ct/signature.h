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

/* Whether hash and algorithm are ones we know and fit the key: SHA-256 with
 * ECDSA P-256, or with RSA of 2048 bits and more. */
bool ct_signature_supported(const struct sct *sct, const EVP_PKEY *key);

/* `*valid`: the log with that key signed that SCT for that entry. CRYPTO and
 * NOMEM are trouble of our own, not a bad signature. */
MUST_CHECK enum status ct_signature_check(
	const struct sct *sct, const struct ct_entry *entry, EVP_PKEY *key, bool *valid);

#endif
