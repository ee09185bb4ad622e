/* Where threads come to a stand, so that one, the host, may change what all of them use.
 * Each guest is a thread that runs a loop; it stands still inside of a callback of that
 * loop, holding no lock, until the host lets it go. Meanwhile it can be told to do
 * something itself: what belongs to a loop is touched in its own thread alone.
 *
 *	host:  gather ........ run (guest 1) ... run (guest 2) ... release
 *	guest:   … | stands still | works | stands still ........ | goes on
 *
 * The host is never a guest, and holds no lock that a guest may wait for while it
 * gathers. Without guests nothing of this costs anything. */
#ifndef WORKER_RENDEZVOUS_H
#define WORKER_RENDEZVOUS_H

#include <pthread.h>
#include <stdbool.h>
#include <uv.h>

#include "base/status.h"

struct rendezvous;

struct guest {
	uv_async_t wake;
	struct rendezvous *rendezvous;
	bool open;                /* the handle is */
	bool attends;             /* a thread runs its loop */
	bool standing;            /* … and that thread stands still */
	void (*task)(void *data); /* that it is to do meanwhile, or NULL */
	void *data;
};

struct rendezvous {
	pthread_mutex_t lock; /* of all below, and of the guests' last four */
	pthread_cond_t moved;
	struct guest *guests; /* owned */
	unsigned n;
	unsigned depth; /* of rendezvous_gather(), the host's own */
	bool called;
};

/* Of `n` guests, none of which attends yet. NOMEM. */
MUST_CHECK enum status rendezvous_init(struct rendezvous *rendezvous, unsigned n);
/* All have left. */
void rendezvous_deinit(struct rendezvous *rendezvous);

/* Before a thread runs the loop. IO: the system has no descriptors left; NOMEM. */
MUST_CHECK enum status rendezvous_open(
	struct rendezvous *rendezvous, unsigned guest, uv_loop_t *loop);
/* A thread runs its loop from now on. The host calls it. */
void rendezvous_attend(struct rendezvous *rendezvous, unsigned guest);
/* The guest closes its handle as its last task, in its thread, or, if it never attended,
 * the host does; it does not attend any more. The loop needs a last turn. */
void rendezvous_leave(struct rendezvous *rendezvous, unsigned guest);

/* Returns once all who attend stand still. May be called again by whoever is inside of
 * it already; each call needs its rendezvous_release(). */
void rendezvous_gather(struct rendezvous *rendezvous);
/* `task` runs in that guest's thread, and is over when this returns; in the host's if the
 * guest does not attend. All are gathered. */
void rendezvous_run(struct rendezvous *rendezvous, unsigned guest,
	void (*task)(void *data), void *data);
void rendezvous_release(struct rendezvous *rendezvous);

#endif
