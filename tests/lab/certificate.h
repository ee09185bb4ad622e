/* Certificates to order: what is wished for, faults included, becomes an X509. */
#ifndef LAB_CERTIFICATE_H
#define LAB_CERTIFICATE_H

#include <stdbool.h>

#include <openssl/x509.h>

#include "tests/lab/key.h"
#include "tests/lab/scts.h"

/* A zeroed wish is a P-256 leaf for TLS servers without a name, valid from
 * yesterday for 90 days, signed with SHA-256, with the usual SCTs. */
struct wish {
	const char *cn;         /* the subject's common name; NULL: the first of `dns` */
	const char *dns[2];     /* dNSName; none and no `ip`: no subjectAltName at all */
	const char *ip[2];      /* iPAddress, as text */
	int from_days, to_days; /* relative to now; both 0: -1 and 90 */
	enum key_kind key;
	bool sha1;             /* signed with SHA-1 */
	bool ca;               /* basicConstraints CA:TRUE, keyUsage keyCertSign */
	bool path_length_zero; /* pathlen:0 */
	bool may_sign;         /* keyUsage keyCertSign on what is no CA */
	bool may_not_sign;     /* no keyCertSign on what is a CA */
	bool client_only;      /* extendedKeyUsage clientAuth only */
	bool ocsp_signing;     /* extendedKeyUsage OCSPSigning only */
	bool nul_after_name;   /* the first of `dns` goes on with NUL and ".evil.lab" */
	bool unknown_critical; /* a critical extension nobody knows */
	const char *permitted; /* nameConstraints: only this domain */
	bool must_staple;      /* TLS feature status_request (RFC 7633) */
	bool poison;           /* a precertificate (RFC 6962 §3.1) */
	/* Embedded; NULL: scts_usual, but none in a CA's certificate or in a
	 * precertificate. */
	const struct sct_wish *scts;
	bool scts_twice; /* two extensions with the same SCTs */
};

/* One certificate with its key, both owned. */
struct credential {
	X509 *certificate;
	EVP_PKEY *key;
};

/* Issues a certificate for `subject_key`, naming `issuer` as its issuer and
 * signed with `signing_key`, which is the issuer's unless it is to be forged.
 * `issuer` NULL: self-signed. */
MUST_CHECK enum status certificate_make(const struct wish *wish, EVP_PKEY *subject_key,
	const X509 *issuer, EVP_PKEY *signing_key, const struct ctlogs *logs, X509 **out);

/* "sha256//" and the base64 of the SPKI's SHA-256 (RFC 7469 §2.4), worked out
 * here and not by pintle's own code, which is what is under test. */
#define LAB_PIN_TEXT_MAX 53
MUST_CHECK enum status certificate_pin(
	const X509 *certificate, char out[LAB_PIN_TEXT_MAX]);

void credential_deinit(struct credential *credential);

#endif
