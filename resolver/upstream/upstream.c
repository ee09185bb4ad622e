/* ask -> the best connection, or wait for one -> answer.
 *
 * What happens on connections, and when others are opened, is in lanes.c and dialer.c;
 * what is concluded from it is in notice.c. Here is what callers see. */
#include "upstream/upstream.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "upstream/inner.h"

/* Questions in flight when one is overdue and nobody else asks. */
#define OVERDUE_AND_HEDGE 2

static bool is_doh(const struct upstream *u)
{
	return u->parts.config->protocol == UPSTREAM_DOH;
}

bool upstream_is_plain(const struct upstream *u)
{
	return u->parts.config->protocol == UPSTREAM_PLAIN;
}

bool upstream_takes(const struct upstream *u, const struct name *name)
{
	return !upstream_is_plain(u) || plain_scope_has(&u->spec.scope, name);
}

/* Copied: questions that are under way outlive a configuration. */
static enum status init_plain(struct upstream *u)
{
	const struct config_upstream *config = u->parts.config;
	size_t bytes = config->zone_n * sizeof *u->zones;

	u->zones = malloc(bytes);
	if (u->zones == NULL)
		return STATUS_NOMEM;
	memcpy(u->zones, config->zones, bytes);
	u->spec.protocol = TRANSPORT_PLAIN;
	u->spec.scope = (struct plain_scope){ u->zones, config->zone_n, config->exact };
	return STATUS_OK;
}

static enum status init_context(struct upstream *u)
{
	if (upstream_is_plain(u))
		return STATUS_OK;
	return tls_context_init(&u->context, &u->policy, &u->parts.trust,
		is_doh(u) ? tls_alpn_h2 : tls_alpn_dot);
}

static enum status init_protocol(struct upstream *u)
{
	const struct config_upstream *config = u->parts.config;

	u->spec = (struct transport_spec){
		.loop = u->parts.loop, .protocol = TRANSPORT_DOT, .context = &u->context
	};
	if (upstream_is_plain(u))
		return init_plain(u);
	if (!is_doh(u))
		return STATUS_OK;
	u->spec.protocol = TRANSPORT_DOH;
	u->spec.template = &u->template;
	return doh_template_init(&u->template, config->host, config->port, config->path);
}

static enum status upstream_init(struct upstream *u, const struct upstream_parts *parts,
	const struct contact *contact)
{
	static _Atomic uint32_t serial; /* of any thread; reloads will not use it up */
	const struct config_upstream *config = parts->config;
	enum status status;

	u->parts = *parts;
	u->known.contact = *contact;
	u->serial = ++serial;
	u->idle.configured_ms = config->idle_timeout_ms;
	list_init(&u->lanes);
	list_init(&u->waiting);
	notice_policy(u);
	status = init_protocol(u);
	if (status == STATUS_OK)
		status = addresses_set(
			&u->addresses, config->addresses, config->address_n);
	if (status == STATUS_OK)
		status = init_context(u);
	if (status != STATUS_OK) {
		addresses_deinit(&u->addresses);
		free(u->zones);
		return status;
	}
	dialer_init(&u->dialer, &u->addresses, &u->spec, &lanes_dialer_events, u);
	if (parts->loop != NULL) {
		uv_timer_init(parts->loop, &u->timer);
		u->timer.data = u;
	}
	return STATUS_OK;
}

enum status upstream_new(const struct upstream_parts *parts,
	const struct contact *contact, struct upstream **out)
{
	struct upstream *u = calloc(1, sizeof *u);
	enum status status;

	*out = NULL;
	if (u == NULL)
		return STATUS_NOMEM;
	status = upstream_init(u, parts, contact);
	if (status != STATUS_OK) {
		free(u);
		return status;
	}
	*out = u;
	return STATUS_OK;
}

static void on_timer_closed(uv_handle_t *handle)
{
	free(handle->data);
}

void upstream_free(struct upstream *u)
{
	struct list lost;

	if (u == NULL)
		return;
	upstream_free(u->ntp);
	naming_stop(u);
	list_init(&lost);
	lanes_drop(u, &lost);
	dialer_deinit(&u->dialer);
	addresses_deinit(&u->addresses);
	tls_context_deinit(&u->context);
	free(u->zones);
	if (u->parts.loop != NULL)
		uv_close((uv_handle_t *)&u->timer, on_timer_closed);
	else
		free(u);
}

void upstream_rebase(struct upstream *u, const struct upstream_parts *parts)
{
	const struct contact_of of = { parts->config, parts->state_dir };

	u->parts = *parts;
	contact_keep(&u->known.contact, &of);
	notice_policy(u);
	tls_context_rebase(&u->context, &u->policy, &parts->trust);
	suspicion_follow(u);
	naming_follow(u);
}

