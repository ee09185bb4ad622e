/* A stubby.yml (getdns' configuration in YAML), read for import. */
#ifndef CTL_STUBBY_H
#define CTL_STUBBY_H

#include "ctl/import.h"

/* Fills `out`, which has been initialised. CONFIG: `error` has place and reason: it is
 * not what stubby takes, or would come out less safe than it is there. NOMEM. */
MUST_CHECK enum status stubby_read(const char *name, struct bytes yaml,
	struct config_error *error, struct import *out);

#endif
