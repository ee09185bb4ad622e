/* How many SCTs a certificate needs, from whom, delivered how: tables of data
 * and one engine. No cryptography and no clock: the facts are given. */
#ifndef CT_POLICY_H
#define CT_POLICY_H

#include "ct/report.h"

/* What SCTs that came in one way must amount to. */
struct ct_method {
	bool taken;                    /* false: SCTs that came this way do not count */
	uint8_t current_min;           /* from logs in good standing at check time */
	bool retired_counts;           /* a retired log's SCT may fill up the rest */
	uint8_t logs_short, logs_long; /* distinct logs, by lifetime */
	uint8_t operators_min;         /* distinct operators; 1: any */
	uint8_t per_operator_short, per_operator_long; /* counted at most; 0: all */
};

struct ct_policy {
	const char *name;   /* "strict" */
	const char *source; /* where the rules are published */
	const char *as_of;  /* "2026-04-15": read on */
	struct ct_method methods[SCT_SOURCE_COUNT];
	bool pools_tls_and_ocsp; /* counted together against methods[SCT_TLS] */
	bool needs_rfc6962;      /* one of the logs must not be a static one */
	bool needs_leaf_index;   /* a static log's SCT without it does not count */
	int64_t short_max_s;     /* lifetimes up to this are short */
};

/* In the order of the documentation; NULL behind the last. */
const struct ct_policy *ct_policy_at(size_t index);
/* NULL if there is none of that name. */
const struct ct_policy *ct_policy_find(const char *name);
const struct ct_policy *ct_policy_default(void); /* strict */

/* Judges the rows of `report`, whose facts and status (SCT_STATUS_OK, or why not)
 * are filled in: of those that are OK it marks static logs' SCTs without leaf_index,
 * what a retired log may not show, and duplicates; sets `counts` of each, and the
 * outcome. An SCT that is OK and does not count: the policy does not take what came
 * that way, or has enough of its operator. `lifetime_s` is notAfter - notBefore. */
void ct_policy_judge(
	const struct ct_policy *policy, int64_t lifetime_s, struct ct_report *report);

#endif
