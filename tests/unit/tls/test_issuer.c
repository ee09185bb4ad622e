/* What an issuer may issue, and how long a chain may be. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "tests/unit/rows.h"
#include "tests/unit/tls/collect.h"

#define NOW MAKE_CERT_NOW

static const struct cert_spec leaf_spec = { .cn = "dns", .san = "DNS:dns.lab" };

/* A CA with what it may issue; it signs a leaf for dns.lab. */
static const struct limit {
	const char *name;
	int path_error;
	struct cert_spec issuer;
} limits[] = {
	{ "a CA", X509_V_OK, { .cn = "CA", .constraints = "critical,CA:TRUE" } },
	{ "a CA for leaves only", X509_V_OK,
		{ .cn = "CA", .constraints = "critical,CA:TRUE,pathlen:0" } },
	{ "a CA for this name", X509_V_OK,
		{ .cn = "CA", .constraints = "CA:TRUE", .names = "permitted;DNS:lab" } },
	{ "a CA that excludes others", X509_V_OK,
		{ .cn = "CA", .constraints = "CA:TRUE", .names = "excluded;DNS:corp" } },
	{ "a CA for TLS servers", X509_V_OK,
		{ .cn = "CA",
			.constraints = "CA:TRUE",
			.extended_usage = "serverAuth" } },

	{ "not a CA", X509_V_ERR_INVALID_CA,
		{ .cn = "CA", .constraints = "critical,CA:FALSE" } },
	{ "does not say that it is one", X509_V_ERR_INVALID_CA, { .cn = "CA" } },
	{ "a CA for other names", X509_V_ERR_PERMITTED_VIOLATION,
		{ .cn = "CA", .constraints = "CA:TRUE", .names = "permitted;DNS:corp" } },
	{ "a CA that excludes this name", X509_V_ERR_EXCLUDED_VIOLATION,
		{ .cn = "CA", .constraints = "CA:TRUE", .names = "excluded;DNS:lab" } },
	{ "a CA for mail", X509_V_ERR_INVALID_PURPOSE,
		{ .cn = "CA",
			.constraints = "CA:TRUE",
			.extended_usage = "emailProtection" } },
	{ "a CA that has expired", X509_V_ERR_CERT_HAS_EXPIRED,
		{ .cn = "CA", .constraints = "CA:TRUE", .not_after_s = NOW - 1 } },
	{ "a CA of tomorrow", X509_V_ERR_CERT_NOT_YET_VALID,
		{ .cn = "CA", .constraints = "CA:TRUE", .not_before_s = NOW + 1 } },
	{ "a CA signed with SHA-1", X509_V_ERR_CA_MD_TOO_WEAK,
		{ .cn = "CA", .constraints = "CA:TRUE", .digest = "SHA1" } },
};

static void limit_row(void **state)
{
	const struct limit *row = *state;
	struct issuer ca = { .key = make_key() };
	struct peer peer;
	X509 *sent[2];

	ca.certificate = make_cert(&row->issuer, ca.key, &world.root, NULL);
	sent[0] = make_cert(&leaf_spec, world.key, &ca, NULL);
	sent[1] = ca.certificate;
	assert_int_equal(collect(sent, 2, &peer), STATUS_OK);
	assert_int_equal(peer.path_error, row->path_error);
	assert_int_equal(peer.built.n, row->path_error == X509_V_OK ? 3 : 0);
	X509_free(sent[0]);
	issuer_deinit(&ca);
}

static void a_ca_below_one_for_leaves_only(void **state)
{
	const struct cert_spec spec = { .cn = "CA",
		.constraints = "critical,CA:TRUE,pathlen:0" };
	struct issuer upper = { .key = make_key() }, lower;
	struct peer peer;
	X509 *sent[3];

	(void)state;
	upper.certificate = make_cert(&spec, upper.key, &world.root, NULL);
	lower = make_ca("Lower", &upper);
	sent[0] = make_cert(&leaf_spec, world.key, &lower, NULL);
	sent[1] = lower.certificate;
	sent[2] = upper.certificate;
	assert_int_equal(collect(sent, 3, &peer), STATUS_OK);
	assert_refused(&peer, X509_V_ERR_PATH_LENGTH_EXCEEDED);
	assert_reason(&peer, upper.certificate, REASON_PKIX_CONSTRAINT);
	X509_free(sent[0]);
	issuer_deinit(&lower);
	issuer_deinit(&upper);
}

