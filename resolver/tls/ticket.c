/* keep (behind an accepted handshake) -> take (the newest, once).
 *
 * Never: to another address or port, past the verdict's end or the ticket's own, when
 * other keys were learned meanwhile, or when the clock stands before the handshake. */
#include "tls/ticket.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/ssl.h>

#include "base/clock.h"

/* What was let pass for what holds at the moment is looked at anew each time. */
static bool is_lasting(const struct verdict *v)
{
	return v->accepted && !v->provisional && !v->ct.waived && !v->clock_suspect;
}

/* Of a "good" that says until when, or is taken for a day. */
static int64_t staple_end_s(const struct staple *staple)
{
	if (staple->state != STAPLE_GOOD)
		return INT64_MAX;
	return staple->next_update_s != 0 ? staple->next_update_s
					  : staple->this_update_s + STAPLE_UNBOUNDED_S;
}

int64_t ticket_verdict_end_s(const struct verdict *v, int64_t verified_s)
{
	int64_t end_s = clock_earlier_s(verdict_end_s(v), verified_s + TICKET_LIFE_MAX_S);

	if (!is_lasting(v))
		return INT64_MIN;
	end_s = clock_earlier_s(end_s, staple_end_s(&v->staple));
	if (v->ct.mode == CT_MODE_REQUIRE)
		end_s = clock_earlier_s(end_s, v->ct.list_horizon_s);
	return end_s;
}

void ticket_free(struct ticket *ticket)
{
	if (ticket == NULL)
		return;
	SSL_SESSION_free(ticket->session);
	free(ticket);
}

static struct ticket *take_at(struct tickets *t, size_t at)
{
	struct ticket *out = t->items[at];

	t->n--;
	memmove(&t->items[at], &t->items[at + 1], (t->n - at) * sizeof t->items[0]);
	return out;
}

static bool is_for(const struct ticket *ticket, const struct endpoint *address)
{
	return endpoint_equal(&ticket->address, address);
}

/* The oldest of that address if it has its share, or of all if there is no room. */
static void make_room(struct tickets *t, const struct endpoint *address)
{
	size_t oldest = 0, n = 0;

	for (size_t i = t->n; i-- > 0;)
		if (is_for(t->items[i], address)) {
			oldest = i;
			n++;
		}
	if (n >= TICKETS_AN_ADDRESS)
		ticket_free(take_at(t, oldest));
	else if (t->n == TICKETS_MAX)
		ticket_free(take_at(t, 0));
}

/* TLS 1.2 has no tickets here: they would be keys that outlive the connection's, and
 * its resumption has no new key exchange. */
static bool is_worth_it(const SSL_SESSION *session)
{
	const unsigned char *ticket;
	size_t n;

	SSL_SESSION_get0_ticket(session, &ticket, &n);
	return SSL_SESSION_get_protocol_version(session) == TLS1_3_VERSION &&
	       n <= TICKET_BYTES_MAX;
}

/* 0 is none at all (RFC 8446 §4.6.1). */
static int64_t life_s(const SSL_SESSION *session)
{
	return (int64_t)SSL_SESSION_get_ticket_lifetime_hint(session);
}

bool tickets_keep(struct tickets *t, const struct endpoint *address, SSL_SESSION *session,
	const struct verdict *verdict, int64_t verified_s, int64_t now_s)
{
	int64_t until_s = clock_earlier_s(
		ticket_verdict_end_s(verdict, verified_s), now_s + life_s(session));
	struct ticket *ticket = NULL;

	if (until_s > now_s && is_worth_it(session))
		ticket = malloc(sizeof *ticket);
	if (ticket == NULL)
		return false;
	*ticket = (struct ticket){ .session = session,
		.address = *address,
		.verdict = *verdict,
		.verified_s = verified_s,
		.until_s = until_s };
	make_room(t, address);
	t->items[t->n++] = ticket;
	return true;
}

/* Connections may have been let in by whoever was first, and others learned from. */
static bool fits(const struct ticket *ticket, const struct tls_policy *policy)
{
	struct learned_pins shown;

	if (policy->pin_mode != PIN_LEARN || policy->learned == NULL)
		return true;
	return verdict_keys(&ticket->verdict, &shown) &&
	       learned_pins_equal(&shown, policy->learned);
}

static bool is_usable(
	const struct ticket *ticket, const struct tls_policy *policy, int64_t now_s)
{
	return now_s >= ticket->verified_s && now_s < ticket->until_s &&
	       fits(ticket, policy);
}

struct ticket *tickets_take(struct tickets *t, const struct endpoint *address,
	const struct tls_policy *policy, int64_t now_s)
{
	for (size_t i = t->n; i-- > 0;) {
		struct ticket *ticket;

		if (!is_for(t->items[i], address))
			continue;
		ticket = take_at(t, i);
		if (is_usable(ticket, policy, now_s))
			return ticket;
		ticket_free(ticket);
	}
	return NULL;
}

void tickets_drop(struct tickets *t, const struct endpoint *address)
{
	for (size_t i = t->n; i-- > 0;)
		if (is_for(t->items[i], address))
			ticket_free(take_at(t, i));
}

void tickets_forget(struct tickets *t)
{
	t->generation++;
	while (t->n > 0)
		ticket_free(t->items[--t->n]);
}
