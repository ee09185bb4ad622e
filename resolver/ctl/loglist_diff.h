/* What one list has and another has not. */
#ifndef CTL_LOGLIST_DIFF_H
#define CTL_LOGLIST_DIFF_H

#include <jansson.h>

#include "ct/loglist.h"

/* Lines: "+" only in `list`, "-" only in `other`, "~" with what changed from
 * `other` to `list`; states at that time. False: no memory. */
bool loglist_diff_print(
	const struct loglist *list, const struct loglist *other, int64_t at_s);
/* {"added": [...], "removed": [...], "changed": [...]}; NULL: no memory. */
json_t *loglist_diff_json(
	const struct loglist *list, const struct loglist *other, int64_t at_s);

#endif
