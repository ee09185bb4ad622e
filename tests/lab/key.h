/* Private keys. They live in memory only. */
#ifndef LAB_KEY_H
#define LAB_KEY_H

#include <openssl/types.h>

#include "base/status.h"

enum key_kind { KEY_P256, KEY_RSA_2048, KEY_RSA_1024 };

MUST_CHECK enum status key_make(enum key_kind kind, EVP_PKEY **out);

/* An object with the public half of `key` (P-256) and another private half: it
 * passes as the key of the certificate, and signs wrongly. */
MUST_CHECK enum status key_make_impostor(const EVP_PKEY *key, EVP_PKEY **out);

#endif
