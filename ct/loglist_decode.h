/* From a JSON document to the logs of a list; ct/loglist.c's own. */
#ifndef CT_LOGLIST_DECODE_H
#define CT_LOGLIST_DECODE_H

#include <jansson.h>

#include "ct/loglist.h"

/* Fills everything in `list` but its digest, from its arena. MALFORMED, LIMIT:
 * `error` says where; NOMEM, CRYPTO. */
MUST_CHECK enum status loglist_decode(
	json_t *document, struct text *error, struct loglist *list);

#endif
