/* What answers are validated with, made from a configuration. */
#ifndef WORKER_VALIDATION_H
#define WORKER_VALIDATION_H

#include "config/config.h"
#include "query/validator.h"

/* NULL in `out` where dnssec is off. Reads the anchors. `loop` may be NULL, as for
 * validator_new(). CONFIG: `error` says where the anchors are named, and what is wrong
 * with them; NOMEM. */
MUST_CHECK enum status validation_make(uv_loop_t *loop, const struct config *config,
	struct text *error, struct validator **out);

#endif
