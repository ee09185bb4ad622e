/* SCTs that come beside the certificate: in the TLS extension, in a stapled OCSP
 * response, with another certificate (RFC 6962 §3.3). */
#include "tests/lab/plans.h"
#include "tests/lab/scenario.h"

static const struct scenario rows[] = {
	{
		.name = "ct-tls",
		.explains = "two SCTs in the TLS extension, none in the certificate",
		.genuine_zone = true,
		.server = { .leaf = LEAF_WITH(scts_none),
			.issuer = WHO_ISSUER,
			.by_tls = SCTS(GOOD(ALDER), GOOD(BIRCH)) },
		.client = BY_NAME,
	},
	{
		.name = "ct-tls-tls12",
		.explains = "likewise under TLS 1.2",
		.genuine_zone = true,
		.server = { .leaf = LEAF_WITH(scts_none),
			.issuer = WHO_ISSUER,
			.by_tls = SCTS(GOOD(ALDER), GOOD(BIRCH)),
			.manner = MANNER_TLS12 },
		.client = BY_NAME,
	},
	{
		.name = "ct-tls-one",
		.explains = "one SCT in the TLS extension",
		.expected = VERDICT_REFUSED,
		.reason = "ct_too_few",
		.server = { .leaf = LEAF_WITH(scts_none),
			.issuer = WHO_ISSUER,
			.by_tls = SCTS(GOOD(ALDER)) },
		.client = BY_NAME,
		.twin = TWIN_CONFIG,
		.twin_client = BY_NAME_ALONE,
	},
	{
		.name = "ct-tls-precert",
		.explains = "SCTs over the precertificate in the TLS extension, where "
			    "they are over the certificate",
		.expected = VERDICT_REFUSED,
		.reason = "ct_too_few",
		.server = { .leaf = LEAF_WITH(scts_none),
			.issuer = WHO_ISSUER,
			.by_tls =
				SCTS(BAD(ALDER, WRONG_ENTRY), BAD(BIRCH, WRONG_ENTRY)) },
		.client = BY_NAME,
		.twin = TWIN_CONFIG,
		.twin_client = BY_NAME_ALONE,
	},
	{
		.name = "ct-mixed",
		.explains = "one SCT in the certificate, another in the TLS extension: "
			    "not added up",
		.expected = VERDICT_REFUSED,
		.reason = "ct_too_few",
		.server = { .leaf = LEAF_WITH(SCTS(GOOD(ALDER))),
			.issuer = WHO_ISSUER,
			.by_tls = SCTS(GOOD(BIRCH)) },
		.client = BY_NAME,
		.twin = TWIN_CONFIG,
		.twin_client = BY_NAME_ALONE,
	},
	{
		.name = "ct-intermediate",
		.explains = "the intermediate has SCTs, the leaf has none",
		.expected = VERDICT_REFUSED,
		.reason = "ct_no_scts",
		.server = { .leaf = LEAF_WITH(scts_none), .issuer = WHO_LOGGED_ISSUER },
		.client = BY_NAME,
		.twin = TWIN_CONFIG,
		.twin_client = BY_NAME_ALONE,
	},
	{
		.name = "ct-intermediate-tls",
		.explains = "the leaf's SCTs in the TLS extension of the intermediate's "
			    "entry",
		.expected = VERDICT_REFUSED,
		.reason = "ct_no_scts",
		.server = { .leaf = LEAF_WITH(scts_none),
			.issuer = WHO_ISSUER,
			.beside_issuer = scts_usual },
		.client = BY_NAME,
		.twin = TWIN_CONFIG,
		.twin_client = BY_NAME_ALONE,
	},
	{
		.name = "ct-intermediate-junk",
		.explains = "good SCTs by TLS with the leaf, worthless ones with the "
			    "intermediate",
		.genuine_zone = true,
		.server = { .leaf = LEAF_WITH(scts_none),
			.issuer = WHO_ISSUER,
			.by_tls = SCTS(GOOD(ALDER), GOOD(BIRCH)),
			.beside_issuer =
				SCTS(BAD(ALDER, BY_STRANGER), BAD(CEDAR, BY_STRANGER)) },
		.client = BY_NAME,
	},
	{
		.name = "ct-ocsp",
		.explains = "SCTs in the stapled response alone: they count for mozilla "
			    "and apple only",
		.expected = VERDICT_REFUSED,
		.reason = "ct_no_scts",
		.server = { .leaf = LEAF_WITH(scts_none),
			.issuer = WHO_ISSUER,
			.staple = { STAPLE_GOOD, scts_usual } },
		.client = BY_NAME,
		.twin = TWIN_CONFIG,
		.twin_client = BY_NAME_ALONE,
	},
	{
		.name = "ct-tls-and-ocsp",
		.explains = "one SCT in the TLS extension, another in the stapled "
			    "response: added up by mozilla alone",
		.expected = VERDICT_REFUSED,
		.reason = "ct_too_few",
		.server = { .leaf = LEAF_WITH(scts_none),
			.issuer = WHO_ISSUER,
			.by_tls = SCTS(GOOD(ALDER)),
			.staple = { STAPLE_GOOD, SCTS(GOOD(BIRCH)) } },
		.client = BY_NAME,
		.twin = TWIN_CONFIG,
		.twin_client = BY_NAME_ALONE,
	},
};

const struct scenario_table scenarios_delivery = LAB_TABLE(rows);
