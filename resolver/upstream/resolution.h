/* The addresses of an upstream that is configured by its name alone: looked up at the
 * start, again before they expire, and again after failures. */
#ifndef UPSTREAM_RESOLUTION_H
#define UPSTREAM_RESOLUTION_H

#include "upstream/bootstrap.h"

struct resolution;

struct resolution_events {
	/* They are others than before: the first ones, or the server has moved. Borrowed
	 * until the next call of it, or resolution_stop(). */
	void (*on_addresses)(void *owner, const struct endpoint *addresses, size_t n);
	/* Not found this time; it goes on, and those found before stay. */
	void (*on_failed)(void *owner, const struct failure *why);
};

/* Nothing is called before this returns. `spec`, but for what it points to, and `events`
 * are copied; what `spec` points to is borrowed until resolution_stop(). NOMEM, LIMIT. */
MUST_CHECK enum status resolution_start(const struct bootstrap_spec *spec,
	const struct resolution_events *events, void *owner, struct resolution **out);
/* Nothing is called any more. Allowed in both events. The loop is alive as
 * bootstrap_cancel() says. NULL: nothing. */
void resolution_stop(struct resolution *resolution);

/* Looked up at once, without a back-off. */
void resolution_network_changed(struct resolution *resolution);

#endif
