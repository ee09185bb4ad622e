#include "worker/worker.h"

#include <inttypes.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "worker/descriptors.h"
#include "worker/hosts.h"
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

static enum status new_cache(const struct config *config, struct cache **out)
{
	struct cache_options options = {
		.size_bytes = config->cache_size_bytes,
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
	struct upstream_set set;
	struct upstream_plan plan;
	enum status status;

	status = privileges_check(config, error);
	if (status == STATUS_OK)
		status = check_hosts(config, error);
	if (status == STATUS_OK)
		status = check_validation(config, error);
	if (status != STATUS_OK)
		return status;
	upstream_set_init(&set, NULL, &no_events);
	status = upstream_set_prepare(&set, config, error, &plan);
	if (status != STATUS_OK)
		return status;
	if (plan.logs != NULL)
		logs_remind(plan.logs, clock_wall_s());
	upstream_plan_discard(&plan);
	return STATUS_OK;
}

static enum status make_resolver(struct worker *w, const struct config *config)
{
	/* Anchors are read once privileges are gone. */
	const struct resolver_options options = options_of(config, NULL);
	const struct exchanger_options asking = exchanger_options_of(config);
	enum status status = new_cache(config, &w->cache);

	if (status == STATUS_OK)
		status = exchanger_new(&w->upstreams, &asking, &w->exchanger);
	if (status == STATUS_OK)
		status = resolver_new(w->cache, w->exchanger, &options, &w->resolver);
	if (status == STATUS_OK)
		status = hosts_new(w->loop, w->resolver, &w->hosts);
	return status;
}

static enum status prepare_listening(struct worker *w, const struct config *config,
	struct text *error, struct listeners_plan *plan)
{
	if (w->listen_only != NULL)
		return listeners_prepare(&w->listeners, w->listen_only, 1, error, plan);
	return listeners_prepare(
		&w->listeners, config->listen, config->listen_n, error, plan);
}

static enum status start_listening(
	struct worker *w, const struct config *config, struct text *error)
{
	struct listeners_plan plan;
	enum status status;

	listeners_init(
		&w->listeners, w->loop, w->resolver, descriptors_client_limit(config));
	status = prepare_listening(w, config, error, &plan);
	if (status == STATUS_OK)
		listeners_commit(&w->listeners, &plan);
	return status;
}

static void describe(enum status status, struct text *error)
{
	if (status != STATUS_OK && error->n == 0)
		text_add(error, "%s", status_text(status));
}

enum status worker_bind(struct worker *w, uv_loop_t *loop, struct config *config,
	const struct endpoint *listen_only, struct text *error)
{
	struct upstream_events events = { .on_good = on_good, .owner = w };
	enum status status;

	memset(w, 0, sizeof *w);
	w->loop = loop;
	w->listen_only = listen_only;
	w->started_ms = clock_now_ms();
	upstream_set_init(&w->upstreams, loop, &events);
	status = make_resolver(w, config);
	if (status == STATUS_OK)
		status = start_listening(w, config, error);
	describe(status, error);
	if (status != STATUS_OK) {
		worker_stop(w);
		return status;
	}
	w->config = config;
	return STATUS_OK;
}

/* --- what the machine goes through ----------------------------------------- */

static void start_over(struct worker *w, bool drop)
{
	cache_flush_failures(w->cache);
	upstream_set_network_changed(&w->upstreams, drop);
}

static void on_network(void *owner, const char *what, bool broke)
{
	log_notice("network: %s", what);
	start_over(owner, broke);
}

/* NATs have forgotten us, and often it is another place. */
static void on_resume(void *owner, int64_t gap_s)
{
	log_notice("resumed after %" PRId64 " s", gap_s);
	/* Its time stood still meanwhile. */
	worker_bypass_end(owner, "the machine has slept");
	start_over(owner, true);
}

static void on_clock_step(void *owner, int64_t step_s)
{
	struct worker *w = owner;

	log_notice("clock was set by %+" PRId64 " s", step_s);
	upstream_set_clock_stepped(&w->upstreams);
}

static const struct netwatch_events netwatch_events = { on_network, on_resume,
	on_clock_step };

/* --- start ----------------------------------------------------------------- */

static void start_validation(struct worker *w)
{
	const struct resolver_options options = options_of(w->config, w->validator);

	resolver_rebase(w->resolver, w->cache, &options);
}

enum status worker_start(struct worker *w, struct text *error)
{
	struct hosts_plan hosts;
	struct upstream_plan plan;
	enum status status = hosts_prepare(w->config, error, &hosts);

