/* What a listener shows: its certificate and its TLS context, faults included. */
#ifndef LAB_TLS_H
#define LAB_TLS_H

#include "tests/lab/lab.h"

/* Fills listener->own. `base` is what its twin is made from, or NULL: with the
 * same configuration kept, a twin shares the key; with the same server, the
 * certificate. `second` is the address of the scenario's second listener. */
MUST_CHECK enum status listener_certify(struct listener *listener, const struct pki *pki,
	const struct listener *base, const struct endpoint *second);

/* Fills listener->tls. */
MUST_CHECK enum status listener_make_tls(
	struct listener *listener, const struct pki *pki);

#endif
