/* Rules that tie several keys together. */
#ifndef CONFIG_CHECK_H
#define CONFIG_CHECK_H

#include "config/node.h"

MUST_CHECK enum status check_file(const struct complaint *complaint,
	const struct node *root, const struct config *config);
/* Whether a question sent to `server` comes back to pintle itself. */
bool check_is_own(const struct config *config, const struct endpoint *server);
/* Of `protocol` and the keys it decides about, as they stand in the file; in
 * check_protocol.c. */
MUST_CHECK enum status check_protocol(const struct complaint *complaint,
	const struct node *map, const struct config_upstream *upstream);
/* Of the upstream as it will be used; of `config` `bootstrap` has been read. */
MUST_CHECK enum status check_upstream(const struct complaint *complaint,
	const struct node *map, const struct config *config,
	const struct config_upstream *upstream);

#endif
