#include "upstream/health.h"

#include <string.h>

#include "upstream/backoff.h"

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

/* The longest wait for one that did not even take a connection. */
#define UNREACHED_LONGEST_MS 1000
/* So many without a silence in between, and silences are forgotten. */
#define PROVEN_ANSWERS 16
/* Whose answers take longer is slow, until they take no longer than the other. */
#define SLOW_MS      1000
#define SLOW_LEFT_MS 800

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

bool health_succeeded(struct health *h, uint64_t now_ms)
{
	bool news = h->state != HEALTH_GOOD;

	/* Whose answers take long is no faster for that. */
	if (h->state == HEALTH_SLOW && (!h->suspect || now_ms < h->retry_at_ms))
		return false;
	h->state = HEALTH_GOOD;
	h->suspect = false;
	h->retry_at_ms = 0;
	return news;
}

void health_on_trial(struct health *h, uint64_t look_ms)
{
	h->suspect = true;
	h->retry_at_ms = look_ms;
}

/* Answers that take long do not make it good again, nor does one that came in time. */
static bool changes_pace(const struct health *h, uint32_t smoothed_ms)
{
	if (h->answers < PROVEN_ANSWERS)
		return false;
	return (h->state == HEALTH_GOOD && smoothed_ms > SLOW_MS) ||
	       (h->state == HEALTH_SLOW && smoothed_ms <= SLOW_LEFT_MS);
}

bool health_answered(struct health *h, uint32_t smoothed_ms)
{
	h->in_a_row = h->bad_ends = 0;
	if (h->answers < PROVEN_ANSWERS && ++h->answers == PROVEN_ANSWERS)
		h->silences = 0;
	if (!changes_pace(h, smoothed_ms))
		return false;
	if (h->state == HEALTH_GOOD) {
		h->state = HEALTH_SLOW;
		h->last = failure_of(FAILURE_TIMEOUT, "its answers take long");
	} else {
		h->state = HEALTH_GOOD;
		h->suspect = false;
		h->retry_at_ms = 0;
	}
	return true;
}

static uint64_t wait_ms(enum failure_kind kind, unsigned in_a_row, uint64_t longest_ms)
{
	if (longest_ms > rules[kind].longest_ms)
		longest_ms = rules[kind].longest_ms;
	return backoff_ms(rules[kind].first_ms, longest_ms, in_a_row);
}

static bool has_news(
	const struct health *h, enum health_state state, const struct failure *why)
{
	return h->state != state || strcmp(h->last.text, why->text) != 0;
}

/* The network's absence is its own story; all other failures are one, whatever
 * their kinds, or a server could keep its back-off short by changing them. */
static bool goes_on(const struct health *h, const struct failure *why)
{
	return (h->last.kind == FAILURE_NO_NETWORK) == (why->kind == FAILURE_NO_NETWORK);
}

/* A start without a network: nobody knows when there will be one, and the watch on
 * links and routes will tell. What went away may be back in a moment. */
static bool was_never_connected(const struct health *h, const struct failure *why)
{
	return h->state == HEALTH_UNKNOWN && why->kind == FAILURE_NO_NETWORK;
}

/* A connection that was accepted may come to a bad end once, by a server's restart or a
 * middlebox: what was asked on it is asked again at once. */
static bool is_pardoned(const struct health *h, const struct failure *why, bool reached)
{
	return reached && h->bad_ends == 1 &&
	       (why->kind == FAILURE_PROTOCOL || why->kind == FAILURE_CLOSED);
}

bool health_failed(
	struct health *h, const struct failure *why, bool reached, uint64_t now_ms)
{
	enum health_state state = rules[why->kind].state;
	bool news = has_news(h, state, why);

	if (reached || state != HEALTH_UNREACHABLE || was_never_connected(h, why))
		h->hold_until_ms = 0;
	else if (h->state != HEALTH_UNREACHABLE)
		h->hold_until_ms = now_ms + HEALTH_HOLD_MS;
	h->suspect = false;
	h->answers = 0;
	h->in_a_row = goes_on(h, why) ? h->in_a_row + 1 : 1;
	h->bad_ends += reached;
	h->state = state;
	h->last = *why;
	h->retry_at_ms = now_ms;
	if (!is_pardoned(h, why, reached))
		h->retry_at_ms += wait_ms(why->kind, h->in_a_row,
			reached ? UINT64_MAX : UNREACHED_LONGEST_MS);
	return news;
}

bool health_suspect(struct health *h, const struct failure *why, uint64_t now_ms)
{
	bool news = has_news(h, HEALTH_SLOW, why);
	uint64_t wait = 0;

	if (h->silences > 0)
		wait = wait_ms(why->kind, h->silences, UINT64_MAX);
	h->state = HEALTH_SLOW;
	h->last = *why;
	h->suspect = true;
	h->answers = 0;
	h->retry_at_ms = now_ms + wait;
	h->silences++;
	return news;
}

void health_forgive(struct health *h, uint64_t now_ms)
{
	h->in_a_row = h->bad_ends = 0;
	h->retry_at_ms = 0;
	h->hold_until_ms = now_ms + HEALTH_HOLD_MS;
}

bool health_may_try(const struct health *h, uint64_t now_ms)
{
	return now_ms >= h->retry_at_ms;
}

bool health_holds(const struct health *h, uint64_t now_ms)
{
	return h->state == HEALTH_UNREACHABLE && now_ms < h->hold_until_ms;
}
