/* What an upstream must show before it gets a query: plain data, filled by the
 * configuration or a command line, judged by verdict_reach(). */
#ifndef TLS_POLICY_H
#define TLS_POLICY_H

#include <stdbool.h>

#include "ct/mode.h"
#include "ct/policy.h"
#include "pinning/learned.h"
#include "pinning/pinset.h"

/* pins_only: a private server without a PKI (RFC 7858 §4.2). The leaf's key
 * must match a pin; dates, and the name if one is given, are checked. */
enum pkix_mode { PKIX_REQUIRE, PKIX_PINS_ONLY };

/* report: a mismatch is logged and shown, and does not refuse. learn: the keys of
 * issuer and root at the first accepted contact become the pins. */
enum pin_mode { PIN_ENFORCE, PIN_REPORT, PIN_LEARN };

/* Who the certificate must name. */
enum identity_kind {
	IDENTITY_ADDRESS, /* the IP address connected to */
	IDENTITY_NAME,    /* auth_name */
	IDENTITY_NONE,    /* nobody: pins_only without a name, `verify` without one */
};

enum tls_version { TLS_1_2, TLS_1_3 };

/* All pointers are borrowed from whoever filled it in. */
struct tls_policy {
	enum identity_kind identity;
	const char *auth_name; /* IDENTITY_NAME; also the SNI */
	enum pkix_mode pkix;
	struct pinset pins; /* n == 0: no pins configured */
	enum pin_mode pin_mode;
	struct pinset deny;  /* beside the built-in ones */
	const char *ca_file; /* a bundle; else NULL */
	const char *ca_path; /* a hashed directory, if ca_file is NULL */
	enum tls_version min_version;
	const struct learned_pins *learned; /* PIN_LEARN; NULL: no contact yet */
	enum ct_mode ct;
	const struct ct_policy *ct_policy; /* NULL only with CT_MODE_OFF */
	enum ct_stale ct_stale;
	/* For connections that take questions in ntp_names alone: a chain that is not
	 * valid yet needs no pin (verdict.h). */
	bool for_ntp;
};

/* A plain host name (RFC 1123 §2.1): letters, digits, hyphens, underscores;
 * no leading or trailing dot, not empty, not an address. Everything else
 * OpenSSL would read as something else: ".lab" as any subdomain, "" as any
 * name. NULL if it is one, otherwise what is wrong with it. */
const char *auth_name_problem(const char *name);

#endif
