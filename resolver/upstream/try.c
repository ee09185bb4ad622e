/* An upstream is chosen and asked; its answer is taken, or the next one is asked.
 *
 * One that failed last time stands behind all that did not, and when its time
 * has come its connection is opened beside the question, not before it. */
#include <string.h>

#include "base/clock.h"
#include "dns/answer.h"
#include "upstream/exchange_state.h"
#include "upstream/select.h"

/* Times that a question is asked again because its connection was lost. */
#define LOST_MAX 2

/* --- whom to ask ----------------------------------------------------------- */

static bool was_tried(const struct exchange *x, const struct upstream *u)
{
	for (unsigned i = 0; i < x->tried_n; i++)
		if (x->tried[i] == upstream_serial(u))
			return true;
	return false;
}

static void forget_tried(struct exchange *x, const struct upstream *u)
{
	for (unsigned i = 0; i < x->tried_n; i++)
		if (x->tried[i] == upstream_serial(u))
			x->tried[i] = x->tried[--x->tried_n];
}

bool exchange_may_ask(const struct exchange *x, const struct upstream *u)
{
	const struct exchanger *e = x->exchanger;
	const struct name *name = &x->question.name;

	if (!upstream_takes(u, name))
		return false;
	if (x->only != NULL)
		return strcmp(x->only, upstream_name(u)) == 0;
	if (u == bypass_upstream(e) || bypass_has(e, name))
		return u == bypass_upstream(e) && bypass_has(e, name);
	return route_allows(&e->options.routes, name, x->question.type, upstream_name(u));
}

static bool may_be_asked(const struct exchange *x, const struct upstream *u)
{
	return !was_tried(x, u) && exchange_may_ask(x, u);
}

static struct candidate candidate_of(const struct exchange *x, const struct upstream *u)
{
	return (struct candidate){ .may_be_asked = may_be_asked(x, u),
		.was_asked = upstream_was_asked(u),
		.state = upstream_health(u)->state,
		.latency_ms = upstream_latency_ms(u) };
}

/* Behind all others: those that are refused for the clock alone. */
static struct upstream *choose_for_ntp(const struct exchange *x)
{
	const struct upstream_set *set = x->exchanger->set;

	for (size_t i = 0; x->for_ntp && i < set->n; i++) {
		struct upstream *u = set->items[i];

		if (!exchange_may_ask(x, u))
			continue;
		u = upstream_for_ntp(u);
		if (u != NULL && !was_tried(x, u))
			return u;
	}
	return NULL;
}

static struct upstream *choose(const struct exchange *x)
{
	const struct upstream_set *set = x->exchanger->set;
	struct upstream *bypass = bypass_upstream(x->exchanger);
	UNCLEARED struct candidate all[CONFIG_UPSTREAMS_MAX + CONFIG_PLAIN_MAX];
	size_t best;

	if (x->tried_n == TRIED_MAX)
		return NULL;
	if (bypass != NULL && may_be_asked(x, bypass))
		return bypass;
	for (size_t i = 0; i < set->n; i++)
		all[i] = candidate_of(x, set->items[i]);
	best = select_best(x->exchanger->options.strategy, all, set->n, x->turn);
	return best < set->n ? set->items[best] : choose_for_ntp(x);
}

static bool has_failed(const struct upstream *u)
{
	enum health_state state = upstream_health(u)->state;

	return state == HEALTH_UNREACHABLE || state == HEALTH_REFUSED ||
	       state == HEALTH_BROKEN;
}

/* Those that failed or fell silent, and are not asked: are they back? */
static void probe_failed(const struct exchange *x, const struct upstream *chosen)
{
	const struct upstream_set *set = x->exchanger->set;

	for (size_t i = 0; i < set->n; i++)
		if (x->only == NULL && set->items[i] != chosen &&
			exchange_may_ask(x, set->items[i]) &&
			(has_failed(set->items[i]) ||
				upstream_health(set->items[i])->suspect))
			upstream_probe(set->items[i]);
}

/* --- tries ----------------------------------------------------------------- */

