/* From the options to the tree. */
#ifndef LOCAL_BUILD_H
#define LOCAL_BUILD_H

#include "local/local.h"
#include "local/tree.h"

/* A chain of CNAMEs has at most so many. */
#define LOCAL_CHAIN_MAX 8

/* `tree` is ready; `hosts_n` counts the names of the hosts file. As local_new(). */
MUST_CHECK enum status build_tree(const struct local_options *options, struct text *error,
	struct tree *tree, size_t *hosts_n);

/* The two parts of it that have files of their own. */
MUST_CHECK enum status build_records(
	const struct local_options *options, struct text *error, struct tree *tree);
MUST_CHECK enum status build_hosts(
	const struct local_options *options, struct tree *tree, size_t *hosts_n);

/* Adds a record that is not there yet. LIMIT: a name with too much of them; RANGE: it
 * stands there already. NOMEM. */
MUST_CHECK enum status build_add(struct tree *tree, struct tree_node *node, uint16_t type,
	uint32_t ttl_s, struct bytes rdata);
/* The PTR of an address, unless it has one or is nobody's. NOMEM. */
MUST_CHECK enum status build_reverse(
	struct tree *tree, struct bytes address, uint32_t ttl_s, const struct name *name);

#endif
