/* Certificate Transparency, the staple, a log list too old, keys learned: evidence in,
 * verdict out. What the SCTs amount to is given. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <openssl/x509_vfy.h>

#include "tests/unit/rows.h"
#include "tls/verdict.h"

/* 2026-06-01T00:00:00Z, and a list of a month before. */
#define NOW   1780272000
#define MONTH (30 * 86400)

/* A row names what differs from a chain L I R that verified, under strict, with a list
 * that will do for another month. */
struct row {
	const char *name;
	enum reason reason; /* REASON_NONE: accepted */

	enum ct_mode ct;
	const char *policy; /* NULL: strict */
	enum ct_stale stale;
	enum ct_outcome outcome;
	bool no_ct;        /* nothing could be said of the SCTs */
	int64_t horizon_s; /* 0: a month from now */

	enum staple_state staple;
	bool staple_required;

	int path_error;
	enum pkix_mode pkix;
	const char *pins, *deny;
	enum pin_mode pin_mode;
	const char *learned; /* issuer and root; NULL: no contact yet */
	const char *built;   /* NULL: "LIR" */
	bool wrong_name;
};

struct scene {
	struct tls_policy policy;
	struct peer peer;
	struct pin pin, denied;
	struct learned_pins learned;
};

static struct pin pin_of(char letter)
{
	struct pin pin;

	memset(pin.sha256, letter, PIN_BYTES);
	return pin;
}

static void fill_chain(const char *letters, struct peer_chain *out)
{
	for (out->n = 0; letters[out->n] != '\0'; out->n++) {
		struct peer_certificate *c = &out->certificates[out->n];

		c->pin = pin_of(letters[out->n]);
		snprintf(c->subject, sizeof c->subject, "CN=%c", letters[out->n]);
	}
}

static void set_policy(const struct row *row, struct scene *s)
{
	s->policy = (struct tls_policy){ .identity = IDENTITY_NAME,
		.auth_name = "dns.lab",
		.ct = row->ct,
		.ct_policy = ct_policy_find(row->policy != NULL ? row->policy : "strict"),
		.ct_stale = row->stale,
		.pkix = row->pkix,
		.pin_mode = row->pin_mode };
	if (row->pins != NULL) {
		s->pin = pin_of(row->pins[0]);
		s->policy.pins = (struct pinset){ &s->pin, 1 };
	}
	if (row->deny != NULL) {
		s->denied = pin_of(row->deny[0]);
		s->policy.deny = (struct pinset){ &s->denied, 1 };
	}
	if (row->learned != NULL) {
		s->learned.issuer = pin_of(row->learned[0]);
		s->learned.root = pin_of(row->learned[1]);
		s->policy.learned = &s->learned;
	}
}

static void set_peer(const struct row *row, struct scene *s)
{
	s->peer = (struct peer){ .name_ok = !row->wrong_name,
		.path_error = row->path_error,
		.staple = { .state = row->staple, .required = row->staple_required },
		.has_ct = !row->no_ct,
		.ct = { .outcome = row->outcome },
		.scts_s = NOW,
		.list_timestamp_s = NOW - MONTH,
		.list_horizon_s = row->horizon_s != 0 ? row->horizon_s : NOW + MONTH };
	fill_chain("LI", &s->peer.sent);
	if (row->path_error == X509_V_OK && row->pkix == PKIX_REQUIRE)
		fill_chain(row->built != NULL ? row->built : "LIR", &s->peer.built);
}

static void judge(const struct row *row, struct verdict *v)
{
	struct scene s;

	memset(&s, 0, sizeof s);
	set_policy(row, &s);
	set_peer(row, &s);
	verdict_reach(&s.policy, &s.peer, v);
}

