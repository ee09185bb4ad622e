/* A clock that is not believed: who is asked meanwhile, and what ends with it. */
#include <stdlib.h>

#include "base/clock.h"
#include "upstream/inner.h"

/* Programs that set the clock ask a few names at once, and then no more. */
#define NTP_IDLE_MS 10000

static bool is_refused_for_clock(const struct upstream *u)
{
	return u->health.state == HEALTH_REFUSED && u->has_verdict &&
	       !u->verdict.accepted && u->verdict.reason == REASON_CLOCK_SUSPECT;
}

/* They may be others than those of the configuration. */
static enum status copy_addresses(const struct upstream *from, struct upstream *to)
{
	size_t n = from->addresses.n;
	struct endpoint *endpoints = calloc(n > 0 ? n : 1, sizeof *endpoints);
	enum status status = STATUS_NOMEM;

	if (endpoints == NULL)
		return status;
	addresses_order(&from->addresses, clock_now_ms(), endpoints);
	status = addresses_set(&to->addresses, endpoints, n);
	free(endpoints);
	return status;
}

static struct upstream *make_twin(struct upstream *u)
{
	struct upstream_parts parts = u->parts;
	struct contact contact = u->known.contact;
	struct upstream *twin;

	parts.for_ntp = true;
	contact.unsaved = false;
	if (upstream_new(&parts, &contact, &twin) != STATUS_OK)
		return NULL;
	twin->idle.configured_ms = NTP_IDLE_MS;
	if (copy_addresses(u, twin) == STATUS_OK)
		return twin;
	upstream_free(twin);
	return NULL;
}

struct upstream *upstream_for_ntp(struct upstream *u)
{
	suspicion_look(u);
	if (!is_refused_for_clock(u))
		return NULL;
	if (u->ntp == NULL)
		u->ntp = make_twin(u);
	return u->ntp;
}

bool upstream_serves_ntp(const struct upstream *u)
{
	return u->ntp != NULL && u->ntp->lane_n > 0;
}

void suspicion_follow(struct upstream *u)
{
	struct upstream_parts parts = u->parts;

	if (u->ntp == NULL)
		return;
	parts.for_ntp = true;
	u->ntp->known.contact = u->known.contact;
	u->ntp->known.contact.unsaved = false;
	upstream_rebase(u->ntp, &parts);
}

static bool is_by_exception(const struct lane *lane)
{
	const struct conn *conn = lane_conn(lane);

	return lane->state == LANE_OPEN && conn != NULL &&
	       conn_verdict(conn)->clock_suspect;
}

/* A connection looks each hour whether its certificate has ended. Whoever has an old one
 * and its key may have come before the clock was set, and is not to stay so long. */
void suspicion_end_expired(struct upstream *u)
{
	int64_t now_s;

	/* Without certificates none ends. */
	if (upstream_is_plain(u))
		return;
	now_s = clock_floor_now_s(u->parts.trust.clock);
	list_for_each (it, &u->lanes) {
		struct lane *lane = lane_of(it);

		if (verdict_end_s(conn_verdict(lane_conn(lane))) <= now_s)
			lane->dead = true;
	}
	lanes_arm(u);
}

void suspicion_look(struct upstream *u)
{
	int64_t valid_from_s = u->has_verdict ? u->verdict.clock.valid_from_s : 0;

	if (valid_from_s == 0 || clock_floor_now_s(u->parts.trust.clock) < valid_from_s)
		return;
	if (is_refused_for_clock(u))
		health_forgive(&u->health, clock_now_ms());
	list_for_each (it, &u->lanes)
		if (is_by_exception(lane_of(it)))
			lane_drain(lane_of(it));
	lanes_arm(u);
}
