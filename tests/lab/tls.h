/* What a listener shows: its certificate and its TLS context, faults included. */
#ifndef LAB_TLS_H
#define LAB_TLS_H

#include "tests/lab/lab.h"

/* Fills listener->own. `base` is what its twin is made from, or NULL: with the
 * same configuration kept, a twin shares the key; with the same server, the
 * certificate. `other` is the address of the other listener, or NULL. */
MUST_CHECK enum status listener_certify(struct listener *listener, const struct pki *pki,
	const struct listener *base, const struct endpoint *other);

/* Fills listener->tls. */
MUST_CHECK enum status listener_make_tls(
	struct listener *listener, const struct pki *pki);

#endif
