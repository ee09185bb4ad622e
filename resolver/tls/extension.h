/* A certificate's extension, decoded to its last byte. */
#ifndef TLS_EXTENSION_H
#define TLS_EXTENSION_H

#include <stdbool.h>

#include <openssl/x509.h>

/* As X509_get_ext_d2i(), which passes over what follows the value within the extension:
 * RFC 5280 §4.2 has one value there, and nothing else. Owned by the caller, of the type
 * that OpenSSL has for `nid`. NULL: it is not there, and `*present` is false; or it is
 * there twice, or does not decode, or there is no memory. */
void *extension_read(const X509 *x, int nid, bool *present);

#endif
