/* One signature, decided by libcrypto alone: for what getdns cannot (verify.h). */
#ifndef DNSSEC_SIGNATURE_H
#define DNSSEC_SIGNATURE_H

#include "dnssec/canonical.h"

/* Whether the signature of `in` is of `key`, the RDATA of a DNSKEY. Neither dates nor
 * names are looked at. */
bool signature_holds(const struct signed_set *in, struct bytes key);

#endif
