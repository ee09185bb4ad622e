/* ask -> (open a connection, address by address) -> accepted -> send all that
 * wait -> answers.
 *
 * Failures: an address that fails hands over to the next one; when all have
 * failed, the upstream has, and everyone who waits is told. A connection that
 * worked and then ended is no failure: its questions are lost, not refused. */
#include "upstream/upstream.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "upstream/evidence.h"
#include "upstream/latency.h"

/* TCP and TLS together, for one address. */
#define HANDSHAKE_MS 2500

struct upstream {
	struct upstream_parts parts;
	struct tls_policy policy; /* the configuration's, and what was learned */
	struct tls_context context;
	uint64_t serial;

	struct transport *transport; /* owned; NULL without a connection */
	bool open;
	bool answered;         /* something came back on this connection */
	size_t address_at;     /* the one in use, or to be tried first */
	size_t addresses_left; /* to try, this one included */

	struct list waiting; /* attempts, until the connection is open */
	struct list sent;    /* attempts on the connection */

	struct health health;
	bool unproven; /* good by its handshake; no answer yet, and not told */
	bool has_verdict;
	struct verdict verdict;
	struct contact contact;
	struct upstream_stats stats;
	struct latency latency;
	uv_timer_t later; /* ends a connection that was given up */
};

/* --- telling the attempts -------------------------------------------------- */

static struct attempt *attempt_of(struct list *link)
{
	return list_entry(link, struct attempt, link);
}

static void list_move_all(struct list *from, struct list *to)
{
	while (!list_empty(from)) {
		struct list *link = from->next;

		list_remove(link);
		list_append(to, link);
	}
}

/* A callback may ask again or cancel others: the list is taken off first. */
static void fail_attempts(struct upstream *u, const struct failure *why, bool lost)
{
	struct list failing;

	list_init(&failing);
	list_move_all(&u->sent, &failing);
	list_move_all(&u->waiting, &failing);
	while (!list_empty(&failing)) {
		struct attempt *a = attempt_of(failing.next);

		list_remove(&a->link);
		a->on_failed(a, why, lost && a->sent);
	}
}

static void tell_good(struct upstream *u);

static void on_answer(struct transport_query *query, const struct message *answer)
{
	struct attempt *a = list_entry(query, struct attempt, query);
	struct upstream *u = a->upstream;
	const struct contact_of of = { u->parts.config, u->parts.state_dir };

	u->answered = true;
	contact_keep_in_time(&u->contact, &of);
	health_answered(&u->health);
	if (u->unproven)
		tell_good(u);
	u->stats.answers++;
	latency_sample(&u->latency, clock_now_ms() - a->sent_ms, clock_now_ms());
	list_remove(&a->link);
	a->on_answer(a, answer);
}

static enum status send_attempt(struct upstream *u, struct attempt *a)
{
	enum status status;

	a->query = (struct transport_query){ .question = a->question,
		.on_answer = on_answer };
	status = transport_send(u->transport, &a->query, a->wire);
	if (status != STATUS_OK)
		return status;
	a->sent = true;
	a->sent_ms = clock_now_ms();
	u->stats.queries++;
	list_append(&u->sent, &a->link);
	return STATUS_OK;
}

/* --- health ---------------------------------------------------------------- */

static void describe_address(const struct upstream *u, char out[ENDPOINT_TEXT_MAX])
{
	endpoint_format(&u->parts.config->addresses[u->address_at], out);
}

static void note_failure(struct upstream *u, const struct failure *why)
{
	char address[ENDPOINT_TEXT_MAX];
	bool again = u->unproven && strcmp(u->health.last.text, why->text) == 0;

	u->unproven = false;
	describe_address(u, address);
	if (health_failed(&u->health, why, clock_now_ms()) && !again)
		log_warning("upstream %s (%s) is %s: %s", upstream_name(u), address,
			health_state_text(u->health.state), why->text);
}

