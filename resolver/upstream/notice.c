#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "upstream/evidence.h"
#include "upstream/inner.h"

/* How often it is looked at whether a sign of life has come. */
#define TRIAL_LOOK_MS 100

void notice_policy(struct upstream *u)
{
	u->policy = u->parts.config->policy;
	u->policy.learned = contact_pins(&u->known.contact, &u->policy);
	u->policy.for_ntp = u->parts.for_ntp;
}

/* What is accepted for ntp_names proves nothing. False: as known_accept(). */
static bool keep_verdict(struct upstream *u, const struct verdict *verdict)
{
	bool holds = true;

	if (!u->parts.for_ntp && verdict->accepted)
		holds = known_accept(u, verdict);
	else if (!u->parts.for_ntp)
		known_refuse(u, verdict);
	if (holds) {
		u->verdict = *verdict;
		u->has_verdict = true;
	}
	notice_policy(u);
	if (u->parts.logs != NULL)
		logs_remind(u->parts.logs, clock_wall_s());
	return holds;
}

/* What is untold is told of when there is room again. */
static bool may_tell(struct upstream *u)
{
	unsigned untold = u->lines.untold;

	if (!lines_may(&u->lines, clock_now_ms()))
		return false;
	u->lines.untold = 0;
	if (untold > 0)
		log_warning("upstream %s: %u changes of state were too many to be told",
			upstream_name(u), untold);
	return true;
}

static void tell_good(struct upstream *u, const struct lane *lane)
{
	char address[ENDPOINT_TEXT_MAX], words[200];
	struct text text = text_in(words, sizeof words);

	u->unproven = false;
	endpoint_format(&lane->address, address);
	if (upstream_is_plain(u))
		text_add(&text, "it answers, without TLS");
	else
		verdict_explain(&u->verdict, &text);
	if (lane_conn(lane) != NULL)
		text_add(&text, ", %s", conn_tls_version(lane_conn(lane)));
	if (may_tell(u))
		log_notice(
			"upstream %s (%s) is good: %s", upstream_name(u), address, words);
	u->parts.events->on_good(u->parts.events->owner);
}

static bool is_on_trial(const struct upstream *u)
{
	return u->unproven && u->health.in_a_row > 0;
}

/* Some let everybody in and answer nobody: a sign of life is asked for before anybody is
 * sent there who could go elsewhere. Questions that are on it, or wait for it, are as
 * good, and some servers close a connection over one that is not for them. */
static void put_on_trial(struct upstream *u, const struct lane *lane)
{
	u->unproven = true;
	health_on_trial(&u->health, clock_now_ms() + TRIAL_LOOK_MS);
	if (list_empty(&u->waiting) && list_empty(&lane->sent))
		transport_check(lane->transport);
}

/* There is nothing to see of a plain server before it answers. */
static void notice_plain(struct upstream *u, const struct lane *lane)
{
	if (u->health.in_a_row > 0)
		put_on_trial(u, lane);
	else
		u->unproven |= u->health.state != HEALTH_GOOD;
}

/* After failures a handshake alone is not worth a line: some let everybody in and
 * answer nobody, for days. */
void notice_open(struct upstream *u, struct lane *lane)
{
	bool was_suspect = u->has_verdict && u->verdict.clock_suspect;

	if (upstream_is_plain(u)) {
		notice_plain(u, lane);
		return;
	}
	u->stats.handshakes++;
	if (!keep_verdict(u, conn_verdict(lane_conn(lane)))) {
		lane->dead = true;
		tls_context_forget_tickets(&u->context);
		return;
	}
	u->stats.resumed += u->verdict.resumed;
	if (was_suspect && !u->verdict.clock_suspect)
		log_notice("upstream %s: its certificate is valid as of the clock, too, "
			   "now",
			upstream_name(u));
	if (u->health.in_a_row > 0) {
		put_on_trial(u, lane);
		return;
	}
	if (!health_succeeded(&u->health, clock_now_ms()))
		return;
	u->unproven = u->health.silences > 0;
	if (!u->unproven)
		tell_good(u, lane);
}

void notice_answer(struct upstream *u, const struct lane *lane, uint64_t took_ms)
{
	char address[ENDPOINT_TEXT_MAX];
	bool news;

	if (is_on_trial(u))
		u->health.retry_at_ms = 0;
	latency_sample(&u->latency, took_ms);
	known_keep_in_time(u);
	news = health_answered(&u->health, latency_smoothed_ms(&u->latency));
	/* Whatever was said of it meanwhile: it answers. */
	if (u->unproven ||
		(u->health.state != HEALTH_GOOD && u->health.state != HEALTH_SLOW))
		news = health_succeeded(&u->health, clock_now_ms());
	u->stats.answers++;
	if (u->unproven || (news && u->health.state == HEALTH_GOOD)) {
		tell_good(u, lane);
	} else if (news && may_tell(u)) {
		endpoint_format(&lane->address, address);
		log_warning("upstream %s (%s) is %s: %s", upstream_name(u), address,
			health_state_text(u->health.state), u->health.last.text);
	}
}

void notice_failure(struct upstream *u, const struct endpoint *address,
	const struct failure *why, bool reached)
{
	bool again = u->unproven && strcmp(u->health.last.text, why->text) == 0;
	char words[ENDPOINT_TEXT_MAX] = "no address";

	u->unproven = false;
	if (address != NULL)
		endpoint_format(address, words);
	if (health_failed(&u->health, why, reached, clock_now_ms()) && !again &&
		may_tell(u))
		log_warning("upstream %s (%s) is %s: %s", upstream_name(u), words,
			health_state_text(u->health.state), why->text);
}

/* It has answered before: others come first for a while. One that never did has
 * failed. */
void notice_silence(struct upstream *u, struct lane *lane)
{
	struct failure why = failure_of(FAILURE_TIMEOUT, NULL);
	char address[ENDPOINT_TEXT_MAX];

	if (lane->noted)
		return;
	lane->noted = true;
	if (!lane->answered) {
		notice_failure(u, &lane->address, &why, true);
		return;
	}
	endpoint_format(&lane->address, address);
	if (health_suspect(&u->health, &why, clock_now_ms()) && u->health.silences == 1 &&
		may_tell(u))
		log_warning("upstream %s (%s) is silent: %s", upstream_name(u), address,
			why.text);
}

/* Who shows that it lives, and then answers no question, would be good again after each
 * back-off, for days: that is told with its first answer. */
static bool is_worth_telling(const struct upstream *u, bool on_trial)
{
	return on_trial ? u->health.bad_ends == 0 : u->health.silences <= 1;
}

void notice_calm(struct upstream *u, const struct lane *lane)
{
	bool on_trial = is_on_trial(u);

	if (clock_now_ms() < u->health.retry_at_ms)
		return;
	if (on_trial && !transport_was_heard(lane->transport))
		put_on_trial(u, lane);
	else if (health_succeeded(&u->health, clock_now_ms()) &&
		 is_worth_telling(u, on_trial))
		tell_good(u, lane);
}

void notice_refused(struct upstream *u, const struct endpoint *address,
	const struct verdict *verdict, struct bytes refused_pem)
{
	char words[ENDPOINT_TEXT_MAX];

	endpoint_format(address, words);
	(void)keep_verdict(u, verdict);
	evidence_keep(u->parts.state_dir, upstream_name(u), words, verdict, refused_pem);
}
