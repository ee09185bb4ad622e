/* Rules that tie several keys together. */
#ifndef CONFIG_CHECK_H
#define CONFIG_CHECK_H

#include "config/node.h"

MUST_CHECK enum status check_file(const struct complaint *complaint,
	const struct node *root, const struct config *config);
MUST_CHECK enum status check_upstream(const struct complaint *complaint,
	const struct node *map, const struct config_upstream *upstream);

#endif
