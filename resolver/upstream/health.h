/* How an upstream fares, and when it may be tried again. Pure: time comes in.
 *
 *	unknown -> good <-> slow
 *	any of them <-> unreachable | refused | broken */
#ifndef UPSTREAM_HEALTH_H
#define UPSTREAM_HEALTH_H

#include <stdint.h>

#include "transport/failure.h"

/* So long questions wait for an upstream that cannot be reached: a server that is
 * started again, a path that comes back. */
#define HEALTH_HOLD_MS 10000

enum health_state {
	HEALTH_UNKNOWN, /* not tried yet */
	HEALTH_GOOD,    /* its last connection was accepted */
	HEALTH_SLOW,    /* accepted and answering, but it fell silent, or takes long */
	HEALTH_UNREACHABLE, /* no network, no answer, or nobody listens */
	HEALTH_REFUSED,     /* the verdict went against it */
	HEALTH_BROKEN,      /* it does not speak the protocol, or we cannot */
};

struct health {
	enum health_state state;
	struct failure last;    /* of the last failure; kind NONE before one */
	unsigned in_a_row;      /* failures since the last answer */
	unsigned bad_ends;      /* … of connections that were accepted */
	uint64_t retry_at_ms;   /* on clock_now_ms(); not tried before */
	uint64_t hold_until_ms; /* health_holds() */
	bool suspect;           /* it fell silent after it had answered, or is on trial */
	unsigned silences;      /* of such, lately */
	unsigned answers;       /* since the last silence or failure, up to a bound */
};

const char *health_state_text(enum health_state state);

/* These return whether there is something new to tell: the state, or the reason
 * for it, is another than before. */

/* A connection was accepted, or stands: it is good, or slow until the back-off of a
 * silence ends. */
bool health_succeeded(struct health *health, uint64_t now_ms);
/* A connection was accepted after failures: nothing changes until there is a sign that it
 * answers, too. Looked at again at `look_ms`. */
void health_on_trial(struct health *health, uint64_t look_ms);
/* `reached`: it failed on a connection that was accepted. The first time it may be tried
 * again at once. Who took none costs little to be tried, and often it is the path that is
 * gone: back-offs are short. */
bool health_failed(
	struct health *health, const struct failure *why, bool reached, uint64_t now_ms);

/* It answered a moment ago, and is silent. Others come first until its back-off has
 * ended; who has no other may ask it at once. */
bool health_suspect(struct health *health, const struct failure *why, uint64_t now_ms);

/* Only an answer forgets earlier failures: a server that lets everybody in and
 * answers nobody is tried less and less often. `smoothed_ms`: its latency. */
bool health_answered(struct health *health, uint32_t smoothed_ms);

/* The cause is mended, as an operator says, or another network: it may be tried at
 * once. */
void health_forgive(struct health *health, uint64_t now_ms);

/* Its back-off has ended. */
bool health_may_try(const struct health *health, uint64_t now_ms);
/* It takes no connection, but not for long: questions may wait. */
bool health_holds(const struct health *health, uint64_t now_ms);

#endif
