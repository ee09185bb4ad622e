/* What each SCT is worth: every word, each beside a twin that is ok. */
#include "ct/verify.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/ct/ct_world.h"
#include "tests/unit/rows.h"

static struct ct_world world;

enum key { KEY_P256, KEY_RSA, KEY_RSA_1024, KEY_P384 };

/* How the SCT that a row is about differs from a good one: embedded, a day old, of a
 * log that is usable and is listed for certificates of all dates. Another one, good,
 * of another log and operator, comes the same way: the policy asks for two. */
struct row {
	const char *name;
	enum sct_status status;
	enum sct_signature signature;

	/* The SCT. */
	enum sct_source source;
	enum key key;
	uint64_t timestamp_ms;
	enum planned_entry entry;
	bool leaf_index;
	void (*spoil)(struct der *sct);
	/* Its log in the list. */
	bool unlisted;
	bool is_static;
	const char *state, *more;
	const uint8_t *id;
	/* The rest. */
	bool twice;
	bool no_issuer;
	const char *policy; /* NULL: mozilla, which takes SCTs from everywhere */
};

/* The ends of the interval and the certificate's notAfter, a week from now. */
#define NOT_AFTER_S (MAKE_CERT_NOW + 7 * 86400)
#define NOT_AFTER   "2026-06-08T00:00:00Z"

#define SHARD(from, until)                                       \
	", \"temporal_interval\": {\"start_inclusive\": \"" from \
	"\", \"end_exclusive\": \"" until "\"}"
#define STATE(word, time) "\"" word "\": {\"timestamp\": \"" time "\"}"
#define NOW               "2026-06-01T00:00:00Z"
#define NEXT_SECOND       "2026-06-01T00:00:01Z"
/* PLANNED_MS, and a second later. */
#define SIGNED       "2026-05-31T00:00:00Z"
#define AFTER_SIGNED "2026-05-31T00:00:01Z"

#define VALID     SCT_SIGNATURE_VALID
#define BAD       SCT_SIGNATURE_BAD
#define UNCHECKED SCT_SIGNATURE_UNCHECKED

static const uint8_t mimic_id[SCT_LOG_ID_BYTES] = { 0xf4, 0x41, 0x95, 0xd6, 0xf0, 0x0e,
	0x2d, 0xb5, 0x54, 0x35, 0xca, 0xdd, 0x57, 0x78, 0x92, 0xe5, 0x3e, 0x15, 0xad,
	0x41, 0x70, 0x58, 0xf8, 0x78, 0xe1, 0x4f, 0xf6, 0xb9, 0x18, 0x74, 0x15, 0x89 };

static void spoil_id(struct der *sct)
{
	memcpy(sct->p + SCT_AT_ID, mimic_id, sizeof mimic_id);
}

static void spoil_version(struct der *sct)
{
	sct->p[0] = 1;
}

static void spoil_time(struct der *sct)
{
	sct->p[SCT_AT_TIME + 7] ^= 1;
}

static void spoil_extensions(struct der *sct)
{
	sct->p[SCT_AT_EXTENSIONS + 2 + planned_leaf_index.n - 1] ^= 1;
}

static void spoil_hash(struct der *sct)
{
	sct->p[SCT_AT_HASH] = 5; /* SHA-384 */
}

static void spoil_algorithm(struct der *sct)
{
	sct->p[SCT_AT_ALGORITHM] ^= 1 ^ 3; /* RSA for ECDSA, or the reverse */
}

static void spoil_signature(struct der *sct)
{
	sct->p[sct->n - 1] ^= 1;
}

static void spoil_junk(struct der *sct)
{
	sct->p[sct->n++] = 0;
}

static void spoil_short(struct der *sct)
{
	sct->n--;
}

