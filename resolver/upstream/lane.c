#include "upstream/lane.h"

#include <assert.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/log.h"

#define TO(state) (1u << LANE_##state)
static const struct {
	const char *name;
	unsigned moves;
} states[] = {
	[LANE_OPENING] = { "opening", TO(OPEN) | TO(ENDED) },
	[LANE_OPEN] = { "open", TO(DRAINING) | TO(ENDED) },
	[LANE_DRAINING] = { "draining", TO(ENDED) },
	[LANE_ENDED] = { "ended", 0 },
};

static void move(struct lane *lane, enum lane_state to)
{
	assert(states[lane->state].moves & 1u << to);
	log_debug("lane %p: %s -> %s", (void *)lane, states[lane->state].name,
		states[to].name);
	lane->state = to;
}

/* --- what the transport tells ---------------------------------------------- */

static void on_open(void *owner)
{
	struct lane *lane = owner;

	move(lane, LANE_OPEN);
	lane->opened_ms = lane->used_ms = clock_now_ms();
	lane->events->on_open(lane->owner, lane);
}

static void on_draining(void *owner)
{
	lane_drain(owner);
}

static void on_closed(void *owner, const struct failure *why,
	const struct verdict *verdict, struct bytes refused_pem)
{
	struct lane *lane = owner;

	lane->heard_ms = transport_last_heard_ms(lane->transport);
	lane->mismatched = transport_mismatched(lane->transport);
	lane->transport = NULL;
	lane->events->on_closed(lane->owner, lane, why, verdict, refused_pem);
}

static struct lane *take_off(struct attempt *a)
{
	struct lane *lane = a->lane;

	a->lane = NULL;
	list_remove(&a->link);
	lane->used_ms = clock_now_ms();
	return lane;
}

static void on_answer(struct transport_query *query, const struct message *answer)
{
	struct attempt *a = list_entry(query, struct attempt, query);
	struct lane *lane = take_off(a);

	lane->answered = true;
	lane->failed_n = 0;
	lane->silent_ms = 0;
	lane->noted = false;
	lane->events->on_answer(lane->owner, lane, a, answer);
}

static void on_failed(
	struct transport_query *query, const struct failure *why, bool again)
{
	struct attempt *a = list_entry(query, struct attempt, query);
	struct lane *lane = take_off(a);

	lane->failed_n++;
	lane->events->on_failed(lane->owner, lane, a, why, again);
}

/* --- what the owner sees --------------------------------------------------- */

enum status lane_start(const struct transport_spec *spec,
	const struct lane_events *events, void *owner, struct lane **out)
{
	static const struct transport_events transport_events = {
		.on_open = on_open, .on_draining = on_draining, .on_closed = on_closed
	};
	struct lane *lane = calloc(1, sizeof *lane);
	enum status status;

	*out = NULL;
	if (lane == NULL)
		return STATUS_NOMEM;
	list_init(&lane->link);
	list_init(&lane->sent);
	lane->events = events;
	lane->owner = owner;
	lane->address = *spec->address;
	lane->started_ms = clock_now_ms();
	status = transport_start(spec, &transport_events, lane, &lane->transport);
	if (status != STATUS_OK) {
		free(lane);
		return status;
	}
	*out = lane;
	return STATUS_OK;
}

void lane_free(struct lane *lane)
{
	list_remove(&lane->link);
	if (lane->transport != NULL)
		transport_close(lane->transport);
	lane->transport = NULL;
	move(lane, LANE_ENDED);
	free(lane);
}

enum status lane_send(struct lane *lane, struct attempt *a)
{
	uint64_t now_ms = clock_now_ms();
	enum status status;

	if (lane->state != LANE_OPEN || lane->transport == NULL)
		return STATUS_CLOSED;
	a->query = (struct transport_query){
		.question = a->question, .on_answer = on_answer, .on_failed = on_failed
	};
	status = transport_send(lane->transport, &a->query, a->wire);
	if (status != STATUS_OK)
		return status;
	if (list_empty(&lane->sent))
		lane->idle_ms = now_ms - lane->used_ms;
	a->lane = lane;
	a->sent = true;
	a->sent_ms = lane->used_ms = now_ms;
	list_append(&lane->sent, &a->link);
	return STATUS_OK;
}

void lane_cancel(struct lane *lane, struct attempt *a)
{
	list_remove(&a->link);
	a->lane = NULL;
	if (lane->transport != NULL)
		transport_cancel(lane->transport, &a->query);
}

void lane_take_all(struct lane *lane, struct list *to)
{
	while (!list_empty(&lane->sent)) {
		struct attempt *a = attempt_of(lane->sent.next);

		lane_cancel(lane, a);
		list_append(to, &a->link);
	}
}

void lane_drain(struct lane *lane)
{
	if (lane->state == LANE_OPEN)
		move(lane, LANE_DRAINING);
}

uint64_t lane_heard_ms(const struct lane *lane)
{
	return lane->transport != NULL ? transport_last_heard_ms(lane->transport)
				       : lane->heard_ms;
}

void lane_suspect(struct lane *lane, const struct attempt *a, uint64_t now_ms)
{
	if (lane->transport == NULL || lane_heard_ms(lane) > a->sent_ms)
		return;
	if (lane_is_suspect(lane))
		return;
	lane->silent_ms = a->sent_ms;
	lane->suspect_ms = now_ms;
	lane->checked_ms = 0;
}

void lane_check(struct lane *lane, uint64_t now_ms)
{
	lane->checked_ms = now_ms;
	if (lane->transport != NULL)
		transport_check(lane->transport);
}

bool lane_is_suspect(const struct lane *lane)
{
	return lane->silent_ms != 0 && lane_heard_ms(lane) <= lane->silent_ms;
}

bool lane_is_usable(const struct lane *lane)
{
	return lane->state == LANE_OPEN && !lane->dead && !lane_is_suspect(lane) &&
	       transport_keepalive_ms(lane->transport) != 0;
}

uint64_t lane_mismatched(const struct lane *lane)
{
	return lane->transport != NULL ? transport_mismatched(lane->transport)
				       : lane->mismatched;
}

struct conn *lane_conn(const struct lane *lane)
{
	return lane->transport != NULL ? transport_conn(lane->transport) : NULL;
}
