/* Who may sign a stapled response, and whether they did; private to this room. */
#ifndef TLS_STAPLE_SIGNER_H
#define TLS_STAPLE_SIGNER_H

#include <stdbool.h>
#include <stdint.h>

#include <openssl/types.h>

struct ocsp_basic_response_st;

/* Whether its signature is of a kind that is taken. */
bool staple_is_strong(const struct ocsp_basic_response_st *basic);
/* Whether `issuer`, or a delegate of its in date at `at_s`, signed it. */
bool staple_is_signed(struct ocsp_basic_response_st *basic, X509 *issuer, int64_t at_s);

#endif