static const struct row rows[] = {
	{ "embedded", SCT_STATUS_OK, VALID, .policy = "strict" },
	{ "by TLS", SCT_STATUS_OK, VALID, SCT_TLS, .policy = "strict" },
	{ "by OCSP", SCT_STATUS_OK, VALID, .source = SCT_OCSP },
	{ "RSA of 2048 bits", SCT_STATUS_OK, VALID, .key = KEY_RSA },
	{ "RSA, by TLS", SCT_STATUS_OK, VALID, SCT_TLS, .key = KEY_RSA },
	{ "with a leaf_index", SCT_STATUS_OK, VALID, .leaf_index = true },

	/* The log. */
	{ "unlisted", SCT_STATUS_UNKNOWN_LOG, UNCHECKED, .unlisted = true },
	{ "unlisted, by TLS", SCT_STATUS_UNKNOWN_LOG, UNCHECKED, SCT_TLS,
		.unlisted = true },
	{ "mimic", SCT_STATUS_MIMIC, UNCHECKED, .spoil = spoil_id },
	{ "mimic, listed", SCT_STATUS_MIMIC, UNCHECKED, .spoil = spoil_id,
		.id = mimic_id },
	{ "for tests", SCT_STATUS_UNSUPPORTED, UNCHECKED,
		.more = ", \"log_type\": \"test\"" },
	{ "for monitoring", SCT_STATUS_UNSUPPORTED, UNCHECKED,
		.more = ", \"log_type\": \"monitoring_only\"" },
	{ "for production", SCT_STATUS_OK, VALID, .more = ", \"log_type\": \"prod\"" },
	{ "P-384", SCT_STATUS_UNSUPPORTED, UNCHECKED, .key = KEY_P384 },
	{ "RSA of 1024 bits", SCT_STATUS_UNSUPPORTED, UNCHECKED, .key = KEY_RSA_1024 },

	/* The bytes. */
	{ "junk behind it", SCT_STATUS_MALFORMED, UNCHECKED, .spoil = spoil_junk },
	{ "cut short", SCT_STATUS_MALFORMED, UNCHECKED, .spoil = spoil_short },
	{ "version 2", SCT_STATUS_UNSUPPORTED, UNCHECKED, .spoil = spoil_version },
	{ "another hash", SCT_STATUS_UNSUPPORTED, UNCHECKED, .spoil = spoil_hash },
	{ "RSA, says a P-256 log", SCT_STATUS_UNSUPPORTED, UNCHECKED,
		.spoil = spoil_algorithm },
	{ "ECDSA, says an RSA log", SCT_STATUS_UNSUPPORTED, UNCHECKED, .key = KEY_RSA,
		.spoil = spoil_algorithm },

	/* The signature. */
	{ "its last bit", SCT_STATUS_BAD_SIGNATURE, BAD, .spoil = spoil_signature },
	{ "its last bit, RSA", SCT_STATUS_BAD_SIGNATURE, BAD, .key = KEY_RSA,
		.spoil = spoil_signature },
	{ "another time", SCT_STATUS_BAD_SIGNATURE, BAD, .spoil = spoil_time },
	{ "another leaf_index", SCT_STATUS_BAD_SIGNATURE, BAD, .leaf_index = true,
		.spoil = spoil_extensions },
	{ "of another certificate", SCT_STATUS_BAD_SIGNATURE, BAD, SCT_TLS,
		.entry = ENTRY_OTHER_LEAF },
	{ "of another issuer", SCT_STATUS_BAD_SIGNATURE, BAD,
		.entry = ENTRY_OTHER_ISSUER },
	{ "of the certificate, embedded", SCT_STATUS_BAD_SIGNATURE, BAD,
		.entry = ENTRY_NOT_PRECERT },
	{ "of the precertificate, by TLS", SCT_STATUS_BAD_SIGNATURE, BAD, SCT_TLS,
		.entry = ENTRY_PRECERT },
	{ "of the precertificate, by OCSP", SCT_STATUS_BAD_SIGNATURE, BAD, SCT_OCSP,
		.entry = ENTRY_PRECERT },
	{ "no issuer, embedded", SCT_STATUS_UNSUPPORTED, UNCHECKED, .no_issuer = true },
	{ "no issuer, by TLS", SCT_STATUS_OK, VALID, SCT_TLS, .no_issuer = true },

	/* Its time. */
	{ "now", SCT_STATUS_OK, VALID, .timestamp_ms = MAKE_SCT_NOW_MS },
	{ "as far ahead as clocks differ", SCT_STATUS_OK, VALID,
		.timestamp_ms = MAKE_SCT_NOW_MS + CT_TOLERANCE_MS },
	{ "a millisecond more", SCT_STATUS_FUTURE, VALID,
		.timestamp_ms = MAKE_SCT_NOW_MS + CT_TOLERANCE_MS + 1 },
	{ "a millisecond more, by TLS", SCT_STATUS_FUTURE, VALID, SCT_TLS,
		.timestamp_ms = MAKE_SCT_NOW_MS + CT_TOLERANCE_MS + 1 },
	{ "the last signed number", SCT_STATUS_FUTURE, VALID, .timestamp_ms = INT64_MAX },
	{ "the first beyond", SCT_STATUS_FUTURE, VALID,
		.timestamp_ms = (uint64_t)INT64_MAX + 1 },
	{ "the last number", SCT_STATUS_FUTURE, VALID, .timestamp_ms = UINT64_MAX },
	{ "before the certificate", SCT_STATUS_OK, VALID, .timestamp_ms = 1 },

	/* The log's state. */
	{ "qualified", SCT_STATUS_OK, VALID, .state = "{" STATE("qualified", NOW) "}" },
	{ "read-only", SCT_STATUS_OK, VALID, .state = "{" STATE("readonly", NOW) "}" },
	{ "pending", SCT_STATUS_LOG_PENDING, VALID,
		.state = "{" STATE("pending", NOW) "}" },
	{ "pending, by TLS", SCT_STATUS_LOG_PENDING, VALID, SCT_TLS,
		.state = "{" STATE("pending", NOW) "}" },
	{ "pending, then usable", SCT_STATUS_OK, VALID,
		.state = "{" STATE("pending", SIGNED) "," STATE("usable", NOW) "}" },
	{ "rejected", SCT_STATUS_LOG_REJECTED, VALID,
		.state = "{" STATE("rejected", NOW) "}" },
	{ "no state", SCT_STATUS_LOG_STATELESS, VALID, .state = "" },
	{ "usable from the next second on", SCT_STATUS_LOG_NOT_YET, VALID,
		.state = "{" STATE("usable", NEXT_SECOND) "}" },
	{ "usable since now", SCT_STATUS_OK, VALID,
		.state = "{" STATE("usable", NOW) "}" },
	/* The other SCT is as old as this one. */
	{ "retired after it signed", SCT_STATUS_OK, VALID,
		.state = "{" STATE("retired", AFTER_SIGNED) "}" },
	{ "retired before it signed", SCT_STATUS_LOG_RETIRED, VALID,
		.state = "{" STATE("retired", SIGNED) "}" },
	{ "retired, by TLS", SCT_STATUS_LOG_RETIRED, VALID, SCT_TLS,
		.state = "{" STATE("retired", AFTER_SIGNED) "}" },
	{ "retired in the next second, by TLS", SCT_STATUS_OK, VALID, SCT_TLS,
		.state = "{" STATE("retired", NEXT_SECOND) "}" },

	/* The certificates it is for. */
	{ "they begin with this one", SCT_STATUS_OK, VALID,
		.more = SHARD(NOT_AFTER, "2027-01-01T00:00:00Z") },
	{ "they begin a second later", SCT_STATUS_OUTSIDE_SHARD, VALID,
		.more = SHARD("2026-06-08T00:00:01Z", "2027-01-01T00:00:00Z") },
	{ "they end with this one", SCT_STATUS_OUTSIDE_SHARD, VALID,
		.more = SHARD("2026-01-01T00:00:00Z", NOT_AFTER) },
	{ "they end a second later", SCT_STATUS_OK, VALID,
		.more = SHARD("2026-01-01T00:00:00Z", "2026-06-08T00:00:01Z") },
	{ "they have ended, by TLS", SCT_STATUS_OUTSIDE_SHARD, VALID, SCT_TLS,
		.more = SHARD("2026-01-01T00:00:00Z", NOT_AFTER) },

	/* Static logs, duplicates. */
	{ "static, with leaf_index", SCT_STATUS_OK, VALID, .is_static = true,
		.leaf_index = true },
	{ "static, without", SCT_STATUS_MALFORMED, VALID, .is_static = true },
	{ "twice", SCT_STATUS_DUPLICATE, VALID, .twice = true },

	/* The first thing that is wrong is told. */
	{ "mimic before bad signature", SCT_STATUS_MIMIC, UNCHECKED, .spoil = spoil_id,
		.entry = ENTRY_OTHER_ISSUER },
	{ "unlisted before future", SCT_STATUS_UNKNOWN_LOG, UNCHECKED, .unlisted = true,
		.timestamp_ms = UINT64_MAX },
	{ "for tests before rejected", SCT_STATUS_UNSUPPORTED, UNCHECKED,
		.state = "{" STATE("rejected", NOW) "}",
		.more = ", \"log_type\": \"test\"" },
	{ "another hash before rejected", SCT_STATUS_UNSUPPORTED, UNCHECKED,
		.state = "{" STATE("rejected", NOW) "}", .spoil = spoil_hash },
	{ "no issuer before rejected", SCT_STATUS_UNSUPPORTED, UNCHECKED,
		.state = "{" STATE("rejected", NOW) "}", .no_issuer = true },
	{ "bad signature before future", SCT_STATUS_BAD_SIGNATURE, BAD,
		.timestamp_ms = UINT64_MAX, .entry = ENTRY_OTHER_ISSUER },
	{ "bad signature before rejected", SCT_STATUS_BAD_SIGNATURE, BAD,
		.state = "{" STATE("rejected", NOW) "}", .entry = ENTRY_OTHER_ISSUER },
	{ "future before rejected", SCT_STATUS_FUTURE, VALID, .timestamp_ms = UINT64_MAX,
		.state = "{" STATE("rejected", NOW) "}" },
	{ "pending before its dates", SCT_STATUS_LOG_PENDING, VALID,
		.state = "{" STATE("pending", NOW) "}",
		.more = SHARD("2026-01-01T00:00:00Z", NOT_AFTER) },
	{ "its dates before retired", SCT_STATUS_OUTSIDE_SHARD, VALID,
		.state = "{" STATE("retired", SIGNED) "}",
		.more = SHARD("2026-01-01T00:00:00Z", NOT_AFTER) },
	{ "leaf_index before retired", SCT_STATUS_MALFORMED, VALID, .is_static = true,
		.state = "{" STATE("retired", SIGNED) "}" },
};

