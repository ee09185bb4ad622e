/* send: slot -> ID -> frame -> conn.   receive: conn -> frames -> ID -> slot
 * -> same question? -> answer; another: failed.
 *
 * An ID is a slot's number under a mask that is random for each connection, so
 * that finding the question of an answer is one look into an array. */
#include "transport/dot.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/list.h"
#include "base/random.h"
#include "dns/framing.h"
#include "dns/query.h"
#include "transport/base.h"

#define SLOTS_MIN 64
#define SLOTS_MAX 65536
/* IDs that rest: the server may still answer a question that was cancelled, and
 * must not seem to answer the next one (RFC 7766 §7). */
#define RESTING_MIN 1024
/* As many as there are IDs: every question may have been answered too late. */
#define STRAY_MAX 65536

struct dot {
	struct transport base;
	struct framing framing;

	/* Slots from 0 to used-1 have been in use; the free ones among them
	 * are chained through `next_free`, the one longest free first. */
	struct slot {
		struct transport_query *query;
		uint32_t next_free;
		bool cancelled; /* since it was last taken, and not answered */
	} * slots;              /* owned */
	uint32_t slot_cap, slot_used, first_free, last_free, free_n;

	uint16_t mask;
	uint32_t stray_n; /* mismatched ones since the last that matched */

	struct transport_query check;
	bool checking; /* `check` is under way */
};

static bool slots_grow(struct dot *dot)
{
	uint32_t cap = dot->slot_cap > 0 ? dot->slot_cap * 2 : SLOTS_MIN;
	struct slot *bigger = realloc(dot->slots, cap * sizeof *bigger);

	if (bigger == NULL)
		return false;
	dot->slots = bigger;
	dot->slot_cap = cap;
	return true;
}

static enum status slot_take(struct dot *dot, struct transport_query *query)
{
	uint32_t at = dot->first_free;

	if (dot->free_n > RESTING_MIN ||
		(dot->slot_used == SLOTS_MAX && dot->free_n > 0)) {
		dot->first_free = dot->slots[at].next_free;
		dot->free_n--;
	} else {
		if (dot->slot_used == SLOTS_MAX)
			return STATUS_LIMIT;
		if (dot->slot_used == dot->slot_cap && !slots_grow(dot))
			return STATUS_NOMEM;
		at = dot->slot_used++;
	}
	dot->slots[at].query = query;
	dot->slots[at].cancelled = false;
	dot->base.in_flight++;
	query->slot = at;
	return STATUS_OK;
}

static void slot_give_back(struct dot *dot, uint32_t at)
{
	dot->slots[at].query = NULL;
	if (dot->free_n++ == 0)
		dot->first_free = at;
	else
		dot->slots[dot->last_free].next_free = at;
	dot->last_free = at;
	dot->base.in_flight--;
}

static enum status dot_send(
	struct transport *transport, struct transport_query *query, struct bytes wire)
{
	struct dot *dot = (struct dot *)transport;
	UNCLEARED uint8_t frame[2 + QUERY_WIRE_MAX];
	struct writer w = { .p = frame, .cap = sizeof frame };
	enum status status;

	status = slot_take(dot, query);
	if (status != STATUS_OK)
		return status;
	wr_uint(&w, wire.n, 2);
	wr_bytes(&w, wire);
	wr_patch16(&w, 2, (uint16_t)query->slot ^ dot->mask);
	status = w.bad ? STATUS_NOSPACE : conn_send(dot->base.conn, wr_done(&w));
	if (status != STATUS_OK)
		slot_give_back(dot, query->slot);
	return status;
}

static void dot_cancel(struct transport *transport, struct transport_query *query)
{
	struct dot *dot = (struct dot *)transport;

	if (query->slot >= dot->slot_used || dot->slots[query->slot].query != query)
		return;
	slot_give_back(dot, query->slot);
	dot->slots[query->slot].cancelled = true;
}

/* The root's servers: whoever resolves knows them, and learns nothing by being asked. */
static const struct question check_question = {
	.name = { .n = 1 }, .type = TYPE_NS, .class = CLASS_IN
};

/* That there is one is all that is asked for; it counts as heard already. */
static void on_check_answer(struct transport_query *query, const struct message *answer)
{
	struct dot *dot = list_entry(query, struct dot, check);

	(void)answer;
	dot->checking = false;
}

static void on_check_failed(
	struct transport_query *query, const struct failure *why, bool again)
{
	struct dot *dot = list_entry(query, struct dot, check);

	(void)why;
	(void)again;
	dot->checking = false;
}

/* DoT has no ping, and a server may ignore what TCP sends to keep a connection alive: a
 * question is what it must answer. */
