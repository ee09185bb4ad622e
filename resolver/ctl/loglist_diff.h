/* What one list has and another has not. */
#ifndef CTL_LISTDIFF_H
#define CTL_LISTDIFF_H

#include <jansson.h>

#include "ct/loglist.h"

/* Lines: "+" only in `list`, "-" only in `other`, "~" with what changed from
 * `other` to `list`; states at that time. False: no memory. */
bool listdiff_print(
	const struct loglist *list, const struct loglist *other, int64_t at_s);
/* {"added": [...], "removed": [...], "changed": [...]}; NULL: no memory. */
json_t *listdiff_to_json(
	const struct loglist *list, const struct loglist *other, int64_t at_s);

#endif
