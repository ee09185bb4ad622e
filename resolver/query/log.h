/* The query log: one line a query, once its reply is known; private to this room. */
#ifndef QUERY_LOG_H
#define QUERY_LOG_H

#include "base/endpoint.h"
#include "dns/message.h"

struct resolver;

/* Where the reply comes from. */
enum told_by {
	TOLD_HERE, /* an error that needs nobody */
	TOLD_LOCAL,
	TOLD_CACHE,
	TOLD_STALE, /* the cache, expired */
	TOLD_UPSTREAM,
	TOLD_NOBODY, /* they were asked, or would have been */
};

/* The reply that is being made. */
struct told {
	enum told_by by;
	unsigned rcode;
	bool authenticated;
	struct ede ede;
};

/* Notes it, if there is a log. `ede` may be NULL. told.by is set before or after. */
void log_tell(struct resolver *resolver, unsigned rcode, bool authenticated,
	const struct ede *ede);

/* Writes the line, if there is a log and `m` has a question. `upstream` is NULL unless
 * TOLD_UPSTREAM; `client` NULL: for the cache alone; `since_ms` 0: it took no time. */
void log_told(const struct resolver *resolver, const struct question *question,
	const struct endpoint *client, const char *upstream, uint64_t since_ms);

#endif
