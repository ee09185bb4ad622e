/* What a log signs of a certificate, cut out of its DER without re-encoding. */
#ifndef CT_CERTIFICATE_H
#define CT_CERTIFICATE_H

#include "base/bytes.h"
#include "base/status.h"

/* All views are borrowed from the DER it was read from. */
struct ct_certificate {
	struct bytes der;      /* the whole certificate */
	struct bytes sct_list; /* SignedCertificateTimestampList of the extension
				* 1.3.6.1.4.1.11129.2.4.2; empty without one */
	bool scts_broken;      /* there is one, and it is not one OCTET STRING in
				* another, or that is empty, or it is there twice:
				* no SCTs */

	/* ct/certificate.c's own: the parts of the TBSCertificate around that
	 * extension. */
	struct bytes head, before, after;
};

/* MALFORMED: not the DER of an X.509 certificate, as far as it must be read. */
MUST_CHECK enum status ct_certificate_read(struct bytes der, struct ct_certificate *out);

/* The TBSCertificate without its SCT extension (RFC 6962 §3.2), lengths mended;
 * without that extension, as it stands. If it was the only one, the whole
 * [3] goes. At most `der.n` bytes; NOSPACE. MALFORMED: `scts_broken`. */
MUST_CHECK enum status ct_certificate_precert_tbs(
	const struct ct_certificate *certificate, uint8_t *out, size_t cap, size_t *n);

#endif
