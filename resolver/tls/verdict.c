/* Four rules in a fixed order, all of which must hold. A rule behind a failed
 * one is still looked at where its evidence is sound: the name always, the pins
 * only on a chain that verified. */
#include "tls/verdict.h"

#include <string.h>

#include <openssl/x509_vfy.h>

#include "ct/horizon.h"

static const struct {
	const char *word, *text;
} reasons[REASON_COUNT] = { [REASON_NONE] = { "ok", "accepted" },
#define X(name, word, text) [REASON_##name] = { word, text },
	REASON_LIST(X)
#undef X
};

const char *reason_word(enum reason reason)
{
	return reasons[reason].word;
}

const char *reason_text(enum reason reason)
{
	return reasons[reason].text;
}

/* X509_V_* codes that are not "untrusted". What is not listed here is: an
 * unknown fault never passes as a mild one. */
static const struct {
	int error;
	enum reason reason;
} path_reasons[] = {
	{ X509_V_ERR_CERT_HAS_EXPIRED, REASON_PKIX_EXPIRED },
	{ X509_V_ERR_CERT_NOT_YET_VALID, REASON_PKIX_NOT_YET_VALID },
	{ X509_V_ERR_CERT_SIGNATURE_FAILURE, REASON_PKIX_SIGNATURE },
	{ X509_V_ERR_UNABLE_TO_DECRYPT_CERT_SIGNATURE, REASON_PKIX_SIGNATURE },
	{ X509_V_ERR_INVALID_CA, REASON_PKIX_CONSTRAINT },
	{ X509_V_ERR_INVALID_NON_CA, REASON_PKIX_CONSTRAINT },
	{ X509_V_ERR_PATH_LENGTH_EXCEEDED, REASON_PKIX_CONSTRAINT },
	{ X509_V_ERR_KEYUSAGE_NO_CERTSIGN, REASON_PKIX_CONSTRAINT },
	{ X509_V_ERR_UNHANDLED_CRITICAL_EXTENSION, REASON_PKIX_CONSTRAINT },
	{ X509_V_ERR_INVALID_EXTENSION, REASON_PKIX_CONSTRAINT },
	{ X509_V_ERR_PERMITTED_VIOLATION, REASON_PKIX_CONSTRAINT },
	{ X509_V_ERR_EXCLUDED_VIOLATION, REASON_PKIX_CONSTRAINT },
	{ X509_V_ERR_SUBTREE_MINMAX, REASON_PKIX_CONSTRAINT },
	{ X509_V_ERR_UNSUPPORTED_CONSTRAINT_TYPE, REASON_PKIX_CONSTRAINT },
	{ X509_V_ERR_UNSUPPORTED_CONSTRAINT_SYNTAX, REASON_PKIX_CONSTRAINT },
	{ X509_V_ERR_UNSUPPORTED_NAME_SYNTAX, REASON_PKIX_CONSTRAINT },
	{ X509_V_ERR_CERT_CHAIN_TOO_LONG, REASON_PKIX_CONSTRAINT },
	{ X509_V_ERR_INVALID_PURPOSE, REASON_PKIX_PURPOSE },
	{ X509_V_ERR_CERT_UNTRUSTED, REASON_PKIX_PURPOSE },
	{ X509_V_ERR_CERT_REJECTED, REASON_PKIX_PURPOSE },
	{ X509_V_ERR_EE_KEY_TOO_SMALL, REASON_PKIX_WEAK },
	{ X509_V_ERR_CA_KEY_TOO_SMALL, REASON_PKIX_WEAK },
	{ X509_V_ERR_CA_MD_TOO_WEAK, REASON_PKIX_WEAK },
	{ X509_V_ERR_CERT_REVOKED, REASON_PKIX_REVOKED },
};

static enum reason path_reason(int error)
{
	if (error == X509_V_OK)
		return REASON_NONE;
	for (size_t i = 0; i < sizeof path_reasons / sizeof *path_reasons; i++)
		if (path_reasons[i].error == error)
			return path_reasons[i].reason;
	return REASON_PKIX_UNTRUSTED;
}

