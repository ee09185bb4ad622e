/* gather: wake all, wait until the last one stands -> run: one works, the host waits for
 * it -> release. Who is woken and not called any more goes on at once. */
#include "worker/rendezvous.h"

#include <stdlib.h>

enum status rendezvous_init(struct rendezvous *r, unsigned n)
{
	*r = (struct rendezvous){ .lock = PTHREAD_MUTEX_INITIALIZER,
		.moved = PTHREAD_COND_INITIALIZER };
	if (n == 0)
		return STATUS_OK;
	r->guests = calloc(n, sizeof *r->guests);
	if (r->guests == NULL)
		return STATUS_NOMEM;
	r->n = n;
	for (unsigned i = 0; i < n; i++)
		r->guests[i].rendezvous = r;
	return STATUS_OK;
}

void rendezvous_deinit(struct rendezvous *r)
{
	free(r->guests);
	r->guests = NULL;
	r->n = 0;
	pthread_cond_destroy(&r->moved);
	pthread_mutex_destroy(&r->lock);
}

/* --- the guest's side ------------------------------------------------------ */

/* The lock is held when it is called, and when it returns; not while the task runs. */
static void work(struct guest *g)
{
	struct rendezvous *r = g->rendezvous;

	pthread_mutex_unlock(&r->lock);
	g->task(g->data);
	pthread_mutex_lock(&r->lock);
	g->task = NULL;
	pthread_cond_broadcast(&r->moved);
}

static void on_wake(uv_async_t *handle)
{
	struct guest *g = handle->data;
	struct rendezvous *r = g->rendezvous;

	pthread_mutex_lock(&r->lock);
	g->standing = r->called;
	pthread_cond_broadcast(&r->moved);
	while (r->called) {
		if (g->task != NULL)
			work(g);
		else
			pthread_cond_wait(&r->moved, &r->lock);
	}
	g->standing = false;
	pthread_mutex_unlock(&r->lock);
}

enum status rendezvous_open(struct rendezvous *r, unsigned guest, uv_loop_t *loop)
{
	struct guest *g = &r->guests[guest];
	int failed = uv_async_init(loop, &g->wake, on_wake);

	if (failed != 0)
		return failed == UV_ENOMEM ? STATUS_NOMEM : STATUS_IO;
	g->wake.data = g;
	g->open = true;
	return STATUS_OK;
}

void rendezvous_leave(struct rendezvous *r, unsigned guest)
{
	struct guest *g = &r->guests[guest];

	if (g->open)
		uv_close((uv_handle_t *)&g->wake, NULL);
	g->open = false;
	pthread_mutex_lock(&r->lock);
	g->attends = false;
	pthread_mutex_unlock(&r->lock);
}

/* --- the host's side ------------------------------------------------------- */

void rendezvous_attend(struct rendezvous *r, unsigned guest)
{
	pthread_mutex_lock(&r->lock);
	r->guests[guest].attends = true;
	pthread_mutex_unlock(&r->lock);
}

static bool all_stand(const struct rendezvous *r)
{
	for (unsigned i = 0; i < r->n; i++)
		if (r->guests[i].attends && !r->guests[i].standing)
			return false;
	return true;
}

void rendezvous_gather(struct rendezvous *r)
{
	if (r->depth++ > 0 || r->n == 0)
		return;
	pthread_mutex_lock(&r->lock);
	r->called = true;
	for (unsigned i = 0; i < r->n; i++)
		if (r->guests[i].attends)
			uv_async_send(&r->guests[i].wake);
	while (!all_stand(r))
		pthread_cond_wait(&r->moved, &r->lock);
	pthread_mutex_unlock(&r->lock);
}

void rendezvous_run(
	struct rendezvous *r, unsigned guest, void (*task)(void *data), void *data)
{
	struct guest *g = &r->guests[guest];

	if (!g->attends) {
		task(data);
		return;
	}
	pthread_mutex_lock(&r->lock);
	g->task = task;
	g->data = data;
	pthread_cond_broadcast(&r->moved);
	while (g->task != NULL)
		pthread_cond_wait(&r->moved, &r->lock);
	pthread_mutex_unlock(&r->lock);
}

void rendezvous_release(struct rendezvous *r)
{
	if (--r->depth > 0 || r->n == 0)
		return;
	pthread_mutex_lock(&r->lock);
	r->called = false;
	pthread_cond_broadcast(&r->moved);
	pthread_mutex_unlock(&r->lock);
}
