/* A lane opens -> all who wait are sent on it -> answers.
 *
 * Failures: a lane that ends loses its questions, which is no fault of theirs. One that
 * is silent when it should not be gets no new questions; once another one is open and it
 * is silent still, it is dropped. When no lane can be opened, those who wait go on
 * waiting while the upstream has been unreachable for a short time only. */
#include "base/clock.h"
#include "base/log.h"
#include "upstream/inner.h"

/* A lane that is silent has so long to answer while another one is open, if it is not
 * known how long the upstream usually takes. */
#define GRACE_MS 200
/* The same while nobody waits for it: TCP sends again what was lost (RFC 6298 §2.4). */
#define REPAIR_MS 1000
/* No lane is heard from for so long, or for 3 times the usual: the upstream is silent. */
#define SILENT_MIN_MS 300
/* "Try again", in a row, from a server that goes on. More than the requests that one with
 * a small limit refuses before it is known. */
#define FAILED_MAX 64

static const struct lane_events lane_events;

/* What is lost on the way holds up all that is behind it on the same connection: where
 * answers are late, questions go where fewer wait. */
static bool is_better(
	const struct upstream *u, const struct lane *a, const struct lane *b)
{
	size_t a_n = transport_in_flight(a->transport);
	size_t b_n = transport_in_flight(b->transport);

	if (a_n != b_n && clock_now_ms() < u->late_until_ms)
		return a_n < b_n;
	return lane_heard_ms(a) > lane_heard_ms(b);
}

struct lane *lanes_choose(const struct upstream *u, const struct lane *not_on)
{
	struct lane *best = NULL;

	list_for_each (it, &u->lanes) {
		struct lane *lane = lane_of(it);

		if (lane == not_on || !lane_is_usable(lane))
			continue;
		if (best == NULL || is_better(u, lane, best))
			best = lane;
	}
	return best;
}

/* --- those who wait -------------------------------------------------------- */

void lanes_fail(struct list *failing, const struct failure *why, bool lost)
{
	while (!list_empty(failing)) {
		struct attempt *a = attempt_of(failing->next);

		list_remove(&a->link);
		a->on_failed(a, why, lost && a->sent);
	}
}

static void fail_waiting(struct upstream *u, const struct failure *why)
{
	struct list failing;

	list_init(&failing);
	list_move_all(&u->waiting, &failing);
	lanes_fail(&failing, why, false);
}

static void note_sent(struct upstream *u, struct attempt *a)
{
	u->stats.queries++;
	if (a->on_sent != NULL)
		a->on_sent(a);
}

/* A callback may ask again or cancel others: the list is taken off first. */
static void send_waiting(struct upstream *u)
{
	struct list waiting;

	if (lanes_choose(u, NULL) == NULL)
		return;
	list_init(&waiting);
	list_move_all(&u->waiting, &waiting);
	while (!list_empty(&waiting)) {
		struct attempt *a = attempt_of(waiting.next);
		struct lane *lane = lanes_choose(u, a->not_on);
		struct failure why = failure_of(FAILURE_LOCAL, NULL);

		list_remove(&a->link);
		if (lane == NULL)
			list_append(&u->waiting, &a->link);
		else if (lane_send(lane, a) == STATUS_OK)
			note_sent(u, a);
		else
			a->on_failed(a, &why, false);
	}
}

static void tell_held(struct upstream *u)
{
	struct list waiting;

	list_init(&waiting);
	list_move_all(&u->waiting, &waiting);
	while (!list_empty(&waiting)) {
		struct attempt *a = attempt_of(waiting.next);
		bool told = a->held;

		list_remove(&a->link);
		list_append(&u->waiting, &a->link);
		a->held = true;
		if (!told && a->on_held != NULL)
			a->on_held(a);
	}
}

/* --- the end of a lane ----------------------------------------------------- */

static void end_lane(struct upstream *u, struct lane *lane, struct list *lost)
{
	struct list from;

	list_init(&from);
	lane_take_all(lane, &from);
	for (struct list *it = from.next; it != &from; it = it->next)
		u->stats.lost++;
	list_move_all(&from, lost);
	list_for_each (it, &u->waiting) {
		struct attempt *a = attempt_of(it);

		if (a->not_on == lane)
			a->not_on = NULL;
	}
	u->stats.mismatched += lane_mismatched(lane);
	u->lane_n--;
	lane_free(lane);
}

