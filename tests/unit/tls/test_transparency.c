/* SCTs and staples in handshakes, each way they come, in TLS 1.2 and 1.3: who is refused
 * gets an alert and not one byte. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/rows.h"
#include "tests/unit/tls/tls_pair.h"
#include "tests/unit/tls/tls_scene.h"
#include "tests/unit/tls/world.h"
#include "tls/certfile.h"

static const int versions[] = { TLS1_2_VERSION, TLS1_3_VERSION };

#define OFF    .ct = CT_MODE_OFF
#define REPORT .ct = CT_MODE_REPORT
#define MOZ    .policy = "mozilla"

static const struct row {
	const char *name;
	enum reason reason;
	struct scene_spec scene;
	enum ct_mode ct;    /* CT_MODE_REQUIRE in every row that names no other */
	const char *policy; /* NULL: strict */
	bool pinned_only, no_logs;
} rows[] = {
#define REQUIRE .ct = CT_MODE_REQUIRE
	/* Each way, and what is missing. */
	{ "embedded", REASON_NONE, { .embedded = "AB" }, REQUIRE },
	{ "embedded: none", REASON_CT_NO_SCTS, { 0 }, REQUIRE },
	{ "embedded: one", REASON_CT_TOO_FEW, { .embedded = "A" }, REQUIRE },
	{ "embedded: one log twice", REASON_CT_TOO_FEW, { .embedded = "AA" }, REQUIRE },
	{ "embedded: one operator", REASON_CT_OPERATORS, { .embedded = "AC" }, REQUIRE },
	{ "embedded: a log that is not listed", REASON_CT_TOO_FEW, { .embedded = "AU" },
		REQUIRE },
	{ "embedded: for another certificate", REASON_CT_TOO_FEW, { .embedded = "Ab" },
		REQUIRE },
	{ "embedded: a bad one beside good ones", REASON_NONE, { .embedded = "ABc" },
		REQUIRE },
	{ "by TLS", REASON_NONE, { .tls = "AB" }, REQUIRE },
	{ "by TLS: one", REASON_CT_TOO_FEW, { .tls = "A" }, REQUIRE },
	{ "by TLS: one operator", REASON_CT_OPERATORS, { .tls = "AC" }, REQUIRE },
	{ "by TLS: for another certificate", REASON_CT_TOO_FEW, { .tls = "Ab" },
		REQUIRE },
	{ "by TLS: an empty extension", REASON_CT_NO_SCTS, { .empty_tls = true },
		REQUIRE },
	{ "by TLS: empty, beside embedded ones", REASON_NONE,
		{ .embedded = "AB", .empty_tls = true }, REQUIRE },
	{ "by TLS and embedded: not added up", REASON_CT_TOO_FEW,
		{ .embedded = "A", .tls = "B" }, REQUIRE },
	{ "by OCSP", REASON_NONE, { .ocsp = "AB", .staple = SCENE_GOOD }, REQUIRE, MOZ },
	{ "by OCSP: no staple", REASON_CT_NO_SCTS, { .ocsp = "AB" }, REQUIRE, MOZ },
	{ "by OCSP: one", REASON_CT_TOO_FEW, { .ocsp = "A", .staple = SCENE_GOOD },
		REQUIRE, MOZ },
	{ "by OCSP: one operator", REASON_CT_OPERATORS,
		{ .ocsp = "AC", .staple = SCENE_GOOD }, REQUIRE, MOZ },
	{ "by OCSP: for another certificate", REASON_CT_TOO_FEW,
		{ .ocsp = "Ab", .staple = SCENE_GOOD }, REQUIRE, MOZ },
	{ "by OCSP: an old staple", REASON_CT_NO_SCTS,
		{ .ocsp = "AB", .staple = SCENE_OLD }, REQUIRE, MOZ },
	{ "by OCSP: a forged staple", REASON_CT_NO_SCTS,
		{ .ocsp = "AB", .staple = SCENE_FORGED }, REQUIRE, MOZ },
	{ "by OCSP: noise", REASON_CT_NO_SCTS, { .staple = SCENE_NOISE }, REQUIRE, MOZ },
	{ "by OCSP: the policy takes none", REASON_CT_NO_SCTS,
		{ .ocsp = "AB", .staple = SCENE_GOOD }, REQUIRE },
	{ "by OCSP and TLS: added up", REASON_NONE,
		{ .tls = "A", .ocsp = "B", .staple = SCENE_GOOD }, REQUIRE, MOZ },
	{ "by OCSP and TLS: still one operator", REASON_CT_OPERATORS,
		{ .tls = "A", .ocsp = "C", .staple = SCENE_GOOD }, REQUIRE, MOZ },

	/* The leaf's alone. */
	{ "with the intermediate only", REASON_CT_NO_SCTS, { .issuer_tls = "AB" },
		REQUIRE },
	{ "poor ones with the intermediate", REASON_NONE,
		{ .tls = "AB", .issuer_tls = "a" }, REQUIRE },

	/* Not required. */
	{ "reported: none", REASON_NONE, { 0 }, REPORT },
	{ "reported: by OCSP none", REASON_NONE, { 0 }, REPORT, MOZ },
	{ "off: none", REASON_NONE, { 0 }, OFF },
	{ "required, and no list", REASON_CT_NO_SCTS, { .embedded = "AB" }, REQUIRE,
		.no_logs = true },

	/* What the staple says beside that. */
	{ "good", REASON_NONE, { .embedded = "AB", .staple = SCENE_GOOD }, REQUIRE },
	{ "revoked", REASON_PKIX_REVOKED, { .embedded = "AB", .staple = SCENE_REVOKED },
		REQUIRE },
	{ "revoked, CT off", REASON_PKIX_REVOKED, { .staple = SCENE_REVOKED }, OFF },
	{ "revoked, with SCTs", REASON_PKIX_REVOKED,
		{ .ocsp = "AB", .staple = SCENE_REVOKED }, REQUIRE, MOZ },
	{ "revoked, says a stranger", REASON_NONE, { .staple = SCENE_FORGED }, OFF },
	{ "noise", REASON_NONE, { .staple = SCENE_NOISE }, OFF },
	{ "old", REASON_NONE, { .staple = SCENE_OLD }, OFF },
	{ "demanded and good", REASON_NONE, { .must_staple = true, .staple = SCENE_GOOD },
		OFF },
	{ "demanded and not there", REASON_OCSP_REQUIRED, { .must_staple = true }, OFF },
	{ "demanded and old", REASON_OCSP_REQUIRED,
		{ .must_staple = true, .staple = SCENE_OLD }, OFF },
	{ "demanded and forged", REASON_OCSP_REQUIRED,
		{ .must_staple = true, .staple = SCENE_FORGED }, OFF },
	{ "demanded and revoked", REASON_PKIX_REVOKED,
		{ .must_staple = true, .staple = SCENE_REVOKED }, OFF },
	{ "pins only: demanded and not there", REASON_NONE, { .must_staple = true }, OFF,
		.pinned_only = true },
	{ "pins only: revoked", REASON_NONE, { .staple = SCENE_REVOKED }, OFF,
		.pinned_only = true },
};

