/* The commands of the control socket; private to this room. */
#ifndef CONTROL_COMMANDS_H
#define CONTROL_COMMANDS_H

#include <jansson.h>

#include "worker/worker.h"

/* One request under way. Whoever answers it calls control_reply(), once. */
struct control_request;

/* Takes over `answer` (NULL: no memory), sends it and ends the connection. */
void control_reply(struct control_request *request, json_t *answer);
/* {"ok": false, "error": …, "exit": …}, with pintlectl's exit code. */
enum control_exit { CONTROL_EXIT_FAILED = 1, CONTROL_EXIT_USAGE = 2 };
void control_reply_error(struct control_request *request, enum control_exit code,
	const char *fmt, ...) PRINTF_LIKE(3, 4);

/* What a request may have waiting when its client goes away. */
void control_set_exchange(struct control_request *request, struct exchange *exchange);

/* `command` is borrowed until it returns. */
void command_run(
	struct worker *worker, const json_t *command, struct control_request *request);

/* Everything `pintlectl status` shows. */
json_t *status_json(const struct worker *worker);
/* The counters alone. */
json_t *stats_json(const struct worker *worker);

#endif
