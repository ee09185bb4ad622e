/* Evidence in, verdict out: no certificates, no handshakes. */
#include "tls/verdict.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <openssl/x509_vfy.h>

#include "tests/unit/rows.h"

/* A letter is a key: L leaf, I issuer, R root, x y another's, _ one without a
 * subject; F and G are the two on the built-in deny list. */
static struct pin pin_of(char letter)
{
	struct pin pin;

	if (letter == 'F' || letter == 'G')
		return pinset_builtin_deny()->pins[letter - 'F'];
	memset(pin.sha256, letter, PIN_BYTES);
	return pin;
}

static struct pinset set_of(const char *letters, struct pin *pins)
{
	size_t n = letters != NULL ? strlen(letters) : 0;

	for (size_t i = 0; i < n; i++)
		pins[i] = pin_of(letters[i]);
	return (struct pinset){ pins, n };
}

static void fill_chain(const char *letters, struct peer_chain *out)
{
	for (out->n = 0; letters[out->n] != '\0'; out->n++) {
		struct peer_certificate *c = &out->certificates[out->n];

		c->pin = pin_of(letters[out->n]);
		if (letters[out->n] != '_')
			snprintf(c->subject, sizeof c->subject, "CN=%c", letters[out->n]);
	}
}

/* A row names what differs from evidence with nothing wrong in it: sent "LI",
 * built "LIR", the name right; and from a policy that wants the name and PKIX. */
struct row {
	const char *name;
	enum reason reason; /* REASON_NONE: accepted */

	const char *pins, *deny;
	enum pin_mode pin_mode;
	enum pkix_mode pkix;
	enum identity_kind identity;
	enum ct_mode ct;

	const char *sent, *built;
	int path_error, leaf_error;
	bool wrong_name;
};

struct scene {
	struct tls_policy policy;
	struct peer peer;
	struct pin pins[8], deny[8];
};

static void set_scene(const struct row *row, struct scene *s)
{
	memset(s, 0, sizeof *s);
	s->policy.identity = row->identity;
	s->policy.auth_name = "dns.lab";
	s->policy.pkix = row->pkix;
	s->policy.pin_mode = row->pin_mode;
	s->policy.ct = row->ct;
	s->policy.pins = set_of(row->pins, s->pins);
	s->policy.deny = set_of(row->deny, s->deny);
	s->peer.path_error = row->path_error;
	s->peer.leaf_error = row->leaf_error;
	s->peer.name_ok = !row->wrong_name;
	fill_chain(row->sent != NULL ? row->sent : "LI", &s->peer.sent);
	if (row->built != NULL)
		fill_chain(row->built, &s->peer.built);
	else if (row->path_error == X509_V_OK && row->pkix == PKIX_REQUIRE)
		fill_chain("LIR", &s->peer.built);
	/* As peer_collect() leaves it where no path was asked for. */
	if (row->pkix == PKIX_PINS_ONLY)
		s->peer.path_error = X509_V_ERR_UNSPECIFIED;
}

#define EXPIRED    X509_V_ERR_CERT_HAS_EXPIRED
#define EARLY      X509_V_ERR_CERT_NOT_YET_VALID
#define NO_ISSUER  X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY
#define FORGED     X509_V_ERR_CERT_SIGNATURE_FAILURE
#define SELF       X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT
#define SMALL      X509_V_ERR_EE_KEY_TOO_SMALL
#define ANYTHING   X509_V_ERR_UNSPECIFIED
#define NAME       .identity = IDENTITY_NAME
#define PINS_ONLY  .pkix = PKIX_PINS_ONLY, .identity = IDENTITY_NONE
#define REPORT     .pin_mode = PIN_REPORT
#define CT_REQUIRE .ct = CT_MODE_REQUIRE

