/* Who must be accepted, and the honest limit of what can be refused. */
#include "tests/lab/plans.h"
#include "tests/lab/scenario.h"

static const struct scenario rows[] = {
	{
		.name = "honest",
		.explains = "genuine certificate, name and pins match",
		.genuine_zone = true,
		.server = GENUINE_SERVER,
		.client = BY_GENUINE_PINS,
	},
	{
		.name = "honest-address",
		.explains = "the certificate names the address, and no auth_name is "
			    "configured",
		.genuine_zone = true,
		.server = { .leaf = { .ip = { OWN_ADDRESS } }, .issuer = WHO_ISSUER },
		.client = BY_ADDRESS,
	},
	{
		.name = "honest-wildcard",
		.explains = "*.resolver.lab stands for one label: a.resolver.lab",
		.genuine_zone = true,
		.server = { .leaf = { .dns = { "*." LAB_AUTH_NAME } },
			.issuer = WHO_ISSUER },
		.client = { .auth_name = "a." LAB_AUTH_NAME },
	},
	{
		.name = "honest-root-pin",
		.explains = "the pin is the root's, which the server does not send",
		.genuine_zone = true,
		.server = GENUINE_SERVER,
		.client = { .auth_name = LAB_AUTH_NAME, .pins = { WHO_ROOT } },
	},
	{
		.name = "honest-tls12",
		.explains = "TLS 1.2 with ECDHE and AEAD",
		.genuine_zone = true,
		.server = { .leaf_is_genuine = true,
			.issuer = WHO_ISSUER,
			.manner = MANNER_TLS12 },
		.client = BY_GENUINE_PINS,
	},
	{
		.name = "honest-pins-only",
		.explains =
			"a private server: self-signed, its key pinned, pkix: pins_only",
		.genuine_zone = true,
		.server = { .leaf = GOOD_LEAF, .issuer = WHO_OWN },
		.client = { .auth_name = LAB_AUTH_NAME,
			.pins_only = true,
			.pins = { WHO_OWN } },
	},
	{
		.name = "stall",
		.explains = "genuine, but the ServerHello comes after 1500 ms",
		.genuine_zone = true,
		.server = { .leaf_is_genuine = true,
			.issuer = WHO_ISSUER,
			.manner = MANNER_STALL },
		.client = BY_GENUINE_PINS,
	},
	{
		.name = "honest-limit",
		.explains =
			"a trusted CA issued in the resolver's name and logged it, and "
			"no pins are set: nothing tells it apart",
		.server = { .leaf = GOOD_LEAF, .issuer = WHO_RIVAL },
		.client = BY_NAME,
	},
};

const struct scenario_table scenarios_honest = LAB_TABLE(rows);
