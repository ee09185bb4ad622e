/* One certificate, all its SCTs, one policy: the report. */
#ifndef CT_VERIFY_H
#define CT_VERIFY_H

#include "ct/loglist.h"
#include "ct/policy.h"

/* SCTs dated this far in the future are taken: clocks differ. */
#define CT_TOLERANCE_MS (5 * 60 * 1000)

/* One staple may hold several lists. */
#define CT_OCSP_LISTS_MAX 4

/* All borrowed. */
struct ct_evidence {
	struct bytes leaf;                 /* DER */
	struct bytes issuer_key_hash;      /* SHA-256 of the SPKI of the issuer in the
					    * verified chain; empty: unknown, embedded SCTs
					    * stay unchecked and do not count */
	int64_t not_before_s, not_after_s; /* of the leaf */
	struct bytes tls_list;             /* SignedCertificateTimestampList as in the TLS
					    * extension; p NULL: none came */
	struct bytes ocsp_lists[CT_OCSP_LISTS_MAX]; /* of a staple that is good */
	size_t ocsp_n;
	bool ocsp_broken; /* the staple's extension did not decode */
};

/* Fills `out`, whatever the evidence is worth. CRYPTO, NOMEM: trouble of our
 * own, no report. `list` is not changed but for keys decoded and signatures
 * remembered. */
MUST_CHECK enum status ct_verify(struct loglist *list, const struct ct_policy *policy,
	const struct ct_evidence *evidence, int64_t at_s, struct ct_report *out);

#endif
