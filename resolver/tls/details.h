/* What a certificate says of itself beyond peer_describe(): for a report that a CA
 * or a browser's maker is to act on. */
#ifndef TLS_DETAILS_H
#define TLS_DETAILS_H

#include <openssl/x509.h>

#include "tls/peer.h"

/* In hexadecimal. RFC 5280 §4.1.2.2 allows 20 bytes; what is longer is cut. */
#define DETAILS_SERIAL_MAX 65
/* Of one subjectAltName, escaped. */
#define DETAILS_NAME_MAX 320

struct details {
	char issuer[PEER_SUBJECT_MAX]; /* RFC 2253, safe to print */
	char serial[DETAILS_SERIAL_MAX];
};

void details_read(const X509 *certificate, struct details *out);

/* Calls `take` with each of the first `max` subjectAltNames, such as "DNS:a.lab",
 * safe to print; returns how many there are. */
size_t details_names(const X509 *certificate, size_t max,
	void (*take)(void *data, const char *name), void *data);

#endif
