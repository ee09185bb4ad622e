/* An upstream's answer on its way through validation; private to this room.
 *
 *	exchange -> validate_start -> needs a DNSKEY or DS? another question in flight
 *	                           -> signatures? a thread
 *	                           -> secure, insecure, indeterminate: resolver_conclude
 *	                           -> bogus: once more, from another upstream */
#ifndef QUERY_VALIDATE_H
#define QUERY_VALIDATE_H

#include "query/jobs.h"
#include "query/resolver.h"
#include "query/validator.h"

struct validator {
	struct dnssec_anchors *anchors; /* owned */
	struct dnssec_policy policy;
	struct name *negative; /* owned */
	uint8_t *anchor_text;  /* owned: what they were read from; NULL: built in */
	size_t anchor_text_n;
	struct dnssec_keys *keys; /* owned */
	struct validator_stats stats;
	struct jobs jobs;
	struct list under_way; /* struct validating, the oldest question first */
	size_t bytes;          /* of answers that are under way */
	uv_timer_t timer;      /* while something is under way */
	bool has_timer, closed;
};

struct validating {
	struct list link; /* in validator->under_way */
	struct validator *validator;
	struct inflight *inflight;     /* whose answer it is */
	struct validation *validation; /* owned; NULL: the answer is asked for again */
	struct job *job;               /* the validation is with a thread */
	struct inflight *need;         /* that question is being asked */
	struct list need_link;         /* in need->followers */
	uint8_t *wire;                 /* owned */
	struct message answer;         /* borrows from `wire` */
	char upstream[INFLIGHT_UPSTREAM_MAX]; /* who gave it */
	char avoid[INFLIGHT_UPSTREAM_MAX];    /* who gave the first one; "": nobody */
	bool again;                           /* for the second time: */
	struct validation_result first;       /* what came of the first */
};

/* The answer to `inflight` that has come, or why there is none. False: there is nothing
 * to be validated, and resolver_conclude() is the caller's. */
bool validate_start(struct inflight *inflight, const struct exchange_result *result);
/* On to the next question or thread, or to the end: `validating` may be gone. */
void validate_step(struct validating *validating);
/* Nobody wants to know any more. */
void validate_cancel(struct validating *validating);
/* What is under way with `from` begins again with the resolver's present validator. */
void validate_move_all(struct resolver *resolver, struct validator *from);

/* --- chain.c: the questions of a validation, asked like a client's -------------- */

/* What is needed next. True if it is there already, or cannot be had. */
bool chain_ask(struct validating *validating);
/* It does not wait for that any more. */
void chain_leave(struct validating *validating);
/* `inflight` has its answer, or NULL: to all validations that need it. */
void chain_supply(struct inflight *inflight, const struct message *answer);
/* `inflight` ends without, as at the end of all. */
void chain_detach(struct inflight *inflight);

#endif
