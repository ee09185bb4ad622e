/* What a server shows beside its certificates: SCTs in the TLS extension
 * signed_certificate_timestamp (RFC 6962 §3.3.1), a stapled OCSP response. */
#ifndef LAB_DELIVERY_H
#define LAB_DELIVERY_H

#include "tests/lab/pki.h"
#include "tests/lab/scts.h"

struct listener;

struct delivery {
	struct scts by_tls;        /* beside the leaf */
	struct scts beside_issuer; /* TLS 1.3: beside the first issuer sent */
	unsigned char *staple;     /* owned; NULL: none */
	size_t staple_n;
};

/* Fills listener->delivery as its plan says, and has listener->tls show it. Writes
 * both to the lab's directory: leaf-NAME.scts, leaf-NAME.ocsp. */
MUST_CHECK enum status listener_make_delivery(
	struct listener *listener, const struct pki *pki);
void delivery_deinit(struct delivery *delivery);

#endif
