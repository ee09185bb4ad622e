/* start -> the best upstream -> try -> answer -> done.
 *
 * A try that is slower than usual is hedged; one that stays silent gets the next
 * upstream beside it, and goes on; one that fails hands over. A question lost with a
 * connection that had worked is asked again: the client need not know. */
#include "upstream/exchange.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "tls/floor.h"
#include "upstream/bypass.h"
#include "upstream/exchange_state.h"

/* As many as a client or two ask at a time; more is a burst. */
#define KEPT_MAX 64

void exchange_cancel(struct exchange *x)
{
	for (size_t i = 0; i < TRIES_MAX; i++)
		try_end(&x->tries[i]);
	list_remove(&x->link);
	wheel_take_out(&x->due);
	free(x->only);
	pool_give(&x->exchanger->pool, x);
}

void exchange_finish(
	struct exchange *x, const struct upstream *u, const struct message *m)
{
	struct exchange_result result = { .question = &x->question, .answer = m };

	if (m != NULL) {
		result.upstream = upstream_name(u);
	} else {
		exchange_explain_rest(x);
		explanation_ede(&x->explanation, &result.ede);
	}
	x->done(x->data, &result);
	exchange_cancel(x);
}

/* --- what callers see ------------------------------------------------------ */

enum status exchanger_new(struct upstream_set *set,
	const struct exchanger_options *options, struct exchanger **out)
{
	struct exchanger *e = calloc(1, sizeof *e);

	*out = e;
	if (e == NULL)
		return STATUS_NOMEM;
	e->set = set;
	e->options = *options;
	budget_init(&e->budget);
	list_init(&e->running);
	pool_init(&e->pool, sizeof(struct exchange), KEPT_MAX);
	wheel_init(&e->wheel, clock_now_ms());
	uv_timer_init(set->loop, &e->timer);
	e->timer.data = e;
	return STATUS_OK;
}

static void on_timer_closed(uv_handle_t *handle)
{
	free(handle->data);
}

void exchanger_free(struct exchanger *e)
{
	if (e == NULL)
		return;
	list_for_each_safe (it, &e->running)
		exchange_cancel(list_entry(it, struct exchange, link));
	pool_deinit(&e->pool);
	exchanger_bypass_end(e);
	uv_close((uv_handle_t *)&e->timer, on_timer_closed);
}

void exchanger_rebase(struct exchanger *e, const struct exchanger_options *options)
{
	e->options = *options;
}

bool exchanger_asks_all(const struct exchanger *e, const struct question *question)
{
	return !bypass_has(e, &question->name) &&
	       route_find(&e->options.routes, &question->name, question->type) == NULL;
}

const struct name *exchanger_plain_zone(
	const struct exchanger *e, const struct question *question)
{
	const struct config_forward *route =
		route_find(&e->options.routes, &question->name, question->type);

	if (bypass_has(e, &question->name))
		return &question->name;
	return route != NULL && route->address_n > 0 ? &route->zone : NULL;
}

bool exchanger_would_ask(
	const struct exchanger *e, const struct question *question, const char *upstream)
{
	if (bypass_has(e, &question->name))
		return strcmp(upstream_name(bypass_upstream(e)), upstream) == 0;
	return route_allows(
		&e->options.routes, &question->name, question->type, upstream);
}

/* What ends meanwhile may end others. */
void exchanger_reroute(struct exchanger *e)
{
	struct list all;

	list_init(&all);
	list_move_all(&e->running, &all);
	while (!list_empty(&all)) {
		struct exchange *x = list_entry(all.next, struct exchange, link);

		list_remove(&x->link);
		list_append(&e->running, &x->link);
		exchange_reroute(x);
	}
}

struct exchanger_stats exchanger_stats(const struct exchanger *e)
{
	return e->stats;
}

int64_t exchanger_now_s(const struct exchanger *e)
{
	return clock_floor_now_s(&e->set->shared->floor.floor);
}

static bool is_for_ntp(
	const struct exchanger_options *options, const struct question *question)
{
	struct name name;

	for (size_t i = 0; i < options->ntp_name_n; i++)
		if (name_from_text(options->ntp_names[i], &name) == STATUS_OK &&
			name_equal(&name, &question->name))
			return true;
	return false;
}

/* It counts as tried. */
static void avoid(struct exchange *x, const char *name)
{
	const struct upstream *u =
		name != NULL ? upstream_set_find(x->exchanger->set, name) : NULL;

	if (u != NULL)
		x->tried[x->tried_n++] = upstream_serial(u);
}

static enum status exchange_new(struct exchanger *e,
	const struct exchange_request *request, struct exchange **out)
{
	struct exchange *x = pool_take(&e->pool);
	uint64_t now_ms = clock_now_ms();

	*out = x;
	if (x == NULL)
		return STATUS_NOMEM;
	memset(x, 0, offsetof(struct exchange, explanation.reasons));
	x->exchanger = e;
	list_init(&x->link);
	wheel_item_init(&x->due);
	x->question = *request->question;
	x->for_ntp = is_for_ntp(&e->options, request->question);
	x->dnssec_ok = request->dnssec_ok;
	x->checking_disabled = request->checking_disabled;
	x->want_ad = request->want_ad;
	x->subnet_opt_out = request->subnet_opt_out;
	x->pad_to = request->pad_to;
	x->turn = e->stats.questions;
	x->on_early = request->early_ms > 0 ? request->on_early : NULL;
	x->early_at_ms = now_ms + request->early_ms;
	x->deadline_ms = now_ms + request->timeout_ms;
	avoid(x, request->avoid);
	if (request->only == NULL)
		return STATUS_OK;
	x->only = strdup(request->only);
	if (x->only != NULL)
		return STATUS_OK;
	pool_give(&e->pool, x);
	return STATUS_NOMEM;
}

/* A plain server is nobody to ask about anything else, whoever wishes it. */
static bool is_for(
	const struct upstream *only, const struct question *question, struct ede *why)
{
	struct text text = text_in(why->text, sizeof why->text);

	if (only == NULL || upstream_takes(only, &question->name))
		return true;
	why->present = true;
	why->code = EDE_PROHIBITED;
	text_add(&text, "%s: asked without TLS, about its own zones alone",
		upstream_name(only));
	return false;
}

enum status exchange_start(struct exchanger *e, const struct exchange_request *request,
	exchange_done *done, void *data, struct exchange **out, struct ede *why)
{
	struct upstream *only = NULL;
	struct exchange *x = NULL;
	enum status status;

	*out = NULL;
	if (request->only != NULL)
		only = upstream_set_find(e->set, request->only);
	if (request->only != NULL && only == NULL)
		return STATUS_NOTFOUND;
	if (!is_for(only, request->question, why))
		return STATUS_CLOSED;
	status = exchange_new(e, request, &x);
	if (status != STATUS_OK)
		return status;
	x->done = done;
	x->data = data;
	e->stats.questions++;
	budget_earn(&e->budget);
	if (!exchange_try_next(x)) {
		exchange_explain_rest(x);
		explanation_ede(&x->explanation, why);
		exchange_cancel(x);
		return STATUS_CLOSED;
	}
	exchange_watch(x);
	*out = x;
	return STATUS_OK;
}
