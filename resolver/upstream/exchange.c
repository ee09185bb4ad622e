/* start -> first upstream that may be tried -> attempt -> answer -> done.
 *
 * One that failed last time stands behind all that did not, and when its time
 * has come its connection is opened beside the question, not before it.
 * An attempt that fails, or takes more than its share of the time, hands over
 * to the next upstream. A question lost with a connection that had worked is
 * asked once more of the same one: the client need not know. */
#include "upstream/exchange.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "dns/query.h"
#include "upstream/explain.h"

/* Tries for one question, over all upstreams. */
#define ATTEMPTS_MAX 16
/* An upstream gets an equal share of the time left, but at least this, a
 * handshake and an answer from the other side of the world; or half of what is
 * left, if that is less, so that another has its turn. */
#define SHARE_MIN_MS 1000
/* How often deadlines are looked at, while something waits. */
#define TICK_MS 20

struct exchanger {
	struct upstream_set *set;
	uv_timer_t tick;
	struct list running; /* exchanges */
};

struct exchange {
	struct exchanger *exchanger;
	struct list link;
	exchange_done *done;
	void *data;

	struct question question;
	uint8_t wire[QUERY_WIRE_MAX];
	size_t wire_n;
	char *only; /* owned, or NULL */

	struct attempt attempt;
	struct upstream *current;     /* asked now, or NULL */
	uint64_t tried[ATTEMPTS_MAX]; /* serials */
	unsigned tried_n;
	uint64_t asked_again; /* serial of whom, after a lost connection; 0: nobody */
	uint64_t attempt_deadline_ms, deadline_ms;
	struct explanation explanation; /* grows with each that was tried */
};

/* --- whom to ask ----------------------------------------------------------- */

static bool was_tried(const struct exchange *x, const struct upstream *u)
{
	for (unsigned i = 0; i < x->tried_n; i++)
		if (x->tried[i] == upstream_serial(u))
			return true;
	return false;
}

static bool is_candidate(
	const struct exchange *x, const struct upstream *u, uint64_t now_ms)
{
	if (was_tried(x, u))
		return false;
	if (x->only != NULL)
		return u == upstream_set_find(x->exchanger->set, x->only);
	return upstream_conn(u) != NULL || upstream_health(u)->suspect ||
	       health_may_try(upstream_health(u), now_ms);
}

static bool has_failed(const struct upstream *u)
{
	enum health_state state = upstream_health(u)->state;

	return state != HEALTH_GOOD && state != HEALTH_UNKNOWN;
}

/* The first one in order, and how many will be tried, with it. */
static struct upstream *choose(const struct exchange *x, uint64_t now_ms, unsigned *count)
{
	const struct upstream_set *set = x->exchanger->set;
	struct upstream *first = NULL;
	unsigned left = ATTEMPTS_MAX - x->tried_n;

	*count = 0;
	for (size_t i = 0; i < set->n && left > 0; i++) {
		struct upstream *u = set->items[i];

		if (!is_candidate(x, u, now_ms))
			continue;
		if (first == NULL || (has_failed(first) && !has_failed(u)))
			first = u;
		if (*count < left)
			(*count)++;
	}
	return first;
}

/* Those that stand before the chosen one in the configuration: are they back? */
static void probe_before(const struct exchange *x, const struct upstream *chosen)
{
	const struct upstream_set *set = x->exchanger->set;

	for (size_t i = 0; i < set->n && set->items[i] != chosen; i++)
		if (x->only == NULL && has_failed(set->items[i]))
			upstream_probe(set->items[i]);
}

/* --- the end --------------------------------------------------------------- */

static void exchange_free(struct exchange *x)
{
	struct exchanger *e = x->exchanger;

	list_remove(&x->link);
	if (list_empty(&e->running))
		uv_timer_stop(&e->tick);
	free(x->only);
	free(x);
}

