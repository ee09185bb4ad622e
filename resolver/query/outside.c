/* Whose answers may lead into the house, and what is done with the others (rebind.h). */
#include <inttypes.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"
#include "dns/chain.h"
#include "local/local.h"
#include "query/rebind.h"
#include "query/resolver.h"

/* One line about them in so long: who makes one such name makes many. */
#define REBIND_QUIET_MS 60000

/* Names that somebody has said may do so, and those with servers of their own. */
static bool may_lead_inside(const struct resolver *r, const struct question *question)
{
	if (!r->options.rebind_protection || !exchanger_asks_all(r->exchanger, question))
		return true;
	for (size_t i = 0; i < r->options.rebind_allow_n; i++)
		if (name_within(&question->name, &r->options.rebind_allow[i]))
			return true;
	return false;
}

static void tell_rebind(
	struct resolver *r, const struct question *question, const char *address)
{
	uint64_t now_ms = clock_now_ms();
	char name[NAME_TEXT_MAX] = "a name";

	r->stats.rebinds++;
	if (now_ms < r->rebind_quiet_ms)
		return;
	r->rebind_quiet_ms = now_ms + REBIND_QUIET_MS;
	if (r->options.log_privacy != LOG_PRIVACY_NAME)
		name_to_text(&question->name, name);
	log_notice("rebind_protection: %s leads to %s, and is answered without it "
		   "(%" PRIu64 " so far)",
		name, address, r->stats.rebinds);
}

/* Somebody inside, or we, would say where it is. */
static bool is_of_the_house(struct resolver *r, const struct question *question)
{
	struct writer w = { .p = r->reply, .cap = sizeof r->reply };
	uint16_t ttl_at[16]; /* where there are more, it is SERVFAIL here */
	struct answer answer;

	if (!exchanger_asks_all(r->exchanger, question))
		return true;
	return r->options.local != NULL &&
	       local_lookup(r->options.local, question, &w, ttl_at,
		       sizeof ttl_at / sizeof *ttl_at, &answer) == LOCAL_ANSWER &&
	       answer.rcode != RCODE_NXDOMAIN;
}

/* CNAMEs with nothing at their end: some clients go on from there, and would be told the
 * address by us, as the stranger's name. */
static bool ends_in_the_house(struct resolver *r, const struct answer *answer)
{
	struct record_walk walk;
	struct record record;
	struct chain chain;
	struct question end;
	struct message m;

	if (message_parse(answer->wire, &m) != STATUS_OK ||
		chain_follow(&m, false, &chain) != STATUS_OK || chain.n == 1)
		return false;
	walk = record_walk(&m);
	while (record_next(&walk, &record))
		if (chain_ends_in(&chain, &record))
			return false;
	end = m.question;
	end.name = chain.names[chain.n - 1];
	return is_of_the_house(r, &end);
}

/* The name that was asked for counts: to a web page's origin it is all there is, whatever
 * CNAMEs come behind it. */
void resolver_keep_outside(struct inflight *f, struct answer *answer)
{
	struct resolver *r = f->resolver;
	char address[ENDPOINT_TEXT_MAX];

	if (may_lead_inside(r, &f->question))
		return;
	if (!rebind_find(answer, address)) {
		if (!ends_in_the_house(r, answer))
			return;
		text_copy(address, sizeof address, "a name of the inside");
	}
	tell_rebind(r, &f->question, address);
	rebind_empty(answer, r->answer, r->ttl_at, address);
}
