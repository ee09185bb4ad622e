#include "cache/reasons.h"

#include <string.h>

static struct ede *slot(struct reasons *reasons, uint32_t number)
{
	return &reasons->items[number % REASONS_MAX];
}

static bool is_same(const struct ede *a, const struct ede *b)
{
	return a->present && a->code == b->code &&
	       strncmp(a->text, b->text, sizeof a->text - 1) == 0;
}

uint32_t reasons_keep(struct reasons *reasons, const struct ede *ede)
{
	uint32_t number;

	if (ede == NULL || !ede->present)
		return reasons->next - REASONS_MAX - 1;
	for (uint32_t ago = 1; ago <= REASONS_MAX; ago++) {
		number = reasons->next - ago;
		if (is_same(slot(reasons, number), ede))
			return number;
	}
	number = reasons->next++;
	*slot(reasons, number) = *ede;
	slot(reasons, number)->text[sizeof ede->text - 1] = '\0';
	return number;
}

void reasons_find(const struct reasons *reasons, uint32_t number, struct ede *out)
{
	uint32_t ago = reasons->next - number;

	out->present = false;
	if (ago >= 1 && ago <= REASONS_MAX)
		*out = reasons->items[number % REASONS_MAX];
}
