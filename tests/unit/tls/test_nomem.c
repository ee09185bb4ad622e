/* Memory that ends anywhere: the n-th allocation of the library fails. A server may
 * be refused for it, and is never accepted. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include <openssl/err.h>

#include "tests/unit/fail_alloc.h"
#include "tests/unit/rows.h"
#include "tests/unit/tls/collect.h"
#include "tests/unit/tls/make_ocsp.h"
#include "tests/unit/tls/tls_scene.h"

/* Enough for every allocation of one peer_collect(); in strides, for time. */
#define ALLOCATIONS_MAX 10000
#define STRIDE          3

/* False once `n` is more than there are allocations. */
static bool collect_shown(X509_STORE *roots, X509 *leaf, struct peer_shown shown, long n,
	struct verdict *v, size_t *built_n)
{
	struct tls_policy policy = collect_policy();
	struct tls_trust trust = { .roots = roots, .logs = scenes_logs() };
	X509 *sent[] = { leaf, world.inter.certificate };
	STACK_OF(X509) *list = make_list(sent, 2);
	static const uint8_t address[] = { 192, 0, 2, 1 };
	enum status status;
	struct peer peer;

	policy.ct = CT_MODE_REPORT;
	policy.ct_policy = ct_policy_default();
	shown.sent = list;
	fail_alloc_at(n);
	status = peer_collect(
		&policy, &trust, &shown, bytes_of(address, 4), MAKE_CERT_NOW, &peer);
	fail_alloc_at(-1);
	ERR_clear_error();
	sk_X509_pop_free(list, X509_free);
	*v = (struct verdict){ 0 };
	*built_n = 0;
	if (status == STATUS_OK) {
		verdict_reach(&policy, &peer, v);
		*built_n = peer.built.n;
	}
	peer_deinit(&peer);
	return fail_alloc_happened();
}

static bool collect_failing(
	X509_STORE *roots, X509 *leaf, long n, struct verdict *v, size_t *built_n)
{
	return collect_shown(roots, leaf, (struct peer_shown){ 0 }, n, v, built_n);
}

static void a_forged_leaf_is_never_accepted(void **state)
{
	const struct cert_spec spec = { .san = "DNS:dns.lab" };
	X509 *forged = make_cert(&spec, world.key, &world.inter, world.stranger.key);
	struct verdict v;
	size_t built_n;
	bool more = true;

	(void)state;
	for (long n = 0; more && n < ALLOCATIONS_MAX; n += STRIDE) {
		X509_STORE *roots = world_open(NULL, world.directory);

		more = collect_failing(roots, forged, n, &v, &built_n);
		assert_false(v.accepted);
		assert_int_equal(built_n, 0);
		X509_STORE_free(roots);
	}
	assert_false(more);
	X509_free(forged);
}

static void a_genuine_chain_is_whole_or_not_there(void **state)
{
	struct verdict v;
	size_t built_n;
	bool more = true;

	(void)state;
	for (long n = 0; more && n < ALLOCATIONS_MAX; n += STRIDE) {
		X509_STORE *roots = world_open(NULL, world.directory);

		more = collect_failing(roots, world.leaf, n, &v, &built_n);
		assert_true(built_n == 3 || !v.accepted);
		X509_STORE_free(roots);
	}
	assert_false(more);
	assert_true(v.accepted);
}

static void a_pin_is_right_or_not_there(void **state)
{
	struct pin expected = make_pin(world.leaf);
	struct peer_certificate found;
	enum status status = STATUS_NOMEM;
	bool more = true;

	(void)state;
	for (long n = 0; more; n++) {
		fail_alloc_at(n);
		status = peer_describe(world.leaf, &found);
		fail_alloc_at(-1);
		more = fail_alloc_happened();
		assert_true(status != STATUS_OK || pin_equal(&found.pin, &expected));
	}
	assert_int_equal(status, STATUS_OK);
	ERR_clear_error();
}

static void what_is_revoked_is_never_accepted(void **state)
{
	static const struct scene_spec specs[] = {
		{ .embedded = "AB", .staple = SCENE_REVOKED },
		{ .embedded = "AB" }, /* by the delegate */
		{ .must_staple = true, .staple = SCENE_FORGED },
	};
	const struct cert_spec for_ocsp = { .cn = "OCSP",
		.extended_usage = "OCSPSigning" };
	const struct ocsp_spec revoked = {
		.singles = { { .status = V_OCSP_CERTSTATUS_REVOKED } }, .n = 1
	};
	struct issuer delegate = { world.other_key,
		make_cert(&for_ocsp, world.other_key, &world.inter, NULL) };
	struct verdict v;
	size_t built_n;

	(void)state;
	for (size_t i = 0; i < ROWS(specs); i++) {
		struct scene scene;
		struct peer_shown shown = { 0 };
		bool more = true;

		scene_init(&scene, &specs[i]);
		if (i == 1)
			scene.staple = make_ocsp(&revoked, scene.leaf,
				world.inter.certificate, &delegate, delegate.certificate);
		shown.staple = der_bytes(&scene.staple);
		for (long n = 0; more && n < ALLOCATIONS_MAX; n += STRIDE) {
			X509_STORE *roots = world_open(NULL, world.directory);

			more = collect_shown(roots, scene.leaf, shown, n, &v, &built_n);
			assert_false(v.accepted);
			X509_STORE_free(roots);
		}
		assert_false(more);
		scene_deinit(&scene);
	}
	X509_free(delegate.certificate);
}

/* Lack of memory makes no good signature. */
static void bad_scts_never_count(void **state)
{
	static const struct scene_spec spec = { .embedded = "Ab" };
	struct scene scene;
	struct verdict v;
	size_t built_n;
	bool more = true;

	(void)state;
	scene_init(&scene, &spec);
	for (long n = 0; more && n < ALLOCATIONS_MAX; n += STRIDE) {
		X509_STORE *roots = world_open(NULL, world.directory);

		scenes_logs()->memo.n = scenes_logs()->memo.next = 0;
		more = collect_failing(roots, scene.leaf, n, &v, &built_n);
		assert_int_not_equal(v.ct.ok, RULE_OK);
		X509_STORE_free(roots);
	}
	assert_false(more);
	assert_int_equal(v.ct.ok, RULE_FAILED);
	scene_deinit(&scene);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_forged_leaf_is_never_accepted),
		cmocka_unit_test(a_genuine_chain_is_whole_or_not_there),
		cmocka_unit_test(a_pin_is_right_or_not_there),
		cmocka_unit_test(what_is_revoked_is_never_accepted),
		cmocka_unit_test(bad_scts_never_count),
	};
	int failed;

	/* Before anything has been allocated with the usual functions. */
	if (!fail_alloc_openssl())
		return 1;
	world_init();
	scenes_init();
	failed = cmocka_run_group_tests_name("no memory", tests, NULL, NULL);
	scenes_deinit();
	world_deinit();
	return failed;
}
