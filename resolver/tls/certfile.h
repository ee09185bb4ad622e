/* Certificates in files, for what is judged or listed without a network. */
#ifndef TLS_CERTFILE_H
#define TLS_CERTFILE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/bytes.h"
#include "base/status.h"
#include "base/text.h"
#include "tls/peer.h"

/* Far above any bundle of roots: about 150 of them in 220 kB. */
#define CERTFILE_CERTIFICATES_MAX 4096
#define CERTFILE_BYTES_MAX        (16 * 1024 * 1024)

/* Either PEM (RFC 7468), with any text around the certificates and other
 * objects passed over; or DER, one certificate behind the other and nothing
 * else. `*out` has at least one and is owned (certfile_free()).
 * NOTFOUND: no certificate in it; MALFORMED, LIMIT, NOMEM: `error` says where. */
MUST_CHECK enum status certfile_parse(
	struct bytes in, struct text *error, STACK_OF(X509) * *out);

/* The same for a file; `error` starts with its name. NOTFOUND also if there is no such
 * file; IO: cannot be read. */
MUST_CHECK enum status certfile_read(
	const char *path, struct text *error, STACK_OF(X509) * *out);

void certfile_free(STACK_OF(X509) * certificates);

size_t certfile_count(const STACK_OF(X509) * certificates);
/* `is_issuer`: it may issue others, by its own words. CRYPTO. */
MUST_CHECK enum status certfile_describe(const STACK_OF(X509) * certificates, size_t at,
	struct peer_certificate *out, bool *is_issuer);

#endif