#define REQUIRE     .ct = CT_MODE_REQUIRE
#define REPORT      .ct = CT_MODE_REPORT
#define MOZ         .policy = "mozilla"
#define SATISFIED   .outcome = CT_SATISFIED
#define NONE        .outcome = CT_NONE
#define FEW         .outcome = CT_TOO_FEW
#define ONE_SIDED   .outcome = CT_OPERATORS
#define OLD_LIST    .horizon_s = NOW - 1
#define IF_PINNED   .stale = CT_STALE_REPORT_IF_PINNED
#define REFUSE      .stale = CT_STALE_REFUSE
#define WARN        .stale = CT_STALE_WARN
#define JUDGE       .stale = CT_STALE_JUDGE
#define AWAITED     .staple = STAPLE_AWAITED
#define MUST        .staple_required = true
#define LEARN       .pin_mode = PIN_LEARN
#define PINS_REPORT .pin_mode = PIN_REPORT
#define UNTRUSTED   .path_error = X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY

static const struct row rows[] = {
	/* What the SCTs amount to. */
	{ "satisfied", REASON_NONE, REQUIRE, SATISFIED },
	{ "no SCTs", REASON_CT_NO_SCTS, REQUIRE, NONE },
	{ "too few", REASON_CT_TOO_FEW, REQUIRE, FEW },
	{ "too few operators", REASON_CT_OPERATORS, REQUIRE, ONE_SIDED },
	{ "an outcome yet to be invented", REASON_CT_NO_SCTS, REQUIRE, .outcome = 99 },
	{ "nothing was looked at", REASON_CT_NO_SCTS, REQUIRE, .no_ct = true },
	{ "nothing was looked at, whatever stands there", REASON_CT_NO_SCTS, REQUIRE,
		SATISFIED, .no_ct = true },
	{ "too few, leaf pinned", REASON_CT_TOO_FEW, REQUIRE, FEW, .pins = "L" },
	{ "reported: too few", REASON_NONE, REPORT, FEW },
	{ "reported: nothing was looked at", REASON_NONE, REPORT, .no_ct = true },
	{ "off: too few", REASON_NONE, .ct = CT_MODE_OFF, FEW },
	{ "satisfied, path refused", REASON_PKIX_UNTRUSTED, REQUIRE, SATISFIED,
		UNTRUSTED },
	{ "satisfied, wrong name", REASON_NAME_MISMATCH, REQUIRE, SATISFIED,
		.wrong_name = true },
	{ "satisfied, wrong pin", REASON_PIN_MISMATCH, REQUIRE, SATISFIED, .pins = "x" },
	{ "satisfied, denied", REASON_PKIX_DENIED, REQUIRE, SATISFIED, .deny = "I" },
	{ "pins only: satisfied", REASON_NONE, REQUIRE, SATISFIED, .pkix = PKIX_PINS_ONLY,
		.pins = "L" },

	/* A list that can satisfy nobody. */
	{ "old list, satisfied", REASON_NONE, REQUIRE, SATISFIED, OLD_LIST, REFUSE },
	{ "old list, refuse", REASON_CT_LOG_LIST_STALE, REQUIRE, FEW, OLD_LIST, REFUSE },
	{ "old list, refuse, pinned", REASON_CT_LOG_LIST_STALE, REQUIRE, FEW, OLD_LIST,
		REFUSE, .pins = "L" },
	{ "old list, warn", REASON_NONE, REQUIRE, FEW, OLD_LIST, WARN },
	{ "old list, if pinned: pinned", REASON_NONE, REQUIRE, FEW, OLD_LIST, IF_PINNED,
		.pins = "I" },
	{ "old list, if pinned: no pins", REASON_CT_LOG_LIST_STALE, REQUIRE, NONE,
		OLD_LIST, IF_PINNED },
	{ "old list, if pinned: wrong pin", REASON_PIN_MISMATCH, REQUIRE, FEW, OLD_LIST,
		IF_PINNED, .pins = "x" },
	{ "old list, if pinned: wrong pin reported", REASON_CT_LOG_LIST_STALE, REQUIRE,
		FEW, OLD_LIST, IF_PINNED, PINS_REPORT, .pins = "x" },
	{ "old list, if pinned: learned", REASON_NONE, REQUIRE, FEW, OLD_LIST, IF_PINNED,
		LEARN, .learned = "IR" },
	{ "old list, if pinned: first contact", REASON_CT_LOG_LIST_STALE, REQUIRE, FEW,
		OLD_LIST, IF_PINNED, LEARN },
	{ "old list, judged offline", REASON_CT_TOO_FEW, REQUIRE, FEW, OLD_LIST, JUDGE },
	{ "old list, warn, wrong pin", REASON_PIN_MISMATCH, REQUIRE, FEW, OLD_LIST, WARN,
		.pins = "x" },
	{ "old list, warn, path refused", REASON_PKIX_UNTRUSTED, REQUIRE, SATISFIED,
		OLD_LIST, WARN, UNTRUSTED },
	{ "old list, warn, wrong name", REASON_NAME_MISMATCH, REQUIRE, FEW, OLD_LIST,
		WARN, .wrong_name = true },
	{ "old list, reported", REASON_NONE, REPORT, FEW, OLD_LIST, REFUSE },
	{ "the list's last second, warn", REASON_CT_TOO_FEW, REQUIRE, FEW, WARN,
		.horizon_s = NOW },
	{ "a list that never did, warn", REASON_CT_TOO_FEW, REQUIRE, FEW, WARN,
		.horizon_s = INT64_MIN },
	{ "a list without end, warn", REASON_CT_TOO_FEW, REQUIRE, FEW, WARN,
		.horizon_s = INT64_MAX },

	/* The staple. */
	{ "good", REASON_NONE, REQUIRE, SATISFIED, .staple = STAPLE_GOOD },
	{ "revoked", REASON_PKIX_REVOKED, .staple = STAPLE_REVOKED },
	{ "revoked, leaf pinned", REASON_PKIX_REVOKED, .staple = STAPLE_REVOKED,
		.pins = "L" },
	{ "revoked and demanded", REASON_PKIX_REVOKED, MUST, .staple = STAPLE_REVOKED },
	{ "revoked, too few SCTs", REASON_PKIX_REVOKED, REQUIRE, FEW,
		.staple = STAPLE_REVOKED },
	{ "old", REASON_NONE, .staple = STAPLE_OLD },
	{ "unknown", REASON_NONE, .staple = STAPLE_UNKNOWN },
	{ "unusable", REASON_NONE, .staple = STAPLE_UNUSABLE },
	{ "demanded and good", REASON_NONE, MUST, .staple = STAPLE_GOOD },
	{ "demanded and absent", REASON_OCSP_REQUIRED, MUST },
	{ "demanded and old", REASON_OCSP_REQUIRED, MUST, .staple = STAPLE_OLD },
	{ "demanded and unknown", REASON_OCSP_REQUIRED, MUST, .staple = STAPLE_UNKNOWN },
	{ "demanded and unusable", REASON_OCSP_REQUIRED, MUST,
		.staple = STAPLE_UNUSABLE },
	{ "demanded and absent, leaf pinned", REASON_OCSP_REQUIRED, MUST, .pins = "L" },
	{ "path refused, revoked", REASON_PKIX_UNTRUSTED, UNTRUSTED,
		.staple = STAPLE_REVOKED },
	{ "pins only: revoked", REASON_NONE, .pkix = PKIX_PINS_ONLY, .pins = "L",
		.staple = STAPLE_REVOKED },

	/* So far. */
	{ "so far good", REASON_NONE, REQUIRE, SATISFIED, AWAITED },
	{ "so far demanded", REASON_NONE, MUST, AWAITED },
	{ "so far too few", REASON_CT_TOO_FEW, REQUIRE, FEW, AWAITED },
	{ "so far too few, staple may help", REASON_CT_TOO_FEW, REQUIRE, FEW, MOZ,
		AWAITED },
	{ "so far path refused", REASON_PKIX_UNTRUSTED, AWAITED, UNTRUSTED },
	{ "so far wrong pin", REASON_PIN_MISMATCH, AWAITED, .pins = "x" },
	{ "so far wrong name", REASON_NAME_MISMATCH, AWAITED, .wrong_name = true },
	{ "so far denied", REASON_PKIX_DENIED, AWAITED, .deny = "R" },
	{ "at last too few", REASON_CT_TOO_FEW, REQUIRE, FEW, MOZ },

	/* Keys learned. */
	{ "learned, the same", REASON_NONE, LEARN, .learned = "IR" },
	{ "learned, first contact", REASON_NONE, LEARN },
	{ "learned, another leaf", REASON_NONE, LEARN, .learned = "IR", .built = "xIR" },
	{ "learned, another issuer", REASON_PIN_MISMATCH, LEARN, .learned = "IR",
		.built = "LJR" },
	{ "learned, another root", REASON_PIN_MISMATCH, LEARN, .learned = "IR",
		.built = "LIS" },
	{ "learned, both other", REASON_PIN_MISMATCH, LEARN, .learned = "IR",
		.built = "LJS" },
	{ "learned, changed places", REASON_PIN_MISMATCH, LEARN, .learned = "IR",
		.built = "LRI" },
	{ "learned, one more between", REASON_NONE, LEARN, .learned = "IR",
		.built = "LIKR" },
	{ "learned, the leaf alone", REASON_NONE, LEARN, .learned = "LL", .built = "L" },
	{ "learned, the leaf alone is another", REASON_PIN_MISMATCH, LEARN,
		.learned = "LL", .built = "x" },
	{ "learned, path refused", REASON_PKIX_UNTRUSTED, LEARN, UNTRUSTED,
		.learned = "IR" },
	{ "learned and pinned", REASON_NONE, LEARN, .learned = "IR", .pins = "L" },
	{ "learned, wrong pin", REASON_PIN_MISMATCH, LEARN, .learned = "IR",
		.pins = "x" },
	{ "learned another issuer, pinned", REASON_PIN_MISMATCH, LEARN, .learned = "JR",
		.pins = "L" },
	{ "another issuer, nothing to learn", REASON_NONE, .learned = "JR" },
};

