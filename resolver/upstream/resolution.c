/* A timer that is due, or a look-up under way: never both. */
#include "upstream/resolution.h"

#include <stdlib.h>

#include "base/clock.h"
#include "upstream/refresh.h"

struct resolution {
	struct bootstrap_spec spec;
	struct resolution_events events;
	void *owner;
	uv_timer_t timer;
	struct bootstrap *bootstrap; /* NULL: none is under way */
	struct refresh refresh;
	struct lookup found;
};

static void on_timer(uv_timer_t *timer);

static void arm(struct resolution *a)
{
	uint64_t now_ms = clock_now_ms();
	uint64_t wait_ms = a->refresh.due_ms > now_ms ? a->refresh.due_ms - now_ms : 0;

	uv_update_time(a->spec.loop);
	uv_timer_start(&a->timer, on_timer, wait_ms, 0);
}

static bool holds(const struct lookup *found, const struct endpoint *e)
{
	for (size_t i = 0; i < found->n; i++)
		if (endpoint_equal(&found->addresses[i], e))
			return true;
	return false;
}

/* Servers answer in another order each time. */
static bool same_set(const struct lookup *a, const struct lookup *b)
{
	if (a->n != b->n)
		return false;
	for (size_t i = 0; i < a->n; i++)
		if (!holds(b, &a->addresses[i]))
			return false;
	return true;
}

/* The last thing of each path is the event, which may stop it all. */
static void on_looked_up(
	void *data, const struct failure *why, const struct lookup *found)
{
	struct resolution *a = data;

	a->bootstrap = NULL;
	if (why->kind != FAILURE_NONE) {
		refresh_failed(&a->refresh, clock_now_ms());
		arm(a);
		a->events.on_failed(a->owner, why);
		return;
	}
	refresh_succeeded(&a->refresh, found->ttl_s, clock_now_ms());
	arm(a);
	if (same_set(&a->found, found))
		return;
	a->found = *found;
	a->events.on_addresses(a->owner, a->found.addresses, a->found.n);
}

static void on_timer(uv_timer_t *timer)
{
	struct resolution *a = timer->data;

	if (bootstrap_start(&a->spec, on_looked_up, a, &a->bootstrap) != STATUS_OK) {
		refresh_failed(&a->refresh, clock_now_ms());
		arm(a);
	}
}

enum status resolution_start(const struct bootstrap_spec *spec,
	const struct resolution_events *events, void *owner, struct resolution **out)
{
	struct resolution *a = calloc(1, sizeof *a);
	enum status status;

	if (a == NULL)
		return STATUS_NOMEM;
	a->spec = *spec;
	a->events = *events;
	a->owner = owner;
	status = bootstrap_start(&a->spec, on_looked_up, a, &a->bootstrap);
	if (status != STATUS_OK) {
		free(a);
		return status;
	}
	uv_timer_init(spec->loop, &a->timer);
	a->timer.data = a;
	*out = a;
	return STATUS_OK;
}

static void on_timer_closed(uv_handle_t *timer)
{
	free(timer->data);
}

void resolution_stop(struct resolution *resolution)
{
	if (resolution == NULL)
		return;
	bootstrap_cancel(resolution->bootstrap);
	resolution->bootstrap = NULL;
	uv_close((uv_handle_t *)&resolution->timer, on_timer_closed);
}

/* One under way has begun before: what it finds may be the old network's, so another
 * follows at once. */
void resolution_network_changed(struct resolution *resolution)
{
	bootstrap_cancel(resolution->bootstrap);
	resolution->bootstrap = NULL;
	refresh_forgive(&resolution->refresh, clock_now_ms());
	arm(resolution);
}
