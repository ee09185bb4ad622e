/* overdue -> hedge.   silent -> the next upstream beside it.   late -> the end. */
#include "base/clock.h"
#include "upstream/exchange_state.h"

/* Another upstream is asked beside one that has been silent for so many times its
 * usual time, within these bounds; and beside one whose connection is not open yet
 * after CONNECT_MS: three round trips half around the world. */
#define SILENT_FACTOR 8
#define SILENT_MIN_MS 300
#define SILENT_MAX_MS 1000
#define CONNECT_MS    600
/* The timer is set for what is due first, and at most so far ahead: clock_now_ms() need
 * not go as the loop's clock does. */
#define LOOK_MS 20

static uint64_t silent_ms(const struct try *t)
{
	uint64_t ms = (uint64_t)upstream_usual_ms(t->upstream) * SILENT_FACTOR;

	if (!t->attempt.sent)
		return CONNECT_MS;
	if (ms < SILENT_MIN_MS)
		return SILENT_MIN_MS;
	return ms < SILENT_MAX_MS ? ms : SILENT_MAX_MS;
}

static uint64_t since_ms(const struct try *t)
{
	return t->attempt.sent ? t->attempt.sent_ms : t->asked_ms;
}

static void hedge(struct exchange *x, const struct try *slow)
{
	struct exchanger *e = x->exchanger;
	bool other = e->options.hedge == HEDGE_ANY && x->only == NULL;

	/* A hedge of a hedge helps nobody. */
	if (e->options.hedge == HEDGE_OFF || slow->attempt.beside != NULL ||
		!budget_spend(&e->budget))
		return;
	e->stats.hedges += other ? exchange_try_next(x) : exchange_try_beside(x, slow);
}

static void explain_late(struct explanation *e, const struct try *t)
{
	const struct failure *last = &upstream_health(t->upstream)->last;
	struct failure why = failure_of(FAILURE_TIMEOUT, "connecting");

	if (t->attempt.sent)
		explanation_add_silent(e, upstream_name(t->upstream));
	else
		explanation_add(e, upstream_name(t->upstream),
			last->kind != FAILURE_NONE ? last : &why);
}

/* The next upstream beside one that says nothing. If that is dead, its other questions
 * need not wait for the same end. */
static void pass_by(struct exchange *x, struct try *t)
{
	if (!exchange_try_next(x))
		return;
	x->exchanger->stats.failovers++;
	if (!attempt_is_silent(&t->attempt))
		return;
	explain_late(&x->explanation, t);
	upstream_give_up(t->upstream, &t->attempt);
	t->upstream = NULL;
}

static uint64_t overdue_at_ms(const struct try *t)
{
	return since_ms(t) + upstream_usual_ms(t->upstream);
}

static uint64_t hedge_at_ms(const struct try *t)
{
	return since_ms(t) + upstream_hedge_ms(t->upstream, &t->attempt);
}

static uint64_t passed_by_at_ms(const struct try *t)
{
	return since_ms(t) + silent_ms(t);
}

static void look_at(struct exchange *x, struct try *t, uint64_t now_ms)
{
	if (t->attempt.sent && !t->overdue && now_ms >= overdue_at_ms(t)) {
		t->overdue = true;
		if (upstream_overdue(t->upstream, &t->attempt) &&
			budget_spend(&x->exchanger->budget))
			upstream_check(t->upstream, &t->attempt);
	}
	if (t->attempt.sent && !t->hedged && now_ms >= hedge_at_ms(t)) {
		t->hedged = true;
		hedge(x, t);
	}
	if (!t->passed_by && now_ms >= passed_by_at_ms(t)) {
		t->passed_by = true;
		pass_by(x, t);
	}
}

/* One that waits for a connection is looked at anew when it is sent. */
static uint64_t try_due_ms(const struct try *t)
{
	uint64_t due_ms = UINT64_MAX;

	if (t->attempt.sent && !t->hedged)
		due_ms = hedge_at_ms(t);
	if (t->attempt.sent && !t->overdue)
		due_ms = clock_earlier_ms(due_ms, overdue_at_ms(t));
	return t->passed_by ? due_ms : clock_earlier_ms(due_ms, passed_by_at_ms(t));
}

