/* The verdict on one upstream's certificate.
 *
 * Accepted = PKIX ok AND name ok AND (pins configured => one matches) AND
 * (CT required => satisfied) (RFC 8310 §6.4). Never OR.
 *
 * One thing can be excused: that a certificate is *not valid yet*, for the clock may be
 * wrong, and without DNS it may stay wrong. Exactly, a verdict is clock_suspect if
 *  - at the time of verification, max(clock, floor), the first thing wrong with the path
 *    is that a certificate in it is not valid yet; with pins_only, the leaf;
 *  - and the path verifies as of the latest notBefore of that chain (the leaf's own), so
 *    that nothing in it had expired by then;
 *  - and every other rule accepts the chain that this second verification built: name,
 *    deny list, pins, staple and SCTs. A staple is judged as of the same moment; SCTs,
 *    and whether the log list is stale, as of PEER_EARLY_SCTS_S later, so that SCTs in
 *    the future of the floor count, if they are of the time that the certificate is;
 *  - and a pin matches (configured, or learned), or the policy is for_ntp.
 * Without the last it is refused, and the reason is clock_suspect. If another rule fails,
 * it is refused as if nothing could be excused: pkix_not_yet_valid; or pkix_revoked,
 * pkix_denied, ocsp_required, which say more. What has expired is never excused: so the
 * floor decides how far back a wrong clock can turn the time (tls/floor.h). */
#ifndef TLS_VERDICT_H
#define TLS_VERDICT_H

#include "base/text.h"
#include "tls/peer.h"

/* The one list of reasons: name, and words for a person. */
#define REASON_LIST(X)                                                                 \
	X(PKIX_UNTRUSTED, "pkix_untrusted", "no chain to a trusted root")              \
	X(PKIX_EXPIRED, "pkix_expired", "a certificate has expired")                   \
	X(PKIX_NOT_YET_VALID, "pkix_not_yet_valid", "a certificate is not valid yet")  \
	X(PKIX_SIGNATURE, "pkix_signature", "a signature in the chain is wrong")       \
	X(PKIX_CONSTRAINT, "pkix_constraint", "an issuer was not allowed to issue it") \
	X(PKIX_PURPOSE, "pkix_purpose", "the certificate is not for a TLS server")     \
	X(PKIX_WEAK, "pkix_weak", "a key or a signature is too weak")                  \
	X(PKIX_REVOKED, "pkix_revoked", "a certificate was revoked")                   \
	X(PKIX_DENIED, "pkix_denied", "a key in the chain is on the deny list")        \
	X(OCSP_REQUIRED, "ocsp_required", "the certificate demands an OCSP staple")    \
	X(NAME_MISMATCH, "name_mismatch", "the certificate is for another name")       \
	X(PIN_MISMATCH, "pin_mismatch", "no key in the chain is pinned")               \
	X(CT_NO_SCTS, "ct_no_scts", "no SCTs")                                         \
	X(CT_TOO_FEW, "ct_too_few", "too few SCTs that count")                         \
	X(CT_OPERATORS, "ct_operators", "SCTs from too few log operators")             \
	X(CT_LOG_LIST_STALE, "ct_log_list_stale", "the log list is too old to judge")  \
	X(CLOCK_SUSPECT, "clock_suspect", "the clock may be wrong")                    \
	X(TLS_PROTOCOL, "tls_protocol", "the TLS handshake failed")

enum reason {
	REASON_NONE,
#define X(name, word, text) REASON_##name,
	REASON_LIST(X)
#undef X
		REASON_COUNT
};

/* "pin_mismatch"; "ok" for REASON_NONE. */
const char *reason_word(enum reason reason);
const char *reason_text(enum reason reason);

/* A rule that was not looked at neither holds nor fails. */
enum rule { RULE_UNKNOWN, RULE_OK, RULE_FAILED };

struct verdict {
	bool accepted;
	bool provisional;   /* so far: the staple is awaited, and that the server shows
			     * that it holds the key. Opens nothing, is no evidence */
	bool resumed;       /* no certificate was shown: of the connection before
			     * (tls/ticket.h), all of it */
	enum reason reason; /* the first rule that refused; REASON_NONE if accepted */
	char detail[128];   /* OpenSSL's words for a PKIX or protocol failure, or "" */
	/* Accepted by the exception above: for the moment, until the clock is right.
	 * for_ntp: only to ask for ntp_names, for no pin needed to match. */
	bool clock_suspect, for_ntp;
	struct {
		int64_t at_s;    /* the time of verification; 0: there was none */
		int64_t floor_s; /* of the clock then; 0: none */
		/* What was suspected for: accepted or refused as clock_suspect; else 0.
		 */
		int64_t valid_from_s;
	} clock;

	struct {
		enum rule ok;
		enum reason reason;
		int depth;      /* the certificate at fault; 0 is the leaf */
		bool pins_only; /* switched off by `pkix: pins_only` */
	} pkix;
	struct {
		enum rule ok;
	} name;
	struct {
		size_t configured;
		enum rule ok;
		bool report_only; /* a mismatch was let pass by `pin_mode: report` */
		bool learned;     /* by `pin_mode: learn`: held against what the
				   * first contact showed, if there was one: */
		bool has_known;
		struct learned_pins known; /* copied */
		size_t matched_at;         /* place in the chain, if ok */
		struct pin matched;
	} pins;
	struct {
		enum ct_mode mode;
		const struct ct_policy *policy;
		enum rule ok; /* whether the SCTs satisfy the policy */
		enum reason reason;
		bool stale;  /* the log list can satisfy the policy no longer */
		bool waived; /* … and `ct.stale` let a failure pass */
		struct ct_report report; /* unless `ok` is RULE_UNKNOWN */
		int64_t list_timestamp_s, list_horizon_s; /* as in struct peer */
		int64_t at_s;
	} ct;
	struct staple staple;

	/* The chain the rules looked at: as verified, or (chain_verified false)
	 * as the server sent it. */
	bool chain_verified;
	struct peer_chain chain;
};

/* Judges the evidence. Total: every input gives a verdict. */
void verdict_reach(
	const struct tls_policy *policy, const struct peer *peer, struct verdict *out);

/* The handshake failed before or beside the certificate; `detail` says how. */
void verdict_protocol_failure(const char *detail, struct verdict *out);

/* All rules that refuse, in order, at most `cap`; returns how many. */
size_t verdict_reasons(const struct verdict *verdict, enum reason *out, size_t cap);

/* A chain that verified, of a server that has shown its key, is refused for its pins
 * alone. */
bool verdict_only_pins(const struct verdict *verdict);

/* Issuer's and root's keys as `pin_mode: learn` holds them. False: no chain verified,
 * so there is nothing to learn. */
bool verdict_keys(const struct verdict *verdict, struct learned_pins *out);

/* When the first certificate of the chain that was looked at ends: an accepted
 * verdict is worth nothing from then on. */
int64_t verdict_end_s(const struct verdict *verdict);

/* One line for a log, a status or an EDE: "pin_mismatch: no key in the chain
 * is pinned (seen: CN=dns.example.net, sha256//…)". */
void verdict_explain(const struct verdict *verdict, struct text *out);

#endif
