/* A YAML file as a small tree: texts, lists and maps, each with its place in
 * the file. What YAML has beyond that (anchors, aliases, tags, several
 * documents) is refused, so that nothing can stand for something else. */
#ifndef CONFIG_NODE_H
#define CONFIG_NODE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/bytes.h"
#include "base/status.h"
#include "config/config.h"

#define NODE_FILE_BYTES_MAX (1024u * 1024u)
#define NODE_DEPTH_MAX      16
#define NODE_COUNT_MAX      65536
/* Entries of one map: keys are compared with each other. */
#define NODE_KEYS_MAX 256

enum node_kind { NODE_TEXT, NODE_LIST, NODE_MAP };

struct node {
	enum node_kind kind;
	bool quoted;           /* NODE_TEXT: not a plain word */
	unsigned line, column; /* from 1 */
	const char *text;      /* NODE_TEXT: without NUL bytes inside */
	size_t text_bytes;
	struct node *key;   /* of a map's entry */
	struct node *first; /* child of a list or map */
	struct node *next;  /* sibling */
	unsigned children;
};

/* The file's name and where its first error goes. Both are borrowed. */
struct complaint {
	const char *name;
	struct config_error *error;
};

/* Writes "NAME:LINE:COL: …". Returns CONFIG, for `return complain_at(…)`. */
enum status complain_at(const struct complaint *complaint, const struct node *at,
	const char *fmt, ...) PRINTF_LIKE(3, 4);
/* The same for a place without a node. */
enum status complain_place(const struct complaint *complaint, unsigned line,
	unsigned column, const char *fmt, ...) PRINTF_LIKE(4, 5);

/* Enough of a value to recognise it by, safe for a terminal, in quotes; "a
 * list" or "a map" for those. */
#define NODE_QUOTE_MAX 300
const char *node_quote(const struct node *node, char out[NODE_QUOTE_MAX]);

/* The entry of that key, or NULL. */
const struct node *node_find(const struct node *map, const char *key);
/* Plain and empty, `~` or `null`: a key without a value. */
bool node_is_null(const struct node *node);

/* Reads one document whose root is a map. The tree lives in `arena` and
 * borrows nothing from `yaml`. CONFIG (told to `complaint`) or NOMEM. */
MUST_CHECK enum status node_read(struct bytes yaml, struct arena *arena,
	const struct complaint *complaint, struct node **root);

#endif
