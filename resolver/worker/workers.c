/* bind -> (privileges are dropped) -> start -> run -> … -> stop -> free. What happens on
 * the way: reload.c, bypass.c, and here at the end. */
#include "worker/workers.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "query/jobs.h"
#include "worker/libraries.h"
#include "worker/reload.h"
#include "worker/threads.h"

/* --- all of them ----------------------------------------------------------- */

void workers_gather(struct workers *all)
{
	rendezvous_gather(&all->rendezvous);
}

void workers_release(struct workers *all)
{
	rendezvous_release(&all->rendezvous);
}

struct task {
	struct worker *worker;
	void (*run)(struct worker *worker, void *data);
	void *data;
};

static void on_task(void *data)
{
	const struct task *task = data;

	task->run(task->worker, task->data);
}

void workers_each(
	struct workers *all, void (*run)(struct worker *worker, void *data), void *data)
{
	for (unsigned i = 0; i < all->n; i++) {
		struct task task = { &all->items[i], run, data };

		if (i == 0)
			on_task(&task);
		else
			rendezvous_run(&all->rendezvous, i - 1, on_task, &task);
	}
}

/* --- what the machine goes through ----------------------------------------- */

static void on_local(void *owner, const struct local *local)
{
	struct workers *all = owner;

	workers_gather(all);
	for (unsigned i = 0; i < all->n; i++)
		if (all->items[i].resolver != NULL)
			resolver_set_local(all->items[i].resolver, local);
	workers_release(all);
}

static void start_over(struct worker *w, void *data)
{
	const bool *drop = data;

	worker_start_over(w, *drop);
}

static void start_all_over(struct workers *all, bool drop)
{
	workers_gather(all);
	workers_each(all, start_over, &drop);
	workers_release(all);
}

static void on_network(void *owner, const char *what, bool broke)
{
	log_notice("network: %s", what);
	start_all_over(owner, broke);
}

/* NATs have forgotten us, and often it is another place. */
static void on_resume(void *owner, int64_t gap_s)
{
	log_notice("resumed after %" PRId64 " s", gap_s);
	/* Its time stood still meanwhile. */
	workers_bypass_end(owner, "the machine has slept");
	start_all_over(owner, true);
}

static void step(struct worker *w, void *data)
{
	(void)data;
	upstream_set_clock_stepped(&w->upstreams);
}

static void on_clock_step(void *owner, int64_t step_s)
{
	log_notice("clock was set by %+" PRId64 " s", step_s);
	workers_gather(owner);
	workers_each(owner, step, NULL);
	workers_release(owner);
}

static const struct netwatch_events netwatch_events = { on_network, on_resume,
	on_clock_step };

/* --- bind ------------------------------------------------------------------ */

/* Each may have so many of libuv's threads busy with signatures; of its own four there
 * would be none left for the names of upstreams. */
static void enlarge_pool(unsigned workers)
{
	char size[16];

	snprintf(size, sizeof size, "%u", workers * JOBS_RUNNING_MAX + 2);
	if (workers > 1)
		(void)setenv("UV_THREADPOOL_SIZE", size, 0);
}

/* Loops and a place for each. */
static enum status make_threads(struct workers *all)
{
	enum status status = rendezvous_init(&all->rendezvous, all->n - 1);

	all->items = calloc(all->n, sizeof *all->items);
	all->threads = calloc(all->n, sizeof *all->threads);
	if (all->items == NULL || all->threads == NULL)
		status = STATUS_NOMEM;
	if (status != STATUS_OK) {
		all->n = 0;
		return status;
	}
	for (unsigned i = 0; i + 1 < all->n && status == STATUS_OK; i++) {
		status = thread_open(&all->threads[i]);
		if (status == STATUS_OK)
			status = rendezvous_open(
				&all->rendezvous, i, &all->threads[i].loop);
	}
	return status;
}

static enum status bind_all(struct workers *all, struct text *error)
{
	const struct worker_listen listen = reload_listen(all, all->config);
	enum status status = STATUS_OK;

	for (unsigned i = 0; i < all->n && status == STATUS_OK; i++) {
		const struct worker_place place = { i, all->n };
		uv_loop_t *loop = i == 0 ? all->loop : &all->threads[i - 1].loop;

		status = worker_bind(&all->items[i], all, loop, place, all->config,
			&listen, &all->shared, error);
	}
	return status;
}