void lanes_drop(struct upstream *u, struct list *lost)
{
	list_for_each_safe (it, &u->lanes)
		end_lane(u, lane_of(it), lost);
}

/* What was asked after a pause and never answered tells as much as an end in it. */
static uint64_t idle_before_end_ms(const struct lane *lane)
{
	if (list_empty(&lane->sent))
		return clock_now_ms() - lane->used_ms;
	return lane_heard_ms(lane) <= attempt_of(lane->sent.next)->sent_ms ? lane->idle_ms
									   : 0;
}

static void on_lane_closed(void *owner, struct lane *lane, const struct failure *why,
	const struct verdict *verdict, struct bytes refused_pem)
{
	struct upstream *u = owner;
	struct list lost;

	(void)verdict;
	(void)refused_pem;
	/* One that takes questions and never answers is not good. */
	if (!lane->answered && !lane->useless && !list_empty(&lane->sent))
		notice_failure(u, &lane->address, why, true);
	else if (why->kind == FAILURE_CLOSED || why->kind == FAILURE_UNREACHABLE)
		idle_server_closed(&u->idle, idle_before_end_ms(lane));
	/* A server that takes no second connection is not to be asked for one with each
	 * late answer. */
	if (!lane->answered && lanes_choose(u, lane) != NULL)
		u->no_spare_until_ms = clock_now_ms() + LANE_SPARE_MS;
	list_init(&lost);
	end_lane(u, lane, &lost);
	lanes_arm(u);
	lanes_fail(&lost, why, true);
}

/* --- answers --------------------------------------------------------------- */

static void on_lane_answer(
	void *owner, struct lane *lane, struct attempt *a, const struct message *answer)
{
	struct upstream *u = owner;

	notice_answer(u, lane, clock_now_ms() - a->sent_ms);
	lanes_arm(u);
	a->on_answer(a, answer);
}

/* A server that answers no question as it should is of no use; nor is one that says
 * goodbye to the first of them, or goes on to say "try again". Noticed before they are
 * asked again, or each question would cost three requests, and three connections. */
static bool is_useless(const struct lane *lane, bool again)
{
	if (again && lane->failed_n >= FAILED_MAX)
		return true;
	return !lane->answered && (!again || lane->state == LANE_DRAINING);
}

static void on_lane_failed(void *owner, struct lane *lane, struct attempt *a,
	const struct failure *why, bool again)
{
	struct upstream *u = owner;

	if (!lane->useless && is_useless(lane, again)) {
		lane->useless = true;
		notice_failure(u, &lane->address, why, true);
		lane_drain(lane);
	}
	lanes_arm(u);
	a->on_failed(a, why, again);
}

static const struct lane_events lane_events = { .on_answer = on_lane_answer,
	.on_failed = on_lane_failed,
	.on_closed = on_lane_closed };

/* --- opening one ----------------------------------------------------------- */

/* Somebody is in need of another lane. */
static bool is_wanted(const struct upstream *u)
{
	if (!list_empty(&u->waiting))
		return true;
	if (lanes_choose(u, NULL) != NULL)
		return false;
	list_for_each (it, &u->lanes)
		if (!list_empty(&lane_of(it)->sent))
			return true;
	return false;
}

/* What is lost on one is asked again on another at once. Of a plain server one is enough:
 * it has a socket for each question. For a second one no other is given up. */
static bool is_spare_missing(const struct upstream *u)
{
	unsigned usable_n = 0, wanted_n = 2;

	if (upstream_is_plain(u) || u->lane_n >= LANES_MAX)
		wanted_n = 1;
	list_for_each (it, &u->lanes)
		usable_n += lane_is_usable(lane_of(it));
	return usable_n < wanted_n && clock_now_ms() < u->late_until_ms &&
	       clock_now_ms() >= u->no_spare_until_ms && lanes_may_open(u);
}

void lanes_keep_spare(struct upstream *u)
{
	if (is_spare_missing(u) && lanes_open(u, false) != STATUS_OK)
		log_debug("upstream %s: no memory for another connection",
			upstream_name(u));
}

