/* Threads that run a loop each. */
#ifndef WORKER_THREADS_H
#define WORKER_THREADS_H

#include <pthread.h>
#include <stdbool.h>
#include <uv.h>

#include "base/status.h"

struct worker_thread {
	uv_loop_t loop;
	pthread_t thread;
	bool is_open; /* the loop is */
	bool started;
};

/* How many a configuration's `workers` is. 0 is `auto`: processors that this process may
 * use, up to a limit. */
unsigned threads_count(unsigned configured);

/* The loop alone. NOMEM; IO: the system has no descriptors left. */
MUST_CHECK enum status thread_open(struct worker_thread *thread);
/* Runs the loop until nothing is left in it. Signals are the main thread's. NOMEM: the
 * system has no more threads. */
MUST_CHECK enum status thread_start(struct worker_thread *thread);
/* Everything in the loop is being closed. Waits for the thread, or runs the loop to its
 * end if it was never started. */
void thread_end(struct worker_thread *thread);

#endif
