/* SCTs on the wire (RFC 6962 §3.2, §3.3). */
#ifndef CT_SCT_H
#define CT_SCT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/status.h"

#define SCT_LOG_ID_BYTES 32

/* More SCTs than this in one list are legal and not looked at: each costs a
 * signature verification, and a server may send what it likes. */
#define SCT_LIST_MAX 32

struct sct_list {
	struct bytes items[SCT_LIST_MAX]; /* serialized SCTs; borrowed */
	size_t n;
	size_t left_out; /* behind the last of `items` */
};

/* One SCT of version 1. All views are borrowed from what it was decoded from. */
struct sct {
	uint8_t version; /* 0 is v1 */
	struct bytes log_id;
	uint64_t timestamp_ms; /* since 1970 */
	struct bytes extensions;
	uint8_t hash, algorithm; /* RFC 5246 §7.4.1.4.1: 4 is SHA-256; 1 RSA, 3 ECDSA */
	struct bytes signature;
};

/* A SignedCertificateTimestampList. MALFORMED, and no items, if any length is
 * wrong anywhere, an SCT is empty, or there is none. */
MUST_CHECK enum status sct_list_decode(struct bytes in, struct sct_list *out);

/* MALFORMED: not an SCT, or bytes behind it. UNSUPPORTED: another version, whose
 * only known field is `version`. */
MUST_CHECK enum status sct_decode(struct bytes in, struct sct *out);

/* Where a static log keeps the entry: its leaf_index extension (type 0, 40 bits;
 * https://c2sp.org/static-ct-api). False: the extensions have none, or are not
 * well formed. Other extensions are passed over. */
bool sct_leaf_index(const struct sct *sct, uint64_t *index);

#endif
