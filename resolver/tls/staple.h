/* A stapled OCSP response (RFC 6960, RFC 6066 §8): what its CA says of the leaf,
 * and the SCT lists in it. */
#ifndef TLS_STAPLE_H
#define TLS_STAPLE_H

#include <stdbool.h>

#include <openssl/x509.h>

#include "base/bytes.h"
#include "base/status.h"
#include "ct/verify.h"

enum staple_state {
	STAPLE_ABSENT,
	STAPLE_AWAITED,  /* the handshake has not come that far */
	STAPLE_UNUSABLE, /* not decodable, not about this certificate, not signed by
			  * its issuer or a delegate: says nothing */
	STAPLE_OLD,      /* "good", but of another time */
	STAPLE_UNKNOWN,  /* the CA does not know the certificate */
	STAPLE_GOOD,
	STAPLE_REVOKED,
};

/* "good", "absent" … */
const char *staple_word(enum staple_state state);

struct staple {
	enum staple_state state;
	bool required;       /* by the leaf's TLS feature extension (RFC 7633) */
	const char *problem; /* why UNUSABLE; static; or NULL */
	int64_t this_update_s, next_update_s; /* 0: not known */
};

/* Judges `der` as of `at_s`. The lists borrow from `*response`, which is owned by
 * the caller (OCSP_RESPONSE_free(); NULL if there is none); only a GOOD staple has
 * any. OK whatever the staple is worth; NOMEM, CRYPTO. */
MUST_CHECK enum status staple_read(struct bytes der, const X509 *leaf, X509 *issuer,
	int64_t at_s, struct staple *out, struct ct_evidence *lists,
	struct ocsp_response_st **response);

/* Whether the certificate demands a staple (RFC 7633 §4: status_request). */
bool staple_is_required(const X509 *leaf);

#endif
