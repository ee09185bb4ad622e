/* Read once, while all go on answering -> all stand still -> each prepares -> all commit,
 * or all discard -> all go on. */
#include "worker/reload.h"

#include <stdlib.h>

#include "base/log.h"
#include "worker/descriptors.h"
#include "worker/libraries.h"
#include "worker/notify.h"
#include "worker/privileges.h"
#include "worker/threads.h"

/* Everything that may fail, ready to be swapped in. */
struct reload {
	struct workers *all;
	struct text *error;
	enum status status;
	struct config *config; /* owned */
	struct hosts_plan hosts;
	struct worker_listen listen;
	struct worker_plan *plans; /* owned; of those that came to prepare */
	unsigned plan_n;
};

void reload_describe(enum status status, struct text *error)
{
	if (status != STATUS_OK && error->n == 0)
		text_add(error, "%s", status_text(status));
}

struct worker_listen reload_listen(const struct workers *all, const struct config *config)
{
	struct worker_listen listen = { config->listen, config->listen_n,
		descriptors_client_limit(config, all->n), NULL };

	if (all->listen != NULL) {
		listen.endpoints = all->listen->endpoints;
		listen.n = all->listen->n;
		listen.handed = all->listen->handed;
	}
	return listen;
}

enum status reload_check_handed(
	const struct workers *all, const struct config *config, struct text *error)
{
	if (all->listen == NULL || all->listen->handed == NULL)
		return STATUS_OK;
	if (config->listen_given)
		text_add(error,
			"%s: `listen` beside sockets of the service manager: take one of "
			"them out",
			config->path);
	else if (threads_count(config->workers) > 1)
		text_add(error,
			"%s: `workers` must be 1 with sockets of the service manager, "
			"which has bound each but once",
			config->path);
	return error->n == 0 ? STATUS_OK : STATUS_CONFIG;
}

/* Who has given up privileges for good cannot become somebody else, or bind once more
 * what was bound before. */
static enum status check_changeable(
	const struct workers *all, const struct config *new, struct text *error)
{
	bool same = new->workers == all->config->workers ||
		    threads_count(new->workers) == all->n;

	if (!text_equal(all->config->user, new->user))
		text_add(error,
			"%s: `user` changed: that needs a restart, for privileges were "
			"given up for good",
			new->path);
	else if (!same)
		text_add(error,
			"%s: `workers` changed: that needs a restart, for each has its "
			"own sockets at the ports that are in use",
			new->path);
	return error->n == 0 ? reload_check_handed(all, new, error) : STATUS_CONFIG;
}

/* --- prepare --------------------------------------------------------------- */

static enum status read_once(struct reload *r)
{
	struct config_error config_error;
	enum status status = config_load(r->all->config->path, &r->config, &config_error);

	if (status != STATUS_OK) {
		text_add(r->error, "%s", config_error.text);
		return status;
	}
	status = check_changeable(r->all, r->config, r->error);
	if (status != STATUS_OK)
		return status;
	/* What is learned must have its place before it is asked for. */
	privileges_make_directories(r->config);
	r->listen = reload_listen(r->all, r->config);
	r->plans = calloc(r->all->n, sizeof *r->plans);
	if (r->plans == NULL)
		return STATUS_NOMEM;
	status = libraries_load(r->config, r->error);
	if (status != STATUS_OK)
		return status;
	return hosts_prepare(r->config, r->error, &r->hosts);
}

static void prepare_part(struct worker *w, void *data)
{
	struct reload *r = data;

	if (r->status == STATUS_OK)
		r->status = worker_prepare(
			w, r->config, &r->listen, r->error, &r->plans[r->plan_n++]);
}

/* Each has read it for itself: somebody may have written another one meanwhile. */
static enum status check_lists(struct reload *r)
{
	for (unsigned i = 1; i < r->plan_n; i++) {
		if (logs_equal(r->plans[0].upstreams.logs, r->plans[i].upstreams.logs))
			continue;
		text_add(r->error, "the log list was changed while it was read");
		return STATUS_CONFIG;
	}
	return STATUS_OK;
}

static enum status prepare(struct reload *r)
{
	const struct workers_follower *follower = &r->all->follower;

	workers_each(r->all, prepare_part, r);
	if (r->status == STATUS_OK)
		r->status = check_lists(r);
	if (r->status == STATUS_OK && follower->owner != NULL)
		r->status = follower->prepare(follower->owner, r->config, r->error);
	return r->status;
}

/* --- then all or nothing --------------------------------------------------- */

static void discard_part(struct worker *w, void *data)
{
	struct reload *r = data;

	if (w->place.number < r->plan_n)
		worker_discard(&r->plans[w->place.number]);
}

static void discard(struct reload *r)
{
	const struct workers_follower *follower = &r->all->follower;

	if (follower->owner != NULL)
		follower->discard(follower->owner);
	workers_each(r->all, discard_part, r);
}

static void commit_part(struct worker *w, void *data)
{
	struct reload *r = data;

	worker_commit(w, r->config, &r->plans[w->place.number]);
}

static void commit(struct reload *r)
{
	struct workers *all = r->all;

	shared_contact_clear(&all->shared);
	workers_each(all, commit_part, r);
	hosts_commit(all->hosts, &r->hosts, r->config);
	if (all->follower.owner != NULL)
		all->follower.commit(all->follower.owner);
	log_set_level(all->verbose ? LOG_LEVEL_DEBUG : r->config->log_level);
	config_free(all->config);
	all->config = r->config;
	r->config = NULL;
	all->reloads++;
}

static void swap(struct reload *r)
{
	workers_gather(r->all);
	if (prepare(r) == STATUS_OK)
		commit(r);
	else
		discard(r);
	workers_release(r->all);
}

enum status workers_reload(struct workers *all, struct text *error)
{
	struct reload r = { .all = all, .error = error };

	notify_reloading();
	/* Numbered, or the log would take the same words for a repetition. */
	all->reload_n++;
	r.status = read_once(&r);
	if (r.status == STATUS_OK)
		swap(&r);
	reload_describe(r.status, error);
	hosts_plan_discard(&r.hosts);
	config_free(r.config);
	free(r.plans);
	if (r.status != STATUS_OK)
		log_error("configuration not changed: %s (reload %u)", error->p,
			all->reload_n);
	else
		log_notice("configuration reloaded from %s (reload %u)",
			all->config->path, all->reload_n);
	notify_ready(r.status == STATUS_OK ? "the configuration was reloaded"
					   : "a reload failed: the log has why");
	return r.status;
}
