/* What status says of the log list and of learned keys; private to this room. Each
 * returns a new reference, or NULL: no memory. */
#ifndef CONTROL_STATUS_CT_H
#define CONTROL_STATUS_CT_H

#include <jansson.h>

#include "worker/workers.h"

/* What an upstream's contacts have shown, whether that binds it (`pin_mode: learn`) or
 * not. */
json_t *status_learned_json(const struct upstream *upstream);
/* Those refused for their keys alone, each with the command that takes it over. */
json_t *status_refused_json(const struct upstream *upstream);
json_t *status_issuer_changed_json(const struct contact *contact);

/* The list in force; null where nobody is held against one. */
json_t *status_log_list_json(const struct worker *worker);
/* Its numbers, in seconds since 1970. */
json_t *stats_log_list_json(const struct logs *logs);

#endif
