/* Work with signatures, in threads: few at a time, in the order in which it came, so
 * that what takes long holds up neither the loop nor the other users of the pool. */
#ifndef QUERY_JOBS_H
#define QUERY_JOBS_H

#include <uv.h>

#include "base/list.h"
#include "dnssec/dnssec.h"

/* Of libuv's four threads the others stay free for looking up names of upstreams. */
#define JOBS_RUNNING_MAX 2

struct jobs {
	uv_loop_t *loop; /* borrowed */
	struct list waiting;
	unsigned running;
	void (*idle)(struct jobs *jobs); /* or NULL: after `running` has sunk */
};

struct job;

void jobs_init(struct jobs *jobs, uv_loop_t *loop);
/* validation_work(), then `done` on the loop; not before this returns. NULL: no memory.
 */
struct job *job_start(struct jobs *jobs, struct validation *validation,
	void (*done)(void *data), void *data);
/* `done` will not be called. The validation is the job's now, and freed when no thread
 * looks at it any more. */
void job_cancel(struct job *job);

#endif
