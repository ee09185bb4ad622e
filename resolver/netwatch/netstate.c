#include "netwatch/netstate.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"

#define WIDE_BITS_MAX  3 /* 2000::/3, all that is public of IPv6 */
#define NAMED_AT_MOST  3 /* differences, in words */
#define COMPARED_BYTES offsetof(struct netfact, name)

/* Facts are compared and hashed as bytes. */
_Static_assert(COMPARED_BYTES == 40, "no padding");

bool netfact_is_wide(const struct netfact *fact)
{
	return fact->kind == NETFACT_ROUTE && fact->prefix <= WIDE_BITS_MAX;
}

static bool is_narrow(const struct netfact *fact)
{
	return fact->kind == NETFACT_ROUTE && !netfact_is_wide(fact);
}

/* --- making one ------------------------------------------------------------ */

void netstate_deinit(struct netstate *s)
{
	free(s->items);
	*s = (struct netstate){ 0 };
}

static enum status grow(struct netstate *s)
{
	size_t cap = s->cap > 0 ? s->cap * 2 : 32;
	struct netfact *items = realloc(s->items, cap * sizeof *items);

	if (items == NULL)
		return STATUS_NOMEM;
	s->items = items;
	s->cap = cap;
	return STATUS_OK;
}

enum status netstate_add(struct netstate *s, const struct netfact *fact)
{
	bool narrow = is_narrow(fact);

	if (s->n >= NETSTATE_MAX || (narrow && s->narrow_n >= NETSTATE_NARROW_MAX)) {
		s->beyond += hash_bytes(bytes_of(fact, COMPARED_BYTES));
		s->crowded = true;
		return STATUS_OK;
	}
	if (s->n == s->cap && grow(s) != STATUS_OK)
		return STATUS_NOMEM;
	s->items[s->n++] = *fact;
	s->narrow_n += narrow;
	return STATUS_OK;
}

static int compare(const void *a, const void *b)
{
	return memcmp(a, b, COMPARED_BYTES);
}

static const struct netfact *find_link(const struct netstate *s, uint32_t link)
{
	for (size_t i = 0; i < s->n && s->items[i].kind == NETFACT_LINK; i++)
		if (s->items[i].link == link)
			return &s->items[i];
	return NULL;
}

/* A route that refuses, or has several links, hangs on none. */
static bool is_of_use(const struct netstate *s, const struct netfact *fact)
{
	if (fact->kind == NETFACT_ROUTE && (fact->type != 0 || fact->link == 0))
		return true;
	return find_link(s, fact->link) != NULL;
}

void netstate_finish(struct netstate *s)
{
	size_t kept = 0;

	if (s->n == 0)
		return;
	qsort(s->items, s->n, sizeof *s->items, compare);
	for (size_t i = 0; i < s->n; i++) {
		const struct netfact *fact = &s->items[i];

		if (kept > 0 && compare(fact, &s->items[kept - 1]) == 0)
			continue;
		if (is_of_use(s, fact))
			s->items[kept++] = *fact;
	}
	s->n = kept;
}

/* --- two of them ----------------------------------------------------------- */

struct walk {
	const struct netstate *old, *now;
	size_t old_at, now_at;
};

static const struct netfact *item(const struct netstate *s, size_t at)
{
	return at < s->n ? &s->items[at] : NULL;
}

static int order_of(const struct netfact *old, const struct netfact *now)
{
	if (old == NULL || now == NULL)
		return old == NULL ? 1 : -1;
	return compare(old, now);
}

/* The next fact that only one of the two has, and which. */
static const struct netfact *next_difference(struct walk *w, bool *appeared)
{
	while (w->old_at < w->old->n || w->now_at < w->now->n) {
		const struct netfact *old = item(w->old, w->old_at);
		const struct netfact *now = item(w->now, w->now_at);
		int order = order_of(old, now);

		w->old_at += order <= 0;
		w->now_at += order >= 0;
		*appeared = order > 0;
		if (order != 0)
			return *appeared ? now : old;
	}
	return NULL;
}

/* What is told first. */
static unsigned rank(const struct netfact *fact)
{
	if (netfact_is_wide(fact))
		return 0;
	return fact->kind == NETFACT_ADDRESS ? 1 : fact->kind == NETFACT_LINK ? 2 : 3;
}
#define RANKS 4

static void add_link(const struct netstate *s, uint32_t index, struct text *words)
{
	const struct netfact *link = find_link(s, index);

	if (link == NULL)
		text_add(words, "several links");
	else
		text_add_untrusted(words, link->name, strlen(link->name));
}

static void add_address(const struct netfact *fact, struct text *words)
{
	char address[INET6_ADDRSTRLEN] = "";

	inet_ntop(fact->family, fact->address, address, sizeof address);
	text_add(words, "%s", address);
}

static void describe_route(
	const struct netstate *s, const struct netfact *fact, struct text *words)
{
	if (fact->prefix == 0) {
		text_add(words, "an %s default route",
			fact->family == AF_INET ? "IPv4" : "IPv6");
	} else {
		text_add(words, "the route to ");
		add_address(fact, words);
		text_add(words, "/%u", fact->prefix);
	}
	if (fact->type != 0) {
		text_add(words, " to nowhere");
		return;
	}
	text_add(words, " through ");
	add_link(s, fact->link, words);
}

/* `s` is the state that has it. */
static void describe(const struct netstate *s, const struct netfact *fact, bool appeared,
	struct text *words)
{
	switch ((enum netfact_kind)fact->kind) {
	case NETFACT_LINK:
		add_link(s, fact->link, words);
		text_add(words, appeared ? " came up" : " went down");
		return;
	case NETFACT_ADDRESS:
		add_address(fact, words);
		text_add(words, appeared ? " appeared on " : " went from ");
		add_link(s, fact->link, words);
		return;
	case NETFACT_ROUTE:
		describe_route(s, fact, words);
		text_add(words, appeared ? " appeared" : " went");
		return;
	}
}

/* Connections have an address of ours, and most go by the default route. */
static enum netstate_change weigh(const struct netfact *fact, bool appeared)
{
	if (netfact_is_wide(fact) || (fact->kind == NETFACT_ADDRESS && !appeared))
		return NETSTATE_BROKE;
	return NETSTATE_MORE;
}

struct telling {
	struct text *words;
	size_t n;
	enum netstate_change change;
};

static void tell(struct telling *t, const struct walk *w, const struct netfact *fact,
	bool appeared)
{
	if (weigh(fact, appeared) > t->change)
		t->change = weigh(fact, appeared);
	if (++t->n > NAMED_AT_MOST)
		return;
	text_add(t->words, t->n > 1 ? ", " : "");
	describe(appeared ? w->now : w->old, fact, appeared, t->words);
}

enum netstate_change netstate_compare(
	const struct netstate *old, const struct netstate *now, struct text *words)
{
	struct telling t = { .words = words, .change = NETSTATE_SAME };

	for (unsigned at = 0; at < RANKS; at++) {
		struct walk walk = { .old = old, .now = now };
		const struct netfact *fact;
		bool appeared;

		while ((fact = next_difference(&walk, &appeared)) != NULL)
			if (rank(fact) == at)
				tell(&t, &walk, fact, appeared);
	}
	if (t.n > NAMED_AT_MOST)
		text_add(words, " and %zu more", t.n - NAMED_AT_MOST);
	if (t.n > 0 || old->beyond == now->beyond)
		return t.change;
	text_add(words, "routes of a large table are others");
	return NETSTATE_MORE;
}