enum status upstream_set_addresses(
	struct upstream *u, const struct endpoint *endpoints, size_t n)
{
	enum status status = addresses_set(&u->addresses, endpoints, n);

	if (status == STATUS_OK && u->ntp != NULL)
		status = upstream_set_addresses(u->ntp, endpoints, n);
	if (status != STATUS_OK)
		return status;
	dialer_stop(&u->dialer);
	dialer_forget(&u->dialer);
	if (u->health.state == HEALTH_UNREACHABLE)
		health_forgive(&u->health, clock_now_ms());
	lanes_arm(u);
	return STATUS_OK;
}

/* --- questions ------------------------------------------------------------- */

/* Questions wait for one as they do for a server that is started again. */
static void notice_no_address(struct upstream *u)
{
	struct failure why = { .kind = FAILURE_UNREACHABLE };

	if (u->addresses.n > 0 || !health_may_try(&u->health, clock_now_ms()))
		return;
	if (u->unresolved.kind != FAILURE_NONE) {
		notice_failure(u, NULL, &u->unresolved, false);
		return;
	}
	/* It is being looked up, as after every start: no news. */
	text_copy(why.text, sizeof why.text, "its address is not known yet");
	(void)health_failed(&u->health, &why, false, clock_now_ms());
}

static enum status send_or_wait(struct upstream *u, struct attempt *a, bool insist)
{
	bool at_once = insist || health_may_try(&u->health, clock_now_ms());
	struct lane *lane = lanes_choose(u, a->not_on);
	enum status status;

	if (lane != NULL) {
		status = lane_send(lane, a);
		if (status == STATUS_OK)
			u->stats.queries++;
		return status;
	}
	list_append(&u->waiting, &a->link);
	status = lanes_open(u, at_once);
	if (status != STATUS_OK)
		list_remove(&a->link);
	return status;
}

enum status upstream_ask(
	struct upstream *u, struct attempt *a, bool insist, struct failure *why)
{
	enum status status;

	a->sent = a->held = false;
	a->lane = NULL;
	a->not_on = a->beside != NULL ? a->beside->lane : NULL;
	list_init(&a->link);
	suspicion_look(u);
	naming_look(u);
	notice_no_address(u);
	if (lanes_choose(u, a->not_on) == NULL && !insist && !lanes_may_open(u)) {
		*why = u->health.last;
		return STATUS_CLOSED;
	}
	status = send_or_wait(u, a, insist);
	if (status != STATUS_OK)
		*why = failure_of(FAILURE_LOCAL, status_text(status));
	lanes_arm(u);
	return status;
}

void upstream_probe(struct upstream *u)
{
	struct failure why = failure_of(FAILURE_LOCAL, NULL);

	suspicion_look(u);
	naming_look(u);
	if (u->lane_n > 0 || !health_may_try(&u->health, clock_now_ms()))
		return;
	if (lanes_open(u, true) != STATUS_OK)
		notice_failure(u, NULL, &why, true);
	lanes_arm(u);
}

void upstream_cancel(struct upstream *u, struct attempt *a)
{
	if (a->lane != NULL)
		lane_cancel(a->lane, a);
	else
		list_remove(&a->link);
	lanes_arm(u);
}

bool attempt_is_silent(const struct attempt *a)
{
	return a->lane != NULL && lane_heard_ms(a->lane) <= a->sent_ms;
}

void upstream_give_up(struct upstream *u, struct attempt *a)
{
	if (attempt_is_silent(a)) {
		notice_silence(u, a->lane);
		a->lane->dead = true;
	}
	upstream_cancel(u, a);
}

/* This question is on another connection by now, mostly; others will miss this one until
 * TCP has repaired it by itself. */
static bool is_missed(const struct upstream *u)
{
	size_t in_flight = 0;

	list_for_each (it, &u->lanes)
		if (lane_of(it)->transport != NULL)
			in_flight += transport_in_flight(lane_of(it)->transport);
	return in_flight > OVERDUE_AND_HEDGE;
}

bool upstream_overdue(struct upstream *u, struct attempt *a)
{
	uint64_t now_ms = clock_now_ms();
	bool is_suspect, is_alone;

	if (a->lane == NULL)
		return false;
	u->late_until_ms = now_ms + LANE_SPARE_MS;
	lane_suspect(a->lane, a, now_ms);
	is_suspect = lane_is_suspect(a->lane);
	is_alone = lanes_choose(u, NULL) == NULL;
	if (is_suspect && is_alone)
		lane_check(a->lane, now_ms);
	lanes_keep_spare(u);
	lanes_arm(u);
	return is_suspect && !is_alone && a->lane->checked_ms == 0 && is_missed(u);
}