/* X509_V_OK is 0, so evidence that nobody filled in would look like a good path:
 * there must be a certificate, too. */
static int evidence_error(int error, const struct peer_chain *chain)
{
	return error == X509_V_OK && chain->n == 0 ? X509_V_ERR_UNSPECIFIED : error;
}

/* What is wrong with path or leaf; `excused`: beside dates that are to come, which is
 * nothing then (is_early). */
static int pkix_error(
	const struct tls_policy *policy, const struct peer *peer, bool excused)
{
	bool pins_only = policy->pkix == PKIX_PINS_ONLY;
	int error = pins_only ? peer->leaf_error : peer->path_error;

	if (excused)
		error = X509_V_OK;
	return evidence_error(error, pins_only ? &peer->sent : &peer->built);
}

static void judge_pkix(const struct tls_policy *policy, const struct peer *peer,
	bool excused, struct verdict *out)
{
	int error = pkix_error(policy, peer, excused);

	out->pkix.pins_only = policy->pkix == PKIX_PINS_ONLY;
	out->pkix.depth = out->pkix.pins_only ? 0 : peer->path_depth;
	out->pkix.reason = path_reason(error);
	out->pkix.ok = error == X509_V_OK ? RULE_OK : RULE_FAILED;
	if (error != X509_V_OK)
		text_copy(out->detail, sizeof out->detail,
			X509_verify_cert_error_string(error));
}

/* The chain the pins and the deny list are held against: in pins_only mode the
 * leaf alone, for whoever is above it was not verified. */
static void choose_chain(const struct peer *peer, struct verdict *out)
{
	out->chain_verified = out->pkix.ok == RULE_OK && !out->pkix.pins_only;
	out->chain = out->chain_verified ? peer->built : peer->sent;
}

/* RFC 6960 §2.2, RFC 7633 §4.2.3. "Revoked" is final at whatever time it was
 * said; "good" is not. */
static void judge_staple(const struct peer *peer, struct verdict *out)
{
	enum reason reason = REASON_NONE;

	out->staple = peer->staple;
	if (peer->staple.state == STAPLE_AWAITED) {
		out->provisional = true;
		return;
	}
	if (peer->staple.state == STAPLE_REVOKED)
		reason = REASON_PKIX_REVOKED;
	else if (peer->staple.required && peer->staple.state != STAPLE_GOOD)
		reason = REASON_OCSP_REQUIRED;
	if (reason == REASON_NONE)
		return;
	out->pkix.ok = RULE_FAILED;
	out->pkix.reason = reason;
	out->pkix.depth = 0;
	out->detail[0] = '\0';
}

static size_t judged_keys(const struct verdict *v, struct pin keys[PEER_CHAIN_MAX])
{
	size_t n = v->chain.n;

	if (v->pkix.pins_only && n > 1)
		n = 1;
	for (size_t i = 0; i < n; i++)
		keys[i] = v->chain.certificates[i].pin;
	return n;
}

static void judge_deny(const struct tls_policy *policy, const struct pin *keys, size_t n,
	struct verdict *out)
{
	size_t at;

	if (pinset_match(pinset_builtin_deny(), keys, n, &at) ||
		pinset_match(&policy->deny, keys, n, &at)) {
		out->pkix.ok = RULE_FAILED;
		out->pkix.reason = REASON_PKIX_DENIED;
		out->pkix.depth = (int)at;
		out->detail[0] = '\0';
	}
}

bool verdict_keys(const struct verdict *v, struct learned_pins *out)
{
	size_t n = v->chain.n;

	if (!v->chain_verified || n == 0)
		return false;
	out->issuer = v->chain.certificates[n > 1 ? 1 : 0].pin;
	out->root = v->chain.certificates[n - 1].pin;
	return true;
}

