/* What an upstream consists of; private to upstream.c, which callers see, and to lanes.c,
 * known.c, naming.c, notice.c and suspicion.c, of which each has a part of it. */
#ifndef UPSTREAM_INNER_H
#define UPSTREAM_INNER_H

#include "upstream/dialer.h"
#include "upstream/idle.h"
#include "upstream/latency.h"
#include "upstream/lines.h"
#include "upstream/resolution.h"
#include "upstream/upstream.h"

/* Connections at a time: one, one beside it, and one that comes for one that goes. */
#define LANES_MAX 3

struct upstream {
	struct upstream_parts parts;
	struct tls_policy policy; /* the configuration's, and what was learned */
	struct tls_context context;
	uint64_t serial;

	struct addresses addresses;
	struct resolution
		*resolution;       /* owned; NULL: it has addresses, or needs none yet */
	struct failure unresolved; /* of the last look-up; NONE */
	struct doh_template template; /* DoH */
	struct name *zones;           /* owned; plain: a copy of the configuration's */
	struct transport_spec spec;
	struct dialer dialer;
	struct list lanes; /* opened; the oldest first */
	unsigned lane_n;
	uint64_t late_until_ms;     /* an answer was late, LANE_SPARE_MS before */
	uint64_t no_spare_until_ms; /* a second connection came to nothing, as long ago */
	struct list waiting;        /* attempts without a lane */

	struct idle idle;
	struct latency latency;
	struct health health;
	struct lines lines; /* of the log, about its health */
	bool unproven;      /* good by its handshake; no answer yet, and not told */
	bool has_verdict;
	struct verdict verdict;
	struct contact_copy known; /* of its keys */
	struct upstream_stats stats;
	struct upstream *ntp; /* owned; upstream_for_ntp(), once needed */

	uv_timer_t timer;
	bool armed;
	uint64_t armed_ms;
};

/* A spare lane is kept so long after it was of use. */
#define LANE_SPARE_MS 30000

/* --- lanes.c: who is on which connection ----------------------------------- */

extern const struct dialer_events lanes_dialer_events;

/* The best one for a question that shall not be on `not_on`; NULL: none. */
struct lane *lanes_choose(const struct upstream *u, const struct lane *not_on);
/* Its health has nothing against it. */
bool lanes_may_open(const struct upstream *u);
/* Opens another one, unless that is under way: soon, or at once. NOMEM, CRYPTO. */
MUST_CHECK enum status lanes_open(struct upstream *u, bool at_once);
/* While answers are late now and then: opens another one unless two can be used. */
void lanes_keep_spare(struct upstream *u);
/* Drops all; what was on them is moved to `lost`. */
void lanes_drop(struct upstream *u, struct list *lost);
/* Tells them; they may ask again or cancel each other meanwhile. */
void lanes_fail(struct list *failing, const struct failure *why, bool lost);
/* Has the timer run when there is something to do next. */
void lanes_arm(struct upstream *u);

/* --- naming.c: where a server is that has but a name ------------------------- */

/* Begins to look it up, unless that is done. */
void naming_look(struct upstream *u);
/* Its configuration is another: what was found stays, and is looked up again. */
void naming_follow(struct upstream *u);
void naming_stop(struct upstream *u);

/* --- suspicion.c: while the clock is not believed --------------------------- */

/* If the clock is right by now, connections that were let in by an exception take no new
 * questions, and a refusal for the clock is forgiven. */
void suspicion_look(struct upstream *u);
/* The clock was set: connections with a certificate that has ended by it are dropped. */
void suspicion_end_expired(struct upstream *u);
/* What it is made of, or has learned, is another: so it is for upstream_for_ntp(). */
void suspicion_follow(struct upstream *u);

/* --- known.c: whose keys stand above it ------------------------------------- */

/* Brings it up to date; until known_publish(), which is to be soon, no other set learns:
 * they wait for the lock. */
void known_lock(struct upstream *u);
/* What is known here is what all know. Unlocks. */
void known_publish(struct upstream *u);
/* False: it was judged before another connection's first contact bound it to other keys.
 */
MUST_CHECK bool known_accept(struct upstream *u, const struct verdict *verdict);
void known_refuse(struct upstream *u, const struct verdict *verdict);
/* contact_keep_in_time(). */
void known_keep_in_time(struct upstream *u);

/* --- notice.c: what is made of what happens: health, evidence, the log ------ */

void notice_policy(struct upstream *u);
/* It may find that the lane is not to be used after all: `dead`. */
void notice_open(struct upstream *u, struct lane *lane);
void notice_answer(struct upstream *u, const struct lane *lane, uint64_t took_ms);
/* `reached`: as in health_failed(). */
void notice_failure(struct upstream *u, const struct endpoint *address,
	const struct failure *why, bool reached);
/* The lane was given up. */
void notice_silence(struct upstream *u, struct lane *lane);
/* It is slow because it was silent, and that is long enough ago. */
void notice_calm(struct upstream *u, const struct lane *lane);
void notice_refused(struct upstream *u, const struct endpoint *address,
	const struct verdict *verdict, struct bytes refused_pem);

#endif
