/* One CT log, as a log list describes it. */
#ifndef CT_LOG_H
#define CT_LOG_H

#include <openssl/types.h>

#include "ct/sct.h"

#define LOG_STATE_LIST(X)         \
	X(PENDING, "pending")     \
	X(QUALIFIED, "qualified") \
	X(USABLE, "usable")       \
	X(READONLY, "readonly")   \
	X(RETIRED, "retired")     \
	X(REJECTED, "rejected")

enum log_state {
#define X(name, word) LOG_##name,
	LOG_STATE_LIST(X)
#undef X
		LOG_STATE_COUNT
};

const char *log_state_word(enum log_state state);
/* NOTFOUND for another word. */
MUST_CHECK enum status log_state_from_word(const char *word, enum log_state *out);

/* Times are milliseconds since 1970. */
struct log_phase {
	enum log_state state;
	int64_t since_ms;
};

struct log_term {
	const char *operator_name;
	int64_t end_ms; /* it was the operator before this */
};

struct ct_log {
	uint8_t id[SCT_LOG_ID_BYTES];
	const char *name;           /* its description; "" if there is none */
	const char *operator_name;  /* today's */
	const char *url;            /* submission; "" if there is none */
	const char *monitoring_url; /* of a static log; "" otherwise */
	bool is_static;             /* static-ct-api, among `tiled_logs` */
	struct bytes key;           /* DER SubjectPublicKeyInfo */
	uint64_t mmd_s;
	const char *unfit; /* static words why it can never count: its key, its
			    * ID, its type, a state that is none of the above;
			    * NULL if it can */
	bool mimic;        /* its private key is public */
	struct log_phase phases[LOG_STATE_COUNT]; /* by time */
	size_t phase_n;                           /* 0: without a state */
	const struct log_term *terms;             /* previous operators, by end */
	size_t term_n;
	int64_t from_ms, until_ms; /* temporal interval of notAfter, end exclusive;
				    * INT64_MIN and INT64_MAX without one */

	EVP_PKEY *decoded; /* owned; NULL until first needed: ct_log_key() */
};

/* The latest state begun; NULL: none has. */
const struct log_phase *ct_log_phase_at(const struct ct_log *log, int64_t at_ms);

/* How a log stands at a time. */
enum log_standing {
	STANDING_GOOD,    /* qualified, usable, read-only, or retired later */
	STANDING_RETIRED, /* at `retired_ms` */
	STANDING_PENDING,
	STANDING_REJECTED,
	STANDING_STATELESS, /* the list gives it no state */
	STANDING_NOT_YET,   /* its only states begin later */
};

/* The latest state begun counts. A retirement that is still to come leaves the
 * log good. `*retired_ms` is set with STANDING_RETIRED. */
enum log_standing ct_log_standing(
	const struct ct_log *log, int64_t at_ms, int64_t *retired_ms);

/* Who ran it at that time: of the previous operators the first, by end, that had
 * not ended yet; otherwise today's. */
const char *ct_log_operator_at(const struct ct_log *log, int64_t at_ms);

/* Whether certificates that end at that time belong to it. */
bool ct_log_covers(const struct ct_log *log, int64_t not_after_ms);

/* Decodes the key at first use; borrowed. NULL: no memory, or `unfit`. */
EVP_PKEY *ct_log_key(struct ct_log *log);

/* The IDs of the two "mimic" logs, whose private keys are public. */
bool ct_log_is_mimic(const uint8_t id[SCT_LOG_ID_BYTES]);

#endif
