/* One try to have one question answered by one upstream. */
#ifndef UPSTREAM_ATTEMPT_H
#define UPSTREAM_ATTEMPT_H

#include "base/list.h"
#include "transport/transport.h"

/* The caller's storage. After upstream_ask() exactly one of on_answer() and on_failed()
 * runs, from the loop, unless upstream_cancel() or upstream_give_up() comes first. */
struct attempt {
	const struct question *question; /* borrowed until the end */
	struct bytes wire;               /* borrowed as long: the query, any ID */
	/* NULL, or another attempt of this upstream's that has not ended: not on its
	 * connection. Read by upstream_ask() only. */
	const struct attempt *beside;

	void (*on_answer)(struct attempt *attempt, const struct message *answer);
	/* `lost`: no fault of the upstream's, worth another try at once: the connection
	 * that it was sent on ended, or was given up for another, or the server did not
	 * look at it. */
	void (*on_failed)(struct attempt *attempt, const struct failure *why, bool lost);
	/* May be NULL. Once, if it had to wait for a connection: it does not any more. */
	void (*on_sent)(struct attempt *attempt);
	/* May be NULL. Once: the upstream cannot be reached now; the question goes on
	 * waiting for it, and others may be asked meanwhile. */
	void (*on_held)(struct attempt *attempt);

	/* To read. */
	bool sent;
	uint64_t sent_ms; /* clock_now_ms() */

	/* The upstream's own. */
	struct lane *lane; /* that it is on; NULL: it waits */
	const struct lane *not_on;
	bool held; /* and was told so */
	struct list link;
	struct transport_query query;
};

static inline struct attempt *attempt_of(struct list *link)
{
	return list_entry(link, struct attempt, link);
}

#endif
