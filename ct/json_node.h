/* JSON whose values know where they stand, for errors that say so. Reading is
 * like that of bytes: a failure is sticky and the first one is told; after it
 * texts read as "" and numbers as 0. Read everything, look at `status` once. */
#ifndef CT_JSON_NODE_H
#define CT_JSON_NODE_H

#include <jansson.h>

#include "base/arena.h"
#include "base/bytes.h"
#include "base/text.h"

/* What a document may take. The longest list of logs takes a quarter; small values take
 * a hundred times their text. */
#define NODE_MEMORY_MAX (64u * 1024 * 1024)

struct json_node_reader {
	struct text *error; /* borrowed */
	enum status status;
};

/* Borrows from the document and from the nodes above, which must outlive it. */
struct json_node {
	struct json_node_reader *reader;
	const struct json_node *parent; /* NULL: the document */
	const char *key;                /* NULL: the item at `index` of an array */
	size_t index;
	json_t *value; /* NULL: not there */
};

/* `*out` lives in the arena, which frees it whole: json_decref() is not for it.
 * MALFORMED: no JSON, or a key twice in an object; `error` says line and column.
 * LIMIT: it would take more than NODE_MEMORY_MAX. NOMEM. */
MUST_CHECK enum status json_node_parse(
	struct bytes in, struct arena *arena, struct text *error, json_t **out);

/* A member of an object; it may not be there. */
struct json_node json_node_member(const struct json_node *object, const char *key);
struct json_node json_node_item(const struct json_node *array, size_t index);

/* "operators[2].logs[0].key: …" */
void json_node_fail(const struct json_node *node, enum status status, const char *why);
/* A failure that is not the document's: NOMEM, CRYPTO. */
void json_node_trouble(const struct json_node *node, enum status status);

/* False, and a failure, if it is not there or no object. */
bool json_node_is_object(const struct json_node *node);
/* The items of an array; 0 if it is not there. */
size_t json_node_count(const struct json_node *node);
/* Borrowed from the document. If it is not there: `otherwise`, or a failure where
 * that is NULL. */
const char *json_node_text(const struct json_node *node, const char *otherwise);
/* 0 to `max`; 0 if it is not there. */
uint64_t json_node_number(const struct json_node *node, uint64_t max);
/* Milliseconds since 1970, of any date-time of RFC 3339 §5.6. */
int64_t json_node_time_ms(const struct json_node *node);
/* Bytes out of base64; how many. At most `cap`. */
size_t json_node_base64(const struct json_node *node, uint8_t *out, size_t cap);

#endif
