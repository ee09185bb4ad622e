/* One certificate, all its SCTs, one policy: the report.
 *
 * The words of this room:
 *
 *  log        a public record of certificates that only grows; known by its ID, the
 *             SHA-256 of its key (RFC 6962 §3.2). Who runs it is its operator.
 *  static log one that is read as files: static-ct-api. Its SCTs say which entry.
 *  SCT        a log's signed promise to take an entry in within its MMD, the maximum
 *             merge delay (RFC 6962 §3.2).
 *  entry      what an SCT is signed over: the certificate, or, embedded in it, the
 *             precertificate, which is without SCTs and names its issuer's key.
 *  source     how an SCT came: embedded in the certificate, in the handshake (TLS), or
 *             in a stapled OCSP response.
 *  list       of logs (loglist.h): who they are, and what their states are from when
 *             on. A log's standing is what follows from that at a time.
 *  shard      certificates of a log must end within its interval, if it has one.
 *  unfit      a log that no SCT of can ever count, by what the list says of it.
 *  mimic      a log whose private key is public.
 *  policy     how many SCTs are enough, of which logs, operators and sources. An SCT is
 *             OK for itself; it counts if the policy takes it.
 *  horizon    until when a list can satisfy a policy. A list beyond it is stale.
 *  memo       signatures verified before. */
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
