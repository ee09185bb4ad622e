/* Paths: what verifies, against which roots, and that a chain which did not is
 * never shown as one that was built. */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/unit/rows.h"
#include "tests/unit/tls/collect.h"

#define NOW MAKE_CERT_NOW

static const struct cert_spec leaf_spec = { .cn = "dns", .san = "DNS:dns.lab" };

static void a_chain_to_the_root(void **state)
{
	X509 *sent[] = { world.leaf, world.inter.certificate };
	struct peer peer;

	(void)state;
	assert_int_equal(collect(sent, 2, &peer), STATUS_OK);
	assert_built(&peer, 3);
	assert_reason(&peer, world.root.certificate, REASON_NONE);
	assert_reason(&peer, world.stranger.certificate, REASON_PIN_MISMATCH);
}

static void the_order_sent_does_not_matter(void **state)
{
	X509 *sent[] = { world.leaf, world.root.certificate, world.stranger.certificate,
		world.inter.certificate };
	struct peer peer;

	(void)state;
	assert_int_equal(collect(sent, 4, &peer), STATUS_OK);
	assert_built(&peer, 3);
	assert_int_equal(peer.sent.n, 4);
	assert_reason(&peer, world.stranger.certificate, REASON_PIN_MISMATCH);
}

static void without_the_intermediate(void **state)
{
	struct peer peer;

	(void)state;
	assert_int_equal(collect(&world.leaf, 1, &peer), STATUS_OK);
	assert_refused(&peer, X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY);
}

static void self_signed(void **state)
{
	X509 *leaf = make_cert(&leaf_spec, world.key, NULL, NULL);
	struct peer peer;

	(void)state;
	assert_int_equal(collect(&leaf, 1, &peer), STATUS_OK);
	assert_refused(&peer, X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT);
	assert_reason(&peer, leaf, REASON_PKIX_UNTRUSTED);
	X509_free(leaf);
}

/* What three other resolvers take: their own chain with the genuine one behind. */
static void genuine_certificates_appended(void **state)
{
	EVP_PKEY *key = make_key();
	X509 *own = make_cert(&leaf_spec, key, NULL, NULL);
	X509 *sent[] = { own, world.leaf, world.inter.certificate,
		world.root.certificate };
	struct peer peer;

	(void)state;
	assert_int_equal(collect(sent, 4, &peer), STATUS_OK);
	assert_refused(&peer, X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT);
	assert_reason(&peer, world.leaf, REASON_PKIX_UNTRUSTED);
	X509_free(own);
	EVP_PKEY_free(key);
}

/* The same from a CA that is trusted, but is not the pinned one. */
static void genuine_certificate_appended_to_a_trusted_chain(void **state)
{
	EVP_PKEY *key = make_key();
	X509 *other = make_cert(&leaf_spec, key, &world.root, NULL);
	X509 *sent[] = { other, world.leaf, world.inter.certificate };
	struct peer peer;

	(void)state;
	assert_int_equal(collect(sent, 3, &peer), STATUS_OK);
	assert_built(&peer, 2);
	assert_int_equal(peer.sent.n, 3);
	assert_reason(&peer, world.leaf, REASON_PIN_MISMATCH);
	assert_reason(&peer, world.inter.certificate, REASON_PIN_MISMATCH);
	assert_reason(&peer, world.root.certificate, REASON_NONE);
	X509_free(other);
	EVP_PKEY_free(key);
}

static void an_unknown_root_sent_along(void **state)
{
	X509 *leaf = make_cert(&leaf_spec, world.key, &world.stranger, NULL);
	X509 *sent[] = { leaf, world.stranger.certificate };
	struct peer peer;

	(void)state;
	assert_int_equal(collect(sent, 2, &peer), STATUS_OK);
	assert_refused(&peer, X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN);
	assert_reason(&peer, world.stranger.certificate, REASON_PKIX_UNTRUSTED);
	X509_free(leaf);
}

/* Signed by the wrong key, in the pinned issuer's name: OpenSSL's chain of this
 * failed verification has the genuine issuer in it. */
