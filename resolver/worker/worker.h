/* One thread's resolver: listeners, cache, upstreams, on a loop of its own. Made from a
 * configuration, and changed by a reload whole or not at all. What concerns all threads
 * is in workers.h. */
#ifndef WORKER_WORKER_H
#define WORKER_WORKER_H

#include <uv.h>

#include "listen/listeners.h"
#include "query/validator.h"
#include "upstream/bypass.h"

/* Which of how many, from 0. The cache's memory is shared out evenly; other limits are
 * each worker's own, for its clients are who the kernel gives it. */
struct worker_place {
	unsigned number, of;
};

struct workers;

struct worker {
	struct workers *workers; /* borrowed: of which it is one */
	uv_loop_t *loop;         /* borrowed */
	struct worker_place place;
	const struct config *config; /* borrowed: the one in force */
	struct cache *cache;         /* owned */
	struct upstream_set upstreams;
	struct exchanger *exchanger; /* owned */
	struct resolver *resolver;   /* owned */
	struct validator *validator; /* owned; NULL: answers are believed */
	struct listeners listeners;
};

/* Where to listen; borrowed. */
struct worker_listen {
	const struct endpoint *endpoints;
	size_t n;
	unsigned client_limit; /* of this worker */
	struct handed *handed; /* sockets that are there already, or NULL */
};

/* Binds every address, which may need root. `config` and `shared` are borrowed for the
 * worker's life. CONFIG, NOMEM, IO: `error` has the words; worker_stop() is the caller's.
 * Workers with a higher number bind after those with a lower one. */
MUST_CHECK enum status worker_bind(struct worker *worker, struct workers *workers,
	uv_loop_t *loop, struct worker_place place, const struct config *config,
	const struct worker_listen *listen, struct upstream_shared *shared,
	struct text *error);
/* Reads every root, the log list and what was learned, as the user who will read them
 * again. CONFIG, NOMEM, IO, CRYPTO: `error` has the words; worker_stop() is the caller's.
 */
MUST_CHECK enum status worker_start(struct worker *worker, struct text *error);

/* Everything of a reload that may fail, ready to be swapped in. */
struct worker_plan {
	struct cache *cache; /* owned; NULL: the one in force stays */
	struct upstream_plan upstreams;
	struct listeners_plan listeners;
	unsigned client_limit;
	struct validator *validator; /* owned */
	bool same_validator;         /* the one in force does as well, and knows more */
};

/* Then either worker_commit() or worker_discard(), before the loop's next turn; on
 * failure, too, that is to discard, and `error` says why. */
MUST_CHECK enum status worker_prepare(struct worker *worker, const struct config *config,
	const struct worker_listen *listen, struct text *error, struct worker_plan *plan);
/* Cannot fail. `config` is borrowed from now on, and the one before not any more. The
 * resolver is without local names until it is told of them (resolver_set_local()). */
void worker_commit(
	struct worker *worker, const struct config *config, struct worker_plan *plan);
void worker_discard(struct worker_plan *plan);

/* Routes or addresses are others; `drop`: connections are of no use any more. */
void worker_start_over(struct worker *worker, bool drop);
/* What is known of the name is forgotten, or of all (NULL); how many answers were. */
size_t worker_flush(struct worker *worker, const struct name *name);

/* Closes all; the loop needs a last turn. Does nothing to one that was never bound. */
void worker_stop(struct worker *worker);

/* What --check-config does beyond reading the file: is there the user, are there
 * roots that we can read, a log list, anchors, and records of what was learned? Warns in
 * the log of a list that does for nobody. Nothing is written. */
MUST_CHECK enum status worker_check(const struct config *config, struct text *error);

#endif
