/* Certificates and keys for tests, made on the spot. Any failure ends the
 * process: a test must not go on with half a certificate. */
#ifndef TESTS_UNIT_TLS_MAKE_CERT_H
#define TESTS_UNIT_TLS_MAKE_CERT_H

#include <stddef.h>
#include <stdint.h>

#include <openssl/evp.h>
#include <openssl/x509.h>

#include "base/bytes.h"
#include "base/status.h"
#include "pinning/pin.h"

/* 2026-06-01T00:00:00Z: "now" in these tests. */
#define MAKE_CERT_NOW ((int64_t)1780272000)

/* Someone who can sign: a key and the certificate for it. */
struct issuer {
	EVP_PKEY *key;     /* owned */
	X509 *certificate; /* owned */
};

/* What differs from a plain certificate: valid for a day around MAKE_CERT_NOW,
 * no extensions, SHA-256. */
struct cert_spec {
	const char *cn;       /* NULL: an empty subject */
	const char *san;      /* as in openssl.cnf: "DNS:dns.lab,IP:192.0.2.1" */
	struct bytes raw_dns; /* one dNSName more, with any bytes in it */
	const char *constraints, *usage, *extended_usage, *names; /* openssl.cnf */
	const char *not_before_text; /* put there as it is, whatever it says */
	int64_t not_before_s, not_after_s;
	const char *digest;
};

/* NIST P-256. */
EVP_PKEY *make_key(void);
EVP_PKEY *make_rsa_key(unsigned bits);
/* `one`'s public half with `other`'s private half, both P-256: what somebody has
 * who copied a certificate. */
EVP_PKEY *make_chimera_key(EVP_PKEY *one, EVP_PKEY *other);

/* `by` NULL: self-signed. `signer` is the key that really signs; NULL: by's. */
X509 *make_cert(const struct cert_spec *spec, EVP_PKEY *key, const struct issuer *by,
	EVP_PKEY *signer);

/* A CA with a key of its own; `by` NULL: a root. */
struct issuer make_ca(const char *cn, const struct issuer *by);
void issuer_deinit(struct issuer *issuer);

struct pin make_pin(const X509 *certificate);
/* A list that holds a reference to each of `n` certificates. */
STACK_OF(X509) * make_list(X509 *const *certificates, size_t n);

/* Writes `certificate` to `directory` under its hashed name. */
void make_hashed_file(const char *directory, X509 *certificate);
/* A bundle. */
void make_bundle(const char *path, X509 *const *certificates, size_t n);

/* A new empty directory in TMPDIR, its path in `out`, and its end with all in it. */
#define MAKE_DIRECTORY_MAX 200
void make_directory(char out[MAKE_DIRECTORY_MAX]);
void remove_directory(const char *path);

#endif
