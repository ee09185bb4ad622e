/* The control socket: one JSON object a line in, one JSON object out, then the
 * connection ends. What a command does is a row of the table in commands.c. */
#ifndef CONTROL_CONTROL_H
#define CONTROL_CONTROL_H

#include "worker/workers.h"

struct control;

/* Listens on `path`, mode 0660. A socket that nobody answers on is replaced.
 * IO with words in `error`: somebody does; CONFIG: it cannot be made. `workers` and
 * `loop` are borrowed until control_close(). At a reload that names another path it
 * listens there before it leaves the first; who asked for the reload is answered all the
 * same. */
MUST_CHECK enum status control_open(uv_loop_t *loop, const char *path,
	struct workers *workers, struct text *error, struct control **out);
/* Removes the socket. The loop needs a last turn. */
void control_close(struct control *control);

#endif
