/* One name for each operator of two log lists. The lists write some differently
 * ("IPng GmbH", "IPng Networks"), and one operator must not count as two: names that
 * two lists give to one log are names of one operator, and so on from there. */
#ifndef CT_LOGLIST_NAMES_H
#define CT_LOGLIST_NAMES_H

#include "ct/loglist.h"

struct list_names {
	struct list_name *names; /* owned; what is in them is borrowed from the lists */
	size_t n;
};

/* Of several names, the first list's wins, and of those the first by alphabet.
 * NOMEM; list_names_deinit() in any case. */
MUST_CHECK enum status list_names_init(struct list_names *names,
	const struct loglist *first, const struct loglist *second);
void list_names_deinit(struct list_names *names);

/* `name` itself if neither list has it. */
const char *list_names_find(const struct list_names *names, const char *name);

#endif
