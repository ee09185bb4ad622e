/* Stapled OCSP responses (RFC 6066 §8, RFC 6960), and certificates that demand one
 * (RFC 7633). */
#include "tests/lab/plans.h"
#include "tests/lab/scenario.h"

/* A server with a staple of that kind. */
/* clang-format off */
#define STAPLING(its_leaf, kind) { .leaf = its_leaf, .issuer = WHO_ISSUER, \
	.staple = { STAPLE_##kind, NULL } }
#define STAPLING_TLS12(its_leaf, kind) { .leaf = its_leaf, .issuer = WHO_ISSUER, \
	.staple = { STAPLE_##kind, NULL }, .manner = MANNER_TLS12 }
/* What is refused for want of a good staple, and its twin. */
#define WANTS_STAPLE(kind) \
	.expected = VERDICT_REFUSED, .reason = "ocsp_required", \
	.server = STAPLING(STAPLED_LEAF, kind), .client = BY_NAME, \
	.twin = TWIN_SERVER, .twin_server = STAPLING(STAPLED_LEAF, GOOD)
/* clang-format on */

static const struct scenario rows[] = {
	{
		.name = "staple",
		.explains = "must-staple, and a good staple",
		.genuine_zone = true,
		.server = STAPLING(STAPLED_LEAF, GOOD),
		.client = BY_NAME,
	},
	{
		.name = "staple-delegate",
		.explains = "must-staple, and a staple signed by the issuer's delegate",
		.genuine_zone = true,
		.server = STAPLING(STAPLED_LEAF, BY_DELEGATE),
		.client = BY_NAME,
	},
	{
		.name = "staple-old-unneeded",
		.explains = "an old staple that nothing asks for",
		.genuine_zone = true,
		.server = STAPLING(GOOD_LEAF, OLD),
		.client = BY_NAME,
	},
	{
		.name = "must-staple",
		.explains = "the certificate demands a staple, and none comes",
		.expected = VERDICT_REFUSED,
		.reason = "ocsp_required",
		.server = { .leaf = STAPLED_LEAF, .issuer = WHO_ISSUER },
		.client = BY_NAME,
		.twin = TWIN_SERVER,
		.twin_server = STAPLING(STAPLED_LEAF, GOOD),
	},
	{
		.name = "staple-old",
		.explains = "likewise, and the staple ended three days ago",
		WANTS_STAPLE(OLD),
	},
	{
		.name = "staple-of-another",
		.explains = "likewise, and the staple is for another certificate",
		WANTS_STAPLE(OF_ANOTHER),
	},
	{
		.name = "staple-unknown",
		.explains = "likewise, and the issuer does not know the certificate",
		WANTS_STAPLE(UNKNOWN),
	},
	{
		.name = "staple-by-customer",
		.explains =
			"likewise, and another customer of the issuer signed the staple",
		WANTS_STAPLE(BY_CUSTOMER),
	},
	{
		.name = "staple-by-stranger",
		.explains = "likewise, and a CA that nobody trusts signed the staple",
		WANTS_STAPLE(BY_STRANGER),
	},
	{
		.name = "staple-revoked",
		.explains = "the staple says that the certificate is revoked",
		.expected = VERDICT_REFUSED,
		.reason = "pkix_revoked",
		.server = STAPLING(GOOD_LEAF, REVOKED),
		.client = BY_NAME,
		.twin = TWIN_SERVER,
		.twin_server = STAPLING(GOOD_LEAF, GOOD),
	},
	{
		.name = "staple-revoked-old",
		.explains = "likewise, and the staple ended three days ago: revoked is "
			    "for good",
		.expected = VERDICT_REFUSED,
		.reason = "pkix_revoked",
		.server = STAPLING(GOOD_LEAF, REVOKED_OLD),
		.client = BY_NAME,
		.twin = TWIN_SERVER,
		.twin_server = STAPLING(GOOD_LEAF, OLD),
	},
	{
		.name = "staple-revoked-by-stranger",
		.explains = "a CA that nobody trusts says that the certificate is "
			    "revoked: nobody's business",
		.genuine_zone = true,
		.server = STAPLING(GOOD_LEAF, REVOKED_BY_STRANGER),
		.client = BY_NAME,
	},
	{
		.name = "staple-tls12",
		.explains = "must-staple and a good staple under TLS 1.2, where it comes "
			    "after the certificate",
		.genuine_zone = true,
		.server = STAPLING_TLS12(STAPLED_LEAF, GOOD),
		.client = BY_NAME,
	},
	{
		.name = "must-staple-tls12",
		.explains = "must-staple under TLS 1.2, and no staple comes",
		.expected = VERDICT_REFUSED,
		.reason = "ocsp_required",
		.server = { .leaf = STAPLED_LEAF,
			.issuer = WHO_ISSUER,
			.manner = MANNER_TLS12 },
		.client = BY_NAME,
		.twin = TWIN_SERVER,
		.twin_server = STAPLING_TLS12(STAPLED_LEAF, GOOD),
	},
	{
		.name = "staple-old-tls12",
		.explains = "likewise, and the staple ended three days ago",
		.expected = VERDICT_REFUSED,
		.reason = "ocsp_required",
		.server = STAPLING_TLS12(STAPLED_LEAF, OLD),
		.client = BY_NAME,
		.twin = TWIN_SERVER,
		.twin_server = STAPLING_TLS12(STAPLED_LEAF, GOOD),
	},
	{
		.name = "staple-revoked-tls12",
		.explains =
			"under TLS 1.2 the staple says that the certificate is revoked",
		.expected = VERDICT_REFUSED,
		.reason = "pkix_revoked",
		.server = STAPLING_TLS12(GOOD_LEAF, REVOKED),
		.client = BY_NAME,
		.twin = TWIN_SERVER,
		.twin_server = STAPLING_TLS12(GOOD_LEAF, GOOD),
	},
};

const struct scenario_table scenarios_staple = LAB_TABLE(rows);
