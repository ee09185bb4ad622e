/* A log list as JSON text, for people to read in a diff. */
#ifndef CT_LOGLIST_WRITE_H
#define CT_LOGLIST_WRITE_H

#include "ct/log.h"

/* log_list v3 with a line a member. `logs` is put in order: by operator, kind,
 * name, ID. The first phase of each is its state. `*out` is owned: free(). NOMEM. */
MUST_CHECK enum status loglist_write(
	struct ct_log *logs, size_t n, int64_t timestamp_s, char **out);

#endif
