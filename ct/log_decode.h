/* One log of a list, and members that lists and logs have alike; ct/loglist_decode.c's
 * own. Failures are the reader's: ct/node.h. */
#ifndef CT_LOG_DECODE_H
#define CT_LOG_DECODE_H

#include "base/arena.h"
#include "ct/log.h"
#include "ct/log_key.h"
#include "ct/node.h"

/* Texts are copied into the arena. */
const char *decode_text(struct arena *arena, const struct node *object, const char *key,
	const char *otherwise);
/* `name`, neither empty nor as long as SCT_NAME_MAX: operators are told apart by it. */
const char *decode_name(struct arena *arena, const struct node *object);

/* Fills all of `out` but its operator and `is_static`, which are set before. */
void decode_log(struct arena *arena, const struct log_key_judge *keys,
	const struct node *object, struct ct_log *out);

#endif