/* It has answered before: others come first until a new connection is open. */
static void note_suspicion(struct upstream *u, const struct failure *why)
{
	char address[ENDPOINT_TEXT_MAX];

	describe_address(u, address);
	if (health_suspect(&u->health, why, clock_now_ms()) && u->health.silences == 1)
		log_warning("upstream %s (%s) is silent: %s", upstream_name(u), address,
			why->text);
}

static void tell_good(struct upstream *u)
{
	char address[ENDPOINT_TEXT_MAX], words[200];
	struct text text = text_in(words, sizeof words);

	u->unproven = false;
	describe_address(u, address);
	verdict_explain(&u->verdict, &text);
	log_notice("upstream %s (%s) is good: %s, %s", upstream_name(u), address, words,
		conn_tls_version(transport_conn(u->transport)));
	u->parts.events->on_good(u->parts.events->owner);
}

/* After failures a handshake alone is not worth a line: some let everybody in and
 * answer nobody, for days. */
static void note_success(struct upstream *u)
{
	if (!health_succeeded(&u->health))
		return;
	u->unproven = u->health.in_a_row > 0 || u->health.silences > 0;
	if (!u->unproven)
		tell_good(u);
}

static void set_policy(struct upstream *u)
{
	u->policy = u->parts.config->policy;
	u->policy.learned = contact_pins(&u->contact, &u->policy);
}

static void keep_verdict(struct upstream *u, const struct verdict *verdict)
{
	const struct contact_of of = { u->parts.config, u->parts.state_dir };

	u->verdict = *verdict;
	u->has_verdict = true;
	if (verdict->accepted)
		contact_accepted(&u->contact, &of, verdict);
	else
		contact_refused(&u->contact, &of, verdict);
	set_policy(u);
	if (u->parts.logs != NULL)
		logs_remind(u->parts.logs, clock_wall_s());
}

/* --- the connection -------------------------------------------------------- */

static enum status open_connection(struct upstream *u);

static void forget_connection(struct upstream *u)
{
	if (u->transport != NULL)
		u->stats.mismatched += transport_mismatched(u->transport);
	u->transport = NULL;
	u->open = false;
}

static void drop_connection(struct upstream *u)
{
	struct transport *transport = u->transport;

	forget_connection(u);
	if (transport != NULL)
		transport_close(transport);
}

static void on_open(void *owner)
{
	struct upstream *u = owner;
	struct list waiting;

	u->open = true;
	u->answered = false;
	u->stats.handshakes++;
	keep_verdict(u, conn_verdict(transport_conn(u->transport)));
	note_success(u);
	list_init(&waiting);
	list_move_all(&u->waiting, &waiting);
	while (!list_empty(&waiting)) {
		struct attempt *a = attempt_of(waiting.next);
		struct failure why = failure_of(FAILURE_LOCAL, NULL);

		list_remove(&a->link);
		if (!u->open || send_attempt(u, a) != STATUS_OK)
			a->on_failed(a, &why, false);
	}
}

/* The upstream has failed: all its addresses, or we ourselves. */
static void give_in(struct upstream *u, const struct failure *why)
{
	note_failure(u, why);
	u->address_at = (u->address_at + 1) % u->parts.config->address_n;
	fail_attempts(u, why, false);
}

/* This address will not do: the next one, or the end of the attempt. Trouble of
 * our own would be the same everywhere. */
static void on_open_failed(struct upstream *u, const struct failure *why)
{
	char address[ENDPOINT_TEXT_MAX];

	if (why->kind == FAILURE_LOCAL || --u->addresses_left == 0) {
		give_in(u, why);
		return;
	}
	describe_address(u, address);
	log_info("upstream %s (%s): %s; trying its next address", upstream_name(u),
		address, why->text);
	u->address_at = (u->address_at + 1) % u->parts.config->address_n;
	if (open_connection(u) != STATUS_OK) {
		struct failure local = failure_of(FAILURE_LOCAL, NULL);

		give_in(u, &local);
	}
}

