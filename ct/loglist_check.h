/* What is wrong with a list that can be read: each log, looked at for itself. */
#ifndef CT_LOGLIST_CHECK_H
#define CT_LOGLIST_CHECK_H

#include "ct/loglist.h"

struct list_problem {
	const struct ct_log *log; /* NULL: the whole list */
	bool is_error;            /* false: worth knowing */
	const char *what;
};

/* Errors: a mimic log, an ID that is not SHA-256(key). Worth knowing: whatever else keeps
 * a log from ever counting, a list without a time, dated after `at_s`, or with too few
 * logs for every policy. By log ID; owned, free(), NULL with `*n` 0 if there are none.
 * NOMEM, CRYPTO. */
MUST_CHECK enum status loglist_find_problems(
	const struct loglist *list, int64_t at_s, struct list_problem **out, size_t *n);

#endif