static bool is_under_way(const struct exchange *x)
{
	for (size_t i = 0; i < TRIES_MAX; i++)
		if (x->tries[i].upstream != NULL)
			return true;
	return false;
}

static struct try *free_try(struct exchange *x)
{
	for (size_t i = 0; i < TRIES_MAX; i++)
		if (x->tries[i].upstream == NULL)
			return &x->tries[i];
	return NULL;
}

static enum status wire_for(
	struct exchange *x, const struct upstream *u, struct bytes *out)
{
	bool keepalive = upstream_wants_keepalive(u), plain = upstream_is_plain(u);
	size_t at = plain ? 2 : keepalive;
	struct writer w = { .p = x->wire[at], .cap = QUERY_WIRE_MAX };
	/* Padding is for what is encrypted (RFC 7830 §6). */
	const struct query_options options = { .dnssec_ok = x->dnssec_ok,
		.checking_disabled = x->checking_disabled,
		.want_ad = x->want_ad,
		.subnet_opt_out = !plain && x->subnet_opt_out,
		.keepalive = keepalive,
		.pad_to = plain ? 0 : x->pad_to };
	enum status status = STATUS_OK;

	if (x->wire_n[at] == 0)
		status = query_write(&x->question, 0, &options, &w);
	if (status == STATUS_OK && x->wire_n[at] == 0)
		x->wire_n[at] = w.n;
	*out = bytes_of(x->wire[at], x->wire_n[at]);
	return status;
}

static void on_sent(struct attempt *attempt);
static void on_held(struct attempt *attempt);
static void on_answer(struct attempt *attempt, const struct message *answer);
static void on_failed(struct attempt *attempt, const struct failure *why, bool lost);

/* `beside` is the attempt that is hedged, or NULL. */
static enum status ask(struct exchange *x, struct try *t, struct upstream *u,
	const struct attempt *beside, struct failure *why)
{
	struct bytes wire;
	enum status status = wire_for(x, u, &wire);

	if (status != STATUS_OK) {
		*why = failure_of(FAILURE_LOCAL, status_text(status));
		return status;
	}
	*t = (struct try){ .exchange = x, .upstream = u, .asked_ms = clock_now_ms() };
	t->attempt = (struct attempt){ .question = &x->question,
		.wire = wire,
		.beside = beside,
		.on_answer = on_answer,
		.on_failed = on_failed,
		.on_sent = on_sent,
		.on_held = on_held };
	status = upstream_ask(u, &t->attempt, x->only != NULL, why);
	if (status != STATUS_OK)
		t->upstream = NULL;
	exchange_look(x);
	return status;
}

bool exchange_try_next(struct exchange *x)
{
	uint64_t now_ms = clock_now_ms();
	struct try *t = free_try(x);
	struct upstream *u;
	struct failure why;

	while (t != NULL && now_ms < x->deadline_ms && (u = choose(x)) != NULL) {
		x->tried[x->tried_n++] = upstream_serial(u);
		if (ask(x, t, u, NULL, &why) == STATUS_OK) {
			probe_failed(x, u);
			return true;
		}
		explanation_add(&x->explanation, upstream_name(u), &why);
	}
	return false;
}

static void go_on(struct exchange *x)
{
	if (!exchange_try_next(x) && !is_under_way(x))
		exchange_finish(x, NULL, NULL);
}

bool exchange_try_beside(struct exchange *x, const struct try *slow)
{
	struct try *t = free_try(x);
	struct failure why;

	return t != NULL && ask(x, t, slow->upstream, &slow->attempt, &why) == STATUS_OK;
}

/* The same upstream is asked by another try: a hedge, or what was hedged. */
static bool is_asked(const struct exchange *x, const struct upstream *u)
{
	for (size_t i = 0; i < TRIES_MAX; i++)
		if (x->tries[i].upstream == u)
			return true;
	return false;
}

