/* The lab's certificate authorities, made fresh at every start, and the
 * resolver's genuine certificate.
 *
 * Glossary: *genuine*, the certificate that the honest upstream shows; *rival*,
 * another trusted CA that issues in the resolver's name; *stranger*, a CA that
 * nobody trusts; *own*, the certificate of the server in question. */
#ifndef LAB_PKI_H
#define LAB_PKI_H

#include "tests/lab/certificate.h"

#define LAB_AUTH_NAME "resolver.lab"

enum who {
	WHO_NONE,
	WHO_OWN,
	WHO_ROOT,   /* trusted */
	WHO_ISSUER, /* under the root, may issue leaves only */
	WHO_GENUINE,
	WHO_RIVAL_ROOT, /* trusted */
	WHO_RIVAL,
	WHO_STRANGER_ROOT,
	WHO_STRANGER,
	WHO_EXPIRED_ISSUER,
	WHO_RENEWED_ISSUER, /* the same CA and key, in date */
	WHO_SUB_ISSUER,     /* under the issuer, which may not have any */
	WHO_LEAF_ISSUER,    /* not a CA, but may sign */
	WHO_MUTE_ISSUER,    /* a CA that may not sign certificates */
	WHO_WEAK_ISSUER,    /* RSA-1024 */
	WHO_NARROW_ISSUER,  /* for other.lab only */
	WHO_DENIED_ROOT,    /* trusted, and denied */
	WHO_SISTER_ROOT,    /* trusted, made like the denied one */
	WHO_CROSS_ROOT,     /* trusted */
	WHO_CROSS_FIRST,    /* one CA with one key, certified by the root … */
	WHO_CROSS_SECOND,   /* … and by the cross root */
	WHO_LOGGED_ISSUER,  /* has SCTs of its own */
	WHO_RESPONDER,      /* the issuer's delegate, who may sign OCSP responses */
	WHO_COUNT
};

struct pki;

MUST_CHECK enum status pki_new(const struct ctlogs *logs, struct pki **out);
void pki_free(struct pki *pki);

/* Borrowed from `pki`. Not for WHO_NONE and WHO_OWN. */
const struct credential *pki_of(const struct pki *pki, enum who who);
/* Who signed that certificate; WHO_OWN for a root. */
enum who pki_issuer_of(enum who who);
/* "root.pem": the file with the certificate, or for WHO_ROOT all trusted roots. */
const char *pki_file_name(enum who who);

/* Writes root.pem, with every trusted root, and `name`.pem for the others, into
 * the open directory. */
MUST_CHECK enum status pki_write(const struct pki *pki, int directory);

/* Writes certificates as PEM, replacing the file. */
MUST_CHECK enum status pem_write(
	int directory, const char *file, X509 *const *list, size_t n);

#endif