static const struct row rows[] = {
	/* Nothing wrong. */
	{ "address, no pins", REASON_NONE, .pins = NULL },
	{ "name, no pins", REASON_NONE, NAME },
	{ "the leaf is pinned", REASON_NONE, .pins = "L" },
	{ "the issuer is pinned", REASON_NONE, .pins = "I" },
	{ "the root is pinned, and was not sent", REASON_NONE, .pins = "R" },
	{ "CT is reported only", REASON_NONE, .ct = CT_MODE_REPORT },
	{ "PKIX alone, nobody named", REASON_NONE, .identity = IDENTITY_NONE },
	{ "the leaf's own state is not PKIX's", REASON_NONE, .leaf_error = EXPIRED },

	/* One rule fails, all others hold: AND, never OR. */
	{ "path refused, pin matches", REASON_PKIX_UNTRUSTED, .pins = "L",
		.path_error = NO_ISSUER },
	{ "path refused, name right", REASON_PKIX_UNTRUSTED, NAME, .path_error = SELF },
	{ "expired, leaf pinned", REASON_PKIX_EXPIRED, .pins = "L",
		.path_error = EXPIRED },
	{ "not valid yet, leaf pinned", REASON_PKIX_NOT_YET_VALID, .pins = "L",
		.path_error = EARLY },
	{ "self-signed, leaf pinned", REASON_PKIX_UNTRUSTED, .pins = "L", .sent = "L",
		.path_error = SELF },
	{ "wrong name, pin matches", REASON_NAME_MISMATCH, NAME, .pins = "L",
		.wrong_name = true },
	{ "wrong address, pin matches", REASON_NAME_MISMATCH, .pins = "L",
		.wrong_name = true },
	{ "wrong name, no pins", REASON_NAME_MISMATCH, NAME, .wrong_name = true },
	{ "pin wrong, rest right", REASON_PIN_MISMATCH, .pins = "x" },
	{ "CT required, rest right", REASON_CT_NO_SCTS, CT_REQUIRE },
	{ "CT required, leaf pinned", REASON_CT_NO_SCTS, CT_REQUIRE, .pins = "L" },
	{ "CT required, issuer pinned", REASON_CT_NO_SCTS, NAME, CT_REQUIRE,
		.pins = "I" },

	/* The pins see the chain that was built, and only if it verified. */
	{ "genuine certificate appended", REASON_PIN_MISMATCH, .pins = "L", .sent = "xyL",
		.built = "xyR" },
	{ "genuine certificate sent in second place", REASON_PIN_MISMATCH, .pins = "I",
		.sent = "LIy", .built = "LyR" },
	{ "pinned key first as sent, not as built", REASON_PIN_MISMATCH, .pins = "L",
		.sent = "LI", .built = "xIR" },
	{ "self-signed with the genuine one appended", REASON_PKIX_UNTRUSTED, .pins = "L",
		.sent = "xL", .path_error = SELF },
	{ "forged leaf names the pinned issuer", REASON_PKIX_SIGNATURE, .pins = "I",
		.sent = "xI", .path_error = FORGED },
	{ "the chain of a failed verification", REASON_PKIX_SIGNATURE, .pins = "I",
		.sent = "xI", .built = "xIR", .path_error = FORGED },
	{ "unknown root, pinned issuer in its chain", REASON_PKIX_UNTRUSTED, .pins = "I",
		.sent = "xI", .built = "xI", .path_error = NO_ISSUER },

	/* pins_only: the leaf's key, dates, the name if one is given. */
	{ "pins only, the leaf is pinned", REASON_NONE, PINS_ONLY, .pins = "L" },
	{ "pins only, name given and right", REASON_NONE, .pkix = PKIX_PINS_ONLY, NAME,
		.pins = "L" },
	{ "pins only, nobody asked for a name", REASON_NONE, PINS_ONLY, .pins = "L",
		.wrong_name = true },
	{ "pins only, issuer pinned", REASON_PIN_MISMATCH, PINS_ONLY, .pins = "I" },
	{ "pins only, pinned key sent second", REASON_PIN_MISMATCH, PINS_ONLY,
		.pins = "L", .sent = "xL" },
	{ "pins only, pinned key in a built chain", REASON_PIN_MISMATCH, PINS_ONLY,
		.pins = "L", .sent = "x", .built = "L" },
	{ "pins only, wrong pin", REASON_PIN_MISMATCH, PINS_ONLY, .pins = "x" },
	{ "pins only, no pins", REASON_PIN_MISMATCH, PINS_ONLY },
	{ "pins only, wrong pin, report", REASON_PIN_MISMATCH, PINS_ONLY, REPORT,
		.pins = "x" },
	{ "pins only, expired", REASON_PKIX_EXPIRED, PINS_ONLY, .pins = "L",
		.leaf_error = EXPIRED },
	{ "pins only, not valid yet", REASON_PKIX_NOT_YET_VALID, PINS_ONLY, .pins = "L",
		.leaf_error = EARLY },
	{ "pins only, weak key", REASON_PKIX_WEAK, PINS_ONLY, .pins = "L",
		.leaf_error = SMALL },
	{ "pins only, something wrong with the leaf", REASON_PKIX_UNTRUSTED, PINS_ONLY,
		.pins = "L", .leaf_error = ANYTHING },
	{ "pins only, wrong name", REASON_NAME_MISMATCH, .pkix = PKIX_PINS_ONLY, NAME,
		.pins = "L", .wrong_name = true },
	{ "pins only, wrong address", REASON_NAME_MISMATCH, .pkix = PKIX_PINS_ONLY,
		.pins = "L", .wrong_name = true },
	{ "pins only, denied by configuration", REASON_PKIX_DENIED, PINS_ONLY,
		.pins = "L", .deny = "L" },
	{ "pins only, denied, built in", REASON_PKIX_DENIED, PINS_ONLY, .pins = "F",
		.sent = "F" },
	{ "pins only, CT required", REASON_CT_NO_SCTS, PINS_ONLY, CT_REQUIRE,
		.pins = "L" },
	{ "pins only, no certificate", REASON_PKIX_UNTRUSTED, PINS_ONLY, .pins = "L",
		.sent = "" },

	/* report: a mismatch of pins passes, and nothing else does. */
	{ "report, pin wrong", REASON_NONE, REPORT, .pins = "x" },
	{ "report, pin right", REASON_NONE, REPORT, .pins = "L" },
	{ "report, wrong name", REASON_NAME_MISMATCH, NAME, REPORT, .pins = "x",
		.wrong_name = true },
	{ "report, untrusted", REASON_PKIX_UNTRUSTED, REPORT, .pins = "x",
		.path_error = NO_ISSUER },
	{ "report, denied", REASON_PKIX_DENIED, REPORT, .pins = "x", .deny = "I" },
	{ "report, CT required", REASON_CT_NO_SCTS, REPORT, CT_REQUIRE, .pins = "x" },

	/* The deny list: anywhere in the chain, whatever else holds. */
	{ "leaf denied", REASON_PKIX_DENIED, .deny = "L" },
	{ "issuer denied", REASON_PKIX_DENIED, .deny = "xI" },
	{ "root denied", REASON_PKIX_DENIED, .deny = "R" },
	{ "denied and pinned", REASON_PKIX_DENIED, .pins = "L", .deny = "L" },
	{ "issuer denied, leaf pinned", REASON_PKIX_DENIED, NAME, .pins = "L",
		.deny = "I" },
	{ "built-in list, leaf", REASON_PKIX_DENIED, .built = "FIR" },
	{ "built-in list, issuer", REASON_PKIX_DENIED, .built = "LFR" },
	{ "built-in list, root", REASON_PKIX_DENIED, .built = "LIG" },
	{ "built-in list, issuer and root", REASON_PKIX_DENIED, .built = "LFG" },
	{ "built-in list, beside one's own", REASON_PKIX_DENIED, .built = "LFG",
		.deny = "x" },
	{ "built-in list, issuer pinned", REASON_PKIX_DENIED, .built = "LFG",
		.pins = "F" },
	{ "built-in list, the last of ten", REASON_PKIX_DENIED, .built = "LabcdefghG" },
	{ "denied key sent, not built", REASON_NONE, .sent = "LIF", .deny = "x" },

	/* More than one rule: the first in order is the reason. */
	{ "wrong name and wrong pin", REASON_NAME_MISMATCH, NAME, .wrong_name = true,
		.pins = "x" },
	{ "wrong pin and no CT", REASON_PIN_MISMATCH, CT_REQUIRE, .pins = "x" },

	/* Evidence with holes. */
	{ "no chain was built", REASON_PKIX_UNTRUSTED, .built = "" },
	{ "no chain was built, no name asked for", REASON_PKIX_UNTRUSTED, .built = "",
		.identity = IDENTITY_NONE },
	{ "no chain was built, pin sent", REASON_PKIX_UNTRUSTED, .built = "",
		.pins = "L" },
};

