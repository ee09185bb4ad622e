/* An upstream's host name to its addresses, before there is any upstream to ask: from
 * the configured `bootstrap` servers, in a thread beside the loop. What they say needs
 * no trust: the upstream's certificate decides.
 *
 *	bootstrap_start -> done, or bootstrap_cancel */
#ifndef UPSTREAM_BOOTSTRAP_H
#define UPSTREAM_BOOTSTRAP_H

#include <uv.h>

#include "upstream/lookup.h"

struct bootstrap;

#define BOOTSTRAP_SERVERS_MAX 8
/* What one server has for its answer. */
#define BOOTSTRAP_TIMEOUT_MS 2000

/* All of it is copied. */
struct bootstrap_spec {
	uv_loop_t *loop;
	const struct endpoint *servers; /* asked in this order, until one has addresses */
	size_t server_n;                /* 1 to BOOTSTRAP_SERVERS_MAX */
	const char *host;               /* a plain host name */
	uint16_t port;                  /* of the addresses found */
};

/* `why` of kind NONE: `found` has addresses. Otherwise `why` is of the last server, and
 * `found` is empty. Both are borrowed until it returns. */
typedef void bootstrap_done(
	void *data, const struct failure *why, const struct lookup *found);

/* `done` runs once, on the loop, not before this returns, unless bootstrap_cancel()
 * comes first; `*out` is gone when it returns. NOMEM, LIMIT (of names and servers). */
MUST_CHECK enum status bootstrap_start(const struct bootstrap_spec *spec,
	bootstrap_done *done, void *data, struct bootstrap **out);

/* What is found is dropped. The thread ends with the answer it waits for, at most
 * BOOTSTRAP_TIMEOUT_MS later, and keeps the loop alive until then. NULL: nothing. */
void bootstrap_cancel(struct bootstrap *bootstrap);

#endif
