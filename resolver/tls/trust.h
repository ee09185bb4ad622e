/* What certificates are held against, beside the policy. */
#ifndef TLS_TRUST_H
#define TLS_TRUST_H

#include <openssl/types.h>

#include "ct/loglist.h"
#include "tls/floor.h"

/* Of every verification and handshake: OpenSSL's security level, and the bits of
 * security that it asks of a key, RSA from 2048 bits (SSL_CTX_set_security_level(3)). */
#define TLS_SECURITY_LEVEL    2
#define TLS_SECURITY_BITS_MIN 112

/* Borrowed, unless said otherwise. */
struct tls_trust {
	X509_STORE *roots;    /* NULL: pins_only */
	struct loglist *logs; /* NULL: Certificate Transparency is off */
	/* What the time of verification is from: a clock that may be wrong. NULL: the
	 * time is beyond doubt, and nobody is excused from it. */
	const struct clock_floor *clock;
};

#endif
