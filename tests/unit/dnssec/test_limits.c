/* Each limit: what is just enough, and one less, which has to end in BOGUS (or, for
 * iterations, in INSECURE). */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "dnssec/sets.h"
#include "tests/unit/dnssec/world.h"
#include "tests/unit/rows.h"

struct row {
	const char *name;
	size_t limit; /* offset in struct dnssec_limits */
	unsigned enough;
	const char *key;
	enum validation_state below; /* with one less */
	int ede;
	const char *words;
};

#define LIMIT(name) offsetof(struct dnssec_limits, name)

static const struct row rows[] = {
	{ "keys", LIMIT(keys), 2, "www.rsa.test A", VALIDATION_BOGUS, EDE_DNSSEC_BOGUS,
		"2 keys" },
	{ "ds", LIMIT(ds), 1, "www.rsa.test A", VALIDATION_BOGUS, EDE_DNSSEC_BOGUS,
		"1 DS records" },
	{ "same_tag", LIMIT(same_tag), 1, "www.rsa.test A", VALIDATION_BOGUS,
		EDE_DNSSEC_BOGUS, "keys with tag" },
	{ "signatures", LIMIT(signatures), 8, "www.rsa.test A#8-signatures",
		VALIDATION_BOGUS, EDE_DNSSEC_BOGUS, "more than 7 signatures" },
	{ "signatures of keys", LIMIT(signatures), 1, "rsa.test DNSKEY", VALIDATION_BOGUS,
		EDE_DNSSEC_BOGUS, "more than 0 signatures over . DNSKEY" },
	{ "checks", LIMIT(checks), 6, "www.rsa.test A", VALIDATION_BOGUS,
		EDE_DNSSEC_BOGUS, "more than 5 signatures to check" },
	{ "needs", LIMIT(needs), 5, "www.rsa.test A", VALIDATION_BOGUS, EDE_DNSSEC_BOGUS,
		"more than 4 questions" },
	{ "links", LIMIT(links), 1, "other.links.test A", VALIDATION_BOGUS,
		EDE_DNSSEC_BOGUS, "more than 0 aliases" },
	{ "records", LIMIT(records), 5, "alias.rsa.test A", VALIDATION_BOGUS,
		EDE_DNSSEC_BOGUS, "more than 4 records" },
	{ "chain_records", LIMIT(chain_records), 3, "www.rsa.test A",
		VALIDATION_INDETERMINATE, EDE_DNSKEY_MISSING, "no usable answer" },
	{ "sets", LIMIT(sets), 2, "alias.rsa.test A", VALIDATION_BOGUS, EDE_DNSSEC_BOGUS,
		"more than 1 sets" },
	{ "iterations", LIMIT(iterations), 120, "no.many.test A", VALIDATION_INSECURE,
		EDE_NSEC3_ITERATIONS, "120 iterations" },
	{ "iterations of a wildcard", LIMIT(iterations), 120, "x.wild.many.test A",
		VALIDATION_INSECURE, EDE_NSEC3_ITERATIONS, "120 iterations" },
	{ "iterations without a denial", LIMIT(iterations), 1, "www.many.test A",
		VALIDATION_SECURE, -1, NULL },
	{ "iterations_max", LIMIT(iterations_max), 120, "no.many.test A",
		VALIDATION_BOGUS, EDE_NSEC3_ITERATIONS, "120 iterations" },
	{ "hashes", LIMIT(hashes), 7, "a.b.c.d.no.many.test A", VALIDATION_BOGUS,
		EDE_DNSSEC_BOGUS, "too many hashes" },
};

static void validate_with(
	const struct row *row, unsigned limit, enum validation_state state, int ede)
{
	struct dnssec_anchors *anchors = world_anchors(world_anchor_text());
	struct dnssec_policy policy = { .anchors = anchors,
		.limits = dnssec_limits_default };
	const struct validation_result *result;
	struct dnssec_keys *keys;
	struct validation *v;

	memcpy((char *)&policy.limits + row->limit, &limit, sizeof limit);
	assert_int_equal(dnssec_keys_new(DNSSEC_KEYS_DEFAULT_BYTES, &keys), STATUS_OK);
	v = world_start(&policy, keys, row->key, WORLD_NOW);
	world_finish(v, NULL);
	result = validation_result(v);
	assert_string_equal(
		validation_state_text(result->state), validation_state_text(state));
	assert_int_equal(result->ede.present ? result->ede.code : -1, ede);
	if (ede >= 0 && strstr(result->ede.text, row->words) == NULL)
		fail_msg("\"%s\" is not in \"%s\"", row->words, result->ede.text);
	validation_free(v);
	dnssec_keys_free(keys);
	dnssec_anchors_free(anchors);
}

static void limit_row(void **state)
{
	const struct row *row = *state;

	validate_with(row, row->enough, VALIDATION_SECURE, -1);
	validate_with(row, row->enough - 1, row->below, row->ede);
}

/* Too many iterations make a zone's denials insecure, but not what anybody forges. */
static void forged_wildcard(void **state)
{
	struct row row = { "", LIMIT(iterations), 0, "x.wild.many.test A#changed",
		VALIDATION_BOGUS, EDE_DNSSEC_BOGUS, "x.wild.many.test. A" };

	(void)state;
	validate_with(&row, 120, VALIDATION_BOGUS, EDE_DNSSEC_BOGUS);
	validate_with(&row, 119, VALIDATION_BOGUS, EDE_DNSSEC_BOGUS);
}

static const struct key_row {
	const char *name;
	uint8_t algorithm;
	size_t exponent_n, modulus_n;
	bool usable;
} key_rows[] = {
	{ "RSA as it is used", 8, 3, 256, true },
	{ "the longest modulus", 8, 3, 512, true },
	{ "a longer one", 8, 3, 513, false },
	{ "a longer one, SHA-1", 5, 3, 513, false },
	{ "a longer one, SHA-512", 10, 3, 513, false },
	{ "the longest exponent", 7, 8, 256, true },
	{ "a longer one", 7, 9, 256, false },
	{ "one whose length takes three bytes", 8, 256, 256, false },
	{ "no modulus", 8, 3, 0, true }, /* that holds for nothing */
	{ "of another kind", 15, 0, 600, true },
};

/* RSA keys whose signatures take long to check. */
static void key_row(void **state)
{
	const struct key_row *row = *state;
	uint8_t rdata[1024] = { 1, 1, 3, row->algorithm };
	size_t n = 4;
	struct dnskey key;

	if (row->exponent_n < 256) {
		rdata[n++] = (uint8_t)row->exponent_n;
	} else {
		rdata[n + 1] = (uint8_t)(row->exponent_n >> 8);
		rdata[n + 2] = (uint8_t)row->exponent_n;
		n += 3;
	}
	n += row->exponent_n + row->modulus_n;
	assert_int_equal(dnskey_decode(bytes_of(rdata, n), &key), STATUS_OK);
	assert_int_equal(key_is_usable(&key), row->usable);
	/* Cut off in its exponent, or before. */
	key.rdata.n = n - row->exponent_n - row->modulus_n;
	assert_int_equal(key_is_usable(&key), row->algorithm > 10);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(forged_wildcard) };
	int failed;

	world_load();
	failed = run_rows("limits", rows, sizeof *rows, ROWS(rows), limit_row) +
		 run_rows("dear keys", key_rows, sizeof *key_rows, ROWS(key_rows),
			 key_row) +
		 cmocka_run_group_tests_name("iterations", tests, NULL, NULL);
	world_free();
	return failed;
}
