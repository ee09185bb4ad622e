/* Our curated log list, made of Apple's and Mozilla's. Why it is made this way:
 * docs/decisions/0006-log-list.md. */
#ifndef CT_LOGLIST_MERGE_H
#define CT_LOGLIST_MERGE_H

#include "base/text.h"
#include "ct/loglist.h"

/* No certificate issued before this may still be valid, so nothing that ended
 * longer ago can matter: CA/Browser Forum, Baseline Requirements §6.3.2. */
#define LOGLIST_MERGE_PAST_S (398ll * 86400)

/* The merged list as JSON (log_list v3), the same bytes for the same lists;
 * owned, free(). `at_s` is its log_list_timestamp; states are those at that time.
 * CONFIG: the lists contradict each other where no rule decides, `error` names
 * the log. NOMEM. */
MUST_CHECK enum status loglist_merge(const struct loglist *apple,
	const struct loglist *mozilla, int64_t at_s, char **out, struct text *error);

#endif