static void on_closed(void *owner, const struct failure *why,
	const struct verdict *verdict, struct bytes refused_pem)
{
	struct upstream *u = owner;
	bool was_open = u->open;
	char address[ENDPOINT_TEXT_MAX];

	forget_connection(u);
	if (was_open) {
		/* One that takes questions and never answers is not good. */
		if (!u->answered && !list_empty(&u->sent))
			note_failure(u, why);
		fail_attempts(u, why, true);
		return;
	}
	if (verdict != NULL && !verdict->accepted) {
		describe_address(u, address);
		keep_verdict(u, verdict);
		evidence_keep(u->parts.state_dir, upstream_name(u), address, verdict,
			refused_pem);
	}
	on_open_failed(u, why);
}

static enum status open_connection(struct upstream *u)
{
	static const struct transport_events events = { .on_open = on_open,
		.on_closed = on_closed };
	const struct transport_spec spec = { .loop = u->parts.loop,
		.protocol = TRANSPORT_DOT,
		.context = &u->context,
		.address = &u->parts.config->addresses[u->address_at],
		.handshake_ms = HANDSHAKE_MS };

	return transport_start(&spec, &events, u, &u->transport);
}

/* --- what callers see ------------------------------------------------------ */

enum status upstream_new(const struct upstream_parts *parts,
	const struct contact *contact, struct upstream **out)
{
	static _Atomic uint32_t serial; /* of any thread; reloads will not use it up */
	struct upstream *u = calloc(1, sizeof *u);
	enum status status;

	*out = NULL;
	if (u == NULL)
		return STATUS_NOMEM;
	u->parts = *parts;
	u->contact = *contact;
	set_policy(u);
	u->serial = ++serial;
	list_init(&u->waiting);
	list_init(&u->sent);
	status = tls_context_init(&u->context, &u->policy, &parts->trust, tls_alpn_dot);
	if (status != STATUS_OK) {
		free(u);
		return status;
	}
	if (parts->loop != NULL) {
		uv_timer_init(parts->loop, &u->later);
		u->later.data = u;
	}
	*out = u;
	return STATUS_OK;
}

static void on_later_closed(uv_handle_t *handle)
{
	struct upstream *u = handle->data;

	tls_context_deinit(&u->context);
	free(u);
}

void upstream_free(struct upstream *u)
{
	if (u == NULL)
		return;
	drop_connection(u);
	if (u->parts.loop != NULL) {
		uv_close((uv_handle_t *)&u->later, on_later_closed);
		return;
	}
	tls_context_deinit(&u->context);
	free(u);
}

void upstream_rebase(struct upstream *u, const struct upstream_parts *parts)
{
	const struct contact_of of = { parts->config, parts->state_dir };

	u->parts = *parts;
	contact_keep(&u->contact, &of);
	set_policy(u);
	tls_context_rebase(&u->context, &u->policy, &parts->trust);
}

static enum status start(struct upstream *u)
{
	u->addresses_left = u->parts.config->address_n;
	return open_connection(u);
}

static enum status start_or_send(struct upstream *u, struct attempt *a)
{
	enum status status = STATUS_OK;

	if (u->open)
		return send_attempt(u, a);
	if (u->transport == NULL)
		status = start(u);
	if (status == STATUS_OK)
		list_append(&u->waiting, &a->link);
	return status;
}

enum status upstream_ask(
	struct upstream *u, struct attempt *a, bool insist, struct failure *why)
{
	enum status status;

	a->upstream = u;
	a->sent = false;
	list_init(&a->link);
	if (u->transport == NULL && !insist && !u->health.suspect &&
		!health_may_try(&u->health, clock_now_ms())) {
		*why = u->health.last;
		return STATUS_CLOSED;
	}
	status = start_or_send(u, a);
	if (status != STATUS_OK)
		*why = failure_of(FAILURE_LOCAL, status_text(status));
	return status;
}

void upstream_probe(struct upstream *u)
{
	struct failure why = failure_of(FAILURE_LOCAL, NULL);

	if (u->transport == NULL && health_may_try(&u->health, clock_now_ms()) &&
		start(u) != STATUS_OK)
		note_failure(u, &why);
}

