/* One upstream at run time: its connections, opened when first needed and kept, its
 * health, and the attempts that wait for or use them. */
#ifndef UPSTREAM_UPSTREAM_H
#define UPSTREAM_UPSTREAM_H

#include <uv.h>

#include "config/config.h"
#include "tls/roots.h"
#include "upstream/addresses.h"
#include "upstream/attempt.h"
#include "upstream/contact.h"
#include "upstream/health.h"
#include "upstream/logs.h"
#include "upstream/shared.h"

struct upstream;

struct upstream_events {
	/* It was not good and is now. */
	void (*on_good)(void *owner);
	void *owner;
};

struct upstream_stats {
	uint64_t queries, answers, mismatched;
	uint64_t handshakes, resumed; /* all, and those without a certificate */
	uint64_t lost;                /* questions whose connection ended under them */
	uint64_t replaced;            /* connections given up because they fell silent */
	uint32_t latency_ms;          /* smoothed; 0: none measured */
	uint32_t usual_ms;            /* upstream_usual_ms() */
};

/* What one upstream is made of; all borrowed for its life. */
struct upstream_parts {
	uv_loop_t *loop;
	const struct config_upstream *config;
	struct tls_trust trust;
	uint64_t stamp;        /* roots_stamp() of what they were read from */
	struct logs *logs;     /* trust.logs is its; NULL: ct is off */
	const char *state_dir; /* where evidence and contacts are kept, or NULL */
	/* trust.clock is its; what is accepted raises that, and is told to other sets.
	 * NULL: it has no certificate that could. */
	struct upstream_shared *shared;
	bool for_ntp; /* upstream_for_ntp()'s */
	const struct upstream_events *events;
	const struct endpoint *bootstrap; /* whom to ask for its name */
	size_t bootstrap_n;
};

/* `contact` (copied): what is known of it from before. */
MUST_CHECK enum status upstream_new(const struct upstream_parts *parts,
	const struct contact *contact, struct upstream **out);
/* Closes its connections. Attempts must have been cancelled, or failed with
 * upstream_fail_all(). */
void upstream_free(struct upstream *upstream);

/* The configuration was read again and says the same of it: points to the new
 * one. Roots and logs are read anew, for one may be gone; and what the disk did not
 * take of its contacts is tried again. */
void upstream_rebase(struct upstream *upstream, const struct upstream_parts *parts);

/* Other addresses from now on (copied), none at all maybe: then questions wait as for a
 * server that cannot be reached. Connections stay. NOMEM: as before. */
MUST_CHECK enum status upstream_set_addresses(
	struct upstream *upstream, const struct endpoint *endpoints, size_t n);

/* OK: a callback will come. Otherwise none: it may not be tried now, and `why`
 * says what it last failed of. `insist` tries in spite of the back-off. A question for
 * which there is no connection waits for one: as long as its caller likes, while the
 * upstream has been unreachable for less than HEALTH_HOLD_MS; else until the attempt to
 * open one has failed. */
MUST_CHECK enum status upstream_ask(struct upstream *upstream, struct attempt *attempt,
	bool insist, struct failure *why);
/* Opens a connection, if it has none and may be tried, without a question: its health
 * will tell. */
void upstream_probe(struct upstream *upstream);
void upstream_cancel(struct upstream *upstream, struct attempt *attempt);
/* As upstream_cancel(), because the answer took too long: a connection that has been
 * silent since the question was sent is taken for dead, and what else is on it is lost
 * in the loop's next turn. */
void upstream_give_up(struct upstream *upstream, struct attempt *attempt);
/* Drops its connections; all attempts fail as lost, now. */
void upstream_fail_all(struct upstream *upstream, const char *why);

/* The answer to `attempt`, which was sent, takes longer than usual. Unless something was
 * heard on its connection since, new questions keep off it; and once another one is open
 * and it is still silent, what is on it is lost. To be told once for an attempt; no
 * callback runs meanwhile. Whether upstream_check() would help: others are asked so much
 * that they miss the connection. */
