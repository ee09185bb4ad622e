/* OpenSSL's own Certificate Transparency, as an oracle. */
#ifndef TESTS_UNIT_CT_OPENSSL_CT_H
#define TESTS_UNIT_CT_OPENSSL_CT_H

#include <openssl/ct.h>
#include <openssl/x509.h>

/* A store of these `n` logs' keys, DER in base64. OpenSSL reads them from
 * a file only, so one is made in memory. Owned: CTLOG_STORE_free(). */
CTLOG_STORE *openssl_ct_store(const char *const *base64, size_t n);

/* Everything it needs to judge that leaf's embedded SCTs, at a time after them all.
 * The certificates are referenced, the store is borrowed. Owned:
 * CT_POLICY_EVAL_CTX_free(). */
CT_POLICY_EVAL_CTX *openssl_ct_context(CTLOG_STORE *store, X509 *leaf, X509 *issuer);

/* The SCTs embedded in `leaf`; NULL if OpenSSL cannot decode them or there are none.
 * Owned: SCT_LIST_free(). */
STACK_OF(SCT) * openssl_ct_embedded(X509 *leaf);

#endif
