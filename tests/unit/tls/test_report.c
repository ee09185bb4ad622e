/* A verdict as JSON: the keys that scripts rely on, and their values. */
#include "tls/report.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/rows.h"

/* One certificate, one pin that matches or does not, and what differs. */
static struct verdict judge(bool wrong_pin, bool wrong_name, int path_error)
{
	static struct pin pin;
	struct tls_policy policy = { .identity = IDENTITY_NAME, .auth_name = "dns.lab" };
	struct peer peer = { .name_ok = !wrong_name, .path_error = path_error };
	struct verdict v;

	memset(pin.sha256, wrong_pin ? 'x' : 'L', PIN_BYTES);
	policy.pins = (struct pinset){ &pin, 1 };
	memset(peer.sent.certificates[0].pin.sha256, 'L', PIN_BYTES);
	strcpy(peer.sent.certificates[0].subject, "CN=dns");
	peer.sent.certificates[0].not_after_s = 1780272000;
	peer.sent.n = 1;
	if (path_error == X509_V_OK)
		peer.built = peer.sent;
	verdict_reach(&policy, &peer, &v);
	return v;
}

/* "pins.ok" in `json`; numbers are places in lists. */
static json_t *look_up(json_t *json, const char *path)
{
	char part[30];

	while (json != NULL && *path != '\0') {
		size_t n = strcspn(path, ".");

		assert_true(n < sizeof part);
		memcpy(part, path, n);
		part[n] = '\0';
		if (json_is_array(json))
			json = json_array_get(json, (size_t)(part[0] - '0'));
		else
			json = json_object_get(json, part);
		path += n + (path[n] == '.');
	}
	return json;
}

static const struct row {
	const char *name;
	bool wrong_pin, wrong_name;
	int path_error;
	const char *path;
	const char *value; /* as JSON */
} rows[] = {
#define LEAF_PIN "\"sha256//TExMTExMTExMTExMTExMTExMTExMTExMTExMTExMTEw=\""
	{ "accepted", false, false, 0, "accepted", "true" },
	{ "accepted: by a certificate", false, false, 0, "resumed", "false" },
	{ "accepted: no reasons", false, false, 0, "reasons", "[]" },
	{ "accepted: pkix", false, false, 0, "pkix.ok", "true" },
	{ "accepted: pkix has no reason", false, false, 0, "pkix.reason", "null" },
	{ "accepted: name", false, false, 0, "name", "{\"ok\":true,\"reason\":null}" },
	{ "accepted: the pin that matched", false, false, 0, "pins.matched", LEAF_PIN },
	{ "accepted: pins configured", false, false, 0, "pins.configured", "1" },
	{ "chain: subject", false, false, 0, "pkix.chain.0.subject", "\"CN=dns\"" },
	{ "chain: pin", false, false, 0, "pkix.chain.0.pin", LEAF_PIN },
	{ "chain: end", false, false, 0, "pkix.chain.0.not_after",
		"\"2026-06-01T00:00:00Z\"" },
	{ "ct: mode", false, false, 0, "ct.mode", "\"off\"" },
	{ "ct: no SCTs", false, false, 0, "ct.scts", "[]" },
	{ "ct: not judged", false, false, 0, "ct.ok", "null" },

	{ "pin: refused", true, false, 0, "accepted", "false" },
	{ "pin: the reason", true, false, 0, "reasons", "[\"pin_mismatch\"]" },
	{ "pin: its rule", true, false, 0, "pins.ok", "false" },
	{ "pin: none matched", true, false, 0, "pins.matched", "null" },
	{ "pin: pkix holds", true, false, 0, "pkix.ok", "true" },
	{ "name: its reason", false, true, 0, "name",
		"{\"ok\":false,\"reason\":\"name_mismatch\"}" },
	{ "name and pin: both reasons", true, true, 0, "reasons",
		"[\"name_mismatch\",\"pin_mismatch\"]" },
	{ "pkix: refused", false, false, 20, "accepted", "false" },
	{ "pkix: its reason", false, false, 20, "pkix.reason", "\"pkix_untrusted\"" },
	{ "pkix: pins were not looked at", false, false, 20, "pins.ok", "null" },
	{ "pkix: no pin matched", false, false, 20, "pins.matched", "null" },
	{ "pkix: the chain is the one sent", false, false, 20, "pkix.chain_verified",
		"false" },
	{ "pkix: ct is not judged", false, false, 20, "ct.ok", "null" },
};