bool upstream_overdue(struct upstream *upstream, struct attempt *attempt);
/* Asks for a sign of life on its connection: one question more. */
void upstream_check(struct upstream *upstream, struct attempt *attempt);
/* Nothing was heard on its connection since it was sent. */
bool attempt_is_silent(const struct attempt *attempt);
/* How long after it was sent an answer is overdue. */
uint32_t upstream_usual_ms(const struct upstream *upstream);
/* How long after `attempt` was sent another one beside it is worth its while: sooner than
 * overdue where another connection is open already. */
uint32_t upstream_hedge_ms(
	const struct upstream *upstream, const struct attempt *attempt);
/* Smoothed; 0: none measured. */
uint32_t upstream_latency_ms(const struct upstream *upstream);

/* Routes or addresses are others, or the machine has slept. Back-offs end. `drop`: its
 * connections are of no use any more, what is on them is lost, now. */
void upstream_network_changed(struct upstream *upstream, bool drop);
/* The wall clock was set: who was refused for a date may be tried at once. */
void upstream_clock_stepped(struct upstream *upstream);

/* To be asked in its place for ntp_names, and for nothing else, while it is refused for
 * the clock alone: the same server over connections of its own, which need no pin while
 * the clock is suspected and end when they are not used. Lives as long as `upstream`
 * does; has its own serial, and what is told to `upstream` is told to it. NULL: it is not
 * refused for that, or there is no memory. */
struct upstream *upstream_for_ntp(struct upstream *upstream);
/* It has such a connection. */
bool upstream_serves_ntp(const struct upstream *upstream);

/* Takes over issuer and root that were refused, or those before, and tries again at
 * once; `*was`: those it had. UNSUPPORTED: it does not learn. Otherwise as
 * contact_take_over(). */
MUST_CHECK enum status upstream_accept(struct upstream *upstream,
	const struct contact_choice *choice, struct text *error,
	struct learned_pins *was);

/* What upstreams of its name in other sets know of its keys, it knows, too; and the other
 * way round. */
void upstream_catch_up(struct upstream *upstream);
void upstream_tell(struct upstream *upstream);
/* upstream_accept() was called of the one in another set. */
void upstream_follow_accepted(struct upstream *upstream);

/* Its protocol has a use for the EDNS option of RFC 7828: queries carry it. */
bool upstream_wants_keepalive(const struct upstream *upstream);

/* It speaks without TLS. */
bool upstream_is_plain(const struct upstream *upstream);
/* It may be asked about that name: always, but for a plain one, which has zones. */
bool upstream_takes(const struct upstream *upstream, const struct name *name);

/* A number that no other upstream of this process has or had. */
uint64_t upstream_serial(const struct upstream *upstream);
const char *upstream_name(const struct upstream *upstream);
const struct config_upstream *upstream_config(const struct upstream *upstream);
/* 0: it has no roots, or their stamp is not known yet. */
uint64_t upstream_stamp(const struct upstream *upstream);
void upstream_set_stamp(struct upstream *upstream, uint64_t stamp);
const struct logs *upstream_logs(const struct upstream *upstream);
const struct contact *upstream_contact(const struct upstream *upstream);
const struct health *upstream_health(const struct upstream *upstream);
/* The last verdict; NULL before the first handshake. */
const struct verdict *upstream_verdict(const struct upstream *upstream);
struct upstream_stats upstream_stats(const struct upstream *upstream);
/* A question was sent to it, or a connection to it is open. */
bool upstream_was_asked(const struct upstream *upstream);
/* Where it is looked for. */
const struct addresses *upstream_addresses(const struct upstream *upstream);
/* Connections that were accepted and have not ended. */
size_t upstream_lane_count(const struct upstream *upstream);
/* The best one, or one that is being opened; NULL without, and of a plain one. */
const struct conn *upstream_conn(const struct upstream *upstream);

#endif
