/* Reports in words. */
#include "ct/explain.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/ct/policy_row.h"

/* 2026-02-19T10:11:12Z, and the whole day. */
#define AT_MS  1771495872345ull
#define DAY_MS 1771459200000

#define ROW(...)                                                                     \
	{                                                                            \
		.decoded = true, .timestamp_ms = AT_MS, .log_id = { 1 }, __VA_ARGS__ \
	}
#define LISTED(...)                                                               \
	ROW(.known = true, .log = "'Argon2026h1' log", .operator_name = "Google", \
		__VA_ARGS__)
#define SAYS "embedded: 'Argon2026h1' log of Google, 2026-02-19T10:11:12Z"
#define ID   "AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="

static const struct sct_line {
	const char *name;
	struct sct_row row;
	const char *line;
} sct_lines[] = {
	{ "counts", LISTED(.counts = true), SAYS ": counts" },
	{ "counts, with its place",
		LISTED(.counts = true, .has_leaf_index = true, .leaf_index = 12345),
		SAYS ", leaf 12345: counts" },
	{ "the last place there can be",
		LISTED(.counts = true, .has_leaf_index = true,
			.leaf_index = 1099511627775),
		SAYS ", leaf 1099511627775: counts" },
	{ "by TLS", LISTED(.counts = true, .source = SCT_TLS),
		"tls: 'Argon2026h1' log of Google, 2026-02-19T10:11:12Z: counts" },
	{ "by OCSP, and not taken", LISTED(.source = SCT_OCSP),
		"ocsp: 'Argon2026h1' log of Google, 2026-02-19T10:11:12Z: is valid, and "
		"this policy does not count it" },
	{ "retired later",
		LISTED(.counts = true, .retired = true, .retired_ms = DAY_MS + 86400000),
		SAYS ": counts; its log is retired since 2026-02-20T00:00:00Z" },
	{ "retired before",
		LISTED(.status = SCT_STATUS_LOG_RETIRED, .retired = true,
			.retired_ms = DAY_MS),
		SAYS ": does not count: its log was retired before it could count; its "
		     "log is retired since 2026-02-19T00:00:00Z" },
	{ "retired before time began",
		LISTED(.status = SCT_STATUS_LOG_RETIRED, .retired = true,
			.retired_ms = -1),
		SAYS ": does not count: its log was retired before it could count" },
	{ "rejected", LISTED(.status = SCT_STATUS_LOG_REJECTED),
		SAYS ": does not count: its log was rejected" },
	{ "bad signature", LISTED(.status = SCT_STATUS_BAD_SIGNATURE),
		SAYS ": does not count: the log did not sign this certificate" },
	{ "future",
		{ .decoded = true,
			.timestamp_ms = UINT64_MAX,
			.known = true,
			.log = "'Argon2026h1' log",
			.operator_name = "Google",
			.status = SCT_STATUS_FUTURE },
		"embedded: 'Argon2026h1' log of Google, 18446744073709551615 ms after "
		"1970: does not count: its time is in the future" },
	{ "pending", LISTED(.status = SCT_STATUS_LOG_PENDING),
		SAYS ": does not count: its log was not accepted yet" },
	{ "stateless", LISTED(.status = SCT_STATUS_LOG_STATELESS),
		SAYS ": does not count: the list gives its log no state" },
	{ "not yet", LISTED(.status = SCT_STATUS_LOG_NOT_YET),
		SAYS ": does not count: its log's state begins later" },
	{ "outside", LISTED(.status = SCT_STATUS_OUTSIDE_SHARD),
		SAYS ": does not count: its log is for certificates of other dates" },
	{ "duplicate", LISTED(.status = SCT_STATUS_DUPLICATE),
		SAYS ": does not count: a valid SCT of the same log came before it" },
	{ "static, no leaf_index",
		LISTED(.status = SCT_STATUS_MALFORMED, .is_static = true),
		SAYS ": does not count: its log is static, and it has no leaf_index" },
	{ "its algorithm", LISTED(.status = SCT_STATUS_UNSUPPORTED),
		SAYS ": does not count: its algorithm, log or issuer cannot be used" },

	{ "unlisted", ROW(.status = SCT_STATUS_UNKNOWN_LOG),
		"embedded: log " ID ", 2026-02-19T10:11:12Z: does not count: its log is "
		"not in the list" },
	{ "mimic", ROW(.status = SCT_STATUS_MIMIC),
		"embedded: log " ID ", 2026-02-19T10:11:12Z: does not count: its log's "
		"private key is public" },
	{ "listed without a name",
		ROW(.known = true, .operator_name = "A", .counts = true),
		"embedded: log " ID " of A, 2026-02-19T10:11:12Z: counts" },
	{ "names that a terminal would obey",
		ROW(.known = true, .log = "a\x1b[2J", .operator_name = "b\n",
			.counts = true),
		"embedded: a\\x1b[2J of b\\x0a, 2026-02-19T10:11:12Z: counts" },

	{ "unreadable", { .status = SCT_STATUS_MALFORMED, .source = SCT_TLS },
		"tls: an SCT that cannot be read: does not count: it does not follow "
		"RFC 6962" },
	{ "version 2", { .status = SCT_STATUS_UNSUPPORTED },
		"embedded: an SCT that cannot be read: does not count: its version is "
		"not 1" },
};

