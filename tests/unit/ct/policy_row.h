/* Policies judge reports that are written as text.
 *
 * An SCT is a word: how it came (e embedded, t TLS, o OCSP), a letter for the log's
 * operator, a digit for the log, then what differs from a valid SCT of time 500 of an
 * RFC 6962 log in good standing:
 *
 *	s	its log is static
 *	x	the same, and the SCT has no leaf_index
 *	r	its log was retired at 1000
 *	!	the log did not sign it
 *	?	not decodable
 *	@N	its time */
#ifndef TESTS_UNIT_CT_POLICY_ROW_H
#define TESTS_UNIT_CT_POLICY_ROW_H

#include "ct/policy.h"
#include "tests/unit/rows.h"

/* Days are 86400 seconds. */
#define DAYS_180_S (180ll * 86400)
#define SHORT_S    (90ll * 86400)
#define LONG_S     (397ll * 86400)

/* Where rules stand. Facts, as the tables of ct/policy_tables.c have them. */
#define CHROME_EMBEDDED   "ct_policy.html, Embedded SCTs"
#define CHROME_DELIVERED  "ct_policy.html, SCTs delivered via TLS"
#define CHROME_RETIRED    "ct_policy.html, Important Notes"
#define CHROME_SOURCE     "chrome_ct_policy_enforcer.cc, CheckCTPolicyCompliance"
#define MOZILLA_EMBEDDED  "CTPolicyEnforcer.cpp, EmbeddedSCTsCompliant"
#define MOZILLA_DELIVERED "CTPolicyEnforcer.cpp, NonEmbeddedSCTsCompliant"
#define MOZILLA_RETIRED   "CTPolicyEnforcer.cpp, LogWasQualifiedForSct"
#define MOZILLA_LIFETIME  "CTPolicyEnforcer.cpp, GetRequiredEmbeddedSctsCount"
#define APPLE_PAGE        "support.apple.com/103214, Policy requirements"
#define APPLE_LIFETIME    "support.apple.com/103214, note on lifetimes"
#define OURS              "docs/CT.md"

struct policy_row {
	const char *name;
	const char *source; /* of the rule */
	const char *policy;
	int64_t lifetime_s;
	const char *scts;
	/* A sign for each SCT: + counts, . is valid and does not, d duplicate,
	 * r log_retired, m malformed, ! bad_signature. */
	const char *signs;
	/* Outcome and what it was reached or missed by; then what there is of what is
	 * needed: logs, logs in good standing, operators. */
	const char *verdict;
};

void policy_report_read(const char *scts, struct ct_report *out);
/* For run_rows(). */
void policy_row_judge(void **state);

#endif
