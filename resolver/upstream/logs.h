/* The list of CT logs that a set of upstreams is held against: chosen, replaced only
 * by one that is not older, and told of before it is too old to be of use. */
#ifndef UPSTREAM_LOGS_H
#define UPSTREAM_LOGS_H

#include "config/config.h"
#include "ct/loglist.h"

enum logs_source {
	LOGS_BUILTIN,
	LOGS_STORED, /* `pintlectl loglist update` left it in state_dir */
	LOGS_FILE,   /* ct.log_list */
};

struct logs {
	struct loglist *list; /* owned */
	enum logs_source source;
	const struct ct_policy *policy; /* that the list must satisfy */
	int64_t reminded_s;             /* logs_remind()'s; 0: not yet */
};

/* "builtin", "stored", "file" */
const char *logs_source_word(enum logs_source source);

/* No list has been in force that says of when it is. */
#define LOGS_UNDATED INT64_MIN

/* Reads the list that `config` asks for. `*out` is owned (logs_free()); NULL if no
 * upstream is held against any. `newest_ms`: the newest that has been in force, or
 * LOGS_UNDATED. CONFIG, with words in `error`: it is broken, or older than that, or
 * could be; NOMEM, CRYPTO. */
MUST_CHECK enum status logs_open(const struct config *config, int64_t newest_ms,
	struct text *error, struct logs **out);
void logs_free(struct logs *logs);

/* `newest_ms` once `logs`, or NULL, is in force. */
int64_t logs_newest_ms(const struct logs *logs, int64_t newest_ms);

/* The same list, to the byte; NULL equals NULL. */
bool logs_equal(const struct logs *a, const struct logs *b);
/* Until when it will do; as ct_horizon_s(). */
int64_t logs_horizon_s(const struct logs *logs, int64_t now_s);

/* Warns in the log if the list is near its horizon, or past it, or of the future; at
 * most once a day. */
void logs_remind(struct logs *logs, int64_t now_s);

#endif