static uint64_t due_ms(const struct exchange *x)
{
	uint64_t due_ms = x->deadline_ms;

	for (size_t i = 0; i < TRIES_MAX; i++)
		if (x->tries[i].upstream != NULL)
			due_ms = clock_earlier_ms(due_ms, try_due_ms(&x->tries[i]));
	return x->on_early != NULL ? clock_earlier_ms(due_ms, x->early_at_ms) : due_ms;
}

/* Asked a moment ago it has not had its time: no reason to take it for dead. */
static bool had_its_time(const struct try *t, uint64_t now_ms)
{
	return t->attempt.sent && now_ms - t->attempt.sent_ms >= silent_ms(t);
}

/* Each upstream once, whether it is the first try of it that is left or a hedge. */
static void explain_under_way(const struct exchange *x, struct explanation *e)
{
	for (size_t i = 0; i < TRIES_MAX; i++) {
		size_t before = 0;

		while (before < i && x->tries[before].upstream != x->tries[i].upstream)
			before++;
		if (x->tries[i].upstream != NULL && before == i)
			explain_late(e, &x->tries[i]);
	}
}

static void on_deadline(struct exchange *x, uint64_t now_ms)
{
	explain_under_way(x, &x->explanation);
	for (size_t i = 0; i < TRIES_MAX; i++) {
		struct try *t = &x->tries[i];

		if (t->upstream == NULL)
			continue;
		if (had_its_time(t, now_ms))
			upstream_give_up(t->upstream, &t->attempt);
		else
			upstream_cancel(t->upstream, &t->attempt);
		t->upstream = NULL;
	}
	exchange_finish(x, NULL, NULL);
}

/* How it stands; whoever hears of it may cancel the exchange. */
static void tell_early(struct exchange *x)
{
	void (*on_early)(void *, const struct ede *) = x->on_early;
	struct explanation so_far = x->explanation;
	struct ede ede;

	explain_under_way(x, &so_far);
	explanation_ede(&so_far, &ede);
	x->on_early = NULL;
	on_early(x->data, &ede);
}

static void on_due(struct exchange *x, uint64_t now_ms)
{
	if (now_ms >= x->deadline_ms) {
		on_deadline(x, now_ms);
		return;
	}
	for (size_t i = 0; i < TRIES_MAX; i++)
		if (x->tries[i].upstream != NULL)
			look_at(x, &x->tries[i], now_ms);
	exchange_look(x);
	if (x->on_early != NULL && now_ms >= x->early_at_ms)
		tell_early(x);
}

static void on_timer(uv_timer_t *timer);

/* One timer for all, set again only when it has run: an answer in time costs none. */
static void arm(struct exchanger *e, uint64_t due_ms)
{
	uint64_t now_ms = clock_now_ms();
	uint64_t wait_ms = due_ms > now_ms ? due_ms - now_ms : 1;

	if (wait_ms > LOOK_MS)
		wait_ms = LOOK_MS;
	if (uv_is_active((uv_handle_t *)&e->timer) && e->timer_due_ms <= now_ms + wait_ms)
		return;
	e->timer_due_ms = now_ms + wait_ms;
	uv_timer_start(&e->timer, on_timer, wait_ms, 0);
}

static void on_timer(uv_timer_t *timer)
{
	struct exchanger *e = timer->data;
	uint64_t now_ms = clock_now_ms(), next_ms;
	struct list due;

	/* Giving up on one may end others: those that are due are taken off first. */
	list_init(&due);
	wheel_turn(&e->wheel, now_ms, &due);
	while (!list_empty(&due)) {
		struct exchange *x =
			list_entry(wheel_item_of(due.next), struct exchange, due);

		wheel_take_out(&x->due);
		on_due(x, now_ms);
	}
	next_ms = wheel_next_ms(&e->wheel);
	if (next_ms != UINT64_MAX)
		arm(e, next_ms);
}

void exchange_look(struct exchange *x)
{
	struct exchanger *e = x->exchanger;

	/* Not started yet: exchange_watch() follows. */
	if (list_empty(&x->link))
		return;
	wheel_put(&e->wheel, &x->due, due_ms(x));
	arm(e, x->due.due_ms);
}

void exchange_watch(struct exchange *x)
{
	list_append(&x->exchanger->running, &x->link);
	exchange_look(x);
}
