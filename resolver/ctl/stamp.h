/* DNS stamps (sdns://…, draft-denis-dns-stamps), read for import. */
#ifndef CTL_STAMP_H
#define CTL_STAMP_H

#include "base/bytes.h"
#include "base/text.h"
#include "ctl/import.h"

#define STAMP_HASHES_MAX 16
/* SHA-256. */
#define STAMP_HASH_BYTES 32

/* The values are the format's. */
enum stamp_protocol { STAMP_DOH = 0x02, STAMP_DOT = 0x03 };

/* The informal properties. */
#define STAMP_DNSSEC    1u
#define STAMP_NO_LOGS   2u
#define STAMP_NO_FILTER 4u

/* The views borrow from what was decoded. */
struct stamp {
	enum stamp_protocol protocol;
	uint64_t properties;
	struct bytes address;                  /* "IP[:PORT]", ":PORT" or nothing */
	struct bytes hashes[STAMP_HASHES_MAX]; /* of TBSCertificates, not of keys */
	size_t hash_n;
	struct bytes host; /* "NAME[:PORT]" */
	struct bytes path; /* DoH */
	struct bytes bootstrap[IMPORT_BOOTSTRAP_MAX];
	size_t bootstrap_n;
};

/* Longer than any in use. */
#define STAMP_BYTES_MAX 2048

/* "sdns://…", decoded into `out`, from which `stamp` borrows. UNSUPPORTED: of another
 * protocol, which `error` names; MALFORMED. */
MUST_CHECK enum status stamp_from_text(const char *text, uint8_t out[STAMP_BYTES_MAX],
	struct text *error, struct stamp *stamp);
/* The same from the bytes. */
MUST_CHECK enum status stamp_decode(
	struct bytes in, struct text *error, struct stamp *out);

/* Fills `out`, which has been initialised; `address`, "IP[:PORT]" or NULL, is in place of
 * the stamp's. CONFIG: it lacks something; UNSUPPORTED, MALFORMED: `error` has the
 * reason; NOMEM. */
MUST_CHECK enum status stamp_read(
	const char *text, const char *address, struct text *error, struct import *out);

#endif