	if (status == STATUS_OK)
		status = validation_make(w->loop, w->config, error, &w->validator);
	if (status == STATUS_OK)
		status = upstream_set_prepare(&w->upstreams, w->config, error, &plan);
	describe(status, error);
	if (status != STATUS_OK) {
		hosts_plan_discard(&hosts);
		return status;
	}
	start_validation(w);
	hosts_commit(w->hosts, &hosts, w->config);
	upstream_set_commit(&w->upstreams, &plan);
	/* Known whether it is in force or not. */
	upstream_set_prove(&w->upstreams, loglist_builtin_date_s());
	log_set_level(w->config->log_level);
	status = netwatch_start(w->loop, &netwatch_events, w, &w->netwatch);
	describe(status, error);
	return status;
}

/* --- reload ---------------------------------------------------------------- */

/* Everything that may fail, ready to be swapped in. */
struct reload {
	struct config *config;
	struct cache *cache; /* NULL: the one in force stays */
	struct hosts_plan hosts;
	struct upstream_plan upstreams;
	struct listeners_plan listeners;
	struct validator *validator;
	bool same_validator; /* the one in force does as well, and knows more */
};

/* Who has given up privileges for good cannot become somebody else. */
static enum status check_changeable(
	const struct config *old, const struct config *new, struct text *error)
{
	if (!text_equal(old->user, new->user))
		text_add(error,
			"%s: `user` changed: that needs a restart, for privileges were "
			"given up for good",
			new->path);
	return error->n == 0 ? STATUS_OK : STATUS_CONFIG;
}

static bool same_cache(const struct config *a, const struct config *b)
{
	return a->cache_size_bytes == b->cache_size_bytes &&
	       a->cache_min_ttl_s == b->cache_min_ttl_s &&
	       a->cache_max_ttl_s == b->cache_max_ttl_s &&
	       a->cache_stale_s == b->cache_stale_s;
}

static enum status prepare(struct worker *w, struct reload *r, struct text *error)
{
	struct config_error config_error;
	enum status status = config_load(w->config->path, &r->config, &config_error);

	if (status != STATUS_OK) {
		text_add(error, "%s", config_error.text);
		return status;
	}
	status = check_changeable(w->config, r->config, error);
	if (status == STATUS_OK && !same_cache(w->config, r->config))
		status = new_cache(r->config, &r->cache);
	/* What is learned must have its place before it is asked for. */
	if (status == STATUS_OK)
		privileges_make_directories(r->config);
	if (status == STATUS_OK)
		status = hosts_prepare(r->config, error, &r->hosts);
	if (status == STATUS_OK)
		status = upstream_set_prepare(
			&w->upstreams, r->config, error, &r->upstreams);
	if (status == STATUS_OK)
		status = validation_make(w->loop, r->config, error, &r->validator);
	if (status == STATUS_OK)
		status = prepare_listening(w, r->config, error, &r->listeners);
	if (status == STATUS_OK && w->follower.owner != NULL)
		status = w->follower.prepare(w->follower.owner, r->config, error);
	r->same_validator = validator_equal(w->validator, r->validator);
	return status;
}

static void discard(struct worker *w, struct reload *r)
{
	if (w->follower.owner != NULL)
		w->follower.discard(w->follower.owner);
	hosts_plan_discard(&r->hosts);
	upstream_plan_discard(&r->upstreams);
	listeners_plan_discard(&r->listeners);
	validator_free(r->validator);
	cache_free(r->cache);
	config_free(r->config);
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
static void commit_validation(struct worker *w, struct reload *r)
{
	bool same = r->same_validator && w->config->trust_ad == r->config->trust_ad;
	struct validator *left = r->same_validator ? r->validator : w->validator;

	if (!r->same_validator)
		w->validator = r->validator;
	if (!same)
		cache_flush(w->cache);
	validator_free(left);
}

static void commit(struct worker *w, struct reload *r)
{
	const struct resolver_options options =
		options_of(r->config, r->same_validator ? w->validator : r->validator);
	const struct exchanger_options asking = exchanger_options_of(r->config);

	exchanger_rebase(w->exchanger, &asking);
	resolver_rebase(w->resolver, r->cache != NULL ? r->cache : w->cache, &options);
	hosts_commit(w->hosts, &r->hosts, r->config);
	if (r->cache != NULL) {
		cache_free(w->cache);
		w->cache = r->cache;
	}
	commit_validation(w, r);
	w->listeners.clients.limit = descriptors_client_limit(r->config);
	listeners_commit(&w->listeners, &r->listeners);
	upstream_set_commit(&w->upstreams, &r->upstreams);
	if (w->follower.owner != NULL)
		w->follower.commit(w->follower.owner);
	cache_flush_failures(w->cache);
	forget_rerouted(w, r->config);
	if (!same_rebind(w->config, r->config))
		cache_flush(w->cache);
	exchanger_reroute(w->exchanger);
	log_set_level(w->verbose ? LOG_LEVEL_DEBUG : r->config->log_level);
	config_free(w->config);
	w->config = r->config;
	w->reloads++;
}

enum status worker_reload(struct worker *w, struct text *error)
{
	struct reload r = { 0 };
	enum status status = prepare(w, &r, error);

	/* Numbered, or the log would take the same words for a repetition. */
	w->reload_n++;
	describe(status, error);
	if (status != STATUS_OK) {
		discard(w, &r);
		log_error("configuration not changed: %s (reload %u)", error->p,
			w->reload_n);
		return status;
	}
	commit(w, &r);
	log_notice("configuration reloaded from %s (reload %u)", w->config->path,
		w->reload_n);
	return STATUS_OK;
}

void worker_stop(struct worker *w)
{
	netwatch_stop(w->netwatch);
	if (w->resolver != NULL)
		listeners_deinit(&w->listeners);
	hosts_free(w->hosts);
	resolver_free(w->resolver);
	validator_free(w->validator);
	exchanger_free(w->exchanger);
	upstream_set_deinit(&w->upstreams);
	cache_free(w->cache);
	config_free(w->config);
	memset(w, 0, sizeof *w);
}