void upstream_cancel(struct upstream *u, struct attempt *a)
{
	list_remove(&a->link);
	if (a->sent && u->transport != NULL)
		transport_cancel(u->transport, &a->query);
}

static void on_later(uv_timer_t *timer)
{
	upstream_fail_all(timer->data, "silent connection dropped");
}

bool upstream_is_silent(const struct upstream *u, const struct attempt *a)
{
	return a->sent && u->open && transport_last_heard_ms(u->transport) <= a->sent_ms;
}

void upstream_give_up(struct upstream *u, struct attempt *a)
{
	struct failure why = failure_of(FAILURE_TIMEOUT, NULL);

	upstream_cancel(u, a);
	if (!upstream_is_silent(u, a))
		return;
	if (u->answered)
		note_suspicion(u, &why);
	else
		note_failure(u, &why);
	uv_timer_start(&u->later, on_later, 0, 0);
}

void upstream_overdue(struct upstream *u, struct attempt *a)
{
	(void)a;
	if (u->open)
		transport_check(u->transport);
}

uint32_t upstream_usual_ms(const struct upstream *u)
{
	return latency_usual_ms(&u->latency);
}

uint32_t upstream_latency_ms(const struct upstream *u)
{
	return latency_smoothed_ms(&u->latency);
}

void upstream_fail_all(struct upstream *u, const char *text)
{
	struct failure why = failure_of(FAILURE_CLOSED, text);

	drop_connection(u);
	fail_attempts(u, &why, true);
}

void upstream_network_changed(struct upstream *u, bool drop)
{
	health_forgive(&u->health);
	if (drop)
		upstream_fail_all(u, "the network changed");
}

void upstream_clock_stepped(struct upstream *u)
{
	if (u->health.state == HEALTH_REFUSED)
		health_forgive(&u->health);
}

enum status upstream_accept(struct upstream *u, const struct contact_choice *choice,
	struct text *error, struct learned_pins *was)
{
	const struct contact_of of = { u->parts.config, u->parts.state_dir };
	enum status status;

	if (u->policy.pin_mode != PIN_LEARN) {
		text_add(error, "upstream %s: its pin_mode is not learn",
			upstream_name(u));
		return STATUS_UNSUPPORTED;
	}
	status = contact_take_over(&u->contact, &of, choice, error, was);
	if (status != STATUS_OK)
		return status;
	set_policy(u);
	log_notice("upstream %s: another issuer was accepted by an operator",
		upstream_name(u));
	health_forgive(&u->health);
	/* What is open was let in by the keys of before. */
	upstream_fail_all(u, "another issuer was accepted");
	upstream_probe(u);
	return STATUS_OK;
}

bool upstream_wants_keepalive(const struct upstream *u)
{
	return u->parts.config->protocol == UPSTREAM_DOT;
}

uint64_t upstream_serial(const struct upstream *u)
{
	return u->serial;
}

const char *upstream_name(const struct upstream *u)
{
	return u->parts.config->name;
}

const struct config_upstream *upstream_config(const struct upstream *u)
{
	return u->parts.config;
}

uint64_t upstream_stamp(const struct upstream *u)
{
	return u->parts.stamp;
}

const struct logs *upstream_logs(const struct upstream *u)
{
	return u->parts.logs;
}

const struct contact *upstream_contact(const struct upstream *u)
{
	return &u->contact;
}

const struct health *upstream_health(const struct upstream *u)
{
	return &u->health;
}

const struct verdict *upstream_verdict(const struct upstream *u)
{
	return u->has_verdict ? &u->verdict : NULL;
}

struct upstream_stats upstream_stats(const struct upstream *u)
{
	struct upstream_stats stats = u->stats;

	if (u->transport != NULL)
		stats.mismatched += transport_mismatched(u->transport);
	stats.latency_ms = upstream_latency_ms(u);
	stats.usual_ms = upstream_usual_ms(u);
	return stats;
}

const struct conn *upstream_conn(const struct upstream *u)
{
	return u->transport != NULL ? transport_conn(u->transport) : NULL;
}
