/* One thread's resolver: loop, listeners, cache, upstreams. Made from a
 * configuration, and changed by a reload whole or not at all. */
#ifndef WORKER_WORKER_H
#define WORKER_WORKER_H

#include <uv.h>

#include "listen/listeners.h"
#include "netwatch/netwatch.h"
#include "query/validator.h"
#include "worker/bypass.h"

/* What stands above a worker and changes with it: `prepare` may fail, with words in
 * `error`; then `discard` runs, otherwise `commit`. */
struct worker_follower {
	enum status (*prepare)(
		void *owner, const struct config *config, struct text *error);
	void (*commit)(void *owner);
	void (*discard)(void *owner);
	void *owner; /* borrowed; NULL: nobody follows */
};

struct worker {
	uv_loop_t *loop;       /* borrowed */
	struct config *config; /* owned: the one in force */
	struct cache *cache;   /* owned */
	struct upstream_set upstreams;
	struct exchanger *exchanger; /* owned */
	struct resolver *resolver;   /* owned */
	struct hosts *hosts;         /* owned */
	struct validator *validator; /* owned; NULL: answers are believed */
	struct listeners listeners;
	struct netwatch *netwatch;          /* owned */
	const struct endpoint *listen_only; /* borrowed; NULL: listen as configured */
	struct worker_follower follower;
	struct worker_bypass bypass;
	uint64_t started_ms;
	uint64_t reloads;  /* that took effect */
	unsigned reload_n; /* that were asked for */
	bool verbose;      /* the caller's, after the start: log.level does not count */
};

/* Binds every address, which may need root. `listen_only` (borrowed, or NULL)
 * replaces the configuration's addresses, also after a reload. Takes `config`
 * over on OK; with
 * CONFIG, NOMEM or IO `error` has the words and nothing is left open but
 * handles that the loop has to close. */
MUST_CHECK enum status worker_bind(struct worker *worker, uv_loop_t *loop,
	struct config *config, const struct endpoint *listen_only, struct text *error);
/* Reads every root, the log list and what was learned, as the user who will read
 * them again. CONFIG, NOMEM, IO, CRYPTO: `error` has the words; worker_stop() is the
 * caller's. */
MUST_CHECK enum status worker_start(struct worker *worker, struct text *error);
/* Reads the file again and swaps. On failure the running configuration is as
 * it was; `error` says why. */
MUST_CHECK enum status worker_reload(struct worker *worker, struct text *error);
/* Closes all; the loop needs a last turn. */
void worker_stop(struct worker *worker);

/* What --check-config does beyond reading the file: is there the user, are there
 * roots that we can read, a log list, anchors, and records of what was learned? Warns in
 * the log of a list that does for nobody. Nothing is written. */
MUST_CHECK enum status worker_check(const struct config *config, struct text *error);

#endif
