/* start: copied, queued. In the thread: server after server. Back on the loop: done,
 * or nobody wants to know any more. */
#include "upstream/bootstrap.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

struct bootstrap {
	uv_work_t work;
	struct endpoint servers[BOOTSTRAP_SERVERS_MAX];
	size_t server_n;
	char host[256];
	uint16_t port;
	bootstrap_done *done;
	void *data;
	_Atomic bool cancelled; /* set on the loop, read in the thread */
	/* The thread's, then the loop's. */
	struct failure why;
	struct lookup found;
};

static void ask(uv_work_t *work)
{
	struct bootstrap *b = work->data;

	for (size_t i = 0; i < b->server_n && !b->cancelled; i++) {
		b->why = lookup_host(&b->servers[i], b->host, b->port,
			BOOTSTRAP_TIMEOUT_MS, &b->found);
		if (b->why.kind == FAILURE_NONE)
			return;
	}
}

/* UV_ECANCELED only ever follows bootstrap_cancel(). */
static void on_asked(uv_work_t *work, int status)
{
	struct bootstrap *b = work->data;

	(void)status;
	if (!b->cancelled)
		b->done(b->data, &b->why, &b->found);
	free(b);
}

enum status bootstrap_start(const struct bootstrap_spec *spec, bootstrap_done *done,
	void *data, struct bootstrap **out)
{
	struct bootstrap *b;

	if (spec->server_n == 0 || spec->server_n > BOOTSTRAP_SERVERS_MAX ||
		strlen(spec->host) >= sizeof b->host)
		return STATUS_LIMIT;
	b = calloc(1, sizeof *b);
	if (b == NULL)
		return STATUS_NOMEM;
	memcpy(b->servers, spec->servers, spec->server_n * sizeof *b->servers);
	b->server_n = spec->server_n;
	memcpy(b->host, spec->host, strlen(spec->host) + 1);
	b->port = spec->port;
	b->done = done;
	b->data = data;
	b->work.data = b;
	if (uv_queue_work(spec->loop, &b->work, ask, on_asked) != 0) {
		free(b);
		return STATUS_NOMEM;
	}
	*out = b;
	return STATUS_OK;
}

void bootstrap_cancel(struct bootstrap *bootstrap)
{
	if (bootstrap == NULL)
		return;
	bootstrap->cancelled = true;
	/* EBUSY: it runs already, and looks at the flag before the next server. */
	(void)uv_cancel((uv_req_t *)&bootstrap->work);
}