static struct pair_server make_like(const struct scene *scene, int version)
{
	struct pair_server like = { world.key, { scene->leaf, world.inter.certificate },
		.version = version };

	if (scene->has_tls)
		like.scts[0] = der_bytes(&scene->tls);
	if (scene->issuer_tls.n > 0)
		like.scts[1] = der_bytes(&scene->issuer_tls);
	if (scene->staple.n > 0)
		like.staple = der_bytes(&scene->staple);
	return like;
}

static void assert_refused(struct pair *pair, enum reason reason)
{
	const struct verdict *v = session_verdict(pair->client);

	assert_int_equal(session_handshake(pair->client), SESSION_FAILED);
	assert_non_null(v);
	assert_false(v->accepted);
	assert_string_equal(reason_word(v->reason), reason_word(reason));
	assert_int_equal(session_trouble(pair->client), STATUS_OK);
	assert_true(session_refused_pem(pair->client).n > 0);
	assert_int_equal(session_write(pair->client, bytes_of_text("?")), STATUS_CLOSED);
	pair_run(pair, 1000);
	assert_int_equal(pair->at_server_n, 0);
	/* It never had our Finished. */
	assert_false(SSL_is_init_finished(pair->server));
	/* The status callback has this one alone. */
	assert_int_equal(pair->alert, SSL_AD_BAD_CERTIFICATE_STATUS_RESPONSE);
}

