/* Opens one connection to an upstream, at whichever of its addresses is there first
 * (RFC 8305): the next one is tried when one fails, or has not come to anything after
 * 250 ms; the first that is accepted wins, the others are closed. */
#ifndef UPSTREAM_DIALER_H
#define UPSTREAM_DIALER_H

#include "upstream/addresses.h"
#include "upstream/lane.h"

/* Attempts at a time. */
#define DIALS_MAX 4

/* Called by the loop. The dialer rests at on_open() and on_given_up(), and may be started
 * from there. */
struct dialer_events {
	/* The lane is the owner's from now on; its events and owner are to be set. */
	void (*on_open)(void *owner, struct lane *lane);
	/* A verdict went against this address; others may still do. */
	void (*on_refused)(void *owner, const struct endpoint *address,
		const struct verdict *verdict, struct bytes refused_pem);
	/* All addresses have failed. `why` is what weighs most: a refusal is not hidden
	 * behind a timeout. */
	void (*on_given_up)(
		void *owner, const struct endpoint *address, const struct failure *why);
};

struct dial_target {
	struct endpoint address;
	bool failed;
};

struct dialer {
	struct addresses *addresses;        /* borrowed */
	const struct transport_spec *spec;  /* borrowed; without the address */
	const struct dialer_events *events; /* borrowed */
	void *owner;

	bool running;
	bool insists; /* questions wait: what came to nothing is tried again and again */
	struct list lanes; /* LANE_OPENING, the oldest first */
	unsigned lane_n;
	struct dial_target *targets; /* owned; in the order to try them */
	size_t target_n, next, left; /* the next one; those that have not failed yet */
	uint64_t since_ms;  /* of the first try since one that went well; 0: none */
	uint64_t tried_ms;  /* the last try */
	uint64_t due_ms;    /* of the next target not tried yet */
	struct failure why; /* what weighs most so far; NONE */
	struct endpoint why_at;
};

void dialer_init(struct dialer *dialer, struct addresses *addresses,
	const struct transport_spec *spec, const struct dialer_events *events,
	void *owner);
void dialer_deinit(struct dialer *dialer);

/* Tries the first address: now, or, unless `at_once`, a little later if one failed just
 * now. NOMEM, CRYPTO: it rests. */
MUST_CHECK enum status dialer_start(struct dialer *dialer, bool at_once, uint64_t now_ms);
/* Sets `insists`. A start that was put off is forgotten when nobody waits any more. */
void dialer_insist(struct dialer *dialer, bool insists);
/* It runs, and has tried something. */
bool dialer_is_busy(const struct dialer *dialer);
/* Closes what it has begun, without events. */
void dialer_stop(struct dialer *dialer);
/* What failed before counts no more: the next start tries at once. */
void dialer_forget(struct dialer *dialer);

/* When dialer_tick() has something to do; UINT64_MAX: never. */
uint64_t dialer_due_ms(const struct dialer *dialer);
void dialer_tick(struct dialer *dialer, uint64_t now_ms);

#endif
