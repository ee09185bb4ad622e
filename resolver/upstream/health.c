#include "upstream/health.h"

#include <string.h>

/* First and longest wait after each kind of failure; it doubles in between.
 * Without a network, trying costs nothing and the network may be back; a
 * refused certificate is seldom replaced within seconds. */
static const struct {
	enum health_state state;
	uint32_t first_ms, longest_ms;
} rules[FAILURE_COUNT] = {
	[FAILURE_NO_NETWORK] = { HEALTH_UNREACHABLE, 250, 2000 },
	[FAILURE_UNREACHABLE] = { HEALTH_UNREACHABLE, 500, 10000 },
	[FAILURE_TIMEOUT] = { HEALTH_UNREACHABLE, 1000, 10000 },
	[FAILURE_REFUSED] = { HEALTH_REFUSED, 5000, 300000 },
	[FAILURE_PROTOCOL] = { HEALTH_BROKEN, 2000, 60000 },
	[FAILURE_CLOSED] = { HEALTH_BROKEN, 500, 10000 },
	[FAILURE_LOCAL] = { HEALTH_BROKEN, 500, 5000 },
	[FAILURE_NONE] = { HEALTH_BROKEN, 500, 5000 },
};

/* So many without a silence in between, and silences are forgotten. */
#define PROVEN_ANSWERS 16

const char *health_state_text(enum health_state state)
{
	static const char *const text[] = {
		[HEALTH_UNKNOWN] = "unknown",
		[HEALTH_GOOD] = "good",
		[HEALTH_SLOW] = "slow",
		[HEALTH_UNREACHABLE] = "unreachable",
		[HEALTH_REFUSED] = "refused",
		[HEALTH_BROKEN] = "broken",
	};

	return text[state];
}

bool health_succeeded(struct health *h)
{
	bool news = h->state != HEALTH_GOOD;

	h->state = HEALTH_GOOD;
	h->suspect = false;
	h->retry_at_ms = 0;
	return news;
}

void health_answered(struct health *h)
{
	h->in_a_row = 0;
	if (h->answers < PROVEN_ANSWERS && ++h->answers == PROVEN_ANSWERS)
		h->silences = 0;
}

static uint64_t wait_ms(enum failure_kind kind, unsigned in_a_row)
{
	uint64_t wait = rules[kind].first_ms;

	for (unsigned i = 1; i < in_a_row && wait < rules[kind].longest_ms; i++)
		wait *= 2;
	return wait < rules[kind].longest_ms ? wait : rules[kind].longest_ms;
}

static bool has_news(const struct health *h, const struct failure *why)
{
	return h->state != rules[why->kind].state || strcmp(h->last.text, why->text) != 0;
}

/* The network's absence is its own story; all other failures are one, whatever
 * their kinds, or a server could keep its back-off short by changing them. */
static bool goes_on(const struct health *h, const struct failure *why)
{
	return (h->last.kind == FAILURE_NO_NETWORK) == (why->kind == FAILURE_NO_NETWORK);
}

bool health_failed(struct health *h, const struct failure *why, uint64_t now_ms)
{
	bool news = has_news(h, why);

	h->suspect = false;
	h->answers = 0;
	h->in_a_row = goes_on(h, why) ? h->in_a_row + 1 : 1;
	h->state = rules[why->kind].state;
	h->last = *why;
	h->retry_at_ms = now_ms + wait_ms(why->kind, h->in_a_row);
	return news;
}

bool health_suspect(struct health *h, const struct failure *why, uint64_t now_ms)
{
	bool news = has_news(h, why);

	h->state = rules[why->kind].state;
	h->last = *why;
	h->suspect = true;
	h->answers = 0;
	h->retry_at_ms = now_ms + (h->silences > 0 ? wait_ms(why->kind, h->silences) : 0);
	h->silences++;
	return news;
}

void health_forgive(struct health *h)
{
	h->in_a_row = 0;
	h->retry_at_ms = 0;
}

bool health_may_try(const struct health *h, uint64_t now_ms)
{
	return now_ms >= h->retry_at_ms;
}
