/* What Certificate Transparency says of one certificate, as plain data: a row for
 * each SCT, and what they amount to under a policy. */
#ifndef CT_REPORT_H
#define CT_REPORT_H

#include "ct/sct.h"

#define SCT_SOURCE_LIST(X)      \
	X(EMBEDDED, "embedded") \
	X(TLS, "tls")           \
	X(OCSP, "ocsp")

enum sct_source {
#define X(name, word) SCT_##name,
	SCT_SOURCE_LIST(X)
#undef X
		SCT_SOURCE_COUNT
};

/* Why an SCT counts or not: word, and words for a person. */
#define SCT_STATUS_LIST(X)                                                              \
	X(OK, "ok", "valid")                                                            \
	X(UNKNOWN_LOG, "unknown_log", "its log is not in the list")                     \
	X(BAD_SIGNATURE, "bad_signature", "the log did not sign this certificate")      \
	X(FUTURE, "future", "its time is in the future")                                \
	X(LOG_PENDING, "log_pending", "its log was not accepted yet")                   \
	X(LOG_REJECTED, "log_rejected", "its log was rejected")                         \
	X(LOG_RETIRED, "log_retired", "its log was retired before it could count")      \
	X(LOG_STATELESS, "log_stateless", "the list gives its log no state")            \
	X(LOG_NOT_YET, "log_not_yet", "its log's state begins later")                   \
	X(OUTSIDE_SHARD, "outside_shard", "its log is for certificates of other dates") \
	X(MIMIC, "mimic", "its log's private key is public")                            \
	X(MALFORMED, "malformed",                                                       \
		"it does not follow RFC 6962, or static-ct-api if its log is static")   \
	X(DUPLICATE, "duplicate", "a valid SCT of the same log came before it")         \
	X(UNSUPPORTED, "unsupported",                                                   \
		"its version, algorithm, log or issuer cannot be used")

enum sct_status {
#define X(name, word, text) SCT_STATUS_##name,
	SCT_STATUS_LIST(X)
#undef X
		SCT_STATUS_COUNT
};

enum sct_signature { SCT_SIGNATURE_UNCHECKED, SCT_SIGNATURE_VALID, SCT_SIGNATURE_BAD };

const char *sct_source_word(enum sct_source source);
const char *sct_status_word(enum sct_status status);
const char *sct_status_text(enum sct_status status);
const char *sct_signature_word(enum sct_signature signature);

#define SCT_NAME_MAX 64

struct sct_row {
	enum sct_source source;
	enum sct_status status;
	enum sct_signature signature;
	bool counts; /* towards the policy's numbers */

	bool decoded; /* the two below are known */
	uint8_t log_id[SCT_LOG_ID_BYTES];
	uint64_t timestamp_ms;
	bool has_leaf_index;
	uint64_t leaf_index;

	bool known;                       /* the log is listed: the rest is known */
	char log[SCT_NAME_MAX];           /* a longer name is cut */
	char operator_name[SCT_NAME_MAX]; /* at the SCT's time; lists have none longer */
	bool is_static;
	bool retired; /* the log is, since: */
	int64_t retired_ms;
};

/* Over all sources; more are left out. */
#define CT_ROWS_MAX 32

enum ct_outcome {
	CT_NONE,      /* no SCT that can be read, by a way that the policy takes */
	CT_TOO_FEW,   /* that count; also: none from a log in good standing today */
	CT_OPERATORS, /* enough, but from too few operators */
	CT_SATISFIED,
};

struct ct_report {
	enum ct_outcome outcome;
	bool list_broken[SCT_SOURCE_COUNT]; /* no SCTs from there: not decodable */
	struct sct_row rows[CT_ROWS_MAX];
	size_t n;
	size_t left_out;
	int64_t lifetime_s; /* of the certificate: what is needed depends on it */

	/* What satisfied the policy, or came nearest to it, and what it needs. */
	enum sct_source by;
	bool pooled; /* TLS and OCSP together */
	unsigned logs, logs_needed;
	unsigned current, current_needed;
	unsigned operators, operators_needed;
	bool rfc6962_missing; /* needs a log that is not a static one */
};

#endif
