/* From root to the configured user, for good. */
#ifndef WORKER_PRIVILEGES_H
#define WORKER_PRIVILEGES_H

#include "base/text.h"
#include "config/config.h"

/* Creates state_dir and the directory of the control socket where they are
 * missing, owned by config->user if that is set. A state_dir that cannot be made
 * is a line in the log: nothing but evidence is lost. */
void privileges_make_directories(const struct config *config);

/* CONFIG: no such user. */
MUST_CHECK enum status privileges_check(const struct config *config, struct text *error);

/* Becomes config->user, if set: groups, group, user. CONFIG: no such user, or
 * not allowed. */
MUST_CHECK enum status privileges_drop(const struct config *config, struct text *error);

#endif
