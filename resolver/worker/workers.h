/* All workers: the first in the main thread, with what there is once (hosts file,
 * network, control, reload), the others in threads of their own. They share no more than
 * the configuration, the tree of local names and struct upstream_shared; what reaches all
 * of them happens while they stand still (rendezvous.h). With one worker there is no
 * thread.
 *
 * All functions are the main thread's. */
#ifndef WORKER_WORKERS_H
#define WORKER_WORKERS_H

#include "netwatch/netwatch.h"
#include "worker/bypass.h"
#include "worker/hosts.h"
#include "worker/rendezvous.h"
#include "worker/worker.h"

/* What stands above the workers and changes with them: `prepare` may fail, with words in
 * `error`. `commit` follows if all are prepared, otherwise `discard`, also where it did
 * not come to `prepare`. */
struct workers_follower {
	enum status (*prepare)(
		void *owner, const struct config *config, struct text *error);
	void (*commit)(void *owner);
	void (*discard)(void *owner);
	void *owner; /* borrowed; NULL: nobody follows */
};

struct worker_thread;

/* In place of the configuration's `listen`, also after a reload. */
struct workers_listen {
	const struct endpoint *endpoints;
	size_t n;
	struct handed *handed; /* these are bound already; NULL: they are not */
};

struct workers {
	uv_loop_t *loop;       /* borrowed: the main thread's */
	struct config *config; /* owned: the one in force */
	struct worker *items;  /* owned */
	unsigned n;
	struct worker_thread *threads; /* owned; of items[1] and those behind it */
	struct rendezvous rendezvous;  /* of these */
	struct upstream_shared shared;
	struct hosts *hosts;                 /* owned */
	struct netwatch *netwatch;           /* owned */
	const struct workers_listen *listen; /* borrowed; NULL: as configured */
	struct workers_follower follower;
	struct workers_bypass bypass;
	uint64_t started_ms;
	uint64_t reloads;  /* that took effect */
	unsigned reload_n; /* that were asked for */
	bool verbose;      /* the caller's, after the start: log.level does not count */
};

/* Binds every address for as many workers as `config` asks for, which may need root.
 * `listen` is borrowed, or NULL. Takes `config` over, whatever comes of it. CONFIG,
 * NOMEM, IO: `error` has the words; workers_stop() and workers_free() are the caller's.
 */
MUST_CHECK enum status workers_bind(struct workers *workers, uv_loop_t *loop,
	struct config *config, const struct workers_listen *listen, struct text *error);
/* Reads all that there is to read, as the user who will read it again. CONFIG, NOMEM, IO,
 * CRYPTO: as above. */
MUST_CHECK enum status workers_start(struct workers *workers, struct text *error);
/* Starts the threads. NOMEM: there are not so many; as above. */
MUST_CHECK enum status workers_run(struct workers *workers, struct text *error);
/* Reads the file again and swaps. On failure all workers are as they were; `error` says
 * why. */
MUST_CHECK enum status workers_reload(struct workers *workers, struct text *error);
/* Closes all; the main loop needs a last turn. */
void workers_stop(struct workers *workers);
/* After that turn: waits for the threads to end. */
void workers_free(struct workers *workers);

/* Between the two all others stand still, and what they own may be looked at. */
void workers_gather(struct workers *workers);
void workers_release(struct workers *workers);
/* Each does that in its own thread, one after the other; they are gathered. */
void workers_each(struct workers *workers,
	void (*task)(struct worker *worker, void *data), void *data);

/* What is known of the name is forgotten, or of all (NULL); how many answers were. */
size_t workers_flush(struct workers *workers, const struct name *name);
/* As upstream_accept(), of the upstream of that name, which there is, in all sets. */
MUST_CHECK enum status workers_accept(struct workers *workers, const char *upstream,
	const struct contact_choice *choice, struct text *error,
	struct learned_pins *was);

#endif
