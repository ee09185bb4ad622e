/* SCTs to order (RFC 6962 §3.2, §3.3): which logs, with which fault. */
#ifndef LAB_SCTS_H
#define LAB_SCTS_H

#include <openssl/x509.h>

#include "tests/lab/ctlog.h"

enum sct_fault {
	SCT_SOUND,
	SCT_BY_STRANGER,       /* signed with a key that is not the log's */
	SCT_OF_ANOTHER,        /* an honest one for another certificate */
	SCT_WRONG_ENTRY,       /* over the certificate where the precertificate is
				* signed, and the other way round */
	SCT_FUTURE,            /* dated a month ahead */
	SCT_UNKNOWN_ALGORITHM, /* says Ed25519 */
	SCT_NO_LEAF_INDEX,     /* of a static log, without its extension */
	SCT_EMPTY,             /* zero bytes: the list's encoding is broken */
};

/* A list of these ends with CTLOG_NONE. */
struct sct_wish {
	enum ctlog log;
	enum sct_fault fault;
};

/* Three logs of three operators, which satisfies every policy. */
extern const struct sct_wish scts_usual[];
extern const struct sct_wish scts_none[];

/* A SignedCertificateTimestampList; n 0: none. */
#define SCTS_BYTES_MAX 2048
struct scts {
	uint8_t p[SCTS_BYTES_MAX];
	size_t n;
};

enum sct_entry { SCT_ENTRY_X509 = 0, SCT_ENTRY_PRECERT = 1 };

/* The SCTs of `certificate`, which has been signed; as a precertificate's entry
 * its TBS as it stands. They are dated an hour after the certificate begins, and
 * before now. `issuer` NULL: its own. */
MUST_CHECK enum status scts_make(const struct ctlogs *logs, const struct sct_wish *wish,
	X509 *certificate, const X509 *issuer, enum sct_entry entry, struct scts *out);

/* The extension of a certificate (NID_ct_precert_scts) or of a staple
 * (NID_ct_cert_scts); NULL without memory. */
X509_EXTENSION *scts_extension(const struct scts *scts, int nid);

#endif