static void assert_at(json_t *json, const char *path, const char *value)
{
	json_t *want = json_loads(value, JSON_DECODE_ANY, NULL);

	assert_non_null(json);
	assert_non_null(want);
	assert_true(json_equal(look_up(json, path), want));
	json_decref(want);
	json_decref(json);
}

static void report_row(void **state)
{
	const struct row *row = *state;
	struct verdict v = judge(row->wrong_pin, row->wrong_name, row->path_error);

	assert_at(verdict_json(&v), row->path, row->value);
}

static void a_resumed_session_says_so(void **state)
{
	struct verdict v = judge(false, false, 0);

	(void)state;
	v.resumed = true;
	assert_at(verdict_json(&v), "resumed", "true");
	assert_at(verdict_json(&v), "explanation", "\"accepted, resumed\"");
}

/* --- SCTs, staple, keys learned -------------------------------------------- */

/* 2026-06-01T12:00:00Z, with a list of four days and a half before. */
#define NOW ((int64_t)1780315200)
#define DAY 86400

static void fill_scts(struct ct_report *out)
{
	struct sct_row *good = &out->rows[0], *unknown = &out->rows[1];

	out->n = 3;
	*good = (struct sct_row){ .source = SCT_EMBEDDED,
		.status = SCT_STATUS_OK,
		.signature = SCT_SIGNATURE_VALID,
		.counts = true,
		.decoded = true,
		.timestamp_ms = 1780272000999,
		.has_leaf_index = true,
		.leaf_index = 7,
		.known = true,
		.log = "Ann's first",
		.operator_name = "Ann" };
	memset(good->log_id, 'L', sizeof good->log_id);
	*unknown = *good;
	unknown->source = SCT_TLS;
	unknown->status = SCT_STATUS_UNKNOWN_LOG;
	unknown->signature = SCT_SIGNATURE_UNCHECKED;
	unknown->counts = unknown->has_leaf_index = unknown->known = false;
	out->rows[2] =
		(struct sct_row){ .source = SCT_OCSP, .status = SCT_STATUS_MALFORMED };
	out->outcome = CT_TOO_FEW;
}

/* One good SCT, one of an unknown log, one that is none; a good staple; keys learned
 * that are the same. What a row names is otherwise. */
struct differs {
	bool off, refused_path, undated, endless, never, future, old_list, no_list,
		cut_name, old_staple, never_met, satisfied, warn;
};

static void set_list(const struct differs *differs, struct peer *out)
{
	out->scts_s = NOW;
	out->list_timestamp_s = differs->undated ? INT64_MIN : NOW - 4 * DAY - DAY / 2;
	out->list_horizon_s = differs->old_list ? NOW - 1 : NOW + DAY;
	if (differs->future)
		out->list_timestamp_s = NOW + DAY;
	if (differs->never)
		out->list_horizon_s = INT64_MIN;
	if (differs->endless || differs->no_list)
		out->list_horizon_s = INT64_MAX;
	if (differs->no_list)
		out->list_timestamp_s = INT64_MIN;
}

static struct verdict judge_ct(const struct differs *differs)
{
	static struct learned_pins learned;
	struct tls_policy policy = { .identity = IDENTITY_NONE,
		.ct = differs->off ? CT_MODE_OFF : CT_MODE_REQUIRE,
		.ct_policy = ct_policy_find("strict"),
		.ct_stale = differs->warn ? CT_STALE_WARN : CT_STALE_REFUSE,
		.pin_mode = PIN_LEARN,
		.learned = differs->never_met ? NULL : &learned };
	struct peer peer = { .path_error = differs->refused_path ? 20 : X509_V_OK,
		.staple = { .state = STAPLE_GOOD,
			.this_update_s = NOW - DAY,
			.next_update_s = NOW + DAY },
		.has_ct = !differs->no_list };
	struct verdict v;

	set_list(differs, &peer);
	fill_scts(&peer.ct);
	if (differs->satisfied)
		peer.ct.outcome = CT_SATISFIED;
	/* The first byte of a character of two. */
	if (differs->cut_name)
		strcpy(peer.ct.rows[0].log, "Log \xc3");
	if (differs->old_staple)
		peer.staple = (struct staple){
			.state = STAPLE_OLD, .required = true, .problem = "it has expired"
		};
	memset(&peer.sent.certificates[0].pin, 'L', PIN_BYTES);
	memset(&learned, 'L', sizeof learned);
	peer.sent.n = 1;
	if (!differs->refused_path)
		peer.built = peer.sent;
	verdict_reach(&policy, &peer, &v);
	return v;
}