static void a_forged_leaf_that_names_the_pinned_issuer(void **state)
{
	X509 *leaf = make_cert(&leaf_spec, world.key, &world.inter, world.stranger.key);
	X509 *sent[] = { leaf, world.inter.certificate };
	struct peer peer;

	(void)state;
	assert_int_equal(collect(sent, 2, &peer), STATUS_OK);
	assert_refused(&peer, X509_V_ERR_CERT_SIGNATURE_FAILURE);
	assert_reason(&peer, world.inter.certificate, REASON_PKIX_SIGNATURE);
	assert_reason(&peer, world.root.certificate, REASON_PKIX_SIGNATURE);
	X509_free(leaf);
}

/* The same where the root is unknown: the signature is not even looked at. */
static void a_forged_leaf_under_an_unknown_root(void **state)
{
	struct issuer inter = make_ca("Other", &world.stranger);
	X509 *leaf = make_cert(&leaf_spec, world.key, &inter, world.root.key);
	X509 *sent[] = { leaf, inter.certificate };
	struct peer peer;

	(void)state;
	assert_int_equal(collect(sent, 2, &peer), STATUS_OK);
	assert_refused(&peer, X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY);
	assert_reason(&peer, inter.certificate, REASON_PKIX_UNTRUSTED);
	X509_free(leaf);
	issuer_deinit(&inter);
}

static void more_certificates_than_are_kept(void **state)
{
	X509 *sent[25] = { world.leaf };
	struct peer peer;

	(void)state;
	for (size_t i = 1; i < ROWS(sent); i++)
		sent[i] = world.stranger.certificate;
	sent[ROWS(sent) - 1] = world.inter.certificate;
	assert_int_equal(collect(sent, ROWS(sent), &peer), STATUS_OK);
	assert_built(&peer, 3);
	assert_int_equal(peer.sent.n, PEER_CHAIN_MAX);
}

static void a_bundle_ends_a_chain_at_any_certificate(void **state)
{
	struct peer peer;

	(void)state;
	assert_int_equal(
		collect_with_bundle(&world.inter.certificate, 1, &world.leaf, 1, &peer),
		STATUS_OK);
	assert_built(&peer, 2);
	assert_reason(&peer, world.inter.certificate, REASON_NONE);
	assert_reason(&peer, world.root.certificate, REASON_PIN_MISMATCH);
}

static void a_bundle_of_the_leaf_itself(void **state)
{
	struct peer peer;

	(void)state;
	assert_int_equal(
		collect_with_bundle(&world.leaf, 1, &world.leaf, 1, &peer), STATUS_OK);
	assert_built(&peer, 1);
}

static void a_bundle_of_others(void **state)
{
	X509 *sent[] = { world.leaf, world.inter.certificate };
	struct peer peer;

	(void)state;
	assert_int_equal(
		collect_with_bundle(&world.stranger.certificate, 1, sent, 2, &peer),
		STATUS_OK);
	assert_refused(&peer, X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY);
}

/* Where a chain may end at any certificate of a directory, a root pin stops
 * matching; so it may not. */
static void a_directory_ends_a_chain_at_roots_only(void **state)
{
	struct tls_policy policy = collect_policy();
	char directory[MAKE_DIRECTORY_MAX];
	X509_STORE *roots;
	struct peer peer;

	(void)state;
	make_directory(directory);
	make_hashed_file(directory, world.inter.certificate);
	roots = world_open(NULL, directory);
	assert_int_equal(collect_with(&policy, roots, &world.leaf, 1, &peer), STATUS_OK);
	assert_refused(&peer, X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT);
	X509_STORE_free(roots);
	remove_directory(directory);
}

static void the_intermediate_may_come_from_the_directory(void **state)
{
	struct peer peer;
	char path[MAKE_DIRECTORY_MAX + 30];

	(void)state;
	snprintf(path, sizeof path, "%s/%08lx.0", world.directory,
		X509_subject_name_hash(world.inter.certificate));
	make_bundle(path, &world.inter.certificate, 1);
	assert_int_equal(collect(&world.leaf, 1, &peer), STATUS_OK);
	assert_built(&peer, 3);
	unlink(path);
}

/* One CA key, certified twice: by itself, and by another trusted root. The chain is
 * the short one, whichever way it is sent, so the pin of the longer's root does
 * not match: refused, never accepted for a chain that was not built. */