static void a_weak_issuer(void **state)
{
	const struct cert_spec spec = { .cn = "Weak", .constraints = "CA:TRUE" };
	struct issuer ca = { .key = make_rsa_key(1024) };
	struct peer peer;
	X509 *sent[2];

	(void)state;
	ca.certificate = make_cert(&spec, ca.key, &world.root, NULL);
	sent[0] = make_cert(&leaf_spec, world.key, &ca, NULL);
	sent[1] = ca.certificate;
	assert_int_equal(collect(sent, 2, &peer), STATUS_OK);
	assert_refused(&peer, X509_V_ERR_CA_KEY_TOO_SMALL);
	assert_reason(&peer, ca.certificate, REASON_PKIX_WEAK);
	X509_free(sent[0]);
	issuer_deinit(&ca);
}

/* A chain of CAs below the root. */
static void make_links(struct issuer *cas, size_t n)
{
	char cn[40];

	for (size_t i = 0; i < n; i++) {
		snprintf(cn, sizeof cn, "Link %zu", i);
		cas[i] = make_ca(cn, i == 0 ? &world.root : &cas[i - 1]);
	}
}

/* Every certificate of the longest chain that is accepted is looked at: none may
 * hide behind the end of the array. */
static void the_longest_chain(void **state)
{
	struct issuer cas[PEER_CHAIN_MAX];
	X509 *sent[PEER_CHAIN_MAX + 1];
	struct peer peer;

	(void)state;
	make_links(cas, PEER_CHAIN_MAX);
	for (size_t links = 7; links <= PEER_CHAIN_MAX; links++) {
		sent[0] = make_cert(&leaf_spec, world.key, &cas[links - 1], NULL);
		for (size_t i = 0; i < links; i++)
			sent[1 + i] = cas[links - 1 - i].certificate;
		assert_int_equal(collect(sent, 1 + links, &peer), STATUS_OK);
		if (links + 2 <= PEER_CHAIN_MAX) {
			assert_built(&peer, links + 2);
			assert_reason(&peer, world.root.certificate, REASON_NONE);
		} else {
			assert_refused(&peer, X509_V_ERR_CERT_CHAIN_TOO_LONG);
		}
		X509_free(sent[0]);
	}
	for (size_t i = PEER_CHAIN_MAX; i-- > 0;)
		issuer_deinit(&cas[i]);
}

/* A bundle may end a chain anywhere: is it still short enough to be seen whole? */
static void the_longest_chain_to_a_bundle(void **state)
{
	struct issuer cas[PEER_CHAIN_MAX + 1];
	X509 *sent[PEER_CHAIN_MAX + 2];
	struct peer peer;

	(void)state;
	make_links(cas, PEER_CHAIN_MAX + 1);
	for (size_t links = 7; links <= PEER_CHAIN_MAX; links++) {
		sent[0] = make_cert(&leaf_spec, world.key, &cas[links], NULL);
		for (size_t i = 0; i < links; i++)
			sent[1 + i] = cas[links - i].certificate;
		assert_int_equal(collect_with_bundle(
					 &cas[0].certificate, 1, sent, 1 + links, &peer),
			STATUS_OK);
		if (links + 2 <= PEER_CHAIN_MAX)
			assert_built(&peer, links + 2);
		else
			assert_refused(&peer, X509_V_ERR_CERT_CHAIN_TOO_LONG);
		X509_free(sent[0]);
	}
	for (size_t i = PEER_CHAIN_MAX + 1; i-- > 0;)
		issuer_deinit(&cas[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_ca_below_one_for_leaves_only),
		cmocka_unit_test(a_weak_issuer),
		cmocka_unit_test(the_longest_chain),
		cmocka_unit_test(the_longest_chain_to_a_bundle),
	};
	int failed;

	world_init();
	failed = run_rows("issuers", limits, sizeof *limits, ROWS(limits), limit_row);
	failed += cmocka_run_group_tests_name("chains", tests, NULL, NULL);
	world_deinit();
	return failed;
}