static const struct ct_row {
	const char *name;
	struct differs differs;
	const char *path, *value;
} ct_rows[] = {
#define ID "\"TExMTExMTExMTExMTExMTExMTExMTExMTExMTExMTEw=\""
	{ "mode", { 0 }, "ct.mode", "\"require\"" },
	{ "policy", { 0 }, "ct.policy", "\"strict\"" },
	{ "failed", { 0 }, "ct.ok", "false" },
	{ "reason", { 0 }, "ct.reason", "\"ct_too_few\"" },
	{ "satisfied", { .satisfied = true }, "ct.ok", "true" },
	{ "satisfied: no reason", { .satisfied = true }, "ct.reason", "null" },
	{ "path refused: not judged", { .refused_path = true }, "ct.ok", "null" },
	{ "path refused: no reason", { .refused_path = true }, "ct.reason", "null" },
	{ "path refused: no words", { .refused_path = true }, "ct.explanation", "null" },
	{ "path refused: no SCTs", { .refused_path = true }, "ct.scts", "[]" },
	{ "off: policy", { .off = true }, "ct.policy", "null" },
	{ "off: list", { .off = true }, "ct.log_list", "null" },
	{ "off: not judged", { .off = true }, "ct.ok", "null" },

	{ "list", { 0 }, "ct.log_list",
		"{\"timestamp\": \"2026-05-28T00:00:00Z\", \"age_days\": 4, "
		"\"good_until\": \"2026-06-02T12:00:00Z\", \"satisfiable\": true, "
		"\"stale\": false}" },
	{ "list: not dated", { .undated = true }, "ct.log_list.timestamp", "null" },
	{ "list: not dated, no age", { .undated = true }, "ct.log_list.age_days",
		"null" },
	{ "list: of the future, no age", { .future = true }, "ct.log_list.age_days",
		"null" },
	{ "list: without end", { .endless = true }, "ct.log_list.good_until", "null" },
	{ "list: without end, but one", { .endless = true }, "ct.log_list.satisfiable",
		"true" },
	{ "list: never", { .never = true }, "ct.log_list.good_until", "null" },
	{ "list: never, so not satisfiable", { .never = true }, "ct.log_list.satisfiable",
		"false" },
	{ "list: never is not old", { .never = true }, "ct.log_list.stale", "false" },
	{ "list: too old", { .old_list = true }, "ct.log_list.stale", "true" },
	{ "list: too old, the reason", { .old_list = true }, "ct.reason",
		"\"ct_log_list_stale\"" },
	{ "list: too old, not waived", { .old_list = true }, "ct.waived", "false" },
	{ "list: too old, waived", { .old_list = true, .warn = true }, "ct.waived",
		"true" },
	{ "list: none", { .no_list = true }, "ct.log_list", "null" },

	{ "SCT: source", { 0 }, "ct.scts.0.source", "\"embedded\"" },
	{ "SCT: log ID", { 0 }, "ct.scts.0.log_id", ID },
	{ "SCT: log", { 0 }, "ct.scts.0.log", "\"Ann's first\"" },
	{ "SCT: log cut within a character", { .cut_name = true }, "ct.scts.0.log",
		"\"Log \\\\xc3\"" },
	{ "SCT: operator", { 0 }, "ct.scts.0.operator", "\"Ann\"" },
	{ "SCT: time", { 0 }, "ct.scts.0.timestamp", "\"2026-06-01T00:00:00Z\"" },
	{ "SCT: leaf index", { 0 }, "ct.scts.0.leaf_index", "7" },
	{ "SCT: signature", { 0 }, "ct.scts.0.signature", "\"valid\"" },
	{ "SCT: counts", { 0 }, "ct.scts.0.counts", "true" },
	{ "SCT: status", { 0 }, "ct.scts.0.status", "\"ok\"" },
	{ "unknown log: ID", { 0 }, "ct.scts.1.log_id", ID },
	{ "unknown log: no name", { 0 }, "ct.scts.1.log", "null" },
	{ "unknown log: no operator", { 0 }, "ct.scts.1.operator", "null" },
	{ "unknown log: source", { 0 }, "ct.scts.1.source", "\"tls\"" },
	{ "unknown log: status", { 0 }, "ct.scts.1.status", "\"unknown_log\"" },
	{ "unknown log: signature", { 0 }, "ct.scts.1.signature", "\"unchecked\"" },
	{ "unknown log: no leaf index", { 0 }, "ct.scts.1.leaf_index", "null" },
	{ "unknown log: does not count", { 0 }, "ct.scts.1.counts", "false" },
	{ "no SCT: source", { 0 }, "ct.scts.2.source", "\"ocsp\"" },
	{ "no SCT: ID", { 0 }, "ct.scts.2.log_id", "null" },
	{ "no SCT: time", { 0 }, "ct.scts.2.timestamp", "null" },
	{ "no SCT: status", { 0 }, "ct.scts.2.status", "\"malformed\"" },

	{ "staple", { 0 }, "ocsp",
		"{\"status\": \"good\", \"required\": false, \"this_update\": "
		"\"2026-05-31T12:00:00Z\", \"next_update\": \"2026-06-02T12:00:00Z\", "
		"\"problem\": null}" },
	{ "staple: required", { .old_staple = true }, "ocsp.required", "true" },
	{ "staple: problem", { .old_staple = true }, "ocsp.problem",
		"\"it has expired\"" },
	{ "staple: no time", { .old_staple = true }, "ocsp.this_update", "null" },
	{ "staple: old and required", { .old_staple = true }, "reasons",
		"[\"ocsp_required\"]" },

	{ "learned: issuer", { 0 }, "pins.learned.issuer", LEAF_PIN },
	{ "learned: root", { 0 }, "pins.learned.root", LEAF_PIN },
	{ "learned: nothing yet", { .never_met = true }, "pins.learned", "null" },
};