/* All places are taken: the oldest lane that gets no questions any more goes. */
static void make_room(struct upstream *u)
{
	list_for_each (it, &u->lanes) {
		if (lane_is_usable(lane_of(it)))
			continue;
		lane_of(it)->dead = true;
		return;
	}
}

bool lanes_may_open(const struct upstream *u)
{
	uint64_t now_ms = clock_now_ms();

	return u->dialer.running || u->health.state == HEALTH_SLOW ||
	       health_may_try(&u->health, now_ms) || health_holds(&u->health, now_ms);
}

enum status lanes_open(struct upstream *u, bool at_once)
{
	if (u->addresses.n == 0 || dialer_is_busy(&u->dialer))
		return STATUS_OK;
	if (u->dialer.running && !at_once)
		return STATUS_OK;
	if (u->lane_n >= LANES_MAX) {
		make_room(u);
		return STATUS_OK;
	}
	u->dialer.insists = is_wanted(u);
	return dialer_start(&u->dialer, at_once, clock_now_ms());
}

static void on_dial_open(void *owner, struct lane *lane)
{
	struct upstream *u = owner;

	lane->events = &lane_events;
	lane->owner = u;
	list_append(&u->lanes, &lane->link);
	u->lane_n++;
	notice_open(u, lane);
	send_waiting(u);
	lanes_keep_spare(u);
	lanes_arm(u);
}

static void on_dial_refused(void *owner, const struct endpoint *address,
	const struct verdict *verdict, struct bytes refused_pem)
{
	notice_refused(owner, address, verdict, refused_pem);
}

/* Tries that go on in a back-off, because questions wait, are no news. */
static bool is_new(const struct upstream *u, const struct failure *why)
{
	return u->health.state != HEALTH_UNREACHABLE ||
	       u->health.last.kind != why->kind ||
	       health_may_try(&u->health, clock_now_ms());
}

static void on_dial_given_up(
	void *owner, const struct endpoint *address, const struct failure *why)
{
	struct upstream *u = owner;
	char words[ENDPOINT_TEXT_MAX];

	if (lanes_choose(u, NULL) != NULL) {
		/* It was for a spare one: what is open says more. */
		endpoint_format(address, words);
		log_debug("upstream %s (%s): no second connection: %s", upstream_name(u),
			words, why->text);
	} else if (is_new(u, why)) {
		notice_failure(u, address, why, false);
	}
	if (health_holds(&u->health, clock_now_ms()) && is_wanted(u) &&
		lanes_open(u, false) == STATUS_OK)
		tell_held(u);
	else
		fail_waiting(u, why);
	lanes_arm(u);
}

const struct dialer_events lanes_dialer_events = { .on_open = on_dial_open,
	.on_refused = on_dial_refused,
	.on_given_up = on_dial_given_up };

/* --- time ------------------------------------------------------------------ */

/* How long a suspected lane may still be silent while another one is open. A sign of life
 * takes a round trip, and one more if it makes TCP find out what was lost. */
static uint64_t grace_ms(const struct upstream *u)
{
	uint64_t smoothed_ms = latency_smoothed_ms(&u->latency);
	uint64_t usual_ms = latency_usual_ms(&u->latency);

	if (smoothed_ms == 0)
		return GRACE_MS;
	return smoothed_ms + usual_ms;
}

/* Questions that are still on it are worth a sign of life, and then they are asked again
 * on the other one. Mostly they were by then: a hedge was sooner. One that never answered
 * gets no time for repairs. */
static uint64_t replaced_due_ms(
	const struct upstream *u, const struct lane *lane, const struct lane *other)
{
	uint64_t since_ms = lane->checked_ms != 0 ? lane->checked_ms : lane->suspect_ms;

	if (other->opened_ms > since_ms)
		since_ms = other->opened_ms;
	return since_ms +
	       (lane->answered && list_empty(&lane->sent) ? REPAIR_MS : grace_ms(u));
}

static uint64_t silent_due_ms(const struct upstream *u, const struct lane *lane)
{
	const struct lane *other = lanes_choose(u, lane);
	uint64_t usual_ms = latency_usual_ms(&u->latency);

	if (!lane_is_suspect(lane))
		return UINT64_MAX;
	if (other != NULL)
		return replaced_due_ms(u, lane, other);
	if (lane->noted || !lane->answered)
		return UINT64_MAX;
	return lane->suspect_ms +
	       (3 * usual_ms > SILENT_MIN_MS ? 3 * usual_ms : SILENT_MIN_MS);
}

