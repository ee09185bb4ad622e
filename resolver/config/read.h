/* From the tree to a configuration, along the schema's rows. */
#ifndef CONFIG_READ_H
#define CONFIG_READ_H

#include "config/node.h"
#include "config/schema.h"

/* Fills `draft`, whose config.arena is ready. CONFIG (told to the complaint)
 * or NOMEM; the caller frees the arena either way. */
MUST_CHECK enum status draft_read(
	const struct complaint *complaint, const struct node *root, struct draft *draft);

/* One map, by the rows of its schema, into `base`. */
MUST_CHECK enum status rows_read(const struct complaint *complaint,
	const struct schema *schema, const struct node *map, struct arena *arena,
	void *base);

struct value_reader;
/* The key `forward`, in read_forward.c: `config` has its listeners and upstreams. */
MUST_CHECK enum status forwards_read(
	const struct value_reader *r, const struct node *list, struct config *config);
/* The key `local_zone`, in read_local.c. */
MUST_CHECK enum status local_zones_read(
	const struct value_reader *r, const struct node *list, struct config *config);

#endif