static void judge_row(void **state)
{
	const struct row *row = *state;
	struct verdict v;
	struct scene s;

	set_scene(row, &s);
	verdict_reach(&s.policy, &s.peer, &v);
	assert_string_equal(reason_word(v.reason), reason_word(row->reason));
	assert_int_equal(v.accepted, row->reason == REASON_NONE);
}

/* clang-format off */
#define CODE(code, refusal) { #code, X509_V_ERR_##code, REASON_##refusal }
/* clang-format on */

static const struct code {
	const char *name;
	int error;
	enum reason reason;
} codes[] = {
	CODE(CERT_HAS_EXPIRED, PKIX_EXPIRED),
	CODE(CERT_NOT_YET_VALID, PKIX_NOT_YET_VALID),
	CODE(CERT_SIGNATURE_FAILURE, PKIX_SIGNATURE),
	CODE(UNABLE_TO_DECRYPT_CERT_SIGNATURE, PKIX_SIGNATURE),
	CODE(INVALID_CA, PKIX_CONSTRAINT),
	CODE(INVALID_NON_CA, PKIX_CONSTRAINT),
	CODE(PATH_LENGTH_EXCEEDED, PKIX_CONSTRAINT),
	CODE(KEYUSAGE_NO_CERTSIGN, PKIX_CONSTRAINT),
	CODE(UNHANDLED_CRITICAL_EXTENSION, PKIX_CONSTRAINT),
	CODE(INVALID_EXTENSION, PKIX_CONSTRAINT),
	CODE(PERMITTED_VIOLATION, PKIX_CONSTRAINT),
	CODE(EXCLUDED_VIOLATION, PKIX_CONSTRAINT),
	CODE(SUBTREE_MINMAX, PKIX_CONSTRAINT),
	CODE(UNSUPPORTED_CONSTRAINT_TYPE, PKIX_CONSTRAINT),
	CODE(UNSUPPORTED_CONSTRAINT_SYNTAX, PKIX_CONSTRAINT),
	CODE(UNSUPPORTED_NAME_SYNTAX, PKIX_CONSTRAINT),
	CODE(CERT_CHAIN_TOO_LONG, PKIX_CONSTRAINT),
	CODE(INVALID_PURPOSE, PKIX_PURPOSE),
	CODE(CERT_UNTRUSTED, PKIX_PURPOSE),
	CODE(CERT_REJECTED, PKIX_PURPOSE),
	CODE(EE_KEY_TOO_SMALL, PKIX_WEAK),
	CODE(CA_KEY_TOO_SMALL, PKIX_WEAK),
	CODE(CA_MD_TOO_WEAK, PKIX_WEAK),
	CODE(CERT_REVOKED, PKIX_REVOKED),
	CODE(UNSPECIFIED, PKIX_UNTRUSTED),
	CODE(UNABLE_TO_GET_ISSUER_CERT, PKIX_UNTRUSTED),
	CODE(ERROR_IN_CERT_NOT_BEFORE_FIELD, PKIX_UNTRUSTED),
	CODE(DEPTH_ZERO_SELF_SIGNED_CERT, PKIX_UNTRUSTED),
	CODE(SELF_SIGNED_CERT_IN_CHAIN, PKIX_UNTRUSTED),
	CODE(UNABLE_TO_GET_ISSUER_CERT_LOCALLY, PKIX_UNTRUSTED),
	CODE(UNABLE_TO_VERIFY_LEAF_SIGNATURE, PKIX_UNTRUSTED),
	CODE(NO_EXPLICIT_POLICY, PKIX_UNTRUSTED),
	{ "a code yet to be invented", 9999, REASON_PKIX_UNTRUSTED },
	{ "a code below zero", -1, REASON_PKIX_UNTRUSTED },
};

