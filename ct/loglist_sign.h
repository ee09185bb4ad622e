/* A detached signature over the bytes of a log list. Our own lists, and those
 * fetched by `loglist update`, are signed with Ed25519 (RFC 8032); Google signs its
 * lists with RSA-4096, SHA-256 and PKCS#1 v1.5, over the raw bytes too. */
#ifndef CT_LOGLIST_SIGN_H
#define CT_LOGLIST_SIGN_H

#include <stdbool.h>

#include "base/bytes.h"
#include "base/status.h"

/* Of Ed25519: the public key, the signature. */
#define LIST_KEY_BYTES       32
#define LIST_SIGNATURE_BYTES 64

/* RSA-8192's as base64 with line ends: no signature file is longer. */
#define LIST_SIGNATURE_FILE_MAX 2048
/* Nor is a file with a public key. */
#define LIST_KEY_PEM_MAX 8192

struct list_key;

/* The 32 bytes of an Ed25519 public key. CRYPTO, NOMEM. Owned: list_key_free(). */
MUST_CHECK enum status list_key_new(
	const uint8_t raw[LIST_KEY_BYTES], struct list_key **out);
/* A PEM "PUBLIC KEY": Ed25519, or RSA of 2048 bits and more. MALFORMED,
 * UNSUPPORTED (another kind), NOMEM, CRYPTO. */
MUST_CHECK enum status list_key_new_pem(struct bytes pem, struct list_key **out);
/* The key that Google signs its lists with. */
MUST_CHECK enum status list_key_new_google(struct list_key **out);
void list_key_free(struct list_key *key);

/* The base64 of a raw Ed25519 key, as in `ct.update.key`. MALFORMED. */
MUST_CHECK enum status list_key_from_text(const char *text, uint8_t raw[LIST_KEY_BYTES]);

/* `signature` is what the file holds: the signature's bytes, or their base64 in
 * one line or several. `*good` says whether it is the key's signature over
 * `list`; text that does not decode is a bad signature, not an error. NOMEM, CRYPTO. */
MUST_CHECK enum status list_key_check(const struct list_key *key, struct bytes list,
	struct bytes signature, bool *good);

/* The same two forms, for a signature of Ed25519. False: it is neither. */
bool list_signature_decode(struct bytes in, uint8_t out[LIST_SIGNATURE_BYTES]);

#endif
