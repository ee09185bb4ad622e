/* Certificates without a fault, shown in a way that proves nothing. */
#include "tests/lab/plans.h"
#include "tests/lab/scenario.h"

#define GENUINE_TLS12                                                                 \
	{                                                                             \
		.leaf_is_genuine = true, .issuer = WHO_ISSUER, .manner = MANNER_TLS12 \
	}
#define GOOD_RSA_TLS12                                                              \
	{                                                                           \
		.leaf = GOOD_RSA_LEAF, .issuer = WHO_ISSUER, .manner = MANNER_TLS12 \
	}

static const struct scenario rows[] = {
	{
		.name = "plain-tcp",
		.explains = "DNS over TCP where TLS is expected",
		.expected = VERDICT_REFUSED,
		.reason = "tls_protocol",
		.server = { .leaf_is_genuine = true,
			.issuer = WHO_ISSUER,
			.manner = MANNER_PLAIN },
		.client = BY_NAME,
		.twin = TWIN_SERVER,
		.twin_server = GENUINE_SERVER,
	},
	{
		.name = "tls11",
		.explains = "speaks nothing above TLS 1.1",
		.expected = VERDICT_REFUSED,
		.reason = "tls_protocol",
		.server = { .leaf_is_genuine = true,
			.issuer = WHO_ISSUER,
			.manner = MANNER_TLS11 },
		.client = BY_NAME,
		.twin = TWIN_SERVER,
		.twin_server = GENUINE_TLS12,
	},
	{
		.name = "rsa-exchange",
		.explains = "TLS 1.2 with AES128-SHA: no forward secrecy",
		.expected = VERDICT_REFUSED,
		.reason = "tls_protocol",
		.server = { .leaf = GOOD_RSA_LEAF,
			.issuer = WHO_ISSUER,
			.manner = MANNER_RSA_EXCHANGE },
		.client = BY_NAME,
		.twin = TWIN_SERVER,
		.twin_server = GOOD_RSA_TLS12,
	},
	{
		.name = "cbc",
		.explains = "TLS 1.2 with ECDHE-RSA-AES128-SHA: no AEAD",
		.expected = VERDICT_REFUSED,
		.reason = "tls_protocol",
		.server = { .leaf = GOOD_RSA_LEAF,
			.issuer = WHO_ISSUER,
			.manner = MANNER_CBC },
		.client = BY_NAME,
		.twin = TWIN_SERVER,
		.twin_server = GOOD_RSA_TLS12,
	},
	{
		.name = "dhe",
		.explains = "TLS 1.2 with DHE-RSA-AES128-GCM-SHA256: no elliptic curve",
		.expected = VERDICT_REFUSED,
		.reason = "tls_protocol",
		.server = { .leaf = GOOD_RSA_LEAF,
			.issuer = WHO_ISSUER,
			.manner = MANNER_DHE },
		.client = BY_NAME,
		.twin = TWIN_SERVER,
		.twin_server = GOOD_RSA_TLS12,
	},
	{
		.name = "anonymous",
		.explains = "TLS 1.2 with AECDH-AES128-SHA: no certificate at all",
		.expected = VERDICT_REFUSED,
		.reason = "tls_protocol",
		.server = { .leaf_is_genuine = true,
			.issuer = WHO_ISSUER,
			.manner = MANNER_ANONYMOUS },
		.client = BY_NAME,
		.twin = TWIN_SERVER,
		.twin_server = GENUINE_TLS12,
	},
	{
		.name = "alpn-h2",
		.over = OVER_DOT_ONLY,
		.explains = "selects \"h2\", which was not offered",
		.expected = VERDICT_REFUSED,
		.reason = "tls_protocol",
		.server = { .leaf_is_genuine = true,
			.issuer = WHO_ISSUER,
			.manner = MANNER_ALPN_H2 },
		.client = BY_NAME,
		.twin = TWIN_SERVER,
		.twin_server = GENUINE_SERVER,
	},
	{
		.name = "impostor-tls13",
		.explains = "genuine chain, but the CertificateVerify is signed with "
			    "another key",
		.expected = VERDICT_REFUSED,
		.reason = "tls_protocol",
		.server = { .leaf_is_genuine = true,
			.issuer = WHO_ISSUER,
			.impostor = true },
		.client = BY_GENUINE_PINS,
		.twin = TWIN_SERVER,
		.twin_server = GENUINE_SERVER,
	},
	{
		.name = "impostor-tls12",
		.explains = "genuine chain, but the ServerKeyExchange is signed with "
			    "another key",
		.expected = VERDICT_REFUSED,
		.reason = "tls_protocol",
		.server = { .leaf_is_genuine = true,
			.issuer = WHO_ISSUER,
			.impostor = true,
			.manner = MANNER_TLS12 },
		.client = BY_GENUINE_PINS,
		.twin = TWIN_SERVER,
		.twin_server = GENUINE_TLS12,
	},
	{
		.name = "renegotiate",
		.explains = "genuine first, then another certificate in a second "
			    "handshake; what "
			    "counts is what comes under that one",
		.expected = VERDICT_ACCEPTED,
		.server = { .leaf = GOOD_LEAF,
			.issuer = WHO_STRANGER,
			.manner = MANNER_RENEGOTIATE },
		.client = BY_GENUINE_PINS,
		.twin = TWIN_SERVER,
		.twin_server = GENUINE_TLS12,
	},
};

const struct scenario_table scenarios_tls = LAB_TABLE(rows);
