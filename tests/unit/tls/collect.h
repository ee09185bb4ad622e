/* Evidence about chains to the world's roots, and what must be true of it. */
#ifndef TESTS_UNIT_TLS_COLLECT_H
#define TESTS_UNIT_TLS_COLLECT_H

#include "tests/unit/tls/world.h"
#include "tls/verdict.h"

/* Wants dns.lab, without pins; roots in the world's directory. */
struct tls_policy collect_policy(void);

/* With a store of its own over the world's directory as it is now. */
enum status collect(X509 *const *sent, size_t n, struct peer *out);
/* With a bundle of `trusted`. */
enum status collect_with_bundle(X509 *const *trusted, size_t trusted_n, X509 *const *sent,
	size_t n, struct peer *out);
enum status collect_with(const struct tls_policy *policy, X509_STORE *roots,
	X509 *const *sent, size_t n, struct peer *out);

void assert_refused(const struct peer *peer, int path_error);
void assert_built(const struct peer *peer, size_t n);
/* What the verdict is when `pinned` is the one pin. */
void assert_reason(const struct peer *peer, const X509 *pinned, enum reason reason);

#endif
