/* The socket that control clients come through, and its file; private to this room. A
 * reload may open another one beside it. */
#ifndef CONTROL_DOOR_H
#define CONTROL_DOOR_H

#include <uv.h>

#include "base/status.h"
#include "base/text.h"

/* Clients that the kernel keeps until they are accepted. */
#define DOOR_BACKLOG 16

struct door;

struct door_events {
	/* Accepts a client of `server`, or turns it away; false: no memory, call again.
	 */
	bool (*on_client)(void *owner, uv_stream_t *server);
	void *owner; /* borrowed until door_close() */
};

/* Listens on `path` (copied), mode 0660. A socket that nobody answers on is replaced.
 * IO with words in `error`: somebody does; CONFIG: it cannot be made; NOMEM. */
MUST_CHECK enum status door_open(uv_loop_t *loop, const char *path,
	const struct door_events *events, struct text *error, struct door **out);
const char *door_path(const struct door *door);
/* Removes the file. The loop needs a last turn. NULL is fine. */
void door_close(struct door *door);

#endif
