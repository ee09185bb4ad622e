/* Until when a log list can satisfy a policy. Logs are sharded by the end of the
 * certificates they take: a list that is not updated one day knows no shard that a
 * certificate then valid could be in. */
#ifndef CT_HORIZON_H
#define CT_HORIZON_H

#include "ct/loglist.h"
#include "ct/policy.h"

/* Warned of this long ahead. */
#define CT_HORIZON_WARN_S (60ll * 86400)

/* The latest end of a certificate that enough logs, of enough operators, take into their
 * shards before they are retired: after that second the policy cannot be satisfied.
 * States are those at `at_s`, and retirements whenever they are. It may have passed.
 * INT64_MAX: no end; INT64_MIN: never. For embedded SCTs of a short-lived certificate,
 * which needs the fewest. */
int64_t ct_horizon_s(
	const struct loglist *list, const struct ct_policy *policy, int64_t at_s);

/* The same as of some moment in the minute up to `at_s`: it is worked out once a minute,
 * as handshakes ask for it and a long list takes its time. */
#define CT_HORIZON_LATELY_S 60
int64_t ct_horizon_lately_s(
	struct loglist *list, const struct ct_policy *policy, int64_t at_s);

/* Age is what `ct.stale` forgives. A list that never could satisfy the policy, whatever
 * the date, has not grown old: its author rejects everybody. */
bool ct_horizon_is_past(int64_t horizon_s, int64_t at_s);

/* There is something to be done about the list: it never could satisfy the policy, can
 * no longer, or only for CT_HORIZON_WARN_S at most. */
bool ct_horizon_is_bad(int64_t horizon_s, int64_t at_s);

/* What "it", the list, is good for: "it can satisfy strict until …Z", "update it: …", "it
 * is STALE: …". */
void ct_horizon_explain(
	int64_t horizon_s, const char *policy, int64_t at_s, struct text *out);

#endif
