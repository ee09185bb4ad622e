/* OCSP responses for tests, right and wrong. Any failure ends the process. */
#ifndef TESTS_UNIT_TLS_MAKE_OCSP_H
#define TESTS_UNIT_TLS_MAKE_OCSP_H

#include <openssl/ocsp.h>

#include "tests/unit/ct/make_sct.h"

#define MAKE_OCSP_SINGLES_MAX 4

/* What is said of one certificate. An hour old and good for another one, unless it says
 * otherwise. */
struct ocsp_single {
	X509 *leaf, *issuer;   /* NULL: the response's; borrowed */
	const char *id_digest; /* NULL: SHA1 */
	int status;            /* V_OCSP_CERTSTATUS_GOOD is 0 */
	int64_t this_update_s, next_update_s;
	bool unbounded;        /* no nextUpdate */
	const char *time_text; /* as thisUpdate, whatever it says */
	struct bytes
		scts[2]; /* values of the SCT extension, as they stand; p NULL: none */
	bool critical;   /* an extension nobody knows */
};

struct ocsp_spec {
	struct ocsp_single singles[MAKE_OCSP_SINGLES_MAX];
	size_t n;
	int status;            /* OCSP_RESPONSE_STATUS_SUCCESSFUL is 0 */
	const char *digest;    /* of the signature; NULL: SHA256 */
	bool by_key;           /* how it names its signer */
	struct bytes all_scts; /* the SCT extension, of the response */
	bool critical;         /* an extension nobody knows, of the response */
};

/* Names `leaf` and `issuer` in its singles, signed by `signer`. `shown`, or NULL, is the
 * certificate in it. */
struct der make_ocsp(const struct ocsp_spec *spec, X509 *leaf, X509 *issuer,
	const struct issuer *signer, X509 *shown);

/* An OCTET STRING in DER: what the extension's value is. */
struct der make_octets(struct bytes in);

#endif
