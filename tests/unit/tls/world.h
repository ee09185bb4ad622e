/* The certificates that the tests of this room share:
 * root (trusted, in a hashed directory) -> inter -> leaf. */
#ifndef TESTS_UNIT_TLS_WORLD_H
#define TESTS_UNIT_TLS_WORLD_H

#include "tests/unit/tls/make_cert.h"

struct world {
	struct issuer root, inter;
	struct issuer stranger; /* nobody's root */
	EVP_PKEY *key, *other_key, *rsa_1024, *rsa_2048;
	X509 *leaf; /* with `key`, for dns.lab and 192.0.2.1 */
	char directory[MAKE_DIRECTORY_MAX];
	X509_STORE *roots;
};

extern struct world world;

void world_init(void);
void world_deinit(void);

/* A store of its own: what a store has seen it keeps. */
X509_STORE *world_open(const char *ca_file, const char *ca_path);

#endif