static void judge_row(void **state)
{
	const struct row *row = *state;
	struct verdict v;

	judge(row, &v);
	assert_string_equal(reason_word(v.reason), reason_word(row->reason));
	assert_int_equal(v.accepted, row->reason == REASON_NONE);
	assert_int_equal(v.provisional,
		row->staple == STAPLE_AWAITED && row->path_error == X509_V_OK);
}

static const struct words {
	const char *name;
	struct row row;
	const char *has;
} words[] = {
	{ "what is missing", { REQUIRE, NONE }, "ct_no_scts: no SCTs; strict" },
	{ "too few", { REQUIRE, FEW }, "ct_too_few: too few: " },
	{ "too few operators", { REQUIRE, ONE_SIDED },
		"ct_operators: too few operators: " },
	{ "nothing was looked at", { REQUIRE, .no_ct = true }, "ct_no_scts: no SCTs" },
	{ "reported", { REPORT, FEW }, "accepted, ct reported: too few: " },
	{ "reported, old list", { REPORT, FEW, OLD_LIST, REFUSE },
		"accepted, ct reported: the log list is too old" },
	{ "waived", { REQUIRE, FEW, OLD_LIST, WARN },
		"accepted, ct waived: log list too old (of 2026-05-02T00:00:00Z) (good "
		"until 2026-05-31T23:59:59Z)" },
	{ "old list", { REQUIRE, FEW, OLD_LIST, REFUSE },
		"ct_log_list_stale: the log list is too old to judge (of "
		"2026-05-02T00:00:00Z) (good until 2026-05-31T23:59:59Z)" },
	{ "so far", { AWAITED }, "accepted so far, the OCSP staple is awaited" },
	{ "revoked", { .staple = STAPLE_REVOKED }, "pkix_revoked: " },
	{ "demanded", { MUST },
		"ocsp_required: the certificate demands an OCSP staple "
		"(staple absent)" },
	{ "another issuer", { LEARN, .learned = "JR" },
		"(issuer: learned sha256//SkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSko=, "
		"seen sha256//SUlJSUlJSUlJSUlJSUlJSUlJSUlJSUlJSUlJSUlJSUk=)" },
	{ "another root", { LEARN, .learned = "IS" },
		"(root: learned sha256//U1NTU1NTU1NTU1NTU1NTU1NTU1NTU1NTU1NTU1NTU1M=, "
		"seen sha256//UlJSUlJSUlJSUlJSUlJSUlJSUlJSUlJSUlJSUlJSUlI=)" },
	{ "learned, and a wrong pin", { LEARN, .learned = "IR", .pins = "x" },
		"(seen: CN=L, " },
};

