/* The path from a leaf to a trusted root; private to this room. */
#ifndef TLS_PATH_H
#define TLS_PATH_H

#include "tls/peer.h"

/* Builds and verifies it as of `at_s` of `out`: path_error, path_depth, and if it holds
 * `built` and `issuer`; is_early and judged_s. The outcomes of peer_collect(). */
MUST_CHECK enum status path_build(const struct tls_policy *policy,
	const struct tls_trust *trust, STACK_OF(X509) * sent, struct peer *out);

#endif