/* What kept those from being asked that were not. */
static void explain_rest(struct exchange *x)
{
	const struct upstream_set *set = x->exchanger->set;

	for (size_t i = 0; i < set->n; i++) {
		const struct upstream *u = set->items[i];

		if (!was_tried(x, u) &&
			(x->only == NULL || u == upstream_set_find(set, x->only)))
			explanation_add(&x->explanation, upstream_name(u),
				&upstream_health(u)->last);
	}
}

static void finish(struct exchange *x, const struct message *answer)
{
	struct exchange_result result = { .question = &x->question, .answer = answer };

	if (answer != NULL) {
		result.upstream = upstream_name(x->current);
	} else {
		explain_rest(x);
		explanation_ede(&x->explanation, &result.ede);
	}
	x->done(x->data, &result);
	exchange_free(x);
}

/* --- attempts -------------------------------------------------------------- */

static uint64_t share_end(const struct exchange *x, uint64_t now_ms, unsigned count)
{
	uint64_t left_ms = x->deadline_ms - now_ms;
	uint64_t least_ms = left_ms / 2 < SHARE_MIN_MS ? left_ms / 2 : SHARE_MIN_MS;
	uint64_t share_ms = left_ms / count;

	return now_ms + (share_ms > least_ms ? share_ms : least_ms);
}

/* Asks the next upstream that will take the question; false if none does, or
 * if no time is left. */
static bool try_next(struct exchange *x)
{
	uint64_t now_ms = clock_now_ms();
	struct failure why;
	unsigned count;

	while (now_ms < x->deadline_ms &&
		(x->current = choose(x, now_ms, &count)) != NULL) {
		x->tried[x->tried_n++] = upstream_serial(x->current);
		x->attempt_deadline_ms = share_end(x, now_ms, count);
		if (upstream_ask(x->current, &x->attempt, x->only != NULL, &why) ==
			STATUS_OK) {
			probe_before(x, x->current);
			return true;
		}
		explanation_add(&x->explanation, upstream_name(x->current), &why);
	}
	return false;
}

static void go_on(struct exchange *x)
{
	if (!try_next(x))
		finish(x, NULL);
}

static void on_failed(struct attempt *attempt, const struct failure *why, bool lost)
{
	struct exchange *x = list_entry(attempt, struct exchange, attempt);

	if (lost && x->asked_again == 0)
		x->asked_again = x->tried[--x->tried_n];
	else
		explanation_add(&x->explanation, upstream_name(x->current), why);
	x->current = NULL;
	go_on(x);
}

/* An answer that says "I cannot" is taken only if nobody else is left. */
static bool is_useless(const struct message *m)
{
	unsigned rcode = message_rcode(m);

	return (m->flags & DNS_FLAG_TC) || rcode == RCODE_SERVFAIL ||
	       rcode == RCODE_REFUSED || rcode == RCODE_NOTIMP ||
	       rcode == RCODE_FORMERR || rcode > 15;
}

static void on_answer(struct attempt *attempt, const struct message *answer)
{
	struct exchange *x = list_entry(attempt, struct exchange, attempt);
	struct upstream *answered = x->current;

	if (is_useless(answer)) {
		explanation_add_answer(
			&x->explanation, upstream_name(answered), message_rcode(answer));
		if (try_next(x))
			return;
	}
	x->current = answered;
	/* Half an answer must not pass for a whole one. */
	finish(x, answer->flags & DNS_FLAG_TC ? NULL : answer);
}

static void explain_late(struct exchange *x)
{
	struct failure why = failure_of(FAILURE_TIMEOUT, "connecting");

	if (x->attempt.sent)
		explanation_add_silent(&x->explanation, upstream_name(x->current));
	else
		explanation_add(&x->explanation, upstream_name(x->current), &why);
}

static void on_late(struct exchange *x)
{
	struct upstream *u = x->current;

	explain_late(x);
	/* Asked again it has not had its whole time on that connection: no reason
	 * to take the new one for dead, too. */
	if (x->asked_again == upstream_serial(u))
		upstream_cancel(u, &x->attempt);
	else
		upstream_give_up(u, &x->attempt);
	x->current = NULL;
	go_on(x);
}

