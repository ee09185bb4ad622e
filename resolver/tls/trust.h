/* What certificates are held against, beside the policy. */
#ifndef TLS_TRUST_H
#define TLS_TRUST_H

#include <openssl/types.h>

#include "ct/loglist.h"

/* Borrowed, unless said otherwise. */
struct tls_trust {
	X509_STORE *roots;    /* NULL: pins_only */
	struct loglist *logs; /* NULL: Certificate Transparency is off */
};

#endif
