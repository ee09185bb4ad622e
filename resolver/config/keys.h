/* Which keys there are: told from a typing error, and from a later version. */
#ifndef CONFIG_KEYS_H
#define CONFIG_KEYS_H

#include "config/node.h"
#include "config/schema.h"

/* OK if each key of `map`, and of the sections in it, has a row. */
MUST_CHECK enum status keys_check(const struct complaint *complaint,
	const struct schema *schema, const struct node *map);

#endif