/* RFC 7828 §3.2.2: 0 asks to close, once there is nothing on it. */
static uint64_t idle_due_ms(const struct upstream *u, const struct lane *lane)
{
	int64_t keepalive_ms = transport_keepalive_ms(lane->transport);
	uint64_t limit_ms = idle_limit_ms(&u->idle, keepalive_ms);

	if (!list_empty(&lane->sent))
		return UINT64_MAX;
	if (lane->state == LANE_DRAINING)
		return 0;
	if (lane != lanes_choose(u, NULL) && limit_ms > LANE_SPARE_MS)
		limit_ms = LANE_SPARE_MS;
	return lane->used_ms + limit_ms;
}

static uint64_t due_ms(const struct upstream *u)
{
	uint64_t due = dialer_due_ms(&u->dialer);
	const struct lane *usable = lanes_choose(u, NULL);

	list_for_each (it, &u->lanes) {
		const struct lane *lane = lane_of(it);

		due = clock_earlier_ms(due, lane->dead ? 0 : silent_due_ms(u, lane));
		due = clock_earlier_ms(due, idle_due_ms(u, lane));
	}
	if (usable != NULL && u->health.suspect)
		due = clock_earlier_ms(due, u->health.retry_at_ms);
	list_for_each (it, &u->waiting)
		if (lanes_choose(u, attempt_of(it)->not_on) != NULL)
			return 0;
	if (!list_empty(&u->waiting) && !u->dialer.running && u->addresses.n > 0)
		return 0;
	return due;
}

static void look_at_lane(
	struct upstream *u, struct lane *lane, struct list *lost, uint64_t now_ms)
{
	if (lane->dead) {
		end_lane(u, lane, lost);
	} else if (now_ms >= silent_due_ms(u, lane)) {
		bool replaced = lanes_choose(u, lane) != NULL;

		if (replaced && lane->checked_ms == 0 && !list_empty(&lane->sent)) {
			lane_check(lane, now_ms);
			return;
		}
		notice_silence(u, lane);
		if (!replaced)
			return;
		u->stats.replaced++;
		end_lane(u, lane, lost);
	} else if (now_ms >= idle_due_ms(u, lane)) {
		if (lane->state == LANE_OPEN)
			idle_closed(&u->idle);
		end_lane(u, lane, lost);
	}
}

/* Those who still wait, and nobody opens a lane for them. */
static void serve_waiting(struct upstream *u)
{
	struct failure why = u->health.last;

	if (list_empty(&u->waiting) || u->dialer.running)
		return;
	if (lanes_may_open(u)) {
		if (lanes_open(u, false) == STATUS_OK)
			return;
		why = failure_of(FAILURE_LOCAL, NULL);
	}
	fail_waiting(u, &why);
}

static void on_timer(uv_timer_t *timer)
{
	struct failure why = failure_of(FAILURE_TIMEOUT, "silent connection dropped");
	struct upstream *u = timer->data;
	uint64_t now_ms = clock_now_ms();
	const struct lane *usable;
	struct list lost;

	u->armed = false;
	list_init(&lost);
	list_for_each_safe (it, &u->lanes)
		look_at_lane(u, lane_of(it), &lost, now_ms);
	usable = lanes_choose(u, NULL);
	if (usable != NULL && u->health.suspect)
		notice_calm(u, usable);
	dialer_insist(&u->dialer, is_wanted(u));
	dialer_tick(&u->dialer, now_ms);
	send_waiting(u);
	serve_waiting(u);
	lanes_keep_spare(u);
	lanes_arm(u);
	lanes_fail(&lost, &why, true);
}

/* Armed for too early, it looks again. */
void lanes_arm(struct upstream *u)
{
	uint64_t now_ms = clock_now_ms(), due;

	dialer_insist(&u->dialer, is_wanted(u));
	due = due_ms(u);
	if (due == UINT64_MAX || (u->armed && u->armed_ms <= due))
		return;
	u->armed = true;
	u->armed_ms = due;
	uv_timer_start(&u->timer, on_timer, due > now_ms ? due - now_ms : 0, 0);
}
