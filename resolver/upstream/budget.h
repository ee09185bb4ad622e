/* How many questions may be asked twice: a share of those asked, with a few saved up. Of
 * n questions in a row, n/BUDGET_PER_EXTRA + BUDGET_BURST at most: of BUDGET_MANY or
 * more, which at 10 a second is a minute's, one in twenty. Pure. */
#ifndef UPSTREAM_BUDGET_H
#define UPSTREAM_BUDGET_H

#include <stdbool.h>
#include <stdint.h>

struct budget {
	uint32_t saved; /* in 1/BUDGET_PER_EXTRA of an extra question */
};

/* One extra question for so many: 4 %. */
#define BUDGET_PER_EXTRA 25
/* Extra questions that may come in a row after a quiet time: what is asked now and then
 * only is helped by these. */
#define BUDGET_BURST 6
#define BUDGET_MANY  600

void budget_init(struct budget *budget);
/* A question was asked. */
void budget_earn(struct budget *budget);
/* Whether it may be asked twice; then that is paid for. */
bool budget_spend(struct budget *budget);

#endif
