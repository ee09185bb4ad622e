/* Times as they stand in certificates and OCSP responses. */
#ifndef TLS_ASN1TIME_H
#define TLS_ASN1TIME_H

#include <stdint.h>

#include <openssl/types.h>

/* Seconds since 1970; 0 for NULL and for what is no time (RFC 5280 §4.1.2.5). */
int64_t asn1time_s(const ASN1_TIME *time);

#endif
