/* Whether a log's key is one that can count, without decoding each in full: that
 * costs 100 to 180 us a key, and of most logs no SCT is ever seen. */
#ifndef CT_LOG_KEY_H
#define CT_LOG_KEY_H

#include <openssl/ec.h>

#include "base/bytes.h"
#include "base/status.h"

/* What serves for all keys of a list. */
struct ct_log_key_judge {
	EC_GROUP *p256;  /* owned */
	EC_POINT *point; /* owned */
	BN_CTX *bignums; /* owned */
};

/* CRYPTO: no memory, or no P-256. To be deinitialized in either case. */
MUST_CHECK enum status ct_log_key_judge_init(struct ct_log_key_judge *judge);
void ct_log_key_judge_deinit(struct ct_log_key_judge *judge);

/* `spki`: a DER SubjectPublicKeyInfo (RFC 5280 §4.1), nothing behind it.
 * `*unfit`: static words if the key is not ECDSA P-256 or RSA of 2048 bits and
 * more (RFC 6962 §2.1.4), NULL if it is. MALFORMED: not decodable; NOMEM, CRYPTO. */
MUST_CHECK enum status ct_log_key_judge_spki(
	const struct ct_log_key_judge *judge, struct bytes spki, const char **unfit);

/* The key in full, of a `spki` that can count; owned. NULL: no memory. */
EVP_PKEY *ct_log_key_decode(struct bytes spki);

#endif
