#include "ct/policy.h"

#include <string.h>

#define DAYS_180_S (180ll * 86400)

#define CHROME_URL "https://googlechrome.github.io/CertificateTransparency/ct_policy.html"
#define MOZILLA_URL \
	"https://wiki.mozilla.org/SecurityEngineering/Certificate_Transparency"
#define APPLE_URL "https://support.apple.com/103214"

/* Chrome and Mozilla ask for the same numbers. */
#define BROWSERS_EMBEDDED                                                \
	{                                                                \
		.taken = true, .current_min = 1, .retired_counts = true, \
		.logs_short = 2, .logs_long = 3, .operators_min = 2      \
	}
#define BROWSERS_DELIVERED                                                        \
	{                                                                         \
		.taken = true, .current_min = 2, .logs_short = 2, .logs_long = 2, \
		.operators_min = 2                                                \
	}
/* Apple names no minimum of operators: it counts few SCTs of each. */
#define APPLE_EMBEDDED                                                   \
	{                                                                \
		.taken = true, .current_min = 1, .retired_counts = true, \
		.logs_short = 2, .logs_long = 3, .operators_min = 1,     \
		.per_operator_short = 1, .per_operator_long = 2          \
	}
#define APPLE_DELIVERED                                                           \
	{                                                                         \
		.taken = true, .current_min = 2, .logs_short = 2, .logs_long = 2, \
		.operators_min = 1                                                \
	}

static const struct ct_policy policies[] = {
	/* What Chrome and Mozilla both accept. Exactly 180 days are 180 days and
	 * a second where both ends are counted (RFC 5280 §4.1.2.5): long. */
	{
		.name = "strict",
		.source = CHROME_URL " and " MOZILLA_URL,
		.as_of = "2026-11-23",
		.methods[SCT_EMBEDDED] = BROWSERS_EMBEDDED,
		.methods[SCT_TLS] = BROWSERS_DELIVERED,
		.needs_leaf_index = true,
		.short_max_s = DAYS_180_S - 1,
	},
	/* No SCTs by OCSP since version 148; static logs are like others since
	 * 2026-04-15. The source counts a lifetime of 180 days as short. */
	{
		.name = "chrome",
		.source = CHROME_URL,
		.as_of = "2026-11-23",
		.methods[SCT_EMBEDDED] = BROWSERS_EMBEDDED,
		.methods[SCT_TLS] = BROWSERS_DELIVERED,
		.short_max_s = DAYS_180_S,
	},
	/* The pool and leaf_index are in the source, CTPolicyEnforcer.cpp. */
	{
		.name = "mozilla",
		.source = MOZILLA_URL,
		.as_of = "2026-11-23",
		.methods[SCT_EMBEDDED] = BROWSERS_EMBEDDED,
		.methods[SCT_TLS] = BROWSERS_DELIVERED,
		.methods[SCT_OCSP] = BROWSERS_DELIVERED,
		.pools_tls_and_ocsp = true,
		.needs_leaf_index = true,
		.short_max_s = DAYS_180_S,
	},
	/* The page would let one SCT by TLS or OCSP make up two with an embedded
	 * one: delivery methods are not mixed here. Its lifetimes count both ends,
	 * and a second more than 180 days is another day. */
	{
		.name = "apple",
		.source = APPLE_URL,
		.as_of = "2026-11-23",
		.methods[SCT_EMBEDDED] = APPLE_EMBEDDED,
		.methods[SCT_TLS] = APPLE_DELIVERED,
		.methods[SCT_OCSP] = APPLE_DELIVERED,
		.needs_rfc6962 = true,
		.short_max_s = DAYS_180_S - 1,
	},
};

const struct ct_policy *ct_policy_at(size_t index)
{
	return index < sizeof policies / sizeof *policies ? &policies[index] : NULL;
}

const struct ct_policy *ct_policy_find(const char *name)
{
	for (size_t i = 0; i < sizeof policies / sizeof *policies; i++) {
		if (strcmp(policies[i].name, name) == 0)
			return &policies[i];
	}
	return NULL;
}

const struct ct_policy *ct_policy_default(void)
{
	return &policies[0];
}