static void on_failed(struct attempt *attempt, const struct failure *why, bool lost)
{
	struct try *t = list_entry(attempt, struct try, attempt);
	struct exchange *x = t->exchange;
	struct upstream *u = t->upstream;

	t->upstream = NULL;
	if (is_asked(x, u)) {
		/* The other try of it goes on, but should not be alone. */
		if (has_failed(u) && !t->passed_by && exchange_try_next(x))
			x->exchanger->stats.failovers++;
		return;
	}
	if (lost && x->lost_n < LOST_MAX) {
		x->lost_n++;
		x->exchanger->stats.retries++;
		forget_tried(x, u);
	} else {
		explanation_add(&x->explanation, upstream_name(u), why);
	}
	go_on(x);
}

static void on_sent(struct attempt *attempt)
{
	exchange_look(list_entry(attempt, struct try, attempt)->exchange);
}

static bool are_all_held(const struct exchange *x)
{
	for (size_t i = 0; i < TRIES_MAX; i++)
		if (x->tries[i].upstream != NULL && !x->tries[i].held)
			return false;
	return true;
}

/* It cannot be reached now and may be in a moment: the next one need not wait for that,
 * and if there is none, who wants to know early how it stands knows enough. */
static void on_held(struct attempt *attempt)
{
	struct try *t = list_entry(attempt, struct try, attempt);
	struct exchange *x = t->exchange;

	t->held = true;
	if (!t->passed_by && exchange_try_next(x))
		t->passed_by = true;
	if (are_all_held(x)) {
		x->early_at_ms = 0;
		exchange_look(x);
	}
}

static bool says_cannot(const struct message *m)
{
	unsigned rcode = message_rcode(m);

	return (m->flags & DNS_FLAG_TC) || rcode == RCODE_SERVFAIL ||
	       rcode == RCODE_REFUSED || rcode == RCODE_NOTIMP ||
	       rcode == RCODE_FORMERR || rcode > 15;
}

/* What is wrong with an answer that is taken only if nobody else is left; NULL: nothing.
 */
static const char *what_is_wrong(const struct message *m)
{
	if (says_cannot(m) || !m->has_question)
		return explain_rcode(message_rcode(m));
	return answer_is_sound(m) ? NULL : EXPLAIN_UNSOUND;
}

static void on_answer(struct attempt *attempt, const struct message *answer)
{
	struct try *t = list_entry(attempt, struct try, attempt);
	struct exchange *x = t->exchange;
	struct upstream *u = t->upstream;
	const char *wrong = what_is_wrong(answer);

	t->upstream = NULL;
	if (!exchange_may_ask(x, u)) {
		/* A reload or a bypass has made it somebody else's question. */
		go_on(x);
		return;
	}
	if (wrong != NULL) {
		explanation_add_answer(&x->explanation, upstream_name(u), wrong);
		/* Its other try will say the same. */
		for (size_t i = 0; i < TRIES_MAX; i++)
			if (x->tries[i].upstream == u)
				try_end(&x->tries[i]);
		if (exchange_try_next(x) || is_under_way(x))
			return;
	}
	/* Half an answer must not pass for a whole one. */
	exchange_finish(x, u, answer->flags & DNS_FLAG_TC ? NULL : answer);
}

void exchange_explain_rest(struct exchange *x)
{
	const struct upstream_set *set = x->exchanger->set;

	for (size_t i = 0; i < set->n; i++) {
		const struct upstream *u = set->items[i];

		if (may_be_asked(x, u))
			explanation_add(&x->explanation, upstream_name(u),
				&upstream_health(u)->last);
	}
}

void exchange_reroute(struct exchange *x)
{
	bool ended = false;

	for (size_t i = 0; i < TRIES_MAX; i++) {
		struct try *t = &x->tries[i];

		if (t->upstream == NULL || exchange_may_ask(x, t->upstream))
			continue;
		try_end(t);
		ended = true;
	}
	if (ended && !is_under_way(x))
		go_on(x);
}

void try_end(struct try *t)
{
	if (t->upstream != NULL)
		upstream_cancel(t->upstream, &t->attempt);
	t->upstream = NULL;
}