#define LINE_MAX_BYTES 1000

static void explain_sct(void **state)
{
	const struct sct_line *line = *state;
	char buffer[LINE_MAX_BYTES];
	struct text out = text_in(buffer, sizeof buffer);

	ct_explain_row(&line->row, &out);
	assert_string_equal(buffer, line->line);
}

/* Operators are letters; SCTs as in policy_row.h. */
static const struct report_line {
	const char *name;
	const char *policy;
	int64_t lifetime_s;
	const char *scts;
	const char *line;
} report_lines[] = {
	{ "three of three", "strict", 398ll * 86400 - 1, "eA1 eB2 eC3",
		"3 of 3 SCTs count: logs of A, B, C; strict needs 3 distinct logs for a "
		"certificate of 398 days, of 2 operators, one of them in good standing "
		"today" },
	{ "an operator is named once", "strict", SHORT_S - 1, "eA1 eA2 eB3 eB3",
		"3 of 4 SCTs count: logs of A, B; strict needs 2 distinct logs for a "
		"certificate of 90 days, of 2 operators, one of them in good standing "
		"today" },
	{ "by TLS", "strict", LONG_S, "tA1 tB2",
		"2 of 2 SCTs count: logs of A, B; strict needs 2 distinct logs, of 2 "
		"operators, all of them in good standing today" },
	{ "by TLS, one embedded", "strict", LONG_S, "eA1 tA1 tB2",
		"2 of 2 TLS SCTs count: logs of A, B; strict needs 2 distinct logs, of 2 "
		"operators, all of them in good standing today" },
	{ "by OCSP, one by TLS", "apple", LONG_S, "tA1 oA2 oB3",
		"2 of 2 OCSP SCTs count: logs of A, B; apple needs 2 distinct logs, all "
		"of them in good standing today" },
	{ "the pool alone", "mozilla", LONG_S, "tA1 oB2",
		"2 of 2 SCTs count: logs of A, B; mozilla needs 2 distinct logs, of 2 "
		"operators, all of them in good standing today" },
	{ "the pool, one embedded", "mozilla", LONG_S, "eC3! tA1 oB2",
		"2 of 2 TLS and OCSP SCTs count: logs of A, B; mozilla needs 2 distinct "
		"logs, of 2 operators, all of them in good standing today" },
	{ "the operator that a duplicate shows", "strict", SHORT_S - 1, "eA1 eB1 eA2",
		"2 of 3 SCTs count: logs of A, B; strict needs 2 distinct logs for a "
		"certificate of 90 days, of 2 operators, one of them in good standing "
		"today" },

	{ "one of three", "strict", 398ll * 86400 - 1, "eA1 eB2! eC3!",
		"too few: 1 of 3 SCTs counts under strict, which needs 3 distinct logs "
		"for a certificate of 398 days, of 2 operators, one of them in good "
		"standing today" },
	{ "180 days and a second", "strict", DAYS_180_S, "eA1 eB2",
		"too few: 2 of 2 SCTs count under strict, which needs 3 distinct logs "
		"for a certificate of 180 days, of 2 operators, one of them in good "
		"standing today" },
	{ "180 days", "strict", DAYS_180_S - 1, "eA1 eB2!",
		"too few: 1 of 2 SCTs counts under strict, which needs 2 distinct logs "
		"for a certificate of 180 days, of 2 operators, one of them in good "
		"standing today" },
	{ "what OCSP brings is not taken", "strict", SHORT_S - 1, "oA1 oB2",
		"no SCTs that can be used; strict needs 2 distinct logs for a "
		"certificate of 90 days, of 2 operators, one of them in good standing "
		"today; strict counts no OCSP SCTs" },
	{ "what OCSP brings, too, last", "strict", SHORT_S - 1, "eA1 oB2",
		"too few: 1 of 1 embedded SCTs counts under strict, which needs 2 "
		"distinct logs for a certificate of 90 days, of 2 operators, one of them "
		"in good standing today; strict counts no OCSP SCTs" },
	{ "what OCSP brings, too, first", "strict", SHORT_S - 1, "oB2 eA1",
		"too few: 1 of 1 embedded SCTs counts under strict, which needs 2 "
		"distinct logs for a certificate of 90 days, of 2 operators, one of them "
		"in good standing today; strict counts no OCSP SCTs" },
	{ "all retired, seen by TLS", "strict", SHORT_S - 1, "eA1r eB2r tC3",
		"too few: 2 of 2 embedded SCTs count under strict, which needs 2 "
		"distinct logs for a certificate of 90 days, of 2 operators, one of them "
		"in good standing today; none is" },
	{ "static logs alone", "apple", SHORT_S - 1, "eA1s eB2s",
		"too few: 2 of 2 SCTs count under apple, which needs 2 distinct logs for "
		"a certificate of 90 days, of 2 operators, one of them in good standing "
		"today; one of them must not be a static log" },

	{ "static logs alone, by TLS", "apple", SHORT_S - 1, "tA1s tB2s",
		"too few: 2 of 2 SCTs count under apple, which needs 2 distinct logs, "
		"all of them in good standing today; one of them must not be a static "
		"log" },

	{ "one operator", "strict", SHORT_S - 1, "eA1 eA2 eB3!",
		"too few operators: 2 of 3 SCTs count, logs of A alone; strict needs 2 "
		"distinct logs for a certificate of 90 days, of 2 operators, one of them "
		"in good standing today" },

	{ "none", "strict", SHORT_S - 1, "",
		"no SCTs; strict needs 2 distinct logs for a certificate of 90 days, of "
		"2 operators, one of them in good standing today" },
	{ "none that can be read", "strict", SHORT_S - 1, "e?1?",
		"no SCTs that can be used; strict needs 2 distinct logs for a "
		"certificate of 90 days, of 2 operators, one of them in good standing "
		"today" },
};

