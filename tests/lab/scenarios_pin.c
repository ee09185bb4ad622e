/* Chains that PKIX accepts and only the pins can refuse: in 2025 a trusted CA
 * issued for 1.1.1.1 without its owner's consent. */
#include "tests/lab/plans.h"
#include "tests/lab/scenario.h"

static const struct scenario rows[] = {
	{
		.name = "rival-ca",
		.explains =
			"another trusted CA issued in the resolver's name, pins are set",
		.expected = VERDICT_REFUSED,
		.reason = "pin_mismatch",
		.server = { .leaf = GOOD_LEAF, .issuer = WHO_RIVAL },
		.client = BY_GENUINE_PINS,
		.twin = TWIN_CONFIG,
		.twin_client = BY_NAME,
	},
	{
		.name = "rival-appended",
		.explains = "likewise, with the genuine pinned certificates appended to "
			    "the list",
		.expected = VERDICT_REFUSED,
		.reason = "pin_mismatch",
		.server = { .leaf = GOOD_LEAF,
			.issuer = WHO_RIVAL,
			.sent = { WHO_RIVAL, WHO_ISSUER, WHO_GENUINE } },
		.client = BY_GENUINE_PINS,
		.twin = TWIN_CONFIG,
		.twin_client = BY_NAME,
	},
	{
		.name = "rival-in-place",
		.explains = "likewise, with the pinned issuer sent in the intermediate's "
			    "place",
		.expected = VERDICT_REFUSED,
		.reason = "pin_mismatch",
		.server = { .leaf = GOOD_LEAF,
			.issuer = WHO_RIVAL_ROOT,
			.sent = { WHO_ISSUER } },
		.client = BY_GENUINE_PINS,
		.twin = TWIN_CONFIG,
		.twin_client = BY_NAME,
	},
	{
		.name = "new-leaf-key",
		.explains = "the genuine CA certified another key, and only the old leaf "
			    "is pinned",
		.expected = VERDICT_REFUSED,
		.reason = "pin_mismatch",
		.server = GOOD_SERVER,
		.client = { .auth_name = LAB_AUTH_NAME, .pins = { WHO_GENUINE } },
		.twin = TWIN_CONFIG,
		.twin_client = BY_NAME,
	},
	{
		.name = "forged-pins-only",
		.explains = "pkix: pins_only with the issuer's pin, a forged leaf and "
			    "the genuine "
			    "issuer sent",
		.expected = VERDICT_REFUSED,
		.reason = "pin_mismatch",
		.server = { .leaf = GOOD_LEAF, .issuer = WHO_ISSUER, .forged = true },
		.client = { .auth_name = LAB_AUTH_NAME,
			.pins_only = true,
			.pins = { WHO_ISSUER } },
		.twin = TWIN_CONFIG,
		.twin_client = { .auth_name = LAB_AUTH_NAME,
			.pins_only = true,
			.pins = { WHO_OWN } },
	},
	{
		.name = "appended-pins-only",
		.explains =
			"pkix: pins_only, self-signed, the genuine pinned leaf appended",
		.expected = VERDICT_REFUSED,
		.reason = "pin_mismatch",
		.server = { .leaf = GOOD_LEAF,
			.issuer = WHO_OWN,
			.sent = { WHO_GENUINE } },
		.client = { .auth_name = LAB_AUTH_NAME,
			.pins_only = true,
			.pins = { WHO_GENUINE } },
		.twin = TWIN_CONFIG,
		.twin_client = { .auth_name = LAB_AUTH_NAME,
			.pins_only = true,
			.pins = { WHO_OWN } },
	},
	{
		.name = "cross-sign",
		.explains = "two paths, the pin is on the one that is not built",
		.expected = VERDICT_REFUSED,
		.reason = "pin_mismatch",
		.server = { .leaf = GOOD_LEAF,
			.issuer = WHO_CROSS_FIRST,
			.sent = { WHO_CROSS_FIRST, WHO_CROSS_SECOND } },
		.client = { .auth_name = LAB_AUTH_NAME, .pins = { WHO_CROSS_ROOT } },
		.twin = TWIN_CONFIG,
		.twin_client = { .auth_name = LAB_AUTH_NAME, .pins = { WHO_ROOT } },
	},
};

const struct scenario_table scenarios_pin = LAB_TABLE(rows);
