/* A verdict as JSON, the same object in `verify`, `probe` and `status`. */
#ifndef TLS_REPORT_H
#define TLS_REPORT_H

#include <jansson.h>

#include "tls/verdict.h"

/* A new reference, or NULL: no memory. */
json_t *verdict_to_json(const struct verdict *verdict);

/* One SCT, as in its "scts". */
json_t *sct_row_to_json(const struct sct_row *row);

#endif
