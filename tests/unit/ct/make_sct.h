/* Logs, and what they sign, for tests: put together apart from ct/, after the RFC. Any
 * failure ends the process. */
#ifndef TESTS_UNIT_CT_MAKE_SCT_H
#define TESTS_UNIT_CT_MAKE_SCT_H

#include <openssl/evp.h>
#include <openssl/x509.h>

#include "ct/signature.h"
#include "tests/unit/tls/make_cert.h"

#define MAKE_SCT_NOW_MS ((uint64_t)MAKE_CERT_NOW * 1000)
#define MAKE_DER_MAX    8192

/* Bytes by value, so that no test has to free them. */
struct der {
	uint8_t p[MAKE_DER_MAX];
	size_t n;
};

struct test_log {
	EVP_PKEY *key;                /* owned */
	struct der spki;              /* its public half */
	uint8_t id[SCT_LOG_ID_BYTES]; /* SHA-256 of that */
};

/* Takes the key over. */
struct test_log make_log(EVP_PKEY *key);
void test_log_deinit(struct test_log *log);

struct bytes der_bytes(const struct der *der);
struct der make_certificate_der(X509 *certificate);
/* The TBSCertificate, encoded again by OpenSSL. */
struct der make_tbs(X509 *certificate);
void make_key_hash(const X509 *certificate, uint8_t out[32]);

/* A serialized SCT of version 1 (RFC 6962 §3.2). */
struct der make_sct(const struct test_log *log, uint64_t timestamp_ms,
	struct bytes extensions, const struct ct_entry *entry);
/* A SignedCertificateTimestampList of `n` of them (§3.3). */
struct der make_sct_list(const struct der *scts, size_t n);

/* An OCTET STRING of it, as around the list in its extension. */
struct der make_octet_string(struct bytes contents);

/* Puts an extension of that OID to that place, -1: behind the others; its value is
 * `value` as it stands. */
void make_extension(
	X509 *certificate, const char *oid, bool critical, struct bytes value, int place);
#define MAKE_SCT_OID "1.3.6.1.4.1.11129.2.4.2"

/* Embeds an SCT of each log over the certificate as it stands, and signs again. */
void make_logged(X509 *certificate, const struct issuer *by, const struct test_log *logs,
	size_t n, uint64_t timestamp_ms);

#endif
