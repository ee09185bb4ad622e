/* start -> a try -> 250 ms, or its failure -> the next address -> … -> open.
 *
 * When all have been tried and nothing came of it, each is tried again and again while
 * questions wait: a path that comes back is found by the next try, not by a kernel that
 * doubles its waits. When all have failed, the owner is told, and starts anew if it
 * likes. */
#include "upstream/dialer.h"

#include <stdlib.h>

#include "base/clock.h"

/* TCP and TLS together, for one try. */
#define HANDSHAKE_MS 2500
/* RFC 8305 §5: the recommended Connection Attempt Delay. */
#define STAGGER_MS 250
/* A server that took the connection may have this for TLS before it is tried again. */
#define PATIENCE_MS 1000
/* After so long without a try it is another story. */
#define FORGET_MS 30000

/* How far apart tries are, so long after the first: a path that returns is found within
 * 0.3 s at first; later it costs less. */
static const struct {
	uint32_t until_ms, apart_ms;
} paces[] = { { 10000, 200 }, { 20000, 500 }, { UINT32_MAX, 1000 } };

/* What tells most about an upstream when its addresses fail of different things. */
static const unsigned weights[FAILURE_COUNT] = {
	[FAILURE_NONE] = 0,
	[FAILURE_NO_NETWORK] = 1,
	[FAILURE_UNREACHABLE] = 2,
	[FAILURE_TIMEOUT] = 3,
	[FAILURE_CLOSED] = 4,
	[FAILURE_PROTOCOL] = 5,
	[FAILURE_REFUSED] = 6,
	[FAILURE_LOCAL] = 7,
};

static uint32_t pace_ms(const struct dialer *d, uint64_t now_ms)
{
	size_t i = 0;

	while (now_ms - d->since_ms >= paces[i].until_ms)
		i++;
	return paces[i].apart_ms;
}

static bool is_connecting(const struct lane *lane)
{
	return transport_is_connecting(lane->transport);
}

/* --- failures -------------------------------------------------------------- */

static void note_failure(
	struct dialer *d, const struct endpoint *address, const struct failure *why)
{
	addresses_failed(d->addresses, address, clock_now_ms());
	if (weights[why->kind] > weights[d->why.kind]) {
		d->why = *why;
		d->why_at = *address;
	}
	for (size_t i = 0; i < d->target_n; i++) {
		struct dial_target *target = &d->targets[i];

		if (target->failed || !endpoint_equal(&target->address, address))
			continue;
		target->failed = true;
		d->left--;
	}
}

static void give_up(struct dialer *d)
{
	struct failure why = d->why;
	struct endpoint at = d->why_at;

	dialer_stop(d);
	d->events->on_given_up(d->owner, &at, &why);
}

/* --- tries ----------------------------------------------------------------- */

static void drop(struct dialer *d, struct lane *lane)
{
	lane_free(lane);
	d->lane_n--;
}

/* The oldest one that has no connection yet; but not, if `keep_one`, when it is the only
 * one: on a slow path no younger one would ever get there. */
static struct lane *find_hopeless(const struct dialer *d, bool keep_one)
{
	list_for_each (it, &d->lanes) {
		if (!is_connecting(lane_of(it)))
			continue;
		if (!keep_one)
			return lane_of(it);
		keep_one = false;
	}
	return NULL;
}

/* An address that was not tried yet is worth more than one that keeps us waiting. */
static bool make_room(struct dialer *d, bool untried)
{
	struct lane *lane;

	if (d->lane_n < DIALS_MAX)
		return true;
	lane = find_hopeless(d, !untried);
	if (lane == NULL)
		return false;
	if (untried) {
		struct failure why = failure_of(FAILURE_TIMEOUT, "connecting");

		note_failure(d, &lane->address, &why);
	}
	drop(d, lane);
	return true;
}

static void on_lane_open(void *owner, struct lane *lane);
static void on_lane_closed(void *owner, struct lane *lane, const struct failure *why,
	const struct verdict *verdict, struct bytes refused_pem);

static enum status try_next(struct dialer *d, uint64_t now_ms)
{
	/* Nothing is asked before it is open, so that nothing is answered. */
	static const struct lane_events events = { .on_open = on_lane_open,
		.on_closed = on_lane_closed };
	struct transport_spec spec = *d->spec;
	bool untried = d->next < d->target_n;
	struct lane *lane = NULL;
	enum status status;

	d->tried_ms = now_ms;
	d->due_ms = now_ms + STAGGER_MS;
	if (!make_room(d, untried))
		return STATUS_OK;
	spec.address = &d->targets[d->next++ % d->target_n].address;
	spec.handshake_ms = HANDSHAKE_MS;
	status = lane_start(&spec, &events, d, &lane);
	if (status != STATUS_OK)
		return status;
	list_append(&d->lanes, &lane->link);
	d->lane_n++;
	return STATUS_OK;
}

