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

static void report_row(void **state)
{
	const struct row *row = *state;
	struct verdict v = judge(row->wrong_pin, row->wrong_name, row->path_error);
	json_t *json = verdict_to_json(&v), *want;

	assert_non_null(json);
	want = json_loads(row->value, JSON_DECODE_ANY, NULL);
	assert_non_null(want);
	assert_true(json_equal(look_up(json, row->path), want));
	json_decref(want);
	json_decref(json);
}

int main(void)
{
	return run_rows("report", rows, sizeof *rows, ROWS(rows), report_row);
}
