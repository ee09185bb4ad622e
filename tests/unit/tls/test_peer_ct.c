/* Evidence about SCTs and staples, collected as `pintlectl verify` does it: all at once,
 * or the staple later. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/rows.h"
#include "tests/unit/tls/tls_scene.h"
#include "tests/unit/tls/world.h"
#include "tls/peer.h"

static const uint8_t v4[] = { 192, 0, 2, 1 };

static const struct row {
	const char *name;
	struct scene_spec scene;
	enum staple_state staple;
	enum ct_outcome outcome;
	const char *policy; /* NULL: strict */
} rows[] = {
	{ .name = "nothing", .staple = STAPLE_ABSENT, .outcome = CT_NONE },
	{ "embedded", { .embedded = "AB" }, STAPLE_ABSENT, CT_SATISFIED, NULL },
	{ "by TLS", { .tls = "AB" }, STAPLE_ABSENT, CT_SATISFIED, NULL },
	{ "by TLS, one", { .tls = "A" }, STAPLE_ABSENT, CT_TOO_FEW, NULL },
	{ "by OCSP", { .ocsp = "AB", .staple = SCENE_GOOD }, STAPLE_GOOD, CT_SATISFIED,
		"mozilla" },
	{ "by OCSP, of one operator", { .ocsp = "AC", .staple = SCENE_GOOD }, STAPLE_GOOD,
		CT_OPERATORS, "mozilla" },
	{ "by OCSP, old", { .ocsp = "AB", .staple = SCENE_OLD }, STAPLE_OLD, CT_NONE,
		"mozilla" },
	{ "by OCSP, revoked", { .ocsp = "AB", .staple = SCENE_REVOKED }, STAPLE_REVOKED,
		CT_NONE, "mozilla" },
	{ "by OCSP, forged", { .ocsp = "AB", .staple = SCENE_FORGED }, STAPLE_UNUSABLE,
		CT_NONE, "mozilla" },
	{ "embedded, noise for a staple", { .embedded = "AB", .staple = SCENE_NOISE },
		STAPLE_UNUSABLE, CT_SATISFIED, "mozilla" },
};

struct collected {
	struct scene scene;
	struct tls_policy policy;
	struct tls_trust trust;
	struct peer_shown shown; /* owns `sent` */
	struct peer peer;
};

static void prepare(
	struct collected *c, const struct scene_spec *spec, const char *ct_policy)
{
	X509 *sent[2] = { NULL, world.inter.certificate };

	memset(c, 0, sizeof *c);
	scene_init(&c->scene, spec);
	sent[0] = c->scene.leaf;
	c->policy = (struct tls_policy){ .identity = IDENTITY_ADDRESS,
		.ct = CT_MODE_REPORT,
		.ct_policy = ct_policy_find(ct_policy != NULL ? ct_policy : "strict") };
	c->trust = (struct tls_trust){ .roots = world.roots, .logs = scenes_logs() };
	c->shown.sent = make_list(sent, 2);
	if (c->scene.has_tls)
		c->shown.tls_scts = der_bytes(&c->scene.tls);
	if (c->scene.staple.n > 0)
		c->shown.staple = der_bytes(&c->scene.staple);
}

static void collect(struct collected *c)
{
	assert_int_equal(peer_collect(&c->policy, &c->trust, &c->shown, bytes_of(v4, 4),
				 MAKE_CERT_NOW, &c->peer),
		STATUS_OK);
}

static void done(struct collected *c)
{
	peer_deinit(&c->peer);
	sk_X509_pop_free(c->shown.sent, X509_free);
	scene_deinit(&c->scene);
}

static void assert_row(const struct row *row, const struct peer *peer)
{
	assert_int_equal(peer->path_error, X509_V_OK);
	assert_string_equal(staple_word(peer->staple.state), staple_word(row->staple));
	assert_true(peer->has_ct);
	assert_int_equal(peer->ct.outcome, row->outcome);
}

static void at_once(void **state)
{
	const struct row *row = *state;
	struct collected c;

	prepare(&c, &row->scene, row->policy);
	collect(&c);
	assert_row(row, &c.peer);
	done(&c);
}

static void in_two_steps(void **state)
{
	const struct row *row = *state;
	struct collected c;

	prepare(&c, &row->scene, row->policy);
	c.shown.staple_awaited = true;
	collect(&c);
	assert_int_equal(c.peer.staple.state, STAPLE_AWAITED);
	assert_true(c.peer.has_ct);
	assert_int_equal(
		peer_take_staple(&c.policy, &c.trust, &c.shown, &c.peer), STATUS_OK);
	assert_row(row, &c.peer);
	done(&c);
}

static const struct scene_spec full = {
	.embedded = "AB", .ocsp = "AB", .must_staple = true, .staple = SCENE_REVOKED
};

