/* The commands of the control socket; private to this room. */
#ifndef CONTROL_COMMANDS_H
#define CONTROL_COMMANDS_H

#include <jansson.h>
#include <sys/types.h>

#include "worker/workers.h"

/* One request under way. Whoever answers it calls control_reply(), once. */
struct control_request;

/* Takes over `answer` (NULL: no memory), sends it and ends the connection. */
void control_reply(struct control_request *request, json_t *answer);
/* {"ok": false, "error": …, "exit": …}, with pintlectl's exit code. */
enum control_exit { CONTROL_EXIT_FAILED = 1, CONTROL_EXIT_USAGE = 2 };
void control_reply_error(struct control_request *request, enum control_exit code,
	const char *fmt, ...) PRINTF_LIKE(3, 4);

/* What is to be cancelled when the client goes away, which has so long to wait for it;
 * until control_forget(). */
void control_await(
	struct control_request *request, struct exchange *exchange, uint32_t timeout_ms);
void control_forget(struct control_request *request);

/* Who asks, by what the kernel says of the socket's other end; (uid_t)-1: it says
 * nothing. */
uid_t control_peer(const struct control_request *request);

/* `command` is borrowed until it returns. */
void command_run(
	struct workers *workers, const json_t *command, struct control_request *request);

/* A member of a command, or NULL; borrowed. */
const char *control_text(const json_t *command, const char *key);

/* Commands with files of their own. */
void control_query(
	struct workers *workers, const json_t *command, struct control_request *request);

void control_bypass(
	struct workers *workers, const json_t *command, struct control_request *request);
/* The one in force, or null. The workers are gathered. */
json_t *status_bypass_json(const struct workers *workers);

/* Everything `pintlectl status` shows, of all workers: counters are added up, and an
 * upstream is told of as sums_of_upstream() says. */
json_t *status_json(struct workers *workers);
/* The counters alone, and beside their sums those of each worker. */
json_t *stats_json(struct workers *workers);

#endif
