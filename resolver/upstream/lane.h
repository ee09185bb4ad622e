/* One connection of an upstream, with the attempts that are on it.
 *
 *	opening -> open -> draining -> ended */
#ifndef UPSTREAM_LANE_H
#define UPSTREAM_LANE_H

#include "upstream/attempt.h"

enum lane_state {
	LANE_OPENING,
	LANE_OPEN,
	LANE_DRAINING, /* takes no new questions */
	LANE_ENDED,    /* the transport is gone */
};

/* Called by the loop, never from within a function of this header. `owner` is the
 * lane's, of that moment. */
struct lane_events {
	void (*on_open)(void *owner, struct lane *lane);
	/* The attempt is off the lane already. */
	void (*on_answer)(void *owner, struct lane *lane, struct attempt *attempt,
		const struct message *answer);
	/* That one alone came to nothing. */
	void (*on_failed)(void *owner, struct lane *lane, struct attempt *attempt,
		const struct failure *why, bool again);
	/* It ended; what is on it is lost. The owner takes that off, and frees it. The
	 * rest as in conn.h. */
	void (*on_closed)(void *owner, struct lane *lane, const struct failure *why,
		const struct verdict *verdict, struct bytes refused_pem);
};

/* The upstream reads all of it, and writes what is below the line. */
struct lane {
	enum lane_state state;
	struct transport *transport; /* owned; NULL once ended */
	struct endpoint address;
	uint64_t started_ms, opened_ms;
	uint64_t used_ms;    /* the last question or answer */
	uint64_t idle_ms;    /* without questions, before those that are on it */
	uint64_t silent_ms;  /* since then it may not have been heard from; 0: it was */
	uint64_t suspect_ms; /* when that was noticed */
	uint64_t checked_ms; /* when a sign of life was asked for since; 0: it was not */
	struct list sent;    /* attempts */
	bool answered;       /* ever */
	unsigned failed_n;   /* questions that came to nothing, since the last answer */
	uint64_t heard_ms;   /* lane_heard_ms(), once ended */
	uint64_t mismatched; /* transport_mismatched(), once ended */

	const struct lane_events *events;
	void *owner;
	/* --- */
	struct list link;
	bool dead;    /* to be dropped at the next occasion */
	bool noted;   /* its silence is known to its upstream's health */
	bool useless; /* the same of what came of its questions */
};

static inline struct lane *lane_of(struct list *link)
{
	return list_entry(link, struct lane, link);
}

/* Connects; the rest of `spec` is the owner's. NOMEM, CRYPTO. */
MUST_CHECK enum status lane_start(const struct transport_spec *spec,
	const struct lane_events *events, void *owner, struct lane **out);
/* Without events. Nothing may be on it. */
void lane_free(struct lane *lane);

/* As transport_send(). */
MUST_CHECK enum status lane_send(struct lane *lane, struct attempt *attempt);
/* Takes it off. */
void lane_cancel(struct lane *lane, struct attempt *attempt);
/* Moves all attempts to the end of `to`, off the lane. */
void lane_take_all(struct lane *lane, struct list *to);
/* No new questions; ends when those on it have. */
void lane_drain(struct lane *lane);

uint64_t lane_heard_ms(const struct lane *lane);
/* `attempt`'s answer is overdue: suspected, if the lane was silent since it was sent. */
void lane_suspect(struct lane *lane, const struct attempt *attempt, uint64_t now_ms);
bool lane_is_suspect(const struct lane *lane);
/* Asks the server for a sign of life. */
void lane_check(struct lane *lane, uint64_t now_ms);
/* Takes questions, and nothing speaks against it. */
bool lane_is_usable(const struct lane *lane);

/* As transport_mismatched(). */
uint64_t lane_mismatched(const struct lane *lane);
/* NULL once ended, and of a plain server. */
struct conn *lane_conn(const struct lane *lane);

#endif
