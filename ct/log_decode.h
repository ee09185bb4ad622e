/* One log of a list, and members that lists and logs have alike; ct/loglist_decode.c's
 * own. Failures are the reader's: ct/json_node.h. */
#ifndef CT_LOG_DECODE_H
#define CT_LOG_DECODE_H

#include "base/arena.h"
#include "ct/json_node.h"
#include "ct/log.h"
#include "ct/log_key.h"

/* Texts are copied into the arena. */
const char *decode_text(struct arena *arena, const struct json_node *object,
	const char *key, const char *otherwise);
/* `name`, neither empty nor as long as SCT_NAME_MAX: operators are told apart by it. */
const char *decode_name(struct arena *arena, const struct json_node *object);

/* Fills all of `out` but its operator and `is_static`, which are set before. */
void decode_log(struct arena *arena, const struct ct_log_key_judge *keys,
	const struct json_node *object, struct ct_log *out);

#endif