static void explain_row(void **state)
{
	const struct words *w = *state;
	char line[1024];
	struct text text = text_in(line, sizeof line);
	struct verdict v;

	judge(&w->row, &v);
	verdict_explain(&v, &text);
	assert_non_null(strstr(line, w->has));
	assert_int_equal(strncmp(line, "accepted", 8) == 0, v.accepted);
	assert_false(text.cut);
}

static void what_is_waived_is_shown(void **state)
{
	const struct row waived = { REQUIRE, FEW, OLD_LIST, WARN };
	const struct row fine = { REQUIRE, SATISFIED, OLD_LIST, WARN };
	struct verdict v;

	(void)state;
	judge(&waived, &v);
	assert_true(v.ct.waived && v.ct.stale);
	assert_int_equal(v.ct.ok, RULE_FAILED);
	assert_int_equal(v.ct.reason, REASON_CT_LOG_LIST_STALE);
	judge(&fine, &v);
	assert_true(v.ct.stale);
	assert_false(v.ct.waived);
	assert_int_equal(v.ct.ok, RULE_OK);
}

static void where_pkix_refuses_nothing_is_said_of_the_scts(void **state)
{
	static const struct row refused[] = {
		{ .name = "", REQUIRE, UNTRUSTED },
		{ .name = "", REQUIRE, .staple = STAPLE_REVOKED },
		{ .name = "", REQUIRE, MUST },
		{ .name = "", REQUIRE, .deny = "L" },
	};
	struct verdict v;

	(void)state;
	for (size_t i = 0; i < ROWS(refused); i++) {
		judge(&refused[i], &v);
		assert_int_equal(v.pkix.ok, RULE_FAILED);
		assert_int_equal(v.ct.ok, RULE_UNKNOWN);
		assert_int_equal(v.ct.reason, REASON_NONE);
	}
}

static void keys_to_learn_are_those_of_a_verified_chain(void **state)
{
	const struct row good = { .name = "" }, untrusted = { UNTRUSTED };
	const struct row pins_only = { .pkix = PKIX_PINS_ONLY, .pins = "L" };
	struct pin issuer = pin_of('I'), root = pin_of('R');
	struct learned_pins keys;
	struct verdict v;

	(void)state;
	judge(&good, &v);
	assert_true(verdict_keys(&v, &keys));
	assert_true(pin_equal(&keys.issuer, &issuer));
	assert_true(pin_equal(&keys.root, &root));
	judge(&untrusted, &v);
	assert_false(verdict_keys(&v, &keys));
	judge(&pins_only, &v);
	assert_true(v.accepted);
	assert_false(verdict_keys(&v, &keys));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_waived_is_shown),
		cmocka_unit_test(where_pkix_refuses_nothing_is_said_of_the_scts),
		cmocka_unit_test(keys_to_learn_are_those_of_a_verified_chain),
	};
	int failed = run_rows("verdict", rows, sizeof *rows, ROWS(rows), judge_row);

	failed += run_rows("words", words, sizeof *words, ROWS(words), explain_row);
	return failed + cmocka_run_group_tests_name("rest", tests, NULL, NULL);
}
