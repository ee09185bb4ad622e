#include "worker/threads.h"

#include <sched.h>
#include <signal.h>

/* Each worker has connections of its own to each upstream, and servers may mind many from
 * one client (RFC 7766 §6.2.2). */
#define AUTO_MAX 8

unsigned threads_count(unsigned configured)
{
	cpu_set_t mask;
	int n;

	if (configured > 0)
		return configured;
	n = sched_getaffinity(0, sizeof mask, &mask) == 0 ? CPU_COUNT(&mask) : 1;
	return n < 1 ? 1 : n > AUTO_MAX ? AUTO_MAX : (unsigned)n;
}

enum status thread_open(struct worker_thread *t)
{
	int failed = uv_loop_init(&t->loop);

	if (failed != 0)
		return failed == UV_ENOMEM ? STATUS_NOMEM : STATUS_IO;
	t->is_open = true;
	return STATUS_OK;
}

static void *run(void *data)
{
	struct worker_thread *t = data;

	uv_run(&t->loop, UV_RUN_DEFAULT);
	return NULL;
}

enum status thread_start(struct worker_thread *t)
{
	sigset_t all, before;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	t->started = pthread_create(&t->thread, NULL, run, t) == 0;
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return t->started ? STATUS_OK : STATUS_NOMEM;
}

void thread_end(struct worker_thread *t)
{
	if (!t->is_open)
		return;
	if (t->started)
		pthread_join(t->thread, NULL);
	else
		uv_run(&t->loop, UV_RUN_DEFAULT);
	uv_loop_close(&t->loop);
	t->is_open = t->started = false;
}
