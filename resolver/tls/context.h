/* What all connections to one upstream share: the library's settings and the
 * trusted roots. */
#ifndef TLS_CONTEXT_H
#define TLS_CONTEXT_H

#include <openssl/types.h>

#include "base/bytes.h"
#include "tls/policy.h"
#include "tls/trust.h"

struct tls_context {
	SSL_CTX *ssl;                    /* owned */
	struct tls_trust trust;          /* roots: owned (a reference) */
	const struct tls_policy *policy; /* borrowed for the context's life */
};

/* Protocols (RFC 7301) as they are on the wire, length before each name. */
extern const struct bytes tls_alpn_dot; /* RFC 7858 */

/* `trust->roots` gains a reference. TLS 1.2 only with ECDHE and AEAD, no
 * renegotiation, no session resumption. NOMEM, CRYPTO. */
MUST_CHECK enum status tls_context_init(struct tls_context *context,
	const struct tls_policy *policy, const struct tls_trust *trust,
	struct bytes alpn);
/* Points to another copy of the same policy, and to roots and logs read anew. */
void tls_context_rebase(struct tls_context *context, const struct tls_policy *policy,
	const struct tls_trust *trust);
void tls_context_deinit(struct tls_context *context);

#endif