static void dot_check(struct transport *transport)
{
	struct dot *dot = (struct dot *)transport;
	uint8_t wire[QUERY_WIRE_MAX];
	struct writer w = { .p = wire, .cap = sizeof wire };
	const struct query_options plain = { .dnssec_ok = false };

	if (dot->checking || query_write(&check_question, 0, &plain, &w) != STATUS_OK)
		return;
	dot->check = (struct transport_query){ .question = &check_question,
		.on_answer = on_check_answer,
		.on_failed = on_check_failed };
	dot->checking = dot_send(transport, &dot->check, wr_done(&w)) == STATUS_OK;
}

/* The ID alone, before the rest is worth reading; NULL: none that was used. */
static struct slot *slot_of(struct dot *dot, struct bytes wire)
{
	uint16_t id, flags;
	uint32_t at;

	if (message_header(wire, &id, &flags) != STATUS_OK)
		return NULL;
	at = id ^ dot->mask;
	return at < dot->slot_used ? &dot->slots[at] : NULL;
}

/* What was cancelled is answered late, once: the server did as it should, and is at
 * work. */
static void on_unwanted(struct dot *dot, struct slot *slot)
{
	if (slot != NULL && slot->cancelled) {
		slot->cancelled = false;
		transport_heard(&dot->base);
		return;
	}
	dot->base.mismatched++;
	dot->stray_n++;
}

/* Under the ID of a question something else came. Nobody on the way can have put it in,
 * so the server has taken it for the answer, and there is nothing more to wait for. If it
 * has only mixed things up, another try may help. */
static void on_wrong_answer(struct dot *dot, struct transport_query *query)
{
	const struct failure why =
		failure_of(FAILURE_PROTOCOL, "answered something else than was asked");

	dot->base.mismatched++;
	dot->stray_n++;
	slot_give_back(dot, query->slot);
	query->on_failed(query, &why, true);
}

static void on_right_answer(
	struct dot *dot, struct transport_query *query, const struct message *m)
{
	int64_t keepalive_ms = edns_keepalive_ms(&m->edns);

	dot->stray_n = 0;
	transport_heard(&dot->base);
	if (keepalive_ms >= 0)
		dot->base.keepalive_ms = keepalive_ms;
	slot_give_back(dot, query->slot);
	query->on_answer(query, m);
}

/* An answer belongs to a question by its ID and by what it asks (RFC 7766 §7, RFC 5452
 * §9.1). */
static void on_message(struct dot *dot, struct bytes wire)
{
	struct slot *slot = slot_of(dot, wire);
	struct transport_query *query = slot != NULL ? slot->query : NULL;
	UNCLEARED struct message m;

	if (query == NULL)
		on_unwanted(dot, slot);
	else if (message_parse(wire, &m) == STATUS_OK &&
		 message_answers(&m, query->question))
		on_right_answer(dot, query, &m);
	else
		on_wrong_answer(dot, query);
}

static void dot_free(struct transport *transport)
{
	struct dot *dot = (struct dot *)transport;

	framing_deinit(&dot->framing);
	free(dot->slots);
	free(dot);
}

/* Over, because of what came or for lack of memory. */
static void break_off(struct dot *dot, enum status status)
{
	struct failure why = failure_of(
		status == STATUS_NOMEM ? FAILURE_LOCAL : FAILURE_PROTOCOL,
		status == STATUS_NOMEM ? status_text(status) : "answers to no question");

	transport_break_off(&dot->base, &why);
}

static void on_bytes(void *owner, struct bytes plain)
{
	struct dot *dot = owner;
	enum status status = STATUS_OK;
	struct bytes message;

	transport_enter(&dot->base);
	/* Whoever gets an answer may close the connection: look each time. */
	while (dot->base.conn != NULL && status == STATUS_OK) {
		status = framing_next(&dot->framing, &plain, &message);
		if (status == STATUS_OK)
			on_message(dot, message);
		if (dot->stray_n > STRAY_MAX)
			status = STATUS_LIMIT;
	}
	if (dot->base.conn != NULL && status != STATUS_NOTFOUND)
		break_off(dot, status);
	transport_leave(&dot->base);
}

static void on_open(void *owner)
{
	struct dot *dot = owner;

	transport_enter(&dot->base);
	dot->base.last_heard_ms = clock_now_ms();
	dot->base.events->on_open(dot->base.owner);
	transport_leave(&dot->base);
}

static const struct transport_ops dot_ops = {
	.send = dot_send, .cancel = dot_cancel, .check = dot_check, .free = dot_free
};

enum status dot_start(const struct transport_spec *spec,
	const struct transport_events *events, void *owner, struct transport **out)
{
	static const struct conn_events conn_events = { on_open, on_bytes,
		transport_on_closed };
	struct dot *dot = calloc(1, sizeof *dot);
	enum status status;

	*out = NULL;
	if (dot == NULL)
		return STATUS_NOMEM;
	random_bytes(&dot->mask, sizeof dot->mask);
	framing_init(&dot->framing);
	status = transport_init(&dot->base, &dot_ops, spec, &conn_events, events, owner);
	if (status == STATUS_OK)
		*out = &dot->base;
	return status;
}
