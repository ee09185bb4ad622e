/* Refused -> a candidate -> chosen by an operator, by its pin -> learned. */
#include <string.h>

#include "pinning/learned.h"

#define AGAIN_S 3600

bool learned_pins_equal(const struct learned_pins *a, const struct learned_pins *b)
{
	return pin_equal(&a->issuer, &b->issuer) && pin_equal(&a->root, &b->root);
}

bool learned_is_of(const struct learned *learned, const char *auth_name)
{
	return strcmp(learned->name, auth_name != NULL ? auth_name : "") == 0;
}

static enum learned_news see_again(struct learned_refused *one, int64_t now_s)
{
	if (now_s < one->seen.last_s + AGAIN_S)
		return LEARNED_NOTHING;
	one->seen.last_s = now_s;
	return LEARNED_AGAIN;
}

enum learned_news learned_refuse(struct learned *l, const struct learned_pins *pins,
	const char *leaf, int64_t now_s)
{
	struct learned_refused *last;

	for (size_t i = 0; i < l->refused_n; i++)
		if (learned_pins_equal(&l->refused[i].pins, pins))
			return see_again(&l->refused[i], now_s);
	if (l->refused_n < LEARNED_REFUSED_MAX)
		l->refused_n++;
	last = &l->refused[l->refused_n - 1];
	*last = (struct learned_refused){ .pins = *pins, .seen = { now_s, now_s } };
	text_copy(last->leaf, sizeof last->leaf, leaf);
	return LEARNED_NEW;
}

/* The i-th that can be chosen: refused ones, then those before. NULL: no more. */
static const struct learned_pins *candidate(const struct learned *l, size_t i)
{
	if (i < l->refused_n)
		return &l->refused[i].pins;
	return i == l->refused_n && l->was.known ? &l->was.pins : NULL;
}

static bool is_meant(
	const struct learned_pins *pins, const struct pin *issuer, const struct pin *root)
{
	return pin_equal(&pins->issuer, issuer) &&
	       (root == NULL || pin_equal(&pins->root, root));
}

const struct learned_pins *learned_choose(
	const struct learned *l, const struct pin *issuer, const struct pin *root)
{
	const struct learned_pins *found = NULL, *pins;

	if (issuer == NULL)
		return l->refused_n == 1 ? &l->refused[0].pins : NULL;
	for (size_t i = 0; (pins = candidate(l, i)) != NULL; i++) {
		if (!is_meant(pins, issuer, root))
			continue;
		if (found != NULL && !learned_pins_equal(found, pins))
			return NULL;
		found = pins;
	}
	return found;
}

void learned_command(const struct learned *l, const char *upstream,
	const struct learned_pins *pins, struct text *out)
{
	char issuer[PIN_TEXT_MAX], root[PIN_TEXT_MAX];

	pin_format(&pins->issuer, issuer);
	text_add(out, "pintlectl pins accept %s %s", upstream, issuer);
	/* The last place may be another's by then. */
	if (l->refused_n < LEARNED_REFUSED_MAX &&
		learned_choose(l, &pins->issuer, NULL) != NULL)
		return;
	pin_format(&pins->root, root);
	text_add(out, " %s", root);
}

void learned_change(struct learned *l, const struct learned_pins *pins, int64_t now_s)
{
	const struct learned_span now = { now_s, now_s };
	const struct learned_pins to = *pins; /* it may be one of those below */

	if (!pin_equal(&l->pins.issuer, &to.issuer))
		l->issuer_seen = now;
	if (!pin_equal(&l->pins.root, &to.root))
		l->root_seen = now;
	l->was = (struct learned_pair){ true, l->pins, now_s };
	l->pins = to;
	memset(l->refused, 0, sizeof l->refused);
	l->refused_n = 0;
}
