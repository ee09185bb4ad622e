/* What is known of an upstream's keys: lock, and take over what other sets know -> look
 * or learn -> publish it, and unlock. */
#include "base/clock.h"
#include "base/log.h"
#include "upstream/inner.h"

void known_lock(struct upstream *u)
{
	const struct learned_pins before = u->known.contact.learned.pins;
	bool knew = u->known.contact.known;

	if (u->parts.shared == NULL ||
		!shared_contact_lock(u->parts.shared, upstream_name(u), &u->known))
		return;
	notice_policy(u);
	suspicion_follow(u);
	/* A session of before may be one of other keys. */
	if (!knew || !learned_pins_equal(&before, &u->known.contact.learned.pins))
		tls_context_forget_tickets(&u->context);
}

void known_publish(struct upstream *u)
{
	if (u->parts.shared != NULL)
		shared_contact_publish(u->parts.shared, upstream_name(u), &u->known);
}

/* There is nothing to know of one without a certificate, or of a second self. */
static bool has_keys(const struct upstream *u)
{
	return u->parts.shared != NULL && !upstream_is_plain(u) && !u->parts.for_ntp;
}

void upstream_catch_up(struct upstream *u)
{
	if (!has_keys(u))
		return;
	known_lock(u);
	shared_contact_unlock(u->parts.shared);
}

void upstream_tell(struct upstream *u)
{
	struct contact_copy newest = u->known;

	if (!has_keys(u))
		return;
	(void)shared_contact_lock(u->parts.shared, upstream_name(u), &newest);
	shared_contact_publish(u->parts.shared, upstream_name(u), &u->known);
}

bool known_accept(struct upstream *u, const struct verdict *verdict)
{
	const struct contact_of of = { u->parts.config, u->parts.state_dir };
	bool holds;

	known_lock(u);
	holds = contact_allows(&u->known.contact, &of, verdict);
	if (holds)
		contact_accepted(&u->known.contact, &of, verdict);
	known_publish(u);
	if (holds && u->parts.shared != NULL)
		floor_file_raise(&u->parts.shared->floor, u->parts.state_dir,
			clock_floor_proven_s(verdict));
	return holds;
}

void known_refuse(struct upstream *u, const struct verdict *verdict)
{
	const struct contact_of of = { u->parts.config, u->parts.state_dir };

	known_lock(u);
	contact_refused(&u->known.contact, &of, verdict);
	known_publish(u);
}

void known_keep_in_time(struct upstream *u)
{
	const struct contact_of of = { u->parts.config, u->parts.state_dir };

	if (!u->known.contact.unsaved)
		return;
	known_lock(u);
	contact_keep_in_time(&u->known.contact, &of);
	known_publish(u);
}

/* --- an operator says whose ------------------------------------------------- */

/* What is open was let in by the keys of before. */
static void begin_anew(struct upstream *u)
{
	notice_policy(u);
	suspicion_follow(u);
	tls_context_forget_tickets(&u->context);
	health_forgive(&u->health, clock_now_ms());
	upstream_fail_all(u, "another issuer was accepted");
	upstream_probe(u);
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
	known_lock(u);
	status = contact_take_over(&u->known.contact, &of, choice, error, was);
	known_publish(u);
	if (status != STATUS_OK)
		return status;
	log_notice("upstream %s: another issuer was accepted by an operator",
		upstream_name(u));
	begin_anew(u);
	return STATUS_OK;
}

void upstream_follow_accepted(struct upstream *u)
{
	upstream_catch_up(u);
	begin_anew(u);
}
