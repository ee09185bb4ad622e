/* What start and reload have in common; workers_reload() itself is in workers.h. */
#ifndef WORKER_RELOAD_H
#define WORKER_RELOAD_H

#include "worker/workers.h"

/* Where each worker is to listen. Borrows from both. */
struct worker_listen reload_listen(
	const struct workers *workers, const struct config *config);
/* CONFIG: what is configured does not go with sockets that were handed over. */
MUST_CHECK enum status reload_check_handed(
	const struct workers *workers, const struct config *config, struct text *error);
/* Nobody had words for it so far. */
void reload_describe(enum status status, struct text *error);

#endif