static void a_cross_signed_root(void **state)
{
	const struct cert_spec spec = { .cn = "Root", .constraints = "critical,CA:TRUE" };
	X509 *cross = make_cert(&spec, world.root.key, &world.stranger, NULL);
	X509 *sent[] = { world.leaf, world.inter.certificate, cross };
	X509 *both[] = { world.root.certificate, world.stranger.certificate };
	struct peer peer;

	(void)state;
	assert_int_equal(collect_with_bundle(both, 2, sent, 3, &peer), STATUS_OK);
	assert_built(&peer, 3);
	assert_reason(&peer, world.root.certificate, REASON_NONE);
	assert_reason(&peer, world.stranger.certificate, REASON_PIN_MISMATCH);

	assert_int_equal(collect_with_bundle(&both[1], 1, sent, 3, &peer), STATUS_OK);
	assert_built(&peer, 4);
	assert_reason(&peer, world.root.certificate, REASON_NONE);
	assert_reason(&peer, world.stranger.certificate, REASON_NONE);
	X509_free(cross);
}

/* The first free descriptor is the limit: opening anything is EMFILE. */
static rlim_t use_up_descriptors(void)
{
	int fd = open("/dev/null", O_RDONLY);
	struct rlimit limit;
	rlim_t before;

	assert_true(fd >= 0);
	close(fd);
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
	before = limit.rlim_cur;
	limit.rlim_cur = (rlim_t)fd;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
	return before;
}

static void give_back_descriptors(rlim_t before)
{
	struct rlimit limit;

	assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
	limit.rlim_cur = before;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
}

static void lack_of_descriptors_is_no_verdict(void **state)
{
	X509 *sent[] = { world.leaf, world.inter.certificate };
	X509_STORE *roots = world_open(NULL, world.directory);
	struct tls_policy policy = collect_policy();
	enum status status;
	struct peer peer;
	rlim_t before;

	(void)state;
	before = use_up_descriptors();
	status = collect_with(&policy, roots, sent, 2, &peer);
	give_back_descriptors(before);
	assert_int_equal(status, STATUS_IO);
	assert_int_not_equal(peer.path_error, X509_V_OK);
	assert_int_equal(peer.built.n, 0);

	/* Nothing of that sticks to the store. */
	assert_int_equal(collect_with(&policy, roots, sent, 2, &peer), STATUS_OK);
	assert_built(&peer, 3);
	X509_STORE_free(roots);
}

/* The directory has gone: that is no word on the server either. */
static void roots_that_vanished_are_no_verdict(void **state)
{
	X509 *sent[] = { world.leaf, world.inter.certificate };
	struct tls_policy policy = collect_policy();
	char directory[MAKE_DIRECTORY_MAX];
	X509_STORE *roots;
	struct peer peer;

	(void)state;
	make_directory(directory);
	make_hashed_file(directory, world.root.certificate);
	roots = world_open(NULL, directory);
	remove_directory(directory);
	policy.ca_path = directory;
	assert_int_equal(collect_with(&policy, roots, sent, 2, &peer), STATUS_IO);
	assert_int_equal(peer.built.n, 0);
	X509_STORE_free(roots);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_chain_to_the_root),
		cmocka_unit_test(the_order_sent_does_not_matter),
		cmocka_unit_test(without_the_intermediate),
		cmocka_unit_test(self_signed),
		cmocka_unit_test(genuine_certificates_appended),
		cmocka_unit_test(genuine_certificate_appended_to_a_trusted_chain),
		cmocka_unit_test(an_unknown_root_sent_along),
		cmocka_unit_test(a_forged_leaf_that_names_the_pinned_issuer),
		cmocka_unit_test(a_forged_leaf_under_an_unknown_root),
		cmocka_unit_test(more_certificates_than_are_kept),
		cmocka_unit_test(a_bundle_ends_a_chain_at_any_certificate),
		cmocka_unit_test(a_bundle_of_the_leaf_itself),
		cmocka_unit_test(a_bundle_of_others),
		cmocka_unit_test(a_directory_ends_a_chain_at_roots_only),
		cmocka_unit_test(the_intermediate_may_come_from_the_directory),
		cmocka_unit_test(a_cross_signed_root),
		cmocka_unit_test(lack_of_descriptors_is_no_verdict),
		cmocka_unit_test(roots_that_vanished_are_no_verdict),
	};
	int failed;

	world_init();
	failed = cmocka_run_group_tests_name("paths", tests, NULL, NULL);
	world_deinit();
	return failed;
}
