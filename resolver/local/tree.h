/* Names as a tree of labels, held in one hash table: a child is found by its parent and
 * its label. Whoever is in it has all its ancestors in it. So a search goes from the
 * root down, and for most names it ends at the first or second label. */
#ifndef LOCAL_TREE_H
#define LOCAL_TREE_H

#include "base/arena.h"
#include "local/zone.h"

/* One record; those of a name stand in their order. */
struct local_record {
	struct local_record *next;
	uint32_t ttl_s;
	uint16_t type;
	uint16_t rdata_n;
	uint8_t rdata[]; /* uncompressed */
};

struct tree_node {
	struct tree_node *next;   /* in its bucket */
	struct tree_node *parent; /* NULL: the root */
	struct local_record *records;
	uint32_t hash;
	uint8_t action; /* enum local_action */
	bool occupied;  /* it, or something below it, has records or is asked elsewhere */
	bool wildcard;  /* it has a child "*" (RFC 4592 §2.1.1) */
	bool configured; /* its action is */
	bool from_hosts;
	uint8_t label_n;
	uint8_t label[]; /* in lower case */
};

struct tree {
	struct arena arena; /* owns the nodes and their records */
	struct tree_node *root;
	uint64_t tops[4]; /* the root's children, a bit for all that look alike */
	struct tree_node **buckets; /* owned */
	size_t bucket_n;            /* a power of two */
	size_t node_n;              /* without the root */
};

/* NOMEM; tree_deinit() is due either way. */
MUST_CHECK enum status tree_init(struct tree *tree);
void tree_deinit(struct tree *tree);

/* The node of that name, new if need be. NULL: no memory. */
struct tree_node *tree_add(struct tree *tree, const struct name *name);
/* It and all above it are. */
void tree_occupy(struct tree_node *node);
/* Appends a copy. NOMEM. */
MUST_CHECK enum status tree_add_record(struct tree *tree, struct tree_node *node,
	uint16_t type, uint32_t ttl_s, struct bytes rdata);

/* Where a name is, or would be. */
struct tree_place {
	const struct tree_node *node; /* itself, or the closest one above it */
	const struct tree_node
		*zone; /* the closest, at it or above, with an action; or NULL */
	bool exact;    /* `node` is the name's own */
};
/* True: nothing in the tree is of concern to the name. So it is for most. */
bool tree_is_far(const struct tree *tree, const struct name *name);
struct tree_place tree_seek(const struct tree *tree, const struct name *name);

/* The first one of that type, or NULL. */
const struct local_record *tree_find(const struct tree_node *node, uint16_t type);
/* Whose records answer for a name at that place: its own, or those of the wildcard that
 * stands for it (RFC 4592 §3.3.1). NULL: nobody's. */
const struct tree_node *tree_source(
	const struct tree *tree, const struct tree_place *place);
/* In lower case. */
void tree_name(const struct tree_node *node, struct name *out);

#endif
