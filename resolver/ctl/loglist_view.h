/* Logs of a list, for people and scripts. */
#ifndef CTL_LOGLIST_VIEW_H
#define CTL_LOGLIST_VIEW_H

#include <jansson.h>

#include "base/clock.h"
#include "ct/loglist.h"

/* Ordered by operator, kind, shard and name. Owned: free(); NULL: no memory. */
const struct ct_log **logs_in_order(const struct loglist *list);

/* How it stands at that time, in a word: its state, or "mimic", "unfit", "none",
 * "not_yet", or "retires" where the list knows only of that. `*since_s` is when the state
 * began, INT64_MIN without one. */
const char *log_word(const struct ct_log *log, int64_t at_s, int64_t *since_s);

/* "static" or "rfc6962" */
const char *log_kind_word(const struct ct_log *log);

/* "2026-01-01..2027-01-01", the shard, or "-". */
#define SHARD_TEXT_MAX (2 * CLOCK_TEXT_MAX + 2)
void log_shard(const struct ct_log *log, char out[SHARD_TEXT_MAX]);

/* A line: state, since when, shard, kind, name. */
void print_log(const struct ct_log *log, int64_t at_s);
/* NULL: no memory. */
json_t *log_json(const struct ct_log *log, int64_t at_s);

#endif