void upstream_check(struct upstream *u, struct attempt *a)
{
	if (a->lane != NULL)
		lane_check(a->lane, clock_now_ms());
	lanes_arm(u);
}

void upstream_fail_all(struct upstream *u, const char *text)
{
	struct failure why = failure_of(FAILURE_CLOSED, text);
	struct list failing;

	if (u->ntp != NULL)
		upstream_fail_all(u->ntp, text);
	list_init(&failing);
	dialer_stop(&u->dialer);
	lanes_drop(u, &failing);
	list_move_all(&u->waiting, &failing);
	lanes_fail(&failing, &why, true);
}

/* --- changes around it ----------------------------------------------------- */

void upstream_network_changed(struct upstream *u, bool drop)
{
	struct failure why = failure_of(FAILURE_CLOSED, "the network changed");
	struct list lost;

	if (u->ntp != NULL)
		upstream_network_changed(u->ntp, drop);
	if (u->resolution != NULL)
		resolution_network_changed(u->resolution);
	list_init(&lost);
	health_forgive(&u->health, clock_now_ms());
	dialer_stop(&u->dialer);
	dialer_forget(&u->dialer);
	if (drop) {
		/* What was late was so on a way that is no more. */
		u->late_until_ms = u->no_spare_until_ms = 0;
		lanes_drop(u, &lost);
	}
	list_for_each (it, &u->lanes)
		transport_check(lane_of(it)->transport);
	lanes_arm(u);
	lanes_fail(&lost, &why, true);
}

static bool is_about_dates(enum reason reason)
{
	return reason == REASON_PKIX_EXPIRED || reason == REASON_PKIX_NOT_YET_VALID ||
	       reason == REASON_CLOCK_SUSPECT || reason == REASON_CT_LOG_LIST_STALE ||
	       reason == REASON_OCSP_REQUIRED;
}

void upstream_clock_stepped(struct upstream *u)
{
	if (u->ntp != NULL)
		upstream_clock_stepped(u->ntp);
	suspicion_look(u);
	suspicion_end_expired(u);
	if (u->health.state == HEALTH_REFUSED && is_about_dates(u->verdict.reason))
		health_forgive(&u->health, clock_now_ms());
}

/* --- what is known of it --------------------------------------------------- */

uint32_t upstream_usual_ms(const struct upstream *u)
{
	return latency_usual_ms(&u->latency);
}

uint32_t upstream_hedge_ms(const struct upstream *u, const struct attempt *a)
{
	if (u->lane_n < 2 || lanes_choose(u, a->lane) == NULL)
		return upstream_usual_ms(u);
	return latency_hurry_ms(&u->latency);
}

uint32_t upstream_latency_ms(const struct upstream *u)
{
	return latency_smoothed_ms(&u->latency);
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

void upstream_set_stamp(struct upstream *u, uint64_t stamp)
{
	u->parts.stamp = stamp;
}

const struct logs *upstream_logs(const struct upstream *u)
{
	return u->parts.logs;
}

const struct contact *upstream_contact(const struct upstream *u)
{
	return &u->known.contact;
}

const struct health *upstream_health(const struct upstream *u)
{
	return &u->health;
}

const struct verdict *upstream_verdict(const struct upstream *u)
{
	return u->has_verdict ? &u->verdict : NULL;
}

bool upstream_was_asked(const struct upstream *u)
{
	return u->stats.queries > 0 || u->lane_n > 0;
}

struct upstream_stats upstream_stats(const struct upstream *u)
{
	struct upstream_stats stats = u->stats;

	list_for_each (it, &u->lanes)
		stats.mismatched += lane_mismatched(lane_of(it));
	stats.latency_ms = upstream_latency_ms(u);
	stats.usual_ms = upstream_usual_ms(u);
	return stats;
}

const struct addresses *upstream_addresses(const struct upstream *u)
{
	return &u->addresses;
}

size_t upstream_lane_count(const struct upstream *u)
{
	return u->lane_n;
}

const struct conn *upstream_conn(const struct upstream *u)
{
	const struct lane *best = lanes_choose(u, NULL);

	if (best != NULL)
		return lane_conn(best);
	if (!list_empty(&u->lanes))
		return lane_conn(lane_of(u->lanes.prev));
	if (!list_empty(&u->dialer.lanes))
		return lane_conn(lane_of(u->dialer.lanes.next));
	return NULL;
}
