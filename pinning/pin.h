/* A pin: the SHA-256 of a certificate's SubjectPublicKeyInfo (RFC 7469 §2.4).
 * It names a key, so it outlives the certificate. */
#ifndef PINNING_PIN_H
#define PINNING_PIN_H

#include <stdbool.h>
#include <stdint.h>

#include <openssl/types.h>

#include "base/status.h"

#define PIN_BYTES 32
/* "sha256//" and 44 characters, with the terminator. */
#define PIN_TEXT_MAX 53

struct pin {
	uint8_t sha256[PIN_BYTES];
};

/* Takes each form in use, and nothing else around it:
 *   sha256//B64   curl, and ours        sha256/B64   OpenWrt
 *   pin-sha256="B64"   RFC 7469, getdns      B64      kdig, smartdns
 *   64 hexadecimal digits, alone or after "3 1 1 " or "2 1 1 " (RFC 6698)
 * MALFORMED otherwise, also if it is not exactly 32 bytes. */
MUST_CHECK enum status pin_parse(const char *text, struct pin *out);

/* "sha256//B64" */
void pin_format(const struct pin *pin, char out[PIN_TEXT_MAX]);

/* CRYPTO if the key cannot be re-encoded. */
MUST_CHECK enum status pin_of_certificate(const X509 *certificate, struct pin *out);

bool pin_equal(const struct pin *a, const struct pin *b);

#endif
