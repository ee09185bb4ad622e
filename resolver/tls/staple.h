/* A stapled OCSP response (RFC 6960, RFC 6066 §8): what its CA says of the leaf,
 * and the SCT lists in it. */
#ifndef TLS_STAPLE_H
#define TLS_STAPLE_H

#include <stdbool.h>

#include <openssl/x509.h>

#include "base/bytes.h"
#include "base/status.h"
#include "ct/verify.h"

/* Clocks differ: this much before thisUpdate and behind nextUpdate is taken. */
#define STAPLE_TOLERANCE_S (5 * 60)
/* How long "good" is taken where the CA does not say until when (no nextUpdate). */
#define STAPLE_UNBOUNDED_S 86400

enum staple_state {
	STAPLE_ABSENT,
	STAPLE_AWAITED,  /* the handshake has not come that far */
	STAPLE_UNUSABLE, /* not decodable, not about this certificate, not signed by
			  * its issuer or a delegate: says nothing */
	STAPLE_UNKNOWN,  /* the CA does not know the certificate */
	STAPLE_OLD,      /* "good", but of another time */
	STAPLE_GOOD,
	STAPLE_REVOKED,
};

/* "good", "absent" … */
const char *staple_word(enum staple_state state);

struct staple {
	enum staple_state state;
	bool required;       /* by the leaf's TLS feature extension (RFC 7633) */
	const char *problem; /* why UNUSABLE or OLD; static; or NULL */
	int64_t this_update_s, next_update_s; /* 0: not known */
};

/* What else came with it: nothing unless the staple is GOOD. */
struct staple_lists {
	struct bytes lists[CT_OCSP_LISTS_MAX]; /* SignedCertificateTimestampLists */
	size_t n;
	bool broken; /* an extension that does not decode, or is there twice */

	struct ocsp_basic_response_st *owner; /* owned; of the bytes above */
};

/* Judges `der` as of `at_s`; `*out` keeps its `required`. `issuer` is the one of the
 * verified chain. Taken is a response about exactly this certificate, of which
 * "revoked" counts before "good", signed with SHA-2 by the issuer's key, or by that
 * of a delegate (RFC 6960 §4.2.2.2): issued by the issuer itself for OCSPSigning,
 * and in date. RSA-PSS, which no public CA signs staples with, is not taken.
 *
 * OK whatever the staple is worth; NOMEM, CRYPTO. staple_lists_deinit() in either
 * case. */
MUST_CHECK enum status staple_read(struct bytes der, X509 *leaf, X509 *issuer,
	int64_t at_s, struct staple *out, struct staple_lists *lists);
void staple_lists_deinit(struct staple_lists *lists);

/* Whether the certificate demands a staple (RFC 7633 §4: status_request). One whose
 * feature extension cannot be read does, too. */
bool staple_is_required(const X509 *leaf);

#endif
