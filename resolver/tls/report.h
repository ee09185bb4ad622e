/* A verdict as JSON, the same object in `verify`, `probe` and `status`. */
#ifndef TLS_REPORT_H
#define TLS_REPORT_H

#include <jansson.h>

#include "tls/verdict.h"

/* All return a new reference, or NULL: no memory. */

/* "2026-11-23T14:05:00Z"; null for INT64_MIN and INT64_MAX, which stand for no time,
 * never and always. */
json_t *time_json(int64_t at_s);
/* "sha256//…" */
json_t *pin_json(const struct pin *pin);
/* JSON's text is UTF-8: what is not, a path for one, is written as text_add_untrusted()
 * would. */
json_t *json_untrusted(const char *text);

/* A log list's "timestamp", "age_days" (null if it states no time, or one in the future),
 * "good_until" (null: without end, or never), "satisfiable" (false: never) and "stale".
 * The times as in struct peer. */
json_t *log_list_age_json(int64_t timestamp_s, int64_t horizon_s, int64_t at_s);

/* "clock" is null where no certificate was looked at; its "behind": the clock was, so the
 * time of verification, "at", is the floor. */
json_t *verdict_json(const struct verdict *verdict);

/* One SCT, as in its "scts". */
json_t *sct_row_json(const struct sct_row *row);

#endif
