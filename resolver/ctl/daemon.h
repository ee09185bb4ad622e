/* One question to the running daemon, over its control socket: a JSON object on
 * one line there, a JSON object back. */
#ifndef CTL_DAEMON_H
#define CTL_DAEMON_H

#include <jansson.h>

#include "ctl/command.h"

/* `request` is given away. CTL_OK: `*answer` is owned and says "ok". Otherwise
 * it has been said what is wrong, `*answer` is NULL, and this is the exit code:
 * the daemon's own, if it sent one. */
enum exit_code daemon_ask(const struct args *args, json_t *request, json_t **answer);

/* False: nobody listens at its socket. Nothing is said; trouble of another kind is left
 * for daemon_ask() to say. */
bool daemon_runs(const struct args *args);

/* A member's text, or "" if there is none; and its number, or 0. Borrowed. */
const char *member_text(const json_t *object, const char *key);
json_int_t member_number(const json_t *object, const char *key);

#endif