/* Nobody knows the issuer: no word about the certificate can be his. */
static void without_a_path_nothing_is_looked_at(void **state)
{
	struct collected c;

	(void)state;
	for (int i = 0; i < 2; i++) {
		prepare(&c, &full, NULL);
		if (i == 0)
			c.policy.pkix = PKIX_PINS_ONLY;
		else
			X509_free(sk_X509_pop(c.shown.sent));
		c.shown.staple_awaited = true;
		collect(&c);
		assert_int_not_equal(c.peer.path_error, X509_V_OK);
		assert_int_equal(peer_take_staple(&c.policy, &c.trust, &c.shown, &c.peer),
			STATUS_OK);
		assert_int_equal(c.peer.staple.state, STAPLE_ABSENT);
		assert_false(c.peer.staple.required);
		assert_false(c.peer.has_ct);
		assert_null(c.peer.issuer);
		done(&c);
	}
}

static void off_or_without_a_list_the_staple_counts_alone(void **state)
{
	struct collected c;

	(void)state;
	for (int i = 0; i < 2; i++) {
		prepare(&c, &full, NULL);
		if (i == 0)
			c.policy.ct = CT_MODE_OFF;
		else
			c.trust.logs = NULL;
		scenes_logs()->has_timestamp = true;
		collect(&c);
		scenes_logs()->has_timestamp = false;
		assert_false(c.peer.has_ct);
		assert_int_equal(c.peer.staple.state, STAPLE_REVOKED);
		assert_true(c.peer.staple.required);
		assert_true(c.peer.list_timestamp_s == INT64_MIN);
		assert_true(c.peer.list_horizon_s == INT64_MAX);
		done(&c);
	}
}

/* A leaf that is a root of the bundle itself: what its SCTs were signed over is unknown.
 */
static void a_leaf_that_is_trusted_itself_has_no_issuer(void **state)
{
	X509_STORE *store = X509_STORE_new();
	struct collected c;

	(void)state;
	prepare(&c, &full, NULL);
	assert_int_equal(X509_STORE_add_cert(store, c.scene.leaf), 1);
	X509_STORE_set_flags(store, X509_V_FLAG_PARTIAL_CHAIN);
	c.trust.roots = store;
	X509_free(sk_X509_pop(c.shown.sent));
	collect(&c);
	assert_int_equal(c.peer.built.n, 1);
	assert_null(c.peer.issuer);
	assert_int_equal(c.peer.staple.state, STAPLE_UNUSABLE);
	assert_non_null(strstr(c.peer.staple.problem, "no issuer"));
	assert_true(c.peer.has_ct);
	assert_int_not_equal(c.peer.ct.outcome, CT_SATISFIED);
	done(&c);
	X509_STORE_free(store);
}

static void the_list_is_described(void **state)
{
	struct collected c;

	(void)state;
	prepare(&c, &full, NULL);
	scenes_logs()->has_timestamp = true;
	scenes_logs()->timestamp_ms = (MAKE_CERT_NOW - 7) * 1000;
	collect(&c);
	assert_int_equal(c.peer.list_timestamp_s, MAKE_CERT_NOW - 7);
	assert_true(c.peer.list_horizon_s == INT64_MAX);
	assert_int_equal(c.peer.at_s, MAKE_CERT_NOW);
	scenes_logs()->has_timestamp = false;
	done(&c);
}

/* A critical FALSE should not be written out (X.690 §11.5), and some are: what the logs
 * signed is what was sent, not what OpenSSL would write. */
static void a_certificate_keeps_its_bytes(void **state)
{
	static const uint8_t critical[] = { 6, 3, 0x55, 0x1d, 0x13, 1, 1, 0xff };
	const struct cert_spec spec = { .cn = "dns", .constraints = "critical,CA:FALSE" };
	X509 *made = make_cert(&spec, world.key, &world.inter, NULL), *read;
	struct der der = make_certificate_der(made), again;
	const unsigned char *p = der.p;
	uint8_t *at = memmem(der.p, der.n, critical, sizeof critical);

	(void)state;
	assert_non_null(at);
	at[7] = 0;
	read = d2i_X509(NULL, &p, (long)der.n);
	assert_non_null(read);
	again = make_certificate_der(read);
	assert_int_equal(again.n, der.n);
	assert_memory_equal(again.p, der.p, der.n);
	X509_free(read);
	X509_free(made);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_a_path_nothing_is_looked_at),
		cmocka_unit_test(off_or_without_a_list_the_staple_counts_alone),
		cmocka_unit_test(a_leaf_that_is_trusted_itself_has_no_issuer),
		cmocka_unit_test(the_list_is_described),
		cmocka_unit_test(a_certificate_keeps_its_bytes),
	};
	int failed;

	world_init();
	scenes_init();
	failed = run_rows("at once", rows, sizeof *rows, ROWS(rows), at_once);
	failed += run_rows("in two steps", rows, sizeof *rows, ROWS(rows), in_two_steps);
	failed += cmocka_run_group_tests_name("rest", tests, NULL, NULL);
	scenes_deinit();
	world_deinit();
	return failed;
}