/* Everything else right, and the whole chain pinned: still refused. */
static void judge_code(void **state)
{
	const struct code *code = *state;
	const struct row row = { .pins = "LIR", .path_error = code->error };
	struct verdict v;
	struct scene s;

	set_scene(&row, &s);
	verdict_reach(&s.policy, &s.peer, &v);
	assert_false(v.accepted);
	assert_string_equal(reason_word(v.reason), reason_word(code->reason));
	assert_int_equal(v.pins.ok, RULE_UNKNOWN);
	assert_false(v.chain_verified);
}

/* Whatever code OpenSSL may think of, only X509_V_OK is one. */
static void no_code_but_ok_is_accepted(void **state)
{
	(void)state;
	for (int error = 1; error < 300; error++) {
		const struct row row = { .path_error = error };
		struct verdict v;
		struct scene s;

		set_scene(&row, &s);
		verdict_reach(&s.policy, &s.peer, &v);
		assert_false(v.accepted);
		assert_int_not_equal(v.reason, REASON_NONE);
	}
}

static const struct tls_policy zero_policy;
static const struct peer zero_peer;

/* X509_V_OK is 0: evidence that nobody filled in looks like a good path. */
static void zeroed_evidence_is_refused(void **state)
{
	static const enum pkix_mode pkix[] = { PKIX_REQUIRE, PKIX_PINS_ONLY };
	static const enum identity_kind who[] = { IDENTITY_ADDRESS, IDENTITY_NAME,
		IDENTITY_NONE };
	struct tls_policy policy = zero_policy;
	struct pin zero = { { 0 } };
	struct verdict v;

	(void)state;
	for (size_t i = 0; i < ROWS(pkix) * ROWS(who) * 2; i++) {
		policy.pkix = pkix[i % 2];
		policy.identity = who[i / 2 % 3];
		policy.auth_name = "dns.lab";
		policy.pins = (struct pinset){ &zero, i / 6 };
		verdict_reach(&policy, &zero_peer, &v);
		assert_false(v.accepted);
		assert_int_not_equal(v.reason, REASON_NONE);
	}
}

