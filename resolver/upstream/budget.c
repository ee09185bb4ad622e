#include "upstream/budget.h"

/* After a start, before much was asked, half of a burst. */
void budget_init(struct budget *budget)
{
	budget->saved = BUDGET_BURST / 2 * BUDGET_PER_EXTRA;
}

void budget_earn(struct budget *budget)
{
	if (budget->saved < BUDGET_BURST * BUDGET_PER_EXTRA)
		budget->saved++;
}

bool budget_spend(struct budget *budget)
{
	if (budget->saved < BUDGET_PER_EXTRA)
		return false;
	budget->saved -= BUDGET_PER_EXTRA;
	return true;
}