/* The issuer's key and the root's, both as at the first contact. */
static void judge_learned(const struct learned_pins *known, struct verdict *out)
{
	struct learned_pins seen;

	out->pins.learned = true;
	if (known == NULL)
		return;
	out->pins.has_known = true;
	out->pins.known = *known;
	out->pins.ok = RULE_FAILED;
	if (!verdict_keys(out, &seen) || !learned_pins_equal(known, &seen))
		return;
	out->pins.ok = RULE_OK;
	out->pins.matched_at = out->chain.n > 1 ? 1 : 0;
	out->pins.matched = seen.issuer;
}

static void judge_pins(const struct tls_policy *policy, const struct pin *keys, size_t n,
	struct verdict *out)
{
	size_t at;

	if (policy->pin_mode == PIN_LEARN)
		judge_learned(policy->learned, out);
	if (policy->pins.n == 0)
		return;
	if (pinset_match(&policy->pins, keys, n, &at)) {
		/* Beside what was learned, and not instead of it. No configuration has
		 * both (check_upstream() refuses it): this holds if one ever should. */
		if (out->pins.ok == RULE_FAILED)
			return;
		out->pins.ok = RULE_OK;
		out->pins.matched_at = at;
		out->pins.matched = keys[at];
		return;
	}
	out->pins.ok = RULE_FAILED;
	/* Without PKIX the pins are all there is: they are always enforced. */
	out->pins.report_only = policy->pin_mode == PIN_REPORT && !out->pkix.pins_only;
}

/* True unless the rule, if it is asked for, was seen to hold. */
static bool pins_refuse(const struct verdict *v)
{
	bool asked =
		v->pins.configured > 0 || v->pkix.pins_only || v->pins.ok == RULE_FAILED;

	return asked && v->pins.ok != RULE_OK && !v->pins.report_only;
}

static enum reason ct_reason(enum ct_outcome outcome)
{
	switch (outcome) {
	case CT_SATISFIED:
		return REASON_NONE;
	case CT_NONE:
		return REASON_CT_NO_SCTS;
	case CT_TOO_FEW:
		return REASON_CT_TOO_FEW;
	case CT_OPERATORS:
		return REASON_CT_OPERATORS;
	}
	return REASON_CT_NO_SCTS;
}

/* Past its horizon the list can satisfy nobody any more: then `ct.stale` decides. */
static void judge_stale_list(const struct tls_policy *policy, struct verdict *out)
{
	if (!out->ct.stale || policy->ct_stale == CT_STALE_JUDGE)
		return;
	out->ct.reason = REASON_CT_LOG_LIST_STALE;
	out->ct.waived = policy->ct_stale == CT_STALE_WARN ||
			 (policy->ct_stale == CT_STALE_REPORT_IF_PINNED &&
				 out->pins.ok == RULE_OK);
}

static void judge_ct(
	const struct tls_policy *policy, const struct peer *peer, struct verdict *out)
{
	out->ct.list_timestamp_s = peer->list_timestamp_s;
	out->ct.list_horizon_s = peer->list_horizon_s;
	out->ct.at_s = peer->scts_s;
	out->ct.stale = ct_horizon_is_past(peer->list_horizon_s, peer->scts_s);
	if (!peer->has_ct || out->pkix.ok != RULE_OK)
		return;
	out->ct.report = peer->ct;
	out->ct.reason = ct_reason(peer->ct.outcome);
	out->ct.ok = out->ct.reason == REASON_NONE ? RULE_OK : RULE_FAILED;
	if (out->ct.ok == RULE_FAILED)
		judge_stale_list(policy, out);
}

static bool ct_refuses(const struct verdict *v)
{
	return v->ct.mode == CT_MODE_REQUIRE && v->ct.ok != RULE_OK && !v->ct.waived;
}

static void judge_name(
	const struct tls_policy *policy, const struct peer *peer, struct verdict *out)
{
	if (policy->identity != IDENTITY_NONE)
		out->name.ok = peer->name_ok ? RULE_OK : RULE_FAILED;
}

/* All rules; `excused`: as if every date were past. */
static void judge(const struct tls_policy *policy, const struct peer *peer, bool excused,
	struct verdict *out)
{
	struct pin keys[PEER_CHAIN_MAX];
	size_t n;