static void a_protocol_failure_is_refused(void **state)
{
	enum reason reasons[REASON_COUNT];
	struct verdict v;

	(void)state;
	verdict_protocol_failure("wrong version number", &v);
	assert_false(v.accepted);
	assert_int_equal(v.reason, REASON_TLS_PROTOCOL);
	assert_int_equal(verdict_reasons(&v, reasons, REASON_COUNT), 1);
	assert_int_equal(reasons[0], REASON_TLS_PROTOCOL);
	assert_int_equal(v.chain.n, 0);
}

static void judge(const struct row *row, struct verdict *v)
{
	struct scene s;

	set_scene(row, &s);
	verdict_reach(&s.policy, &s.peer, v);
}

static void all_reasons_are_named_in_order(void **state)
{
	const struct row row = { NAME, CT_REQUIRE, .pins = "x", .wrong_name = true };
	enum reason reasons[REASON_COUNT];
	struct verdict v;

	(void)state;
	judge(&row, &v);
	assert_int_equal(verdict_reasons(&v, reasons, REASON_COUNT), 3);
	assert_int_equal(reasons[0], REASON_NAME_MISMATCH);
	assert_int_equal(reasons[1], REASON_PIN_MISMATCH);
	assert_int_equal(reasons[2], REASON_CT_NO_SCTS);
	assert_int_equal(verdict_reasons(&v, reasons, 2), 2);
	assert_int_equal(verdict_reasons(&v, reasons, 0), 0);
}

static void behind_a_failed_path_only_the_name_is_judged(void **state)
{
	const struct row row = { NAME, CT_REQUIRE, .pins = "x", .wrong_name = true,
		.path_error = NO_ISSUER };
	enum reason reasons[REASON_COUNT];
	struct verdict v;

	(void)state;
	judge(&row, &v);
	assert_int_equal(verdict_reasons(&v, reasons, REASON_COUNT), 2);
	assert_int_equal(reasons[0], REASON_PKIX_UNTRUSTED);
	assert_int_equal(reasons[1], REASON_NAME_MISMATCH);
}