enum status workers_bind(struct workers *all, uv_loop_t *loop, struct config *config,
	const struct workers_listen *listen, struct text *error)
{
	const struct hosts_events events = { on_local, all };
	enum status status, shared;

	memset(all, 0, sizeof *all);
	all->loop = loop;
	all->config = config;
	all->listen = listen;
	all->started_ms = clock_now_ms();
	all->n = threads_count(config->workers);
	enlarge_pool(all->n);
	status = make_threads(all);
	/* Either way: workers_free() ends both. */
	shared = upstream_shared_init(&all->shared, all->n);
	if (status == STATUS_OK)
		status = shared;
	if (status == STATUS_OK)
		status = reload_check_handed(all, config, error);
	if (status == STATUS_OK)
		status = bind_all(all, error);
	if (status == STATUS_OK)
		status = hosts_new(loop, &events, &all->hosts);
	reload_describe(status, error);
	return status;
}

/* --- start and end --------------------------------------------------------- */

enum status workers_start(struct workers *all, struct text *error)
{
	struct hosts_plan hosts = { 0 };
	enum status status = libraries_load(all->config, error);

	if (status == STATUS_OK)
		status = hosts_prepare(all->config, error, &hosts);
	for (unsigned i = 0; i < all->n && status == STATUS_OK; i++)
		status = worker_start(&all->items[i], error);
	if (status != STATUS_OK) {
		hosts_plan_discard(&hosts);
		reload_describe(status, error);
		return status;
	}
	hosts_commit(all->hosts, &hosts, all->config);
	/* Known whether it is in force or not. */
	upstream_set_prove(&all->items[0].upstreams, loglist_builtin_date_s());
	log_set_level(all->config->log_level);
	status = netwatch_start(all->loop, &netwatch_events, all, &all->netwatch);
	reload_describe(status, error);
	return status;
}

enum status workers_run(struct workers *all, struct text *error)
{
	for (unsigned i = 0; i + 1 < all->n; i++) {
		enum status status = thread_start(&all->threads[i]);

		if (status != STATUS_OK) {
			text_add(error,
				"workers: %u of %u run, and the system has no thread for "
				"another",
				i + 1, all->n);
			return status;
		}
		rendezvous_attend(&all->rendezvous, i);
	}
	return STATUS_OK;
}

static void stop(struct worker *w, void *data)
{
	struct workers *all = data;
	size_t number = (size_t)(w - all->items);

	worker_stop(w);
	if (number > 0)
		rendezvous_leave(&all->rendezvous, (unsigned)number - 1);
}

void workers_stop(struct workers *all)
{
	netwatch_stop(all->netwatch);
	all->netwatch = NULL;
	workers_gather(all);
	workers_each(all, stop, all);
	hosts_free(all->hosts);
	all->hosts = NULL;
	workers_release(all);
}

void workers_free(struct workers *all)
{
	for (unsigned i = 0; i + 1 < all->n; i++)
		thread_end(&all->threads[i]);
	rendezvous_deinit(&all->rendezvous);
	upstream_shared_deinit(&all->shared);
	free(all->threads);
	free(all->items);
	config_free(all->config);
	memset(all, 0, sizeof *all);
}

/* --- orders ---------------------------------------------------------------- */

struct flush {
	const struct name *name;
	size_t flushed;
};

static void flush(struct worker *w, void *data)
{
	struct flush *order = data;

	order->flushed += worker_flush(w, order->name);
}

size_t workers_flush(struct workers *all, const struct name *name)
{
	struct flush order = { .name = name };

	workers_gather(all);
	workers_each(all, flush, &order);
	workers_release(all);
	return order.flushed;
}

struct acceptance {
	const char *upstream;
	const struct contact_choice *choice;
	struct text *error;
	struct learned_pins *was;
	enum status status;
};

/* The first decides. */
static void accept_keys(struct worker *w, void *data)
{
	struct acceptance *order = data;
	struct upstream *u = upstream_set_find(&w->upstreams, order->upstream);

	if (w->place.number == 0)
		order->status =
			upstream_accept(u, order->choice, order->error, order->was);
	else if (order->status == STATUS_OK)
		upstream_follow_accepted(u);
}

enum status workers_accept(struct workers *all, const char *upstream,
	const struct contact_choice *choice, struct text *error, struct learned_pins *was)
{
	struct acceptance order = {
		.upstream = upstream, .choice = choice, .error = error, .was = was
	};

	workers_gather(all);
	workers_each(all, accept_keys, &order);
	workers_release(all);
	return order.status;
}
