#include "worker/worker.h"

#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "worker/hosts.h"
#include "worker/libraries.h"
#include "worker/privileges.h"
#include "worker/validation.h"

static struct resolver_options options_of(
	const struct config *config, struct validator *validator)
{
	return (struct resolver_options){
		.allow = config->allow,
		.allow_n = config->allow_n,
		.queries_in_flight = config->limit_queries_in_flight,
		.timeout_ms = config->limit_timeout_ms,
		.pad_to = config->edns_padding,
		.min_ttl_s = config->cache_min_ttl_s,
		.max_ttl_s = config->cache_max_ttl_s,
		.prefetch = config->cache_prefetch,
		.trust_ad = config->trust_ad,
		.validator = validator,
		.log_queries = config->log_queries,
		.log_privacy = config->log_privacy,
		.tcp_idle_ms = TCP_IDLE_MS,
		.rebind_protection = config->rebind_protection,
		.rebind_allow = config->rebind_allow,
		.rebind_allow_n = config->rebind_allow_n,
		.subnet_opt_out = config->client_subnet == CLIENT_SUBNET_OPT_OUT,
	};
}

static struct exchanger_options exchanger_options_of(const struct config *config)
{
	return (struct exchanger_options){ .strategy = config->strategy,
		.hedge = config->hedge,
		.ntp_names = config->ntp_names,
		.ntp_name_n = config->ntp_name_n,
		.routes = { config->forwards, config->forward_n } };
}

static enum status new_cache(
	const struct worker *w, const struct config *config, struct cache **out)
{
	struct cache_options options = {
		.size_bytes = config->cache_size_bytes / w->place.of,
		.min_ttl_s = config->cache_min_ttl_s,
		.max_ttl_s = config->cache_max_ttl_s,
		.stale_s = config->cache_stale_s,
	};

	return cache_new(&options, out);
}

/* What could not be resolved a moment ago may be resolved now (RFC 9520 §3.2). */
static void on_good(void *owner)
{
	struct worker *w = owner;

	cache_flush_failures(w->cache);
}

static enum status check_hosts(const struct config *config, struct text *error)
{
	struct hosts_plan plan;
	enum status status = hosts_prepare(config, error, &plan);

	hosts_plan_discard(&plan);
	return status;
}

static enum status check_validation(const struct config *config, struct text *error)
{
	struct validator *validator;
	enum status status = validation_make(NULL, config, error, &validator);

	validator_free(validator);
	return status;
}

enum status worker_check(const struct config *config, struct text *error)
{
	static const struct upstream_events no_events = { 0 };
	struct upstream_shared shared;
	struct upstream_set set;
	struct upstream_plan plan;
	enum status status;

	status = privileges_check(config, error);
	if (status == STATUS_OK)
		status = libraries_load(config, error);
	if (status == STATUS_OK)
		status = check_hosts(config, error);
	if (status == STATUS_OK)
		status = check_validation(config, error);
	if (status == STATUS_OK)
		status = upstream_shared_init(&shared, 1);
	if (status != STATUS_OK)
		return status;
	upstream_set_init(&set, NULL, &shared, &no_events);
	status = upstream_set_prepare(&set, config, error, &plan);
	if (status == STATUS_OK && plan.logs != NULL)
		logs_remind(plan.logs, clock_wall_s());
	if (status == STATUS_OK)
		upstream_plan_discard(&plan);
	upstream_shared_deinit(&shared);
	return status;
}

static enum status make_resolver(struct worker *w, const struct config *config)
{
	/* Anchors are read once privileges are gone. */
	const struct resolver_options options = options_of(config, NULL);
	const struct exchanger_options asking = exchanger_options_of(config);
	enum status status = new_cache(w, config, &w->cache);

	if (status == STATUS_OK)
		status = exchanger_new(&w->upstreams, &asking, &w->exchanger);
	if (status == STATUS_OK)
		status = resolver_new(w->cache, w->exchanger, &options, &w->resolver);
	return status;
}

static enum socket_share share_sockets(struct worker_place place)
{
	if (place.of == 1)
		return SOCKET_ALONE;
	return place.number == 0 ? SOCKET_FIRST : SOCKET_NEXT;
}

static enum status start_listening(
	struct worker *w, const struct worker_listen *listen, struct text *error)
{
	struct listeners_plan plan;
	enum status status;

	listeners_init(&w->listeners, w->loop, w->resolver, share_sockets(w->place),
		listen->client_limit);
	w->listeners.handed = listen->handed;
	status = listeners_prepare(
		&w->listeners, listen->endpoints, listen->n, error, &plan);
	if (status == STATUS_OK)
		listeners_commit(&w->listeners, &plan);
	return status;
}

enum status worker_bind(struct worker *w, struct workers *workers, uv_loop_t *loop,
	struct worker_place place, const struct config *config,
	const struct worker_listen *listen, struct upstream_shared *shared,
	struct text *error)
{
	struct upstream_events events = { .on_good = on_good, .owner = w };
	enum status status;

	*w = (struct worker){
		.workers = workers, .loop = loop, .place = place, .config = config
	};
	upstream_set_init(&w->upstreams, loop, shared, &events);
	status = make_resolver(w, config);
	if (status == STATUS_OK)
		status = start_listening(w, listen, error);
	return status;
}

/* --- on the way ------------------------------------------------------------ */

void worker_start_over(struct worker *w, bool drop)
{
	cache_flush_failures(w->cache);
	upstream_set_network_changed(&w->upstreams, drop);
}

