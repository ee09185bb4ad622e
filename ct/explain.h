/* A report in words. */
#ifndef CT_EXPLAIN_H
#define CT_EXPLAIN_H

#include "base/text.h"
#include "ct/policy.h"

/* One line for one SCT: which log of whom, when, why it counts or not. */
void ct_explain_row(const struct sct_row *row, struct text *out);
/* One line for all of them: what counts and what is missing for the policy. */
void ct_explain(
	const struct ct_policy *policy, const struct ct_report *report, struct text *out);

#endif