static void explain_report(void **state)
{
	const struct report_line *line = *state;
	const struct ct_policy *policy = ct_policy_find(line->policy);
	char buffer[LINE_MAX_BYTES];
	struct text out = text_in(buffer, sizeof buffer);
	struct ct_report report;

	policy_report_read(line->scts, &report);
	ct_policy_judge(policy, line->lifetime_s, &report);
	ct_explain(policy, &report, &out);
	assert_string_equal(buffer, line->line);
}

/* An operator's name is the list's, too. */
static void test_untrusted_operator(void **state)
{
	char buffer[LINE_MAX_BYTES];
	struct text out = text_in(buffer, sizeof buffer);
	struct ct_report report;

	(void)state;
	policy_report_read("eA1 eB2", &report);
	report.rows[0].operator_name[0] = '\x1b';
	ct_policy_judge(ct_policy_default(), SHORT_S, &report);
	ct_explain(ct_policy_default(), &report, &out);
	assert_non_null(strstr(buffer, "logs of \\x1b, B;"));
}

/* What the SCTs do not say. */
static void test_remarks(void **state)
{
	char buffer[LINE_MAX_BYTES];
	struct text out = text_in(buffer, sizeof buffer);
	struct ct_report report;

	(void)state;
	policy_report_read("eA1", &report);
	for (unsigned i = 0; i < SCT_SOURCE_COUNT; i++)
		report.list_broken[i] = true;
	report.left_out = 1;
	ct_policy_judge(ct_policy_default(), SHORT_S, &report);
	ct_explain(ct_policy_default(), &report, &out);
	assert_non_null(strstr(buffer,
		"in good standing today; the list of embedded SCTs is broken; the list "
		"of TLS SCTs is broken; the list of OCSP SCTs is broken; 1 more not "
		"looked at"));
}

/* The words that scripts read. */
static void test_words(void **state)
{
	static const char *const statuses[] = { "ok", "unknown_log", "bad_signature",
		"future", "log_pending", "log_rejected", "log_retired", "log_stateless",
		"log_not_yet", "outside_shard", "mimic", "malformed", "duplicate",
		"unsupported" };

	(void)state;
	assert_int_equal(ROWS(statuses), SCT_STATUS_COUNT);
	for (unsigned i = 0; i < SCT_STATUS_COUNT; i++) {
		enum sct_status status = (enum sct_status)i;

		assert_string_equal(sct_status_word(status), statuses[i]);
		assert_true(strlen(sct_status_text(status)) > 4);
	}
	assert_string_equal(sct_source_word(SCT_EMBEDDED), "embedded");
	assert_string_equal(sct_source_word(SCT_TLS), "tls");
	assert_string_equal(sct_source_word(SCT_OCSP), "ocsp");
	assert_string_equal(sct_signature_word(SCT_SIGNATURE_VALID), "valid");
	assert_string_equal(sct_signature_word(SCT_SIGNATURE_BAD), "bad");
	assert_string_equal(sct_signature_word(SCT_SIGNATURE_UNCHECKED), "unchecked");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_untrusted_operator),
		cmocka_unit_test(test_remarks),
		cmocka_unit_test(test_words),
	};

	return run_rows("explain, SCT", sct_lines, sizeof *sct_lines, ROWS(sct_lines),
		       explain_sct) +
	       run_rows("explain", report_lines, sizeof *report_lines, ROWS(report_lines),
		       explain_report) +
	       cmocka_run_group_tests_name("explain, words", tests, NULL, NULL);
}