static void on_tick(uv_timer_t *timer)
{
	struct exchanger *e = timer->data;
	uint64_t now_ms = clock_now_ms();
	struct list late;

	/* Giving up on one may end others: the late ones are taken off first. */
	list_init(&late);
	list_for_each_safe (it, &e->running) {
		struct exchange *x = list_entry(it, struct exchange, link);

		if (now_ms < x->attempt_deadline_ms)
			continue;
		list_remove(&x->link);
		list_append(&late, &x->link);
	}
	while (!list_empty(&late)) {
		struct exchange *x = list_entry(late.next, struct exchange, link);

		list_remove(&x->link);
		list_append(&e->running, &x->link);
		if (now_ms >= x->attempt_deadline_ms)
			on_late(x);
	}
	if (!list_empty(&e->running))
		uv_timer_start(&e->tick, on_tick, TICK_MS, TICK_MS);
}

/* --- what callers see ------------------------------------------------------ */

enum status exchanger_new(struct upstream_set *set, struct exchanger **out)
{
	struct exchanger *e = calloc(1, sizeof *e);

	*out = e;
	if (e == NULL)
		return STATUS_NOMEM;
	e->set = set;
	list_init(&e->running);
	uv_timer_init(set->loop, &e->tick);
	e->tick.data = e;
	return STATUS_OK;
}

static void on_tick_closed(uv_handle_t *handle)
{
	free(handle->data);
}

void exchanger_free(struct exchanger *e)
{
	if (e == NULL)
		return;
	list_for_each_safe (it, &e->running)
		exchange_cancel(list_entry(it, struct exchange, link));
	uv_close((uv_handle_t *)&e->tick, on_tick_closed);
}

static enum status exchange_new(struct exchanger *e,
	const struct exchange_request *request, struct exchange **out)
{
	struct exchange *x = calloc(1, sizeof *x);
	struct writer w;
	enum status status;

	if (x == NULL)
		return STATUS_NOMEM;
	x->exchanger = e;
	list_init(&x->link);
	x->question = *request->question;
	x->deadline_ms = clock_now_ms() + request->timeout_ms;
	w = (struct writer){ .p = x->wire, .cap = sizeof x->wire };
	status = query_write(&x->question, 0, request->dnssec_ok,
		request->checking_disabled, request->pad_to, &w);
	if (status == STATUS_OK && request->only != NULL) {
		x->only = strdup(request->only);
		status = x->only != NULL ? STATUS_OK : STATUS_NOMEM;
	}
	if (status != STATUS_OK) {
		free(x);
		return status;
	}
	x->attempt = (struct attempt){ .question = &x->question,
		.wire = wr_done(&w),
		.on_answer = on_answer,
		.on_failed = on_failed };
	*out = x;
	return STATUS_OK;
}

enum status exchange_start(struct exchanger *e, const struct exchange_request *request,
	exchange_done *done, void *data, struct exchange **out, struct ede *why)
{
	struct exchange *x = NULL;
	enum status status;

	*out = NULL;
	if (request->only != NULL && upstream_set_find(e->set, request->only) == NULL)
		return STATUS_NOTFOUND;
	status = exchange_new(e, request, &x);
	if (status != STATUS_OK)
		return status;
	x->done = done;
	x->data = data;
	if (!try_next(x)) {
		explain_rest(x);
		explanation_ede(&x->explanation, why);
		exchange_free(x);
		return STATUS_CLOSED;
	}
	if (list_empty(&e->running))
		uv_timer_start(&e->tick, on_tick, TICK_MS, TICK_MS);
	list_append(&e->running, &x->link);
	*out = x;
	return STATUS_OK;
}

void exchange_cancel(struct exchange *x)
{
	if (x->current != NULL)
		upstream_cancel(x->current, &x->attempt);
	exchange_free(x);
}