static const struct test_log *log_of(enum key key)
{
	switch (key) {
	case KEY_RSA:
		return &world.rsa;
	case KEY_RSA_1024:
		return &world.small_rsa;
	case KEY_P384:
		return &world.p384;
	default:
		return &world.logs[0];
	}
}

static void judge(const struct row *row, struct ct_report *out)
{
	const struct test_log *log = log_of(row->key);
	const struct planned scts[] = {
		{ .log = &world.logs[1], .source = row->source },
		/* Only where the row is about the one behind it. */
		{ .log = log, .source = row->twice ? row->source : SCT_SOURCE_COUNT },
		{ log, row->source, row->timestamp_ms,
			row->leaf_index ? planned_leaf_index : bytes_of(NULL, 0),
			row->entry, row->spoil },
	};
	const struct listed logs[] = {
		{ .log = &world.logs[1], .operator_name = "B" },
		{ .log = log,
			.operator_name = "A",
			.is_static = row->is_static,
			.state = row->state,
			.more = row->more,
			.id = row->id },
	};
	struct loglist *list = make_loglist(logs, row->unlisted ? 1 : 2);
	const char *policy = row->policy != NULL ? row->policy : "mozilla";
	static struct ct_scene scene;

	make_scene(&world, scts, ROWS(scts), NOT_AFTER_S, &scene);
	if (row->no_issuer)
		scene.evidence.issuer_key_hash = bytes_of(NULL, 0);
	assert_int_equal(ct_verify(list, ct_policy_find(policy), &scene.evidence,
				 MAKE_CERT_NOW, out),
		STATUS_OK);
	loglist_free(list);
}

