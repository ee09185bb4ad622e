/* send -> is the name one of ours? -> a socket -> answer.
 *
 * There is no verdict here, and no way around spec->scope: plain_write() looks at the
 * name in the bytes that would leave. */
#include "transport/plain.h"

#include <stdlib.h>

#include "base/clock.h"
#include "dns/query.h"
#include "transport/plain_query.h"

struct plain {
	struct transport base;
	struct plain_scope scope;
	struct plain_server server;
	struct list asked;  /* plain_query */
	uv_timer_t opening; /* on_open() is not called from inside a start */

	struct transport_query check;
	struct question check_question;
	bool checking;
};

static struct plain_query *plain_query_of(struct list *link)
{
	return list_entry(link, struct plain_query, link);
}

/* --- questions ------------------------------------------------------------- */

static enum status plain_send(
	struct transport *transport, struct transport_query *query, struct bytes wire)
{
	struct plain *plain = (struct plain *)transport;
	struct plain_query *q;
	enum status status;

	if (transport->in_flight >= PLAIN_QUESTIONS_MAX)
		return STATUS_LIMIT;
	status = plain_query_start(&plain->server, &plain->scope, query, wire, &q);
	if (status == STATUS_OK)
		list_append(&plain->asked, &q->link);
	return status;
}

static void plain_cancel(struct transport *transport, struct transport_query *query)
{
	(void)transport;
	if (query->plain != NULL)
		plain_query_end(query->plain);
	query->plain = NULL;
}

static void on_answer(struct transport *transport, struct transport_query *query,
	const struct message *answer)
{
	query->plain = NULL;
	transport_enter(transport);
	query->on_answer(query, answer);
	transport_leave(transport);
}

/* That a port is closed or there is no way to it ends it all, as the end of a connection
 * does. What went wrong with TCP is this question's. */
static void on_failed(struct transport *transport, struct transport_query *query,
	const struct failure *why, bool gone)
{
	struct plain *plain = (struct plain *)transport;

	query->plain = NULL;
	if (query == &plain->check)
		plain->checking = false;
	transport_enter(transport);
	if (gone)
		transport_break_off(transport, why);
	else if (query->on_failed != NULL)
		query->on_failed(query, why, false);
	transport_leave(transport);
}

/* --- a sign of life -------------------------------------------------------- */

static void on_check_answer(struct transport_query *query, const struct message *answer)
{
	struct plain *plain = list_entry(query, struct plain, check);

	(void)answer;
	plain->checking = false;
}

static void on_check_failed(
	struct transport_query *query, const struct failure *why, bool again)
{
	(void)query;
	(void)why;
	(void)again;
}

/* Of one of its own zones: nothing else is ever sent. */
static void plain_check(struct transport *transport)
{
	struct plain *plain = (struct plain *)transport;
	const struct query_options options = { .dnssec_ok = false };
	uint8_t wire[QUERY_WIRE_MAX];
	struct writer w = { .p = wire, .cap = sizeof wire };

	if (plain->checking || plain->scope.zone_n == 0)
		return;
	plain->check_question = (struct question){
		.name = plain->scope.zones[0], .type = TYPE_SOA, .class = CLASS_IN
	};
	if (query_write(&plain->check_question, 0, &options, &w) != STATUS_OK)
		return;
	plain->check = (struct transport_query){ .question = &plain->check_question,
		.on_answer = on_check_answer,
		.on_failed = on_check_failed };
	plain->checking = plain_send(transport, &plain->check, wr_done(&w)) == STATUS_OK;
}

/* --- start and end --------------------------------------------------------- */

static void on_opening(uv_timer_t *timer)
{
	struct plain *plain = timer->data;

	plain->base.last_heard_ms = clock_now_ms();
	transport_enter(&plain->base);
	plain->base.events->on_open(plain->base.owner);
	transport_leave(&plain->base);
}

static void on_opening_closed(uv_handle_t *handle)
{
	free(handle->data);
}

static void plain_free(struct transport *transport)
{
	struct plain *plain = (struct plain *)transport;

	while (!list_empty(&plain->asked))
		plain_query_end(plain_query_of(plain->asked.next));
	uv_close((uv_handle_t *)&plain->opening, on_opening_closed);
}

static const struct transport_ops plain_ops = { .send = plain_send,
	.cancel = plain_cancel,
	.check = plain_check,
	.free = plain_free };

enum status plain_start(const struct transport_spec *spec,
	const struct transport_events *events, void *owner, struct transport **out)
{
	struct plain *plain = calloc(1, sizeof *plain);

	*out = NULL;
	if (plain == NULL)
		return STATUS_NOMEM;
	transport_prepare(&plain->base, &plain_ops, events, owner);
	list_init(&plain->asked);
	plain->scope = spec->scope;
	plain->server.transport = &plain->base;
	plain->server.loop = spec->loop;
	plain->server.address = *spec->address;
	plain->server.on_answer = on_answer;
	plain->server.on_failed = on_failed;
	uv_timer_init(spec->loop, &plain->opening);
	plain->opening.data = plain;
	uv_timer_start(&plain->opening, on_opening, 0, 0);
	*out = &plain->base;
	return STATUS_OK;
}