static void ct_row(void **state)
{
	const struct ct_row *row = *state;
	struct verdict v = judge_ct(&row->differs);

	assert_at(verdict_json(&v), row->path, row->value);
}

/* --- the clock ------------------------------------------------------------- */

static const struct clock_row {
	const char *name;
	int64_t at_s, floor_s, valid_from_s;
	bool for_ntp;
	const char *path, *value;
} clock_rows[] = {
	{ "clock: no certificate was looked at", 0, 0, 0, false, "clock", "null" },
	{ "clock: right", NOW, NOW - 1, 0, false, "clock",
		"{\"at\": \"2026-06-01T12:00:00Z\", \"floor\": "
		"\"2026-06-01T11:59:59Z\", \"behind\": false, \"suspect\": false, "
		"\"valid_from\": null, \"for_ntp\": false}" },
	{ "clock: given", NOW, 0, 0, false, "clock.floor", "null" },
	{ "clock: behind", NOW, NOW, 0, false, "clock.behind", "true" },
	{ "clock: suspected", NOW, 0, NOW + 1, false, "clock.suspect", "true" },
	{ "clock: suspected, the chain's time", NOW, 0, NOW + 1, false,
		"clock.valid_from", "\"2026-06-01T12:00:01Z\"" },
	{ "clock: for ntp_names", NOW, 0, NOW + 1, true, "clock.for_ntp", "true" },
};

static void clock_row(void **state)
{
	const struct clock_row *row = *state;
	struct verdict v = { .for_ntp = row->for_ntp,
		.clock = { row->at_s, row->floor_s, row->valid_from_s } };

	assert_at(verdict_json(&v), row->path, row->value);
}

static void every_sct_is_explained(void **state)
{
	struct verdict v = judge_ct(&(struct differs){ 0 });
	json_t *json = verdict_json(&v);
	char path[] = "ct.scts.0.explanation";

	(void)state;
	for (; path[8] < '3'; path[8]++)
		assert_true(json_string_length(look_up(json, path)) > 10);
	assert_true(json_string_length(look_up(json, "ct.explanation")) > 10);
	json_decref(json);
}

/* A path may have any bytes; JSON's text is UTF-8. */
static void a_text_that_is_not_utf_8(void **state)
{
	json_t *plain = json_untrusted("/etc/pintle.yaml");
	json_t *escaped = json_untrusted("/etc/p\xff.yaml");

	(void)state;
	assert_string_equal(json_string_value(plain), "/etc/pintle.yaml");
	assert_string_equal(json_string_value(escaped), "/etc/p\\xff.yaml");
	json_decref(plain);
	json_decref(escaped);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(a_text_that_is_not_utf_8),
		cmocka_unit_test(every_sct_is_explained),
		cmocka_unit_test(a_resumed_session_says_so) };
	int failed = run_rows("report", rows, sizeof *rows, ROWS(rows), report_row);

	failed += run_rows("CT", ct_rows, sizeof *ct_rows, ROWS(ct_rows), ct_row);
	failed += run_rows(
		"clock", clock_rows, sizeof *clock_rows, ROWS(clock_rows), clock_row);
	return failed + cmocka_run_group_tests_name("rest", tests, NULL, NULL);
}