	memset(out, 0, sizeof *out);
	out->pins.configured = policy->pins.n;
	out->ct.mode = policy->ct;
	out->ct.policy = policy->ct_policy;
	out->clock.at_s = peer->at_s;
	out->clock.floor_s = peer->floor_s;
	judge_pkix(policy, peer, excused, out);
	choose_chain(peer, out);
	judge_name(policy, peer, out);
	if (out->chain_verified)
		judge_staple(peer, out);
	if (out->pkix.ok == RULE_OK) {
		n = judged_keys(out, keys);
		judge_deny(policy, keys, n, out);
		judge_pins(policy, keys, n, out);
	}
	if (policy->ct != CT_MODE_OFF)
		judge_ct(policy, peer, out);
	out->accepted = out->pkix.ok == RULE_OK && out->name.ok != RULE_FAILED &&
			!pins_refuse(out) && !ct_refuses(out);
	if (!out->accepted)
		verdict_reasons(out, &out->reason, 1);
}

static void blame_clock(const struct peer *peer, struct verdict *out)
{
	out->pkix.reason = REASON_CLOCK_SUSPECT;
	out->clock.valid_from_s = peer->judged_s;
	out->detail[0] = '\0';
	verdict_reasons(out, &out->reason, 1);
}

/* Of a chain that is_early. */
static void judge_early(
	const struct tls_policy *policy, const struct peer *peer, struct verdict *out)
{
	struct verdict excused;

	judge(policy, peer, true, &excused);
	if (!excused.accepted) {
		/* Revoked or denied says more than a date. */
		if (excused.pkix.ok == RULE_FAILED)
			*out = excused;
		return;
	}
	if (excused.pins.ok != RULE_OK && !policy->for_ntp) {
		blame_clock(peer, out);
		return;
	}
	*out = excused;
	out->clock_suspect = true;
	out->for_ntp = policy->for_ntp;
	out->clock.valid_from_s = peer->judged_s;
}

void verdict_reach(
	const struct tls_policy *policy, const struct peer *peer, struct verdict *out)
{
	judge(policy, peer, false, out);
	if (peer->is_early && out->pkix.reason == REASON_PKIX_NOT_YET_VALID)
		judge_early(policy, peer, out);
}

void verdict_protocol_failure(const char *detail, struct verdict *out)
{
	memset(out, 0, sizeof *out);
	out->reason = REASON_TLS_PROTOCOL;
	text_copy(out->detail, sizeof out->detail, detail);
}

size_t verdict_reasons(const struct verdict *v, enum reason *out, size_t cap)
{
	enum reason found[5];
	size_t n = 0, i;

	if (v->reason == REASON_TLS_PROTOCOL)
		found[n++] = REASON_TLS_PROTOCOL;
	if (v->pkix.ok == RULE_FAILED)
		found[n++] = v->pkix.reason;
	if (v->name.ok == RULE_FAILED)
		found[n++] = REASON_NAME_MISMATCH;
	if (v->pkix.ok == RULE_OK && pins_refuse(v))
		found[n++] = REASON_PIN_MISMATCH;
	if (v->pkix.ok == RULE_OK && ct_refuses(v))
		found[n++] =
			v->ct.reason != REASON_NONE ? v->ct.reason : REASON_CT_NO_SCTS;
	for (i = 0; i < n && i < cap; i++)
		out[i] = found[i];
	return i;
}

bool verdict_only_pins(const struct verdict *v)
{
	enum reason found[2];

	return v->chain_verified && !v->provisional && v->chain.n > 0 &&
	       verdict_reasons(v, found, 2) == 1 && found[0] == REASON_PIN_MISMATCH;
}

int64_t verdict_end_s(const struct verdict *v)
{
	size_t n = v->pkix.pins_only && v->chain.n > 1 ? 1 : v->chain.n;
	int64_t end_s = INT64_MAX;

	for (size_t i = 0; i < n; i++)
		if (v->chain.certificates[i].not_after_s < end_s)
			end_s = v->chain.certificates[i].not_after_s;
	return end_s;
}