static void verify_row(void **state)
{
	const struct row *row = *state;
	bool ok = row->status == SCT_STATUS_OK;
	struct ct_report report;
	struct sct_row *sct;

	judge(row, &report);
	assert_int_equal(report.n, row->twice ? 3 : 2);
	sct = &report.rows[report.n - 1];
	assert_string_equal(sct_status_word(sct->status), sct_status_word(row->status));
	assert_string_equal(
		sct_signature_word(sct->signature), sct_signature_word(row->signature));
	assert_int_equal(sct->counts, ok);
	assert_int_equal(sct->source, row->source);
	/* Nor does it harm the one beside it. */
	assert_int_equal(report.rows[0].status,
		row->no_issuer && row->source == SCT_EMBEDDED ? SCT_STATUS_UNSUPPORTED
							      : SCT_STATUS_OK);
	assert_int_equal(report.outcome, ok || row->twice ? CT_SATISFIED : CT_TOO_FEW);
}

/* The same way, key and policy, and nothing wrong. */
static void verify_twin(void **state)
{
	const struct row *row = *state;
	const struct row twin = { .source = row->source,
		.key = row->key == KEY_RSA ? KEY_RSA : KEY_P256,
		.is_static = row->is_static,
		.leaf_index = row->is_static || row->leaf_index,
		.policy = row->policy };
	struct ct_report report;

	judge(&twin, &report);
	assert_int_equal(report.rows[1].status, SCT_STATUS_OK);
	assert_int_equal(report.outcome, CT_SATISFIED);
}

/* Each word of the list above, so that none is left untested. */
static void test_every_word(void **state)
{
	bool seen[SCT_STATUS_COUNT] = { false };

	(void)state;
	for (size_t i = 0; i < ROWS(rows); i++)
		seen[rows[i].status] = true;
	for (unsigned i = 0; i < SCT_STATUS_COUNT; i++)
		assert_true(seen[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_every_word) };
	int failed;

	ct_world_init(&world);
	failed = run_rows("verify", rows, sizeof *rows, ROWS(rows), verify_row) +
		 run_rows("verify, twins", rows, sizeof *rows, ROWS(rows), verify_twin) +
		 cmocka_run_group_tests_name("verify, words", tests, NULL, NULL);
	ct_world_deinit(&world);
	return failed;
}
