#include "dnssec/names.h"

#include <string.h>

#define LABELS_MAX 127

/* Where each label starts, the root's too; returns how many without it. */
static unsigned label_starts(const struct name *name, uint8_t starts[LABELS_MAX + 1])
{
	unsigned n = 0;
	unsigned at = 0;

	while (name->wire[at] != 0) {
		starts[n++] = (uint8_t)at;
		at += 1u + name->wire[at];
	}
	starts[n] = (uint8_t)at;
	return n;
}

unsigned names_labels(const struct name *name)
{
	uint8_t starts[LABELS_MAX + 1];

	return label_starts(name, starts);
}

static void cut_front(const struct name *name, unsigned from, struct name *out)
{
	struct name copy = *name;

	out->n = (uint8_t)(copy.n - from);
	memcpy(out->wire, copy.wire + from, out->n);
}

void names_suffix(const struct name *name, unsigned labels, struct name *out)
{
	uint8_t starts[LABELS_MAX + 1];
	unsigned n = label_starts(name, starts);

	cut_front(name, labels < n ? starts[n - labels] : 0, out);
}

/* Labels as left-justified strings of octets, in lower case; what has ended sorts
 * first. */
static int compare_labels(const uint8_t *a, const uint8_t *b)
{
	unsigned n = a[0] < b[0] ? a[0] : b[0];

	for (unsigned i = 1; i <= n; i++) {
		if (name_lower_byte(a[i]) != name_lower_byte(b[i]))
			return name_lower_byte(a[i]) < name_lower_byte(b[i]) ? -1 : 1;
	}
	return a[0] == b[0] ? 0 : a[0] < b[0] ? -1 : 1;
}

unsigned names_common(const struct name *a, const struct name *b)
{
	uint8_t a_starts[LABELS_MAX + 1];
	uint8_t b_starts[LABELS_MAX + 1];
	unsigned a_n = label_starts(a, a_starts);
	unsigned b_n = label_starts(b, b_starts);
	unsigned common = 0;

	while (common < a_n && common < b_n &&
		compare_labels(a->wire + a_starts[a_n - 1 - common],
			b->wire + b_starts[b_n - 1 - common]) == 0)
		common++;
	return common;
}

int names_compare(const struct name *a, const struct name *b)
{
	uint8_t a_starts[LABELS_MAX + 1];
	uint8_t b_starts[LABELS_MAX + 1];
	unsigned a_n = label_starts(a, a_starts);
	unsigned b_n = label_starts(b, b_starts);

	for (unsigned i = 1; i <= a_n && i <= b_n; i++) {
		int order = compare_labels(
			a->wire + a_starts[a_n - i], b->wire + b_starts[b_n - i]);

		if (order != 0)
			return order;
	}
	return a_n == b_n ? 0 : a_n < b_n ? -1 : 1;
}

bool names_below(const struct name *name, const struct name *zone)
{
	return name->n > zone->n && name_within(name, zone);
}

bool names_wildcard(const struct name *encloser, struct name *out)
{
	if (encloser->n + 2 > NAME_WIRE_MAX)
		return false;
	memmove(out->wire + 2, encloser->wire, encloser->n);
	out->n = (uint8_t)(encloser->n + 2);
	out->wire[0] = 1;
	out->wire[1] = '*';
	return true;
}

bool names_is_wildcard(const struct name *name)
{
	return name->n > 2 && name->wire[0] == 1 && name->wire[1] == '*';
}

bool names_replace(const struct name *name, const struct name *from,
	const struct name *to, struct name *out)
{
	size_t kept = (size_t)(name->n - from->n);

	if (kept + to->n > NAME_WIRE_MAX)
		return false;
	memcpy(out->wire, name->wire, kept);
	memcpy(out->wire + kept, to->wire, to->n);
	out->n = (uint8_t)(kept + to->n);
	return true;
}

bool names_between(
	const struct name *owner, const struct name *next, const struct name *name)
{
	bool after = names_compare(owner, name) < 0;
	bool before = names_compare(name, next) < 0;

	/* The last one: its next is the zone's name, which stands before it. */
	if (names_compare(owner, next) >= 0)
		return after && names_below(name, next);
	return after && before;
}
