/* One question put to the upstreams until one answers or the deadline passes.
 *
 * The best of them by the strategy is asked first. What takes longer than it usually
 * does is asked a second time, on another connection: a hedge, for at most one in twenty
 * of many questions, and a few saved up (budget.h). Who stays silent gets company: the
 * next upstream is asked as well. A question lost with a connection that had worked is
 * asked again at once. The first usable answer wins. */
#ifndef UPSTREAM_EXCHANGE_H
#define UPSTREAM_EXCHANGE_H

#include "upstream/route.h"
#include "upstream/set.h"

/* Runs exchanges; one a worker. */
struct exchanger;
struct exchange;

struct exchanger_options {
	enum strategy strategy;
	enum hedge hedge;
	/* Plain host names; borrowed until the next rebase. Questions for them may be
	 * asked of upstream_for_ntp(), when nobody else answers. */
	const char *const *ntp_names;
	size_t ntp_name_n;
	/* Borrowed as long. They count at each choice: whoever was asked by another route
	 * that is none any more is not listened to. */
	struct routes routes;
};

struct exchanger_stats {
	uint64_t questions; /* exchanges that were started */
	uint64_t hedges;    /* asked a second time for being slow */
	uint64_t failovers; /* asked of another upstream beside a silent one */
	uint64_t retries;   /* asked again after a lost connection */
};

struct exchange_request {
	const struct question *question; /* copied */
	bool dnssec_ok, checking_disabled;
	bool want_ad;        /* the answer's AD is of interest (RFC 6840 §5.7) */
	bool subnet_opt_out; /* as in struct query_options */
	unsigned pad_to;     /* bytes; 0: no padding */
	uint32_t timeout_ms; /* for all attempts together */
	const char *only;    /* borrowed during the call: this upstream alone, back-off
				or not; NULL for all */
	const char *avoid;   /* borrowed during the call: not this one; or NULL */
	/* After `early_ms` (0: never) without an answer, once: how it stands so far,
	 * borrowed until it returns. The exchange goes on. */
	void (*on_early)(void *data, const struct ede *so_far);
	uint32_t early_ms;
};

/* How it ended; borrowed until `done` returns. */
struct exchange_result {
	const struct question *question;
	const struct message *answer; /* NULL: none */
	const char *upstream;         /* who answered */
	struct ede ede;               /* without an answer: why */
};

typedef void exchange_done(void *data, const struct exchange_result *result);

/* `set` is borrowed for the exchanger's life, `options` copied. */
MUST_CHECK enum status exchanger_new(struct upstream_set *set,
	const struct exchanger_options *options, struct exchanger **out);
/* All exchanges end without callbacks. Memory goes with the next turn of the
 * loop. */
void exchanger_free(struct exchanger *exchanger);
/* After a reload. */
void exchanger_rebase(
	struct exchanger *exchanger, const struct exchanger_options *options);
/* The question is for the upstreams of all names, not for some of its own: no route has
 * it, and no bypass. */
bool exchanger_asks_all(
	const struct exchanger *exchanger, const struct question *question);
/* The zone of the servers without TLS that are asked this, whose answers are to speak of
 * no other name; for a bypass the name itself. NULL: it is asked over TLS. Borrowed,
 * until a reload or as long as `question`. */
const struct name *exchanger_plain_zone(
	const struct exchanger *exchanger, const struct question *question);
/* Whether an upstream of that name would be asked this now: after a reload, or while
 * there is a bypass, the question may be somebody else's. */
bool exchanger_would_ask(const struct exchanger *exchanger,
	const struct question *question, const char *upstream);
/* After the set has changed, too: questions under way that are somebody else's by now are
 * asked there. */
void exchanger_reroute(struct exchanger *exchanger);
struct exchanger_stats exchanger_stats(const struct exchanger *exchanger);
/* The time that upstreams are judged at (tls/floor.h), in seconds since 1970. */
int64_t exchanger_now_s(const struct exchanger *exchanger);

/* OK: `done` runs once, on this loop, not before this returns, unless
 * exchange_cancel() comes first. CLOSED: known at once, no upstream may be tried
 * now, or `only` is a plain server and the name none of its; `why` says which failed of
 * what. NOTFOUND: no upstream called `only`. NOMEM. */
MUST_CHECK enum status exchange_start(struct exchanger *exchanger,
	const struct exchange_request *request, exchange_done *done, void *data,
	struct exchange **out, struct ede *why);
void exchange_cancel(struct exchange *exchange);

#endif