size_t worker_flush(struct worker *w, const struct name *name)
{
	struct cache_stats stats;

	/* Whose name is flushed had something wrong with it: the keys, maybe. */
	validator_flush(w->validator);
	if (name != NULL)
		return cache_flush_name(w->cache, name);
	cache_stats(w->cache, &stats);
	cache_flush(w->cache);
	return stats.entries;
}

/* --- start ----------------------------------------------------------------- */

enum status worker_start(struct worker *w, struct text *error)
{
	struct resolver_options options;
	struct upstream_plan plan;
	enum status status = validation_make(w->loop, w->config, error, &w->validator);

	if (status == STATUS_OK)
		status = upstream_set_prepare(&w->upstreams, w->config, error, &plan);
	if (status != STATUS_OK)
		return status;
	options = options_of(w->config, w->validator);
	resolver_rebase(w->resolver, w->cache, &options);
	upstream_set_commit(&w->upstreams, &plan);
	return STATUS_OK;
}

/* --- reload ---------------------------------------------------------------- */

static bool same_cache(const struct config *a, const struct config *b)
{
	return a->cache_size_bytes == b->cache_size_bytes &&
	       a->cache_min_ttl_s == b->cache_min_ttl_s &&
	       a->cache_max_ttl_s == b->cache_max_ttl_s &&
	       a->cache_stale_s == b->cache_stale_s;
}

enum status worker_prepare(struct worker *w, const struct config *config,
	const struct worker_listen *listen, struct text *error, struct worker_plan *plan)
{
	enum status status = STATUS_OK;

	*plan = (struct worker_plan){ .client_limit = listen->client_limit };
	upstream_set_catch_up(&w->upstreams);
	if (!same_cache(w->config, config))
		status = new_cache(w, config, &plan->cache);
	if (status == STATUS_OK)
		status = upstream_set_prepare(
			&w->upstreams, config, error, &plan->upstreams);
	if (status == STATUS_OK)
		status = validation_make(w->loop, config, error, &plan->validator);
	if (status == STATUS_OK)
		status = listeners_prepare(&w->listeners, listen->endpoints, listen->n,
			error, &plan->listeners);
	plan->same_validator = validator_equal(w->validator, plan->validator);
	return status;
}

void worker_discard(struct worker_plan *plan)
{
	upstream_plan_discard(&plan->upstreams);
	listeners_plan_discard(&plan->listeners);
	validator_free(plan->validator);
	cache_free(plan->cache);
	*plan = (struct worker_plan){ .cache = NULL };
}

static void forget_zone(void *owner, const struct name *zone)
{
	struct worker *w = owner;

	cache_flush_zone(w->cache, zone);
}

/* What was let through may not be by now, and what was emptied has more. */
static bool same_rebind(const struct config *a, const struct config *b)
{
	if (a->rebind_protection != b->rebind_protection ||
		a->rebind_allow_n != b->rebind_allow_n)
		return false;
	for (size_t i = 0; i < a->rebind_allow_n; i++)
		if (!name_equal(&a->rebind_allow[i], &b->rebind_allow[i]))
			return false;
	return true;
}

/* What is known of names whose questions go elsewhere now was said by others. */
static void forget_rerouted(struct worker *w, const struct config *new)
{
	const struct routes before = { w->config->forwards, w->config->forward_n };
	const struct routes after = { new->forwards, new->forward_n };

	route_changes(&before, &after, forget_zone, w);
}

/* What was found with another configuration is not known any more. */
static void commit_validation(
	struct worker *w, const struct config *config, struct worker_plan *plan)
{
	bool same = plan->same_validator && w->config->trust_ad == config->trust_ad;
	struct validator *left = plan->same_validator ? plan->validator : w->validator;

	if (!plan->same_validator)
		w->validator = plan->validator;
	if (!same)
		cache_flush(w->cache);
	validator_free(left);
}

static void commit_resolver(
	struct worker *w, const struct config *config, struct worker_plan *plan)
{
	const struct resolver_options options =
		options_of(config, plan->same_validator ? w->validator : plan->validator);
	const struct exchanger_options asking = exchanger_options_of(config);

	exchanger_rebase(w->exchanger, &asking);
	resolver_rebase(
		w->resolver, plan->cache != NULL ? plan->cache : w->cache, &options);
	if (plan->cache != NULL) {
		cache_free(w->cache);
		w->cache = plan->cache;
	}
	commit_validation(w, config, plan);
}

void worker_commit(
	struct worker *w, const struct config *config, struct worker_plan *plan)
{
	commit_resolver(w, config, plan);
	w->listeners.clients.limit = plan->client_limit;
	listeners_commit(&w->listeners, &plan->listeners);
	upstream_set_commit(&w->upstreams, &plan->upstreams);
	cache_flush_failures(w->cache);
	forget_rerouted(w, config);
	if (!same_rebind(w->config, config))
		cache_flush(w->cache);
	exchanger_reroute(w->exchanger);
	w->config = config;
}

void worker_stop(struct worker *w)
{
	if (w->loop == NULL)
		return;
	if (w->resolver != NULL)
		listeners_deinit(&w->listeners);
	resolver_free(w->resolver);
	validator_free(w->validator);
	exchanger_free(w->exchanger);
	upstream_set_deinit(&w->upstreams);
	cache_free(w->cache);
	memset(w, 0, sizeof *w);
}
