/* One question's state, and what the parts of an exchange call of each other; private
 * to exchange.c (start and end), try.c (whom to ask, and what came of it) and
 * exchange_time.c (what is due). */
#ifndef UPSTREAM_EXCHANGE_STATE_H
#define UPSTREAM_EXCHANGE_STATE_H

#include "base/pool.h"
#include "base/wheel.h"
#include "dns/query.h"
#include "upstream/budget.h"
#include "upstream/exchange.h"
#include "upstream/explain.h"

/* Upstreams that are asked one question. */
#define TRIED_MAX 16
/* Tries under way at a time. */
#define TRIES_MAX 3

struct exchanger {
	struct upstream_set *set;
	struct exchanger_options options;
	struct exchanger_stats stats;
	struct budget budget;
	uv_timer_t timer;
	uint64_t timer_due_ms;     /* while it is active */
	struct wheel wheel;        /* what is due of those that run */
	struct list running;       /* exchanges */
	struct pool pool;          /* of struct exchange */
	struct bypass_run *bypass; /* owned; NULL: none */
};

struct
try {
	struct attempt attempt;
	struct exchange *exchange;
	struct upstream *upstream; /* NULL: not under way */
	uint64_t asked_ms;
	bool overdue;   /* … and was told so */
	bool hedged;    /* asked a second time, or that was not to be */
	bool passed_by; /* another was asked beside it */
	bool held;      /* it cannot be reached now */
};

struct exchange {
	struct exchanger *exchanger;
	struct list link;
	exchange_done *done;
	void (*on_early)(
		void *data, const struct ede *so_far); /* NULL: told, or unwanted */
	void *data;

	struct question question;
	bool for_ntp; /* for one of ntp_names */
	bool dnssec_ok, checking_disabled, want_ad, subnet_opt_out;
	unsigned pad_to;
	char *only; /* owned, or NULL */
	uint64_t turn, early_at_ms, deadline_ms;
	struct wheel_item due; /* when something of it is to be looked at */

	struct try tries[TRIES_MAX];
	uint64_t tried[TRIED_MAX]; /* serials */
	unsigned tried_n, lost_n;

	/* The query: without edns-tcp-keepalive (RFC 7828 §3.2.1), with it, and for a
	 * plain server. */
	size_t wire_n[3];               /* 0: not written yet */
	struct explanation explanation; /* grows with each that was tried */
	/* From its reasons on nothing is cleared at the start. */
	uint8_t wire[3][QUERY_WIRE_MAX];
};

/* --- try.c ------------------------------------------------------------------ */

/* Asks the next upstream that will take the question; false if none does, or
 * if no time is left, or too many tries are under way. */
MUST_CHECK bool exchange_try_next(struct exchange *exchange);
/* Asks again who was asked by `slow`, on another connection. */
MUST_CHECK bool exchange_try_beside(struct exchange *exchange, const struct try *slow);

/* Ends the tries of those that may not be asked any more, and asks others. */
void exchange_reroute(struct exchange *exchange);

/* Cancels it, if it is under way. */
void try_end(struct try *try);
/* Whether it is one of those to ask, by route and bypass as they are now. */
bool exchange_may_ask(const struct exchange *exchange, const struct upstream *upstream);
/* Adds to the explanation what kept those from being asked that were not. */
void exchange_explain_rest(struct exchange *exchange);

/* --- exchange.c ------------------------------------------------------------- */

/* Without an answer the explanation is what there is. The exchange is gone then. */
void exchange_finish(struct exchange *exchange, const struct upstream *upstream,
	const struct message *answer);

/* --- bypass.c --------------------------------------------------------------- */

/* NULL: there is none. */
struct upstream *bypass_upstream(const struct exchanger *exchanger);
/* It is one of the names, and its time is not over. */
bool bypass_has(const struct exchanger *exchanger, const struct name *name);

/* --- exchange_time.c -------------------------------------------------------- */

/* It has been started: has it looked at in time, until exchange_cancel(). */
void exchange_watch(struct exchange *exchange);
/* What is due of it has changed: is worked out anew, and it is looked at in time. */
void exchange_look(struct exchange *exchange);

#endif
