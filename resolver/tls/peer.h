/* What a server has shown, as a plain struct: the evidence that verdict_reach()
 * judges. Collected from a handshake or from files by the same function, so the
 * daemon and `pintlectl verify` cannot differ. */
#ifndef TLS_PEER_H
#define TLS_PEER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <openssl/x509.h>

#include "base/bytes.h"
#include "base/status.h"
#include "pinning/pin.h"
#include "tls/policy.h"
#include "tls/staple.h"
#include "tls/trust.h"

/* Certificates looked at; a longer list is cut for display, and a longer
 * verified chain is refused. */
#define PEER_CHAIN_MAX   10
#define PEER_SUBJECT_MAX 160

struct peer_certificate {
	char subject[PEER_SUBJECT_MAX]; /* RFC 2253, safe to print */
	struct pin pin;
	uint8_t sha256[32]; /* of the whole certificate */
	int64_t not_before_s, not_after_s;
};

struct peer_chain {
	struct peer_certificate certificates[PEER_CHAIN_MAX]; /* leaf first */
	size_t n;
};

/* What came over the wire; borrowed. */
struct peer_shown {
	STACK_OF(X509) * sent; /* the leaf at index 0 */
	struct bytes tls_scts; /* the leaf's extension 18; p NULL: none */
	struct bytes staple;   /* DER OCSPResponse; p NULL: none */
	bool staple_awaited;   /* it may still come: peer_take_staple() */
};

struct peer {
	/* What the server sent, in its order. Nothing in it is verified. */
	struct peer_chain sent;
	/* Path verification: an X509_V_* code and the place in the chain, the
	 * name aside. */
	int path_error;
	int path_depth;
	/* The error, path_error or with pins_only leaf_error, is CERT_NOT_YET_VALID, and
	 * at `judged_s`, the latest notBefore of the chain, there is none. Then `built`,
	 * `issuer`, `staple` and `ct` are what they were then: as sound as ever, but for
	 * the time. Never where the time is beyond doubt (tls_trust.clock). */
	bool is_early;
	/* The chain that verification built. Empty unless path_error is X509_V_OK or
	 * is_early: a chain built by a failed verification proves nothing. */
	struct peer_chain built;
	/* Whether the leaf names policy.auth_name or the address. */
	bool name_ok;
	/* The staple, and what Certificate Transparency says: only of a path that
	 * verified. */
	struct staple staple;
	bool has_ct; /* `ct` was filled in */
	struct ct_report ct;
	/* Of the log list; INT64_MIN and INT64_MAX where it has none, or where there
	 * is no list. */
	int64_t list_timestamp_s, list_horizon_s;
	int64_t at_s;     /* the time of verification */
	int64_t floor_s;  /* of the clock then; 0: none */
	int64_t judged_s; /* at_s, or as above: of path and staple */
	int64_t scts_s;   /* of SCTs and log list */
	X509 *issuer;     /* owned; of the leaf, in `built`; or NULL */
	/* Of the leaf as sent, for pins_only: X509_V_OK, or what is wrong with
	 * its dates or the strength of its key. */
	int leaf_error;
};

/* Logs sign a certificate up to a day after its notBefore. So SCTs of a chain that
 * is_early, and the log list for it, are judged as of that much later. */
#define PEER_EARLY_SCTS_S 86400

/* In RFC 2253's form, cut where it is long; printable ASCII. */
void peer_describe_name(const X509_NAME *name, char out[PEER_SUBJECT_MAX]);

/* What the certificate says of itself. CRYPTO. */
MUST_CHECK enum status peer_describe(
	const X509 *certificate, struct peer_certificate *out);

/* All of a list, as far as PEER_CHAIN_MAX. CRYPTO. */
MUST_CHECK enum status peer_describe_chain(STACK_OF(X509) * from, struct peer_chain *out);

/* Purpose sslserver, security level 2, names by subjectAltName alone, no
 * partial wildcards (RFC 9525 §6): for every verification that pintle does.
 * `address` is 4 or 16 bytes, used with IDENTITY_ADDRESS. A chain may end at
 * any certificate of a ca_file, but only at a root of a ca_path.
 *
 * `at_s`: time of verification; clock_floor_now_s() of `trust->clock`, if there is one.
 * OK whatever the certificate is worth; CRYPTO, NOMEM, IO (a root could not be read for
 * lack of file descriptors, say) if no verdict can be reached. peer_deinit() in either
 * case. */
MUST_CHECK enum status peer_collect(const struct tls_policy *policy,
	const struct tls_trust *trust, const struct peer_shown *shown,
	struct bytes address, int64_t at_s, struct peer *out);
/* Goes on where staple_awaited stopped: `shown` as before, with the staple or none.
 * The same outcomes. */
MUST_CHECK enum status peer_take_staple(const struct tls_policy *policy,
	const struct tls_trust *trust, const struct peer_shown *shown, struct peer *peer);
void peer_deinit(struct peer *peer);

#endif
