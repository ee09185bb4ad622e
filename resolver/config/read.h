/* From the tree to a configuration, along the schema's rows. */
#ifndef CONFIG_READ_H
#define CONFIG_READ_H

#include "config/node.h"
#include "config/schema.h"

/* Fills `draft`, whose config.arena is ready. CONFIG (told to the complaint)
 * or NOMEM; the caller frees the arena either way. */
MUST_CHECK enum status draft_read(
	const struct complaint *complaint, const struct node *root, struct draft *draft);

#endif
