#include "upstream/set.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "ct/age.h"
#include "upstream/stamps.h"

void upstream_set_init(struct upstream_set *set, uv_loop_t *loop,
	struct upstream_shared *shared, const struct upstream_events *events)
{
	*set = (struct upstream_set){ .loop = loop,
		.shared = shared,
		.events = *events,
		.newest_list_ms = LOGS_UNDATED };
}

/* The set has let go of them: who was asking them finds the others. */
static void end_all(struct upstream **items, size_t n, const char *why)
{
	for (size_t i = 0; i < n; i++) {
		if (items[i] != NULL) {
			upstream_fail_all(items[i], why);
			upstream_free(items[i]);
		}
	}
	free(items);
}

void upstream_set_deinit(struct upstream_set *set)
{
	struct upstream **old = set->items;
	size_t old_n = set->n;

	set->items = NULL;
	set->n = 0;
	stamps_cancel(set);
	floor_file_save(&set->shared->floor, set->state_dir);
	end_all(old, old_n, "shutting down");
	logs_free(set->logs);
	set->logs = NULL;
}

struct upstream *upstream_set_find(const struct upstream_set *set, const char *name)
{
	for (size_t i = 0; i < set->n; i++)
		if (strcmp(upstream_name(set->items[i]), name) == 0)
			return set->items[i];
	return NULL;
}

static bool same_roots(const struct tls_policy *a, const struct tls_policy *b)
{
	return text_equal(a->ca_file, b->ca_file) && text_equal(a->ca_path, b->ca_path);
}

bool upstream_needs_roots(const struct config_upstream *config)
{
	return config->protocol != UPSTREAM_PLAIN &&
	       config->policy.pkix != PKIX_PINS_ONLY;
}

/* Another upstream before this one with the same roots: its place, or `at`. */
static size_t find_sharer(const struct upstream_plan *plan, size_t at)
{
	const struct tls_policy *policy = &plan->parts[at].config->policy;

	for (size_t i = 0; i < at; i++)
		if (plan->parts[i].trust.roots != NULL &&
			same_roots(&plan->parts[i].config->policy, policy))
			return i;
	return at;
}

/* One store for all who name the same roots. */
static enum status find_roots(struct upstream_plan *plan, size_t at, struct text *error)
{
	struct upstream_parts *parts = &plan->parts[at];
	const struct tls_policy *policy = &parts->config->policy;
	size_t sharer = find_sharer(plan, at);
	char words[CONFIG_ERROR_MAX];
	struct text why = text_in(words, sizeof words);
	enum status status;

	if (!upstream_needs_roots(parts->config))
		return STATUS_OK;
	if (sharer != at) {
		parts->trust.roots = roots_share(plan->parts[sharer].trust.roots);
		parts->stamp = plan->parts[sharer].stamp;
		return STATUS_OK;
	}
	/* At a start there is nobody whose roots it could be compared with. */
	if (policy->ca_file != NULL || !plan->is_first)
		parts->stamp = roots_stamp(policy->ca_file, policy->ca_path);
	status = roots_open(policy->ca_file, policy->ca_path, &why, &parts->trust.roots);
	if (status != STATUS_OK)
		text_add(error, "%s: %s", parts->config->roots_place,
			why.n > 0 ? words : status_text(status));
	return status;
}

/* Who is held against another log list, or other keys, is judged anew. */
static bool keeps(const struct upstream *old, const struct upstream_parts *parts,
	const struct contact *contact)
{
	return old != NULL &&
	       config_upstream_equal(upstream_config(old), parts->config) &&
	       upstream_stamp(old) == parts->stamp &&
	       logs_equal(upstream_logs(old), parts->logs) &&
	       (parts->config->policy.pin_mode != PIN_LEARN ||
		       contact_same(upstream_contact(old), contact));
}

static enum status open_contact(const struct upstream_parts *parts,
	const struct upstream *old, struct text *error, struct contact *out)
{
	const struct contact_of of = { parts->config, parts->state_dir };

	*out = (struct contact){ 0 };
	if (parts->config->protocol == UPSTREAM_PLAIN)
		return STATUS_OK;
	if (parts->loop == NULL)
		return contact_check(&of, error);
	return contact_open(&of, old != NULL ? upstream_contact(old) : NULL, error, out);
}

static enum status prepare_one(struct upstream_set *set, const struct config *config,
	size_t at, struct text *error, struct upstream_plan *plan)
{
	struct upstream_parts *parts = &plan->parts[at];
	const struct config_upstream *upstream = &config->upstreams[at];
	const struct upstream *old = upstream_set_find(set, upstream->name);
	struct contact contact;
	enum status status;

	*parts = (struct upstream_parts){
		.loop = set->loop,
		.config = upstream,
		.logs = upstream->policy.ct != CT_MODE_OFF ? plan->logs : NULL,
		.state_dir = config->state_dir,
		.shared = set->shared,
		.events = &set->events,
		.bootstrap = config->bootstrap,
		.bootstrap_n = config->bootstrap_n,
	};
	parts->trust.clock = &set->shared->floor.floor;
	if (parts->logs != NULL)
		parts->trust.logs = parts->logs->list;
	status = find_roots(plan, at, error);
	plan->n = at + 1;
	if (status == STATUS_OK)
		status = open_contact(parts, old, error, &contact);
	if (status != STATUS_OK)
		return status;
	if (keeps(old, parts, &contact))
		return STATUS_OK;
	return upstream_new(parts, &contact, &plan->items[at]);
}

