/* One upstream at run time: its one connection, opened when first needed and
 * kept, its health, and the attempts that wait for or use it. */
#ifndef UPSTREAM_UPSTREAM_H
#define UPSTREAM_UPSTREAM_H

#include <uv.h>

#include "base/list.h"
#include "config/config.h"
#include "tls/roots.h"
#include "transport/transport.h"
#include "upstream/contact.h"
#include "upstream/health.h"
#include "upstream/logs.h"

struct upstream;

/* One try to have one question answered by one upstream; the caller's storage.
 * After upstream_ask() exactly one of the two runs, from the loop, unless
 * upstream_cancel() or upstream_give_up() comes first. */
struct attempt {
	const struct question *question; /* borrowed until the end */
	struct bytes wire;               /* borrowed as long: the query, any ID */
	void (*on_answer)(struct attempt *attempt, const struct message *answer);
	/* `lost`: it was sent on a connection that had worked, and which ended:
	 * no fault of the upstream's, worth another connection. */
	void (*on_failed)(struct attempt *attempt, const struct failure *why, bool lost);

	/* upstream.c's own. */
	struct upstream *upstream;
	struct list link;
	struct transport_query query;
	bool sent;
	uint64_t sent_ms;
};

struct upstream_events {
	/* It was not good and is now. */
	void (*on_good)(void *owner);
	void *owner;
};

struct upstream_stats {
	uint64_t queries, answers, handshakes, mismatched;
	uint32_t latency_ms; /* smoothed; 0: none measured */
};

/* What one upstream is made of; all borrowed for its life. */
struct upstream_parts {
	uv_loop_t *loop;
	const struct config_upstream *config;
	struct tls_trust trust;
	uint64_t stamp;        /* roots_stamp() of what they were read from */
	struct logs *logs;     /* trust.logs is its; NULL: ct is off */
	const char *state_dir; /* where evidence and contacts are kept, or NULL */
	const struct upstream_events *events;
};

/* `contact` (copied): what is known of it from before. */
MUST_CHECK enum status upstream_new(const struct upstream_parts *parts,
	const struct contact *contact, struct upstream **out);
/* Closes its connection. Attempts must have been cancelled, or failed with
 * upstream_fail_all(). */
void upstream_free(struct upstream *upstream);

/* The configuration was read again and says the same of it: points to the new
 * one. Roots and logs are read anew, for one may be gone; and what the disk did not
 * take of its contacts is tried again. */
void upstream_rebase(struct upstream *upstream, const struct upstream_parts *parts);

/* OK: a callback will come. Otherwise none: it may not be tried now, and `why`
 * says what it last failed of. `insist` tries in spite of the back-off. */
MUST_CHECK enum status upstream_ask(struct upstream *upstream, struct attempt *attempt,
	bool insist, struct failure *why);
/* Opens its connection, if it has none and may be tried, without a question: its
 * health will tell. */
void upstream_probe(struct upstream *upstream);
void upstream_cancel(struct upstream *upstream, struct attempt *attempt);
/* As upstream_cancel(), because the answer took too long. True: the connection
 * has been silent since the question was sent and is taken for dead. The caller
 * drops it with upstream_fail_all(), last of all: who else is told of that may
 * cancel what the caller holds. */
MUST_CHECK bool upstream_give_up(struct upstream *upstream, struct attempt *attempt);
/* Drops the connection; all attempts fail as lost. */
void upstream_fail_all(struct upstream *upstream, const char *why);

/* Takes over issuer and root that were refused, or those before, and tries again at
 * once; `*was`: those it had. UNSUPPORTED: it does not learn. Otherwise as
 * contact_take_over(). */
MUST_CHECK enum status upstream_accept(struct upstream *upstream,
	const struct contact_choice *choice, struct text *error,
	struct learned_pins *was);

/* A number that no other upstream of this process has or had. */
uint64_t upstream_serial(const struct upstream *upstream);
const char *upstream_name(const struct upstream *upstream);
const struct config_upstream *upstream_config(const struct upstream *upstream);
uint64_t upstream_stamp(const struct upstream *upstream);
const struct logs *upstream_logs(const struct upstream *upstream);
const struct contact *upstream_contact(const struct upstream *upstream);
const struct health *upstream_health(const struct upstream *upstream);
/* The last verdict; NULL before the first handshake. */
const struct verdict *upstream_verdict(const struct upstream *upstream);
struct upstream_stats upstream_stats(const struct upstream *upstream);
/* NULL without one. */
const struct conn *upstream_conn(const struct upstream *upstream);

#endif
