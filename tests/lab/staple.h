/* Stapled OCSP responses to order (RFC 6960, RFC 6066 §8). */
#ifndef LAB_STAPLE_H
#define LAB_STAPLE_H

#include "tests/lab/certificate.h"

enum staple_kind {
	STAPLE_NONE,
	STAPLE_GOOD,
	STAPLE_OLD, /* good, until three days ago */
	STAPLE_REVOKED,
	STAPLE_REVOKED_OLD, /* said until three days ago */
	STAPLE_UNKNOWN,     /* the issuer does not know the certificate */
	STAPLE_OF_ANOTHER,  /* good, for the resolver's genuine certificate */
	STAPLE_BY_DELEGATE, /* good, signed by one whom the issuer allows to */
	STAPLE_BY_CUSTOMER, /* … by one to whom the issuer sold a certificate */
	STAPLE_BY_STRANGER, /* … by a CA that nobody trusts */
	STAPLE_REVOKED_BY_STRANGER,
};

struct staple_wish {
	enum staple_kind kind;
	const struct sct_wish *scts; /* in the response, over the leaf; NULL: none */
};

/* All borrowed. */
struct staple_parts {
	X509 *leaf;
	X509 *issuer;
	X509 *other; /* issued by the same, for STAPLE_OF_ANOTHER */
	const struct credential *signer;
	const struct ctlogs *logs;
};

/* `*out` is owned: OPENSSL_free(). Not for STAPLE_NONE. */
MUST_CHECK enum status staple_make(const struct staple_wish *wish,
	const struct staple_parts *parts, unsigned char **out, size_t *n);

#endif