enum status upstream_set_prepare(struct upstream_set *set, const struct config *config,
	struct text *error, struct upstream_plan *plan)
{
	enum status status = STATUS_OK;

	*plan = (struct upstream_plan){
		.parts = calloc(config->upstream_n, sizeof *plan->parts),
		.items = calloc(config->upstream_n, sizeof(struct upstream *)),
		.state_dir = config->state_dir,
		.is_first = set->items == NULL,
		.opened_s = clock_wall_s(),
	};
	if (plan->parts == NULL || plan->items == NULL)
		status = STATUS_NOMEM;
	if (status == STATUS_OK)
		status = logs_open(config, set->newest_list_ms, error, &plan->logs);
	for (size_t i = 0; i < config->upstream_n && status == STATUS_OK; i++)
		status = prepare_one(set, config, i, error, plan);
	if (status != STATUS_OK)
		upstream_plan_discard(plan);
	return status;
}

static void free_parts(struct upstream_plan *plan)
{
	for (size_t i = 0; i < plan->n; i++)
		roots_free(plan->parts[i].trust.roots);
	free(plan->parts);
	plan->parts = NULL;
}

void upstream_plan_discard(struct upstream_plan *plan)
{
	for (size_t i = 0; i < plan->n; i++)
		upstream_free(plan->items[i]);
	free_parts(plan);
	free(plan->items);
	logs_free(plan->logs);
	*plan = (struct upstream_plan){ 0 };
}

/* Takes an upstream out of the set in force. */
static struct upstream *take(struct upstream_set *set, const char *name)
{
	for (size_t i = 0; i < set->n; i++) {
		struct upstream *u = set->items[i];

		if (u != NULL && strcmp(upstream_name(u), name) == 0) {
			set->items[i] = NULL;
			return u;
		}
	}
	return NULL;
}

/* What is known of the time before anybody is judged. A file in ct.log_list is signed by
 * nobody. */
static void open_floor(struct upstream_set *set, const char *state_dir)
{
	struct clock_floor *floor = &set->shared->floor.floor;

	if (!set->shared->floor_is_open)
		floor_file_open(&set->shared->floor, state_dir);
	set->shared->floor_is_open = true;
	set->state_dir = state_dir;
	if (set->logs != NULL && set->logs->source != LOGS_FILE)
		clock_floor_raise(floor, ct_age_date_s(set->logs->list));
}

void upstream_set_prove(struct upstream_set *set, int64_t proven_s)
{
	struct clock_floor *floor = &set->shared->floor.floor;
	char now[CLOCK_TEXT_MAX], proven[CLOCK_TEXT_MAX];
	int64_t now_s = clock_wall_s();

	clock_floor_raise(floor, proven_s);
	if (now_s >= floor->floor_s)
		return;
	clock_format(now_s, now);
	clock_format(floor->floor_s, proven);
	log_warning("clock: it is behind: it says %s, and %s has been for certain; "
		    "certificates are judged as of that",
		now, proven);
}

void upstream_set_commit(struct upstream_set *set, struct upstream_plan *plan)
{
	struct upstream **old = set->items;
	struct logs *old_logs = set->logs;
	size_t old_n = set->n;

	for (size_t i = 0; i < plan->n; i++) {
		if (plan->items[i] != NULL)
			continue;
		plan->items[i] = take(set, plan->parts[i].config->name);
		upstream_rebase(plan->items[i], &plan->parts[i]);
	}
	set->items = plan->items;
	set->n = plan->n;
	stamps_cancel(set);
	if (plan->is_first)
		stamps_start(set, plan->opened_s);
	for (size_t i = 0; i < set->n; i++)
		upstream_tell(set->items[i]);
	set->logs = plan->logs;
	set->newest_list_ms = logs_newest_ms(set->logs, set->newest_list_ms);
	open_floor(set, plan->state_dir);
	free_parts(plan);
	*plan = (struct upstream_plan){ 0 };
	end_all(old, old_n, "configuration changed");
	logs_free(old_logs);
	if (set->logs != NULL)
		logs_remind(set->logs, clock_wall_s());
}

void upstream_set_catch_up(struct upstream_set *set)
{
	for (size_t i = 0; i < set->n; i++)
		upstream_catch_up(set->items[i]);
}

void upstream_set_network_changed(struct upstream_set *set, bool drop)
{
	for (size_t i = 0; i < set->n; i++)
		upstream_network_changed(set->items[i], drop);
}

void upstream_set_clock_stepped(struct upstream_set *set)
{
	for (size_t i = 0; i < set->n; i++)
		upstream_clock_stepped(set->items[i]);
}