static void assert_accepted(struct pair *pair)
{
	const struct verdict *v = session_verdict(pair->client);

	assert_int_equal(session_handshake(pair->client), SESSION_OPEN);
	assert_non_null(v);
	assert_true(v->accepted);
	assert_false(v->provisional);
	assert_int_equal(session_write(pair->client, bytes_of_text("?")), STATUS_OK);
	pair_run(pair, 1000);
	assert_int_equal(pair->at_server_n, 1);
	assert_int_equal(pair->alert, -1);
}

static void run_version(const struct row *row, const struct scene *scene, int version)
{
	struct pair_server like = make_like(scene, version);
	struct pin pin = make_pin(scene->leaf);
	struct tls_policy policy = { .identity = IDENTITY_NAME,
		.auth_name = "dns.lab",
		.ct = row->ct,
		.ct_policy = ct_policy_find(row->policy != NULL ? row->policy : "strict"),
		.pkix = row->pinned_only ? PKIX_PINS_ONLY : PKIX_REQUIRE,
		.pins = { &pin, row->pinned_only } };
	struct tls_trust trust = { .roots = world.roots,
		.logs = row->no_logs ? NULL : scenes_logs() };
	struct tls_context context;
	struct pair pair;

	assert_int_equal(
		tls_context_init(&context, &policy, &trust, tls_alpn_dot), STATUS_OK);
	pair_init(&pair, &context, &like);
	pair_run(&pair, 1000);
	assert_true(pair.asked_for_staple);
	assert_true(pair.asked_for_scts);
	if (row->reason == REASON_NONE)
		assert_accepted(&pair);
	else
		assert_refused(&pair, row->reason);
	pair_deinit(&pair);
	tls_context_deinit(&context);
}

static void run_row(void **state)
{
	const struct row *row = *state;
	struct scene scene;

	scene_init(&scene, &row->scene);
	for (size_t i = 0; i < ROWS(versions); i++)
		run_version(row, &scene, versions[i]);
	scene_deinit(&scene);
}

/* --- around it ------------------------------------------------------------- */

static struct tls_policy policy = { .identity = IDENTITY_NAME, .auth_name = "dns.lab" };
static struct tls_context context;

static void start(struct pair *pair, const struct pair_server *like)
{
	const struct tls_trust trust = { .roots = world.roots, .logs = scenes_logs() };

	policy.ct = CT_MODE_REQUIRE;
	policy.ct_policy = ct_policy_default();
	assert_int_equal(
		tls_context_init(&context, &policy, &trust, tls_alpn_dot), STATUS_OK);
	pair_init(pair, &context, like);
}

static void finish(struct pair *pair)
{
	pair_deinit(pair);
	tls_context_deinit(&context);
}

/* Should OpenSSL ever not ask about the staple, what was said so far opens nothing. */
static void a_provisional_verdict_opens_nothing(void **state)
{
	const struct scene_spec spec = { .embedded = "AB", .staple = SCENE_REVOKED };
	struct scene scene;

	(void)state;
	scene_init(&scene, &spec);
	for (size_t i = 0; i < ROWS(versions); i++) {
		struct pair_server like = make_like(&scene, versions[i]);
		struct endpoint address;
		struct pair pair;

		start(&pair, &like);
		SSL_CTX_set_tlsext_status_cb(context.ssl, NULL);
		assert_int_equal(endpoint_parse("192.0.2.1", 853, &address), STATUS_OK);
		session_free(pair.client);
		assert_int_equal(
			session_new(&context, &address, &pair.client), STATUS_OK);
		pair_run(&pair, 1000);
		assert_int_equal(session_handshake(pair.client), SESSION_FAILED);
		assert_string_equal(reason_word(session_verdict(pair.client)->reason),
			"tls_protocol");
		assert_int_equal(
			session_write(pair.client, bytes_of_text("?")), STATUS_CLOSED);
		assert_int_equal(pair.at_server_n, 0);
		finish(&pair);
	}
	scene_deinit(&scene);
}

static size_t certificates_in(struct bytes pem)
{
	char why[100];
	struct text error = text_in(why, sizeof why);
	STACK_OF(X509) * certificates;
	size_t n;

	assert_int_equal(certfile_parse(pem, &error, &certificates), STATUS_OK);
	n = certfile_count(certificates);
	certfile_free(certificates);
	return n;
}