static void the_match_is_shown(void **state)
{
	const struct row row = { .pins = "xR" };
	struct pin root = pin_of('R');
	struct verdict v;

	(void)state;
	judge(&row, &v);
	assert_int_equal(v.pins.ok, RULE_OK);
	assert_int_equal(v.pins.configured, 2);
	assert_int_equal(v.pins.matched_at, 2);
	assert_true(pin_equal(&v.pins.matched, &root));
	assert_true(v.chain_verified);
	assert_int_equal(v.chain.n, 3);
}

static void the_denied_place_is_shown(void **state)
{
	const struct row row = { .built = "LIG" };
	struct verdict v;

	(void)state;
	judge(&row, &v);
	assert_int_equal(v.pkix.depth, 2);
	assert_int_equal(v.pkix.reason, REASON_PKIX_DENIED);
}

static void a_reported_mismatch_is_not_a_match(void **state)
{
	const struct row row = { REPORT, .pins = "x" };
	struct verdict v;

	(void)state;
	judge(&row, &v);
	assert_true(v.accepted);
	assert_true(v.pins.report_only);
	assert_int_equal(v.pins.ok, RULE_FAILED);
}

static const struct words {
	const char *name;
	struct row row;
	const char *has;
} words[] = {
	{ "accepted", { .pins = "L" }, "accepted" },
	{ "accepted, pins only", { PINS_ONLY, .pins = "L" }, "pins only" },
	{ "accepted, mismatch reported", { REPORT, .pins = "x" },
		"pin_mismatch reported" },
	{ "the reason's word", { .pins = "x" }, "pin_mismatch: " },
	{ "the pin that was seen", { .pins = "x" },
		"sha256//TExMTExMTExMTExMTExMTExMTExMTExMTExMTExMTEw=" },
	{ "whose pin it is", { .pins = "x" }, "CN=L" },
	{ "whom a wrong name belongs to", { NAME, .wrong_name = true }, "CN=L" },
	{ "OpenSSL's words", { .path_error = NO_ISSUER }, "issuer" },
	{ "denied", { .built = "LFG" }, "pkix_denied: " },
	{ "an empty subject", { .pins = "x", .built = "_IR" }, "(seen: no subject, sha" },
};

static void explain_row(void **state)
{
	const struct words *w = *state;
	char line[400];
	struct text text = text_in(line, sizeof line);
	struct verdict v;

	judge(&w->row, &v);
	verdict_explain(&v, &text);
	assert_non_null(strstr(line, w->has));
	assert_int_equal(strncmp(line, "accepted", 8) == 0, v.accepted);
	assert_false(text.cut);
}

static void every_reason_has_words(void **state)
{
	(void)state;
	for (int i = 0; i < REASON_COUNT; i++) {
		assert_non_null(reason_word((enum reason)i));
		assert_non_null(reason_text((enum reason)i));
	}
	assert_string_equal(reason_word(REASON_NONE), "ok");
	assert_string_equal(reason_word(REASON_TLS_PROTOCOL), "tls_protocol");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_code_but_ok_is_accepted),
		cmocka_unit_test(zeroed_evidence_is_refused),
		cmocka_unit_test(a_protocol_failure_is_refused),
		cmocka_unit_test(all_reasons_are_named_in_order),
		cmocka_unit_test(behind_a_failed_path_only_the_name_is_judged),
		cmocka_unit_test(the_match_is_shown),
		cmocka_unit_test(the_denied_place_is_shown),
		cmocka_unit_test(a_reported_mismatch_is_not_a_match),
		cmocka_unit_test(every_reason_has_words),
	};
	int failed = run_rows("verdict", rows, sizeof *rows, ROWS(rows), judge_row);

	failed += run_rows("X509_V codes", codes, sizeof *codes, ROWS(codes), judge_code);
	failed += run_rows("words", words, sizeof *words, ROWS(words), explain_row);
	return failed + cmocka_run_group_tests_name("rest", tests, NULL, NULL);
}
