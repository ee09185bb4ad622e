/* Base64 (RFC 4648 §4, with padding; §5) and hexadecimal. */
#ifndef BASE_BASE64_H
#define BASE_BASE64_H

#include "base/bytes.h"
#include "base/status.h"

/* Characters with the terminator for `n` bytes. */
#define BASE64_TEXT_MAX(n) (((n) + 2) / 3 * 4 + 1)

/* `out` holds BASE64_TEXT_MAX(in.n). */
void base64_encode(struct bytes in, char *out);
/* RFC 4648 §5 without padding, as in URLs; `out` likewise. */
void base64url_encode(struct bytes in, char *out);
/* Strict: no white space, padding required, unused bits zero. MALFORMED, or
 * NOSPACE if more than `cap` bytes come out. */
MUST_CHECK enum status base64_decode(
	struct bytes text, uint8_t *out, size_t cap, size_t *n);

/* Lower case; `out` holds 2*in.n + 1. */
void hex_encode(struct bytes in, char *out);
/* Either case, no separators. MALFORMED or NOSPACE. */
MUST_CHECK enum status hex_decode(struct bytes text, uint8_t *out, size_t cap, size_t *n);

#endif
