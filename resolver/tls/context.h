/* What all connections to one upstream share: the library's settings and the
 * trusted roots. */
#ifndef TLS_CONTEXT_H
#define TLS_CONTEXT_H

#include <openssl/types.h>

#include "base/bytes.h"
#include "tls/policy.h"
#include "tls/ticket.h"
#include "tls/trust.h"

/* A protocol to offer (RFC 7301). */
struct tls_alpn {
	/* As in the ClientHello: its length, one byte, before the name. */
	struct bytes wire;
	bool required; /* a server that selects none is refused, too */
};

struct tls_context {
	SSL_CTX *ssl; /* owned */
	struct tls_alpn alpn;
	struct tls_trust trust;          /* roots: owned (a reference) */
	const struct tls_policy *policy; /* borrowed for the context's life */
	struct tickets tickets;          /* of its sessions */
};

extern const struct tls_alpn tls_alpn_dot; /* RFC 7858: servers are free not to know it */
extern const struct tls_alpn tls_alpn_h2;  /* RFC 9113 §3.2: required */

/* `trust->roots` gains a reference. TLS 1.2 only with ECDHE and AEAD, no
 * renegotiation. Sessions of TLS 1.3 are resumed, each under the verdict that let it in
 * first; early data is never sent. NOMEM, CRYPTO. */
MUST_CHECK enum status tls_context_init(struct tls_context *context,
	const struct tls_policy *policy, const struct tls_trust *trust,
	struct tls_alpn alpn);
/* Points to another copy of the same policy, and to roots and logs read anew: whoever
 * comes next is judged by these, no session of before is resumed. */
void tls_context_rebase(struct tls_context *context, const struct tls_policy *policy,
	const struct tls_trust *trust);
/* The policy's learned keys are others now: no session of before is resumed. */
void tls_context_forget_tickets(struct tls_context *context);
void tls_context_deinit(struct tls_context *context);

#endif
