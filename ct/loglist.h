/* A list of CT logs: log_list v3 as Google publishes it, Apple's schema v5, our
 * own. Read whole, checked whole, then only searched. */
#ifndef CT_LOGLIST_H
#define CT_LOGLIST_H

#include "base/arena.h"
#include "base/text.h"
#include "ct/log.h"
#include "ct/memo.h"

/* The largest real list has 310 logs in 164 kB. */
#define LOGLIST_BYTES_MAX (4 * 1024 * 1024)
#define LOGLIST_LOGS_MAX  4096

struct ct_policy;

/* The last answer of ct_horizon_lately_s(). */
struct ct_horizon_memo {
	const struct ct_policy *policy; /* NULL: none yet */
	int64_t at_s, horizon_s;
};

struct loglist {
	struct arena arena;  /* owns all below */
	const char *version; /* as the list says; "" if it says none */
	const char *schema;  /* its $schema; "" if it has none */
	bool has_timestamp;
	int64_t timestamp_ms; /* log_list_timestamp */
	uint8_t sha256[32];   /* of the file's bytes */
	struct ct_log *logs;  /* sorted by ID */
	size_t n;
	struct ct_memo memo; /* signatures verified with its keys */
	struct ct_horizon_memo horizon;
};

/* Strict where it matters: an unknown key is passed over, but a duplicate key, a
 * wrong type, base64 or DER that does not decode, a log ID twice, a time that is
 * none, an interval that ends before it begins, an operator's name that is empty or as
 * long as SCT_NAME_MAX are MALFORMED; `error` names the place
 * ("operators[2].logs[0].key: …", or "line 3, column 7: …" where it is no JSON).
 * LIMIT, NOMEM, CRYPTO. `*out` is owned: loglist_free(). */
MUST_CHECK enum status loglist_parse(
	struct bytes json, struct text *error, struct loglist **out);
/* The same for a file, which may also be a stored one (ct/loglist_store.h), whose
 * signature is not looked at; `error` starts with its name. NOTFOUND, IO: cannot be read.
 */
MUST_CHECK enum status loglist_read(
	const char *path, struct text *error, struct loglist **out);
/* The list this program was built with: conf/ct-logs.json. */
MUST_CHECK enum status loglist_builtin(struct text *error, struct loglist **out);
/* When it was made, in seconds: a time that has been. */
int64_t loglist_builtin_date_s(void);
/* Its bytes; static. */
struct bytes loglist_builtin_json(void);
void loglist_free(struct loglist *list);

/* NULL if it is not listed. */
struct ct_log *loglist_find(
	const struct loglist *list, const uint8_t id[SCT_LOG_ID_BYTES]);

#endif
