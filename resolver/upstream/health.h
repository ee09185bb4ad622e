/* How an upstream fares, and when it may be tried again. Pure: time comes in.
 *
 *	unknown -> good <-> unreachable | refused | broken */
#ifndef UPSTREAM_HEALTH_H
#define UPSTREAM_HEALTH_H

#include <stdint.h>

#include "transport/failure.h"

/* So long questions wait for an upstream that cannot be reached. */
#define HEALTH_HOLD_MS 10000

enum health_state {
	HEALTH_UNKNOWN,     /* not tried yet */
	HEALTH_GOOD,        /* its last connection was accepted */
	HEALTH_SLOW,        /* it answers, but fell silent lately or takes long */
	HEALTH_UNREACHABLE, /* no network, no answer, or nobody listens */
	HEALTH_REFUSED,     /* the verdict went against it */
	HEALTH_BROKEN,      /* it does not speak the protocol, or we cannot */
};

struct health {
	enum health_state state;
	struct failure last;  /* of the last failure; kind NONE before one */
	unsigned in_a_row;    /* failures since the last answer */
	uint64_t retry_at_ms; /* on clock_now_ms(); not tried before */
	bool suspect;         /* it fell silent after it had answered */
	unsigned silences;    /* of that kind, lately */
	unsigned answers;     /* since the last silence or failure, up to a bound */
};

const char *health_state_text(enum health_state state);

/* These return whether there is something new to tell: the state, or the reason
 * for it, is another than before. */
bool health_succeeded(struct health *health);
bool health_failed(struct health *health, const struct failure *why, uint64_t now_ms);

/* It was good a moment ago: others come first until its back-off has ended and a
 * new connection is open; who has no other may ask it at once. */
bool health_suspect(struct health *health, const struct failure *why, uint64_t now_ms);

/* Only an answer forgets earlier failures: a server that lets everybody in and
 * answers nobody is tried less and less often. */
void health_answered(struct health *health);

/* The cause is mended, as an operator says: it may be tried at once. */
void health_forgive(struct health *health);

bool health_may_try(const struct health *health, uint64_t now_ms);

#endif
