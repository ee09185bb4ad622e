/* Public data for tests, which lies beside the sources in ../shared and is no part of
 * them. What is there but cannot be read ends the process. */
#ifndef TESTS_UNIT_CT_REAL_H
#define TESTS_UNIT_CT_REAL_H

#include <limits.h>

#include <jansson.h>
#include <openssl/x509.h>

#include "ct/sct.h"

/* Whether ../shared/data is there; if not, says that the test does without. */
bool real_data_is_there(const char *test);

/* The path of a file below ../shared/data. */
void real_path(char out[PATH_MAX], const char *file);
/* A certificate of a chain of ct-chains: leaf.pem, issuer.pem. Owned. */
X509 *real_certificate(const char *chain, const char *file);
/* What ct-chains/manifest.json says. Owned. */
json_t *real_manifest(void);

#define REAL_LOGS_MAX 512

struct real_log {
	uint8_t id[SCT_LOG_ID_BYTES]; /* SHA-256 of the key */
	EVP_PKEY *key;                /* owned */
	const char *base64;           /* of its DER; borrowed from `lists` */
};

/* The logs of all lists in `loglists` that have every log's key. */
struct real_logs {
	struct real_log logs[REAL_LOGS_MAX];
	size_t n;
	json_t *lists; /* owned */
};

/* One log has one key in all lists, and the ID that belongs to it, or else the
 * process ends. */
void real_logs_init(struct real_logs *out);
void real_logs_deinit(struct real_logs *logs);
/* NULL if there is none. */
const struct real_log *real_logs_find(const struct real_logs *logs, struct bytes id);

#endif