static bool holds(struct bytes pem, const char *text)
{
	return memmem(pem.p, pem.n, text, strlen(text)) != NULL;
}

/* Certificates, SCT list and staple; whoever reads certificates finds just those. */
static void what_was_refused_is_kept(void **state)
{
	const struct scene_spec spec = { .tls = "A", .staple = SCENE_REVOKED };
	struct scene scene;

	(void)state;
	scene_init(&scene, &spec);
	for (size_t i = 0; i < ROWS(versions); i++) {
		struct pair_server like = make_like(&scene, versions[i]);
		struct bytes pem;
		struct pair pair;

		start(&pair, &like);
		policy.ct_policy = ct_policy_find("mozilla");
		pair_run(&pair, 1000);
		assert_refused(&pair, REASON_PKIX_REVOKED);
		pem = session_refused_pem(pair.client);
		assert_true(holds(pem, "-----BEGIN SCT LIST-----"));
		assert_true(holds(pem, "-----BEGIN OCSP RESPONSE-----"));
		assert_int_equal(certificates_in(pem), 2);
		finish(&pair);
	}
	scene_deinit(&scene);
}

/* As much as the protocol lets through: the first SCTs are looked at, and the evidence
 * goes without. */
static void a_huge_list_is_no_harm(void **state)
{
	static uint8_t huge[60000];
	const struct scene_spec good = { .tls = "AB" }, poor = { .tls = "A" };
	const struct scene_spec *const specs[] = { &good, &poor };

	(void)state;
	for (size_t i = 0; i < ROWS(specs); i++) {
		struct writer w = { .p = huge, .cap = sizeof huge };
		struct pair_server like;
		struct scene scene;
		struct pair pair;

		scene_init(&scene, specs[i]);
		wr_bytes(&w, der_bytes(&scene.tls));
		wr_uint(&w, sizeof huge - w.n - 2, 2);
		wr_patch16(&w, 0, sizeof huge - 2);
		like = make_like(&scene, TLS1_3_VERSION);
		like.scts[0] = bytes_of(huge, sizeof huge);
		start(&pair, &like);
		pair_run(&pair, 1000);
		if (specs[i] == &good) {
			assert_accepted(&pair);
		} else {
			assert_refused(&pair, REASON_CT_TOO_FEW);
			assert_false(holds(session_refused_pem(pair.client), "SCT LIST"));
		}
		finish(&pair);
		scene_deinit(&scene);
	}
}

/* RFC 8446 §4.2: another extension of the ServerHello is renamed to it. */
static void the_extension_twice_is_an_error(void **state)
{
	const struct scene_spec spec = { .tls = "AB" };
	static const uint8_t renegotiation[] = { 0xff, 1, 0, 1, 0 };
	struct pair_server like;
	struct scene scene;
	struct pair pair;
	char *p = NULL;
	uint8_t *at;
	size_t n;

	(void)state;
	scene_init(&scene, &spec);
	like = make_like(&scene, TLS1_2_VERSION);
	start(&pair, &like);
	session_handshake(pair.client);
	pair_to_server(&pair);
	n = (size_t)BIO_get_mem_data(SSL_get_wbio(pair.server), &p);
	at = memmem(p, n, renegotiation, sizeof renegotiation);
	assert_non_null(at);
	at[0] = 0;
	at[1] = TLSEXT_TYPE_signed_certificate_timestamp;
	pair_run(&pair, 1000);
	assert_int_equal(session_handshake(pair.client), SESSION_FAILED);
	assert_string_equal(
		reason_word(session_verdict(pair.client)->reason), "tls_protocol");
	assert_int_equal(pair.at_server_n, 0);
	finish(&pair);
	scene_deinit(&scene);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_provisional_verdict_opens_nothing),
		cmocka_unit_test(what_was_refused_is_kept),
		cmocka_unit_test(a_huge_list_is_no_harm),
		cmocka_unit_test(the_extension_twice_is_an_error),
	};
	int failed;

	pair_set_clock();
	world_init();
	scenes_init();
	failed = run_rows("transparency", rows, sizeof *rows, ROWS(rows), run_row);
	failed += cmocka_run_group_tests_name("around it", tests, NULL, NULL);
	scenes_deinit();
	world_deinit();
	return failed;
}