static void on_lane_open(void *owner, struct lane *lane)
{
	struct dialer *d = owner;

	list_remove(&lane->link);
	d->lane_n--;
	dialer_stop(d);
	d->since_ms = 0;
	addresses_worked(d->addresses, &lane->address);
	d->events->on_open(d->owner, lane);
}

/* Trouble of our own would be the same everywhere. */
static void on_lane_closed(void *owner, struct lane *lane, const struct failure *why,
	const struct verdict *verdict, struct bytes refused_pem)
{
	struct dialer *d = owner;
	uint64_t now_ms = clock_now_ms();

	if (verdict != NULL && !verdict->accepted)
		d->events->on_refused(d->owner, &lane->address, verdict, refused_pem);
	note_failure(d, &lane->address, why);
	drop(d, lane);
	if (why->kind == FAILURE_LOCAL || d->left == 0) {
		give_up(d);
	} else if (d->next < d->target_n) {
		d->due_ms = now_ms;
		dialer_tick(d, now_ms);
	}
}

/* --- what the owner sees --------------------------------------------------- */

void dialer_init(struct dialer *d, struct addresses *addresses,
	const struct transport_spec *spec, const struct dialer_events *events,
	void *owner)
{
	*d = (struct dialer){
		.addresses = addresses, .spec = spec, .events = events, .owner = owner
	};
	list_init(&d->lanes);
}

void dialer_deinit(struct dialer *d)
{
	dialer_stop(d);
	free(d->targets);
	d->targets = NULL;
}

static enum status set_targets(struct dialer *d, uint64_t now_ms)
{
	size_t n = d->addresses->n;
	struct dial_target *targets = calloc(n, sizeof *targets);
	struct endpoint *order = calloc(n, sizeof *order);

	if (targets == NULL || order == NULL) {
		free(targets);
		free(order);
		return STATUS_NOMEM;
	}
	addresses_order(d->addresses, now_ms, order);
	for (size_t i = 0; i < n; i++)
		targets[i].address = order[i];
	free(order);
	free(d->targets);
	d->targets = targets;
	d->target_n = d->left = n;
	d->next = 0;
	return STATUS_OK;
}

enum status dialer_start(struct dialer *d, bool at_once, uint64_t now_ms)
{
	enum status status = set_targets(d, now_ms);

	if (status != STATUS_OK)
		return status;
	if (d->since_ms == 0 || now_ms >= d->tried_ms + FORGET_MS) {
		d->since_ms = now_ms;
		d->tried_ms = 0;
	}
	d->why = (struct failure){ .kind = FAILURE_NONE };
	d->running = true;
	d->due_ms =
		at_once || d->tried_ms == 0 ? now_ms : d->tried_ms + pace_ms(d, now_ms);
	if (now_ms < d->due_ms)
		return STATUS_OK;
	status = try_next(d, now_ms);
	if (status != STATUS_OK)
		dialer_stop(d);
	return status;
}

void dialer_stop(struct dialer *d)
{
	list_for_each_safe (it, &d->lanes)
		drop(d, lane_of(it));
	d->running = false;
}

void dialer_forget(struct dialer *d)
{
	d->since_ms = 0;
}

bool dialer_is_busy(const struct dialer *d)
{
	return d->running && d->next > 0;
}

void dialer_insist(struct dialer *d, bool insists)
{
	d->insists = insists;
	if (!insists && !dialer_is_busy(d))
		d->running = false;
}

/* One that is being let in is given its time. */
static uint64_t repeat_due_ms(const struct dialer *d)
{
	uint64_t due_ms = d->tried_ms + pace_ms(d, d->tried_ms);

	list_for_each (it, &d->lanes) {
		uint64_t patient_ms = lane_of(it)->started_ms + PATIENCE_MS;

		if (!is_connecting(lane_of(it)) && patient_ms > due_ms)
			due_ms = patient_ms;
	}
	return due_ms;
}

uint64_t dialer_due_ms(const struct dialer *d)
{
	if (!d->running)
		return UINT64_MAX;
	if (d->next < d->target_n)
		return d->due_ms;
	return d->insists ? repeat_due_ms(d) : UINT64_MAX;
}

void dialer_tick(struct dialer *d, uint64_t now_ms)
{
	struct failure why = failure_of(FAILURE_LOCAL, NULL);

	if (now_ms < dialer_due_ms(d))
		return;
	if (try_next(d, now_ms) == STATUS_OK || d->lane_n > 0)
		return;
	d->why = why;
	d->why_at = d->targets[0].address;
	give_up(d);
}
