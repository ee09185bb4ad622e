/* The path from a leaf to a trusted root; private to this room. */
#ifndef TLS_PATH_H
#define TLS_PATH_H

#include "tls/peer.h"

/* Builds and verifies it as of `at_s`: path_error, path_depth, and if it holds `built`
 * and `issuer` of `out`. The outcomes of peer_collect(). */
MUST_CHECK enum status path_build(const struct tls_policy *policy, X509_STORE *roots,
	STACK_OF(X509) * sent, int64_t at_s, struct peer *out);

#endif
